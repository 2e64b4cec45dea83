/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Value of the map `tfts`: one packet filter of a dedicated bearer (TS 24.008 10.5.6.12).
 *
 * The filters of all dedicated bearers of a PDN connection are one chain in the order of their
 * evaluation precedence, through `next`. Its head is in the member tft of every session of the
 * connection. Downlink, the first filter that matches names the bearer, and none the default one;
 * uplink, a dedicated bearer carries only what the chain gives to it. A chain in use is never changed: the
 * daemon makes another one of free elements and then changes the heads. */
#ifndef MCORE_TFT_RULE_H
#define MCORE_TFT_RULE_H

#include <linux/types.h>

enum { TFT_RULES_MAX = 150 }; /* of one connection: 10 dedicated bearers of 15 filters */

enum tft_rule_direction { TFT_RULE_DOWN = 1, TFT_RULE_UP = 2 };

/* What a rule looks at beside addresses, whose mask says it. */
enum tft_rule_field {
	TFT_RULE_PROTOCOL = 1,
	TFT_RULE_LOCAL_PORT = 2,
	TFT_RULE_REMOTE_PORT = 4,
	TFT_RULE_SPI = 8,
	TFT_RULE_FLOW_LABEL = 16,
	TFT_RULE_NEVER = 128, /* looks at what an IP packet has not */
};

/* Element 0 is never used. Addresses as in struct ip of bpf/parse.h: IPv4 in the first four octets of
 * the first word, network order; all else is in host order. */
struct tft_rule {
	__u32 next; /* 0: the last */
	__u32 slot; /* of the bearer */
	__u8 precedence;
	__u8 direction; /* enum tft_rule_direction, or both */
	__u8 fields;	/* enum tft_rule_field */
	__u8 family;	/* 4 or 6; 0: either */
	__u8 protocol;
	__u8 tos, tos_mask;
	__u8 id;
	__u16 local_port[2], remote_port[2]; /* first, last */
	__u32 spi;
	__u32 flow_label;
	__u64 local[2], local_mask[2];
	__u64 remote[2], remote_mask[2];
	__u64 reserved[4];
};

_Static_assert(sizeof(struct tft_rule) == 2 * 64, "a rule is two cache lines");

#endif
