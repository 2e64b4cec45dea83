/* SPDX-License-Identifier: Apache-2.0 */
/* Packets as pcapng (draft-ietf-opsawg-pcapng), which Wireshark reads: one section, an interface a
 * direction, raw IP with nanoseconds. A packet's comment has its reason, its verdict is also in the
 * option made for XDP's. Blocks are in this machine's byte order, as the format allows. */
#include "ctl.h"

#include <string.h>

enum { SHB = 0x0a0d0d0a, IDB = 1, EPB = 6, LINKTYPE_RAW = 101 };
enum {
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	EPB_FLAGS = 2,
	EPB_VERDICT = 7
};
enum { VERDICT_XDP = 2 }; /* kind of an EPB_VERDICT */

struct block {
	uint8_t p[4096];
	size_t n;
};

static void put(struct block *b, const void *p, size_t n)
{
	if (b->n + n + 4 > sizeof b->p)
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	while (b->n % 4)
		b->p[b->n++] = 0;
}

static void put32(struct block *b, uint32_t v) { put(b, &v, 4); }

static void option(struct block *b, uint16_t code, const void *p, size_t n)
{
	const uint16_t head[2] = {code, (uint16_t)n};

	put(b, head, 4);
	put(b, p, n);
}

static void option_text(struct block *b, uint16_t code, const char *text)
{
	option(b, code, text, strlen(text));
}

static struct block begin(uint32_t type)
{
	struct block b = {.n = 0};

	put32(&b, type);
	put32(&b, 0);
	return b;
}

static bool end(struct block *b, FILE *f)
{
	uint32_t total;

	option(b, OPT_END, NULL, 0);
	total = (uint32_t)b->n + 4;
	put32(b, total);
	memcpy(b->p + 4, &total, 4);
	return fwrite(b->p, 1, b->n, f) == b->n;
}

static bool put_interface(FILE *f, const char *name, const char *description)
{
	const uint16_t link[2] = {LINKTYPE_RAW, 0};
	struct block b = begin(IDB);

	put(&b, link, 4);
	put32(&b, 0); /* no snap length */
	option_text(&b, IF_NAME, name);
	option_text(&b, IF_DESCRIPTION, description);
	option(&b, IF_TSRESOL, (const uint8_t[]){9}, 1);
	return end(&b, f);
}

bool pcapng_begin(FILE *f, const char *imsi)
{
	const uint16_t version[2] = {1, 0};
	const int64_t unknown = -1;
	struct block b = begin(SHB);
	char comment[64];

	put32(&b, 0x1a2b3c4d);
	put(&b, version, 4);
	put(&b, &unknown, 8);
	snprintf(comment, sizeof comment, "packets of %s", imsi);
	option_text(&b, OPT_COMMENT, comment);
	option_text(&b, SHB_USERAPPL, "mcorectl " MCORE_VERSION);
	return end(&b, f) && put_interface(f, "uplink", "from the device") &&
	       put_interface(f, "downlink", "to the device");
}

bool pcapng_packet(FILE *f, const struct pcapng_packet *p)
{
	const uint32_t flags = p->down ? 2 : 1; /* inbound is what the device sent */
	const uint64_t action = p->action;
	struct block b = begin(EPB);
	uint8_t verdict[9] = {VERDICT_XDP};

	memcpy(verdict + 1, &action, 8);
	put32(&b, p->down);
	put32(&b, (uint32_t)(p->time_ns >> 32));
	put32(&b, (uint32_t)p->time_ns);
	put32(&b, p->n);
	put32(&b, p->len);
	put(&b, p->data, p->n);
	option_text(&b, OPT_COMMENT, p->comment);
	option(&b, EPB_FLAGS, &flags, 4);
	option(&b, EPB_VERDICT, verdict, sizeof verdict);
	return end(&b, f);
}
