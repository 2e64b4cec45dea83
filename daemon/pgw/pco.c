/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol configuration options: the codec answers, this file knows what the APN has to give. A
 * request that does not parse is answered with nothing (24.008 10.5.6.3: the PDN connection does
 * not depend on it). */
#include "pgw/internal.h"

#include "codec/pco.h"
#include "core/log.h"

void pco_for(const struct pgw_apn *apn, enum pdn_type type, const struct pco *request,
	     struct pco *out)
{
	struct pco_config c = {
		.dns4_n = (uint8_t)apn->dns4s,
		.dns6_n = (uint8_t)apn->dns6s,
		.mtu = pgw_mtu(apn),
		.has4 = type & PDN_IPV4,
		.has6 = type & PDN_IPV6,
	};
	struct wr w = wr_of(out->b, sizeof(out->b));
	int n;

	memcpy(c.dns4, apn->dns4, sizeof(apn->dns4));
	memcpy(c.dns6, apn->dns6, sizeof(apn->dns6));
	n = pco_answer(bytes_of(request->b, request->n), &c, &w);
	if (n < 0)
		LOG(WARN, "pgw.pco", "apn=%s error=%s", apn->name, strerror(-n));
	out->n = n > 0 ? (uint8_t)n : 0;
}
