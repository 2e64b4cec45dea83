/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic Flow Template (TS 24.008 10.5.6.12), as in TS 24.301's TFT (9.9.4.16) and Traffic flow
 * aggregate description (9.9.4.15) and in TS 29.274's Bearer TFT (8.19). A packet filter is a set
 * of components; one list here makes the struct, the wire's table and the words that people write.
 * A component's member holds its octets as on the wire, network order.
 *
 * What is wrong with a TFT is an ESM cause: 41, 42 (the operation), 44, 45 (the filters). */
#ifndef CODEC_TFT_H
#define CODEC_TFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "codec/wire.h"

/*      member       type  octets */
#define TFT_COMPONENTS(C)                                                                          \
	C(remote4, 0x10, 8) /* address, mask */                                                    \
	C(local4, 0x11, 8)                                                                         \
	C(remote6mask, 0x20, 32) /* address, mask */                                               \
	C(remote6, 0x21, 17)     /* address, prefix length */                                      \
	C(local6, 0x23, 17)                                                                        \
	C(protocol, 0x30, 1) /* or IPv6 next header */                                             \
	C(local_port, 0x40, 2)                                                                     \
	C(local_ports, 0x41, 4) /* first, last */                                                  \
	C(remote_port, 0x50, 2)                                                                    \
	C(remote_ports, 0x51, 4)                                                                   \
	C(spi, 0x60, 4)                                                                            \
	C(tos, 0x70, 2) /* type of service or traffic class, mask */                               \
	C(flow_label, 0x80, 3)                                                                     \
	C(mac_dst, 0x81, 6) /* of Ethernet PDN connections */                                      \
	C(mac_src, 0x82, 6)                                                                        \
	C(c_vid, 0x83, 2)                                                                          \
	C(s_vid, 0x84, 2)                                                                          \
	C(c_pcp, 0x85, 1)                                                                          \
	C(s_pcp, 0x86, 1)                                                                          \
	C(ethertype, 0x87, 2)

enum tft_component {
#define C(member, type, octets) TFT_##member,
	TFT_COMPONENTS(C)
#undef C
		TFT_COMPONENT_COUNT
};
#define TFT_BIT(member) (1u << TFT_##member)

enum tft_operation {
	TFT_NONE = 0, /* "ignore this IE" */
	TFT_CREATE = 1,
	TFT_DELETE = 2,
	TFT_ADD = 3,
	TFT_REPLACE = 4,
	TFT_DELETE_FILTERS = 5,
	TFT_NO_OPERATION = 6,
};

/* From the pre-Release 7 code 0 it is taken for both. */
enum tft_direction { TFT_OLD = 0, TFT_DOWN = 1, TFT_UP = 2, TFT_BOTH = 3 };

enum { TFT_MAX_FILTERS = 15, TFT_MAX_OCTETS = 255 };

struct tft_filter {
	uint8_t id; /* 0 to 15 */
	uint8_t direction;
	uint8_t precedence; /* 0 is evaluated first */
	uint32_t has;       /* TFT_BIT() of the members that count */
#define C(member, type, octets) uint8_t member[octets];
	TFT_COMPONENTS(C)
#undef C
};

struct tft_filters {
	enum tft_operation operation;
	uint8_t n;
	struct tft_filter filter[TFT_MAX_FILTERS];
};

/* Of TFT_DELETE_FILTERS filters have an id alone. Parameters are read over. 0, or the ESM cause. */
uint8_t tft_decode(struct bytes, struct tft_filters *);
/* 0, or -EMSGSIZE. At most TFT_MAX_OCTETS. */
int tft_encode(const struct tft_filters *, struct wr *);
/* What a bearer's filters are after an operation that came for it (24.301 6.4.2.4, 6.4.3.4): *tft
 * is a TFT_CREATE or has no filters, and is left alone on error. 0, or the ESM cause. An empty
 * result is the caller's to judge. */
uint8_t tft_apply(struct tft_filters *tft, const struct tft_filters *operation);
/* A filter's own sense (44): contradictory components, an empty range. 0, or the ESM cause. */
uint8_t tft_filter_check(const struct tft_filter *);

/* What people write, words apart by blanks: "down|up|both", then
 *   remote ADDRESS[/LENGTH]  local ADDRESS[/LENGTH]  proto NUMBER|tcp|udp|icmp|icmp6|esp
 *   remote-port N[-N]  local-port N[-N]  tos VALUE[/MASK]  spi NUMBER  flow-label NUMBER
 *   precedence N  id N
 * False with *bad the word that is not right. */
bool tft_filter_parse(const char *text, struct tft_filter *, const char **bad);
/* The same form, and words for what nobody writes: masks that are no prefix, Ethernet. Returns out.
 */
const char *tft_filter_print(const struct tft_filter *, char *out, size_t cap);

/* A packet as filters see it: `up` is from the device. For tests and the device simulator; the
 * datapath has its own. */
struct tft_packet {
	bool up, v6, fragment;         /* a fragment but the first: without ports */
	uint8_t remote[16], local[16]; /* IPv4 in the first 4 octets */
	uint8_t protocol, tos;
	uint16_t remote_port,
		local_port; /* of TCP, UDP, SCTP and the like, host order; 0 if none */
	uint32_t spi, flow_label;
};
/* From an IP packet; false if it is none. */
bool tft_packet_read(const uint8_t *ip, size_t n, bool up, struct tft_packet *);
bool tft_matches(const struct tft_filter *, const struct tft_packet *);

#endif
