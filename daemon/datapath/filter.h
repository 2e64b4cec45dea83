/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as they are written, and their compilation into the form the kernel looks up
 * (include/mcore/filter.h). No state, no map: what is compiled goes where the caller says. */
#ifndef DATAPATH_FILTER_H
#define DATAPATH_FILTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mcore/filter.h>

/* A port range; `first` more than `last`: packets are not asked for ports of that side. */
struct filter_ports {
	uint16_t first, last;
};

/* Matches a packet that agrees with all it names. */
struct filter_rule {
	bool up, down; /* from the device, to it */
	bool allow;
	uint8_t dscp;	      /* with allow: marked on the packet; DSCP_KEEP */
	uint8_t family;	      /* of address: 4 (IPv4 mapped, bits from 96 on), 6; 0: any of either */
	uint8_t bits;	      /* of the prefix in address */
	struct in6_addr addr; /* the network's side */
	int16_t protocol;     /* -1: any */
	uint8_t tos, tos_mask;
	struct filter_ports remote, local; /* ports of the network's side, of the device's */
};

#define FILTER_ANY_PORT ((struct filter_ports){1, 0})
/* What a rule is that names nothing but its action. */
#define FILTER_RULE_ANY                                                                            \
	((struct filter_rule){.up = true,                                                          \
			      .down = true,                                                        \
			      .dscp = DSCP_KEEP,                                                   \
			      .protocol = -1,                                                      \
			      .remote = FILTER_ANY_PORT,                                           \
			      .local = FILTER_ANY_PORT})

/* Compiles n rules, at most FILTER_RULES, in their order; what none matches goes on or not. The serial
 * number is 0. */
void filter_compile(const struct filter_rule *, size_t n, bool allow_default, struct filter *out);

enum { FILTER_RULE_TEXT = 160 };
/* "deny up 10.0.0.0/8 tcp port 22-23", from left to right:
 *
 *   allow | deny | mark DSCP      mark allows, and sets the packet's DSCP (0 to 63)
 *   [up | down]                   both, if neither is said
 *   [PREFIX]                      address or prefix of the network's side
 *   [tcp|udp|icmp|icmp6|sctp|proto N]
 *   [port N[-M]]                  of the network's side
 *   [device-port N[-M]]           of the device
 *   [tos N[/MASK]]                the whole octet; 0x is understood
 *
 * NULL, or what is wrong (static, or in error[cap]). */
const char *filter_rule_parse(const char *text, struct filter_rule *out, char *error, size_t cap);
/* The same text in one form, into out[FILTER_RULE_TEXT]; returns out. */
const char *filter_rule_print(const struct filter_rule *, char out[FILTER_RULE_TEXT]);

#endif
