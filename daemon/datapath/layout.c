/* SPDX-License-Identifier: Apache-2.0 */
/* How the values of maps are laid out, as one number, which `settings` keeps beside the pinned
 * maps. Sizes are not enough: members that changed places within the same size would be read as
 * each other. The object's BTF is walked: each member's name and offset, each type's kind and size.
 * (The kernel has the pinned maps' BTF too, but gives it only to CAP_SYS_ADMIN.) */
#include "core/hash.h"
#include "datapath/internal.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

enum { DEPTH_MAX = 8 };

static uint64_t mix_number(uint64_t h, uint64_t v) { return hash_add(h, &v, sizeof(v)); }

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

		h = hash_add(h, name, name ? strlen(name) : 0);
		h = mix_number(h, btf_member_bit_offset(t, i));
		h = walk(btf, btf_members(t)[i].type, h, depth + 1);
	}
	return h;
}

uint64_t layout_of(const struct bpf_object *object)
{
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_map *map = NULL;
	uint64_t h = 0;

	while ((map = bpf_object__next_map(object, map)))
		if (load_pins(bpf_map__name(map)))
			h = walk(btf, bpf_map__btf_value_type_id(map), h, 0);
	return h ? h : 1; /* never that of maps which were just made */
}
