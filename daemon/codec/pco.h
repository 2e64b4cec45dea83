/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol configuration options (TS 24.008 10.5.6.3): a header octet, then containers {16-bit
 * identifier, length, contents}. Below 0x8000 an identifier is a PPP protocol number and the
 * contents a PPP packet; from there on it is one of 24.008's own, whose meaning depends on the
 * direction. Extended PCO (10.5.6.3A) have the same contents, with 16-bit lengths for a few
 * containers.
 *
 * pco_answer is the PGW's side: it reads what the device asks for and answers that, no more. */
#ifndef CODEC_PCO_H
#define CODEC_PCO_H

#include <netinet/in.h>

#include "codec/wire.h"

enum pco_id {
	PCO_LCP = 0xc021,
	PCO_PAP = 0xc023,
	PCO_IPCP = 0x8021,
	PCO_CHAP = 0xc223,
	PCO_PCSCF_IPV6 = 0x0001,
	PCO_IM_CN_SIGNALLING = 0x0002,
	PCO_DNS_IPV6 = 0x0003,
	PCO_BEARER_CONTROL = 0x0005,
	PCO_IP_VIA_NAS = 0x000a,
	PCO_IPV4_BY_DHCP = 0x000b,
	PCO_PCSCF_IPV4 = 0x000c,
	PCO_DNS_IPV4 = 0x000d,
	PCO_MSISDN = 0x000e,
	PCO_IFOM = 0x000f,
	PCO_IPV4_MTU = 0x0010,
	PCO_LOCAL_ADDRESS_IN_TFT = 0x0011,
	PCO_NON_IP_MTU = 0x0015,
	PCO_APN_RATE_CONTROL = 0x0016,
	PCO_PS_DATA_OFF = 0x0017,
};

/* Walks the containers:
 *
 *	struct pco_item i;
 *	for (struct rd r = pco_open(pco); pco_next(&r, &i);) …
 *
 * A container that runs past the end stops the walk with r.bad set. */
struct pco_item {
	uint16_t id;
	struct bytes value;
};
struct rd pco_open(struct bytes pco);
bool pco_next(struct rd *, struct pco_item *);

/* What the gateway gives. Lists are used up to the first n addresses; network byte order. */
enum { PCO_MAX_DNS = 4 };
struct pco_config {
	uint8_t dns4_n, dns6_n;
	struct in_addr dns4[PCO_MAX_DNS];
	struct in6_addr dns6[PCO_MAX_DNS];
	uint16_t mtu;    /* of IPv4 on this PDN connection; 0: not told */
	bool has4, has6; /* the PDN connection's address families; both false: take it as both */
};

/* Writes the PCO contents that answer `request` (contents, without IEI and length; may be empty):
 * DNS servers by container and by IPCP (RFC 1332, RFC 1877: primary and secondary; a request for
 * nothing that we have is rejected), MTU; PAP acknowledged and CHAP answered with success (the SIM
 * has authenticated already). What is not answered counts as refused: P-CSCF addresses, IM CN
 * signalling, network requested bearer control, address by DHCP. Unknown containers are ignored.
 * Returns the number of octets written: 0 if there is nothing to answer, so that the IE is left
 * out; -EBADMSG if the request does not parse, nothing being written; -ENOSPC. */
int pco_answer(struct bytes request, const struct pco_config *, struct wr *);

/* The device's side, for ransim: writes PCO contents asking for DNS IPv4 and IPv6 servers, MTU,
 * address by NAS, and DNS by IPCP. */
void pco_request(struct wr *);
/* Reads the network's answer into *config (what is not there stays as it was). 0 or -EBADMSG. */
int pco_read_answer(struct bytes answer, struct pco_config *config);

#endif
