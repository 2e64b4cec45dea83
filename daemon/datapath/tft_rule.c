/* SPDX-License-Identifier: Apache-2.0 */
/* A packet filter as the kernel looks at it: addresses with masks as a packet has them, ports as
 * ranges, and what it does not look at with a mask of nothing. */
#include <string.h>

#include "datapath/tft_rule.h"

static uint32_t be(const uint8_t *p, unsigned n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* An address as loaded from a packet, and its mask. */
static void put_address(__u64 to[2], __u64 mask_to[2], const uint8_t *addr, const uint8_t *mask,
			unsigned n)
{
	memset(to, 0, 16);
	memset(mask_to, 0, 16);
	memcpy(to, addr, n);
	memcpy(mask_to, mask, n);
}

static void put_prefix(__u64 to[2], __u64 mask_to[2], const uint8_t *addr, unsigned length)
{
	uint8_t mask[16] = {0};

	for (unsigned i = 0; i < length && i < 128; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	put_address(to, mask_to, addr, mask, 16);
}

static void put_ports(struct tft_rule *r, const struct tft_filter *f)
{
	if (f->has & (TFT_BIT(local_port) | TFT_BIT(local_ports))) {
		bool one = f->has & TFT_BIT(local_port);

		r->fields |= TFT_RULE_LOCAL_PORT;
		r->local_port[0] = (uint16_t)be(one ? f->local_port : f->local_ports, 2);
		r->local_port[1] = (uint16_t)be(one ? f->local_port : f->local_ports + 2, 2);
	}
	if (f->has & (TFT_BIT(remote_port) | TFT_BIT(remote_ports))) {
		bool one = f->has & TFT_BIT(remote_port);

		r->fields |= TFT_RULE_REMOTE_PORT;
		r->remote_port[0] = (uint16_t)be(one ? f->remote_port : f->remote_ports, 2);
		r->remote_port[1] = (uint16_t)be(one ? f->remote_port : f->remote_ports + 2, 2);
	}
}

struct tft_rule tft_rule_of(const struct tft_filter *f, uint32_t slot, uint32_t next)
{
	const uint32_t v4 = TFT_BIT(remote4) | TFT_BIT(local4);
	const uint32_t v6 =
		TFT_BIT(remote6) | TFT_BIT(remote6mask) | TFT_BIT(local6) | TFT_BIT(flow_label);
	const uint32_t ethernet = TFT_BIT(mac_dst) | TFT_BIT(mac_src) | TFT_BIT(c_vid) |
				  TFT_BIT(s_vid) | TFT_BIT(c_pcp) | TFT_BIT(s_pcp) |
				  TFT_BIT(ethertype);
	struct tft_rule r = {
		.next = next,
		.slot = slot,
		.precedence = f->precedence,
		.direction = f->direction == TFT_OLD ? TFT_BOTH : f->direction,
		.id = f->id,
		.family = f->has & v4   ? 4
			  : f->has & v6 ? 6
					: 0,
	};

	if (f->has & ethernet)
		r.fields |= TFT_RULE_NEVER;
	if (f->has & TFT_BIT(remote4))
		put_address(r.remote, r.remote_mask, f->remote4, f->remote4 + 4, 4);
	if (f->has & TFT_BIT(local4))
		put_address(r.local, r.local_mask, f->local4, f->local4 + 4, 4);
	if (f->has & TFT_BIT(remote6mask))
		put_address(r.remote, r.remote_mask, f->remote6mask, f->remote6mask + 16, 16);
	if (f->has & TFT_BIT(remote6))
		put_prefix(r.remote, r.remote_mask, f->remote6, f->remote6[16]);
	if (f->has & TFT_BIT(local6))
		put_prefix(r.local, r.local_mask, f->local6, f->local6[16]);
	if (f->has & TFT_BIT(protocol)) {
		r.fields |= TFT_RULE_PROTOCOL;
		r.protocol = *f->protocol;
	}
	if (f->has & TFT_BIT(spi)) {
		r.fields |= TFT_RULE_SPI;
		r.spi = be(f->spi, 4);
	}
	if (f->has & TFT_BIT(flow_label)) {
		r.fields |= TFT_RULE_FLOW_LABEL;
		r.flow_label = be(f->flow_label, 3) & 0xfffff;
	}
	if (f->has & TFT_BIT(tos)) {
		r.tos = f->tos[0];
		r.tos_mask = f->tos[1];
	}
	put_ports(&r, f);
	return r;
}
