/* SPDX-License-Identifier: Apache-2.0 */
/* What devices are told about the network: its names, the time and the zone (EMM Information,
 * TS 24.301 5.4.5), equivalent PLMNs and emergency numbers (in Attach Accept and Tracking Area
 * Update Accept). */
#include <time.h>
#include "mme/mme.h"

enum { QUARTER_S = 900 };

/* The configured zone, or the system's. Its offset includes daylight saving (TS 22.042). */
static void zone_of(time_t now, struct nas_emm_information *m)
{
	struct tm local;

	localtime_r(&now, &local);
	m->time_zone =
		(nas_time_zone_t)(mme.zone.set ? mme.zone.quarters : local.tm_gmtoff / QUARTER_S);
	m->daylight_saving = mme.zone.set ? mme.zone.saving : local.tm_isdst > 0 ? 1 : 0;
}

static void add_time(struct nas_emm_information *m)
{
	time_t now = time(NULL);
	struct tm utc;

	zone_of(now, m);
	gmtime_r(&now, &utc);
	m->time = (struct nas_time){
		.year = (uint16_t)(utc.tm_year + 1900),
		.month = (uint8_t)(utc.tm_mon + 1),
		.day = (uint8_t)utc.tm_mday,
		.hour = (uint8_t)utc.tm_hour,
		.minute = (uint8_t)utc.tm_min,
		.second = (uint8_t)(utc.tm_sec > 59 ? 59 : utc.tm_sec),
		.zone = m->time_zone,
	};
	SET(m, nas_emm_information, time_zone);
	SET(m, nas_emm_information, time);
	SET(m, nas_emm_information, daylight_saving);
}

void mme_send_information(struct mme_ue *ue)
{
	struct nas_emm_information m = {0};

	if (mme.network_full_name[0]) {
		snprintf(m.full_name.utf8, sizeof(m.full_name.utf8), "%s", mme.network_full_name);
		SET(&m, nas_emm_information, full_name);
	}
	if (mme.network_short_name[0]) {
		snprintf(m.short_name.utf8, sizeof(m.short_name.utf8), "%s",
			 mme.network_short_name);
		SET(&m, nas_emm_information, short_name);
	}
	if (mme.tell_time)
		add_time(&m);
	if (mme.network_full_name[0] || mme.network_short_name[0] || mme.tell_time)
		NAS_SEND(ue, emm_information, &m);
}

bool mme_equivalents_of(plmn_t plmn, struct nas_plmn_list *l)
{
	l->n = 0;
	for (unsigned i = 0; i < mme.equivalents && l->n < NAS_MAX_PLMNS; i++)
		if (mme.equivalent[i] != plmn)
			l->plmn[l->n++] = mme.equivalent[i];
	return l->n;
}

bool mme_equivalents(const struct mme_ue *ue, struct nas_plmn_list *l)
{
	return mme_equivalents_of(ue->tai.plmn, l);
}

/* Emergency Number List (TS 24.008 10.5.3.13): length, category, digits as BCD. */
bool mme_emergency_numbers(struct bytes *out)
{
	enum { IE_MAX = 48 };
	uint8_t *b = arena_alloc(&turn_arena, IE_MAX);
	size_t n = 0;

	for (unsigned i = 0; i < mme.emergency_numbers; i++) {
		const struct mme_emergency_number *e = &mme.emergency_number[i];
		size_t digits = strlen(e->digits), octets = (digits + 1) / 2;

		if (n + 2 + octets > IE_MAX)
			break;
		b[n++] = (uint8_t)(1 + octets);
		b[n++] = e->services;
		for (size_t k = 0; k < digits; k += 2)
			b[n++] = (uint8_t)((k + 1 < digits ? e->digits[k + 1] - '0' : 0xf) << 4 |
					   (e->digits[k] - '0'));
	}
	*out = bytes_of(b, n);
	return n;
}

nas_network_features_t mme_network_features(const struct mme_ue *ue)
{
	return (mme.emergency.attach ? NAS_FEATURE_EMC_BS : 0u) |
	       (suspend_offered(ue) ? NAS_FEATURE_UP_CIOT : 0u);
}
