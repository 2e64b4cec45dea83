/* SPDX-License-Identifier: Apache-2.0 */
/* The words that the tables of cases are written in. */
#ifndef TESTS_BPF_CASES_WORDS_H
#define TESTS_BPF_CASES_WORDS_H

#include "cases.h"

/* What a row does not name is the default. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* An eNodeB's G-PDU to us; what the device put in it; the same packet as it leaves. */
#define ENB(addr, ...)	.outer = { .version = 4, .src = addr, .dst = "10.1.0.1", ##__VA_ARGS__ }
#define PDU(s, ...)	.gtp = { .teid = (uint32_t)(s) << LAB_TAG_BITS | LAB_TAG, ##__VA_ARGS__ }
#define IP4(s, d, ...)	.inner = { .version = 4, .src = s, .dst = d, ##__VA_ARGS__ }
#define IP6(s, d, ...)	.inner = { .version = 6, .src = s, .dst = d, ##__VA_ARGS__ }
#define FROM_ENB	ENB("10.1.0.2")
/* The tunnel we make: Don't Fragment, TTL 64, UDP checksum 0, no optional GTP-U fields. */
#define TUNNEL(s, addr, ...) .outer = { .version = 4, .src = "10.1.0.1", .dst = addr, .frag = 0x4000, ##__VA_ARGS__ }, \
			.gtp = { .teid = LAB_PEER_TEID + (s) }
/* The same over IPv6. */
#define ENB6(addr, ...)	.outer = { .version = 6, .src = addr, .dst = US6, ##__VA_ARGS__ }
#define FROM_ENB6	ENB6("2001:db8:1::2")
#define TUNNEL6(s, addr, ...) .outer = { .version = 6, .src = US6, .dst = addr, ##__VA_ARGS__ }, \
			.gtp = { .teid = LAB_PEER_TEID + (s) }
/* A relayed message: whatever GTP-U it was, with the exit's TEID. */
#define ON4(addr, ...)	.outer = { .version = 4, .src = US, .dst = addr, .frag = 0x4000, ##__VA_ARGS__ }
#define ON6(addr, ...)	.outer = { .version = 6, .src = US6, .dst = addr, ##__VA_ARGS__ }
#define GTP(s, ...)	.gtp = { .teid = LAB_PEER_TEID + (s), ##__VA_ARGS__ }
#define US		"10.1.0.1"
#define US6		LAB_GTPU6
#define UE		"10.45.0.5"
#define UE6		"2001:db8:45:5::1"
#define UEB		"10.45.0.17"
#define UEB6		"2001:db8:45:11::1"
#define NET		"203.0.113.80"
#define NET6		"2001:db8:ffff::80"
#define UE_RULED	"10.45.0.20"
#define UE6_RULED	"2001:db8:45:14::1"
#define DF		.frag = 0x4000
/* Hop-by-hop options of 8 octets, routing of 16, a first fragment; then UDP. */
#define HEADERS6	.headers = "\x2b\0\1\4\0\0\0\0" "\x2c\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\x11\0\0\1\0\0\0\7", \
			.headers_len = 32, .proto = 0, .upper = 17, .len = 100

/* Six headers of destination options, as many as are followed; then UDP. */
#define OPTIONS6(next)	next "\0\1\4\0\0\0\0"
#define SIX6		.headers = OPTIONS6("\x3c") OPTIONS6("\x3c") OPTIONS6("\x3c") OPTIONS6("\x3c") OPTIONS6("\x3c") OPTIONS6("\x11"), \
			.headers_len = 48, .proto = 60, .upper = 17, .len = 120

#endif
