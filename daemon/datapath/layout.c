/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a pinned map's values are laid out as ours. Sizes are not enough: members that changed
 * places within the same size would be read as each other. Both maps carry BTF, so the types are
 * walked into one number: each member's name and offset, each type's kind and size. */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

enum { DEPTH_MAX = 8 };

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3ull;
	return h;
}

static uint64_t mix_number(uint64_t h, uint64_t v) { return mix(h, &v, sizeof(v)); }

static uint64_t walk(const struct btf *btf, uint32_t id, uint64_t h, unsigned depth)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_typedef(t) || btf_is_mod(t)))
		t = btf__type_by_id(btf, t->type);
	if (!t || depth == DEPTH_MAX)
		return h;
	h = mix_number(h, btf_kind(t));
	if (btf_is_array(t)) {
		h = mix_number(h, btf_array(t)->nelems);
		return walk(btf, btf_array(t)->type, h, depth + 1);
	}
	h = mix_number(h, t->size);
	if (!btf_is_composite(t))
		return h;
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(t)[i].name_off);

		h = mix(h, name, name ? strlen(name) : 0);
		h = mix_number(h, btf_member_bit_offset(t, i));
		h = walk(btf, btf_members(t)[i].type, h, depth + 1);
	}
	return h;
}

bool layout_same(const struct bpf_object *object, const struct bpf_map *map, uint32_t btf_id,
		 uint32_t value_type)
{
	uint32_t ours = bpf_map__btf_value_type_id(map);
	struct btf *btf;
	bool same;

	if (!ours) /* a map without values of a type: the ring buffer */
		return true;
	btf = btf__load_from_kernel_by_id(btf_id);
	if (!btf)
		return false;
	same = walk(btf, value_type, 0, 0) == walk(bpf_object__btf(object), ours, 0, 0);
	btf__free(btf);
	return same;
}
