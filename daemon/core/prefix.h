/* SPDX-License-Identifier: Apache-2.0 */
/* Address prefixes of networks, and short lists of them as text: "192.0.2.0/24 2001:db8:b::/48". */
#ifndef CORE_PREFIX_H
#define CORE_PREFIX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* How many a list has at most, and the size of its text, NUL included. */
enum { PREFIXES_MAX = 8, PREFIXES_STRLEN = 104 };

struct prefix {
	struct in6_addr net; /* IPv4 mapped; host bits are zero */
	uint8_t len;         /* of its own version: 24 for 192.0.2.0/24 */
};

/* Whether it can be a network's: of unicast addresses that are routed, of eight bits at least, and no
 * longer than an address. Those that prefixes_read gives are. */
bool prefix_valid(const struct prefix *);
/* Counted from the start of the mapped address: 128 at most of a valid one. */
unsigned prefix_bits(const struct prefix *);
/* Whether they share an address; both are no longer than an address. */
bool prefix_meet(const struct prefix *, const struct prefix *);
/* Reads a list whose words are apart by spaces or commas: unicast prefixes without host bits, a
 * length not given being that of one address, none of which meets another. How many; 0 with *wrong
 * set (in text) where something else begins. */
unsigned prefixes_read(const char *text, struct prefix out[PREFIXES_MAX], const char **wrong);
/* Apart by spaces. False if there is not enough room. */
bool prefixes_print(const struct prefix *, unsigned n, char out[PREFIXES_STRLEN]);

#endif
