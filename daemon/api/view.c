/* SPDX-License-Identifier: Apache-2.0 */
/* Views to JSON: the rows of a view come from the same lines of mcore/api_fields.h that made its
 * struct, and one function knows how each kind is shown. */
#include "api/http.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#define ROW(name, type, where, help) {#name, FIELD_##type, offsetof(VIEW, name)},
#define END                                                                                        \
	{                                                                                          \
		NULL, FIELD_word, 0                                                                \
	}

#define VIEW struct sim_view
const struct view_row sim_rows[] = {SIM_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct ue_view
const struct view_row ue_rows[] = {UE_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct timer_view
const struct view_row timer_rows[] = {TIMER_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct bearer_view
const struct view_row bearer_rows[] = {BEARER_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct dedicated_view
const struct view_row dedicated_rows[] = {DEDICATED_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct failure_view
const struct view_row failure_rows[] = {FAILURE_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct finding_view
const struct view_row finding_rows[] = {FINDING_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct enb_view
const struct view_row enb_rows[] = {ENB_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct enb_cell_view
const struct view_row enb_cell_rows[] = {ENB_CELL_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct enb_count_view
const struct view_row enb_count_rows[] = {ENB_COUNT_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct enb_cause_view
const struct view_row enb_cause_rows[] = {ENB_CAUSE_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct place_view
const struct view_row place_rows[] = {PLACE_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct overload_view
const struct view_row overload_rows[] = {OVERLOAD_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct warning_view
const struct view_row warning_rows[] = {WARNING_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct warning_enb_view
const struct view_row warning_enb_rows[] = {WARNING_ENB_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct session_view
const struct view_row session_rows[] = {SESSION_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct pool_view
const struct view_row pool_rows[] = {POOL_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct peer_view
const struct view_row peer_rows[] = {PEER_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct memory_view
const struct view_row memory_rows[] = {MEMORY_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct mme_view
const struct view_row mme_rows[] = {MME_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct drain_view
const struct view_row drain_rows[] = {DRAIN_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct access_view
const struct view_row access_rows[] = {ACCESS_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct policy_view
const struct view_row policy_rows[] = {POLICY_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct policy_version_view
const struct view_row policy_version_rows[] = {POLICY_VERSION_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct policy_device_view
const struct view_row policy_device_rows[] = {POLICY_DEVICE_FIELDS(ROW) END};
#undef VIEW
#define VIEW struct trace_view
const struct view_row trace_rows[] = {TRACE_FIELDS(ROW) END};
#undef VIEW

/* Text from a peer may be anything but UTF-8, which alone JSON can carry. */
static json_t *text(const char *s)
{
	json_t *j = s && *s ? json_string(s) : json_null();
	char ascii[104];
	size_t i;

	if (j)
		return j;
	for (i = 0; s[i] && i + 1 < sizeof ascii; i++)
		ascii[i] = s[i] >= ' ' && s[i] <= '~' ? s[i] : '?';
	ascii[i] = 0;
	return json_string_nocheck(ascii);
}

static json_t *plmn_text(plmn_t plmn)
{
	char s[PLMN_STRLEN];

	return plmn ? json_string(plmn_print(plmn, s)) : json_null();
}

static json_t *identity(enum field_kind kind, const void *p)
{
	const struct tai *tai = p;
	const struct ecgi *cell = p;
	const struct guti *guti = p;
	char s[PLMN_STRLEN];

	if (kind == FIELD_tai)
		return tai->plmn ? json_sprintf("%s-%04x", plmn_print(tai->plmn, s), tai->tac)
				 : json_null();
	if (kind == FIELD_cell)
		return cell->plmn
			       ? json_sprintf("%s-%07" PRIx32, plmn_print(cell->plmn, s), cell->eci)
			       : json_null();
	return guti->gummei.plmn
		       ? json_sprintf("%s-%04x-%02x-%08" PRIx32, plmn_print(guti->gummei.plmn, s),
				      guti->gummei.group, guti->gummei.code, guti->m_tmsi)
		       : json_null();
}

static json_t *address(int family, const void *p)
{
	static const uint8_t none[16];
	char s[INET6_ADDRSTRLEN];

	if (!memcmp(p, none, family == AF_INET ? 4 : 16))
		return json_null();
	return json_string(inet_ntop(family, p, s, sizeof s));
}

static json_t *value(enum field_kind kind, const void *p)
{
	char digits[IMSI_STRLEN];

	switch (kind) {
	case FIELD_imsi:
		return json_string(imsi_print(*(const imsi_t *)p, digits));
	case FIELD_word:
		return text(*(const char *const *)p);
	case FIELD_text:
		return text(p);
	case FIELD_number:
	case FIELD_rate:
	case FIELD_bytes:
	case FIELD_ms:
		return json_integer((json_int_t) * (const uint64_t *)p);
	case FIELD_time:
		return *(const uint64_t *)p ? json_integer((json_int_t) * (const uint64_t *)p)
					    : json_null();
	case FIELD_hex:
		return json_sprintf("0x%08" PRIx32, *(const uint32_t *)p);
	case FIELD_flag:
		return json_boolean(*(const bool *)p);
	case FIELD_ip4:
		return address(AF_INET, p);
	case FIELD_ip6:
		return address(AF_INET6, p);
	case FIELD_plmn:
		return plmn_text(*(const plmn_t *)p);
	case FIELD_tai:
	case FIELD_cell:
	case FIELD_guti:
		return identity(kind, p);
	}
	return json_null();
}

json_t *view_json(const struct view_row *row, const void *view)
{
	json_t *object = json_object();

	for (; row->key; row++)
		json_object_set_new_nocheck(object, row->key,
					    value(row->kind, (const char *)view + row->offset));
	return object;
}

json_t *view_list(const char *name, json_t *array, uint64_t next)
{
	json_t *list = json_object();

	json_object_set_new(list, name, array);
	if (next)
		json_object_set_new(list, "next", json_sprintf("%" PRIu64, next));
	return list;
}
