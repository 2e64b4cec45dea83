/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why the datapath did not simply forward a packet: one list that makes the enum, the text an
 * administrator reads, and the metric's label. Every packet ends with exactly one of these, and the
 * reason's verdict is what becomes of the frame: FORWARD it went on, rewritten; PASS to the kernel,
 * untouched; ANSWER sent back to where it came from; DROP; TAKE given to mcored whole, through the
 * ring buffer. Add a reason at the end: the numbers are in pinned maps. */
#ifndef MCORE_REASONS_H
#define MCORE_REASONS_H

/*      name              verdict  what it means, for people */
#define MCORE_REASONS(R)                                                                          \
	R(uplink,          FORWARD, "uplink packet decapsulated and forwarded")                   \
	R(downlink,        FORWARD, "downlink packet encapsulated and forwarded")                 \
	R(not_ours,        PASS,    "neither GTP-U nor for a device: left to the kernel")         \
	R(gtpu_echo,       ANSWER,  "GTP-U Echo Request answered")                                \
	R(gtpu_control,    PASS,    "other GTP-U message, given to mcored")                       \
	R(outer_fragment,  PASS,    "fragment of a GTP-U packet, given to the kernel to reassemble") \
	R(unknown_teid,    ANSWER,  "TEID not ours: Error Indication sent")                       \
	R(teid_unanswered, DROP,    "TEID not ours: no Error Indication (TEID 0, or too many)")   \
	R(wrong_peer,      DROP,    "GTP-U from an address that does not own the tunnel")         \
	R(bad_gtpu,        DROP,    "malformed GTP-U header")                                     \
	R(bad_inner,       DROP,    "inner packet is not a whole IPv4 or IPv6 packet")            \
	R(spoofed_source,  DROP,    "inner source address is not the device's own")               \
	R(gate_closed,     DROP,    "the device's gate is closed")                                \
	R(rate_up,         DROP,    "uplink rate of the device exceeded")                         \
	R(rate_down,       DROP,    "downlink rate of the device exceeded")                       \
	R(no_session,      DROP,    "address of a device that has no session")                    \
	R(idle,            DROP,    "device is idle, and cannot be reached for now")                 \
	R(ue_to_ue,        DROP,    "from one device to another")                                 \
	R(no_next_hop,     DROP,    "next hop's link-layer address not known yet")                \
	R(too_big,         ANSWER,  "does not fit the access network's MTU: ICMP sent to the sender") \
	R(too_big_pass,    PASS,    "does not fit, may be fragmented: given to the kernel")       \
	R(to_host,         FORWARD, "uplink packet handed to this machine's own stack")           \
	R(slow_path,       TAKE,    "uplink packet that mcored answers (router solicitation)")    \
	R(ttl,             PASS,    "TTL or hop limit reached zero: given to the kernel, which tells the sender") \
	R(own_source,      DROP,    "downlink packet that claims a device or this core as its source") \
	R(internal,        DROP,    "kernel helper failed")                                       \
	R(not_routable,    DROP,    "inner destination that no router forwards (multicast, loopback)") \
	R(too_big_dropped, DROP,    "does not fit, and no ICMP may be sent (rate, size, or an ICMP error)") \
	R(unknown_extension, PASS,  "GTP-U extension header we must understand and do not, given to mcored") \
	R(event_lost,      DROP,    "packet for mcored, which did not read the ring buffer in time") \
	R(core_port,       DROP,    "a device speaks GTP, SCTP or Diameter to this machine")      \
	R(relay,           FORWARD, "G-PDU forwarded from one GTP-U tunnel to another")           \
	R(relay_end,       FORWARD, "End Marker forwarded from one GTP-U tunnel to another")      \
	R(relay_slow,      PASS,    "to be relayed by mcored: too big for the next hop, or an extension header ends here") \
	R(end_marker,      DROP,    "End Marker of a tunnel that ends here: nothing is to be done") \
	R(martian_source,  DROP,    "source address that nobody has (multicast, loopback, none)") \
	R(wrong_bearer,    DROP,    "uplink packet on a dedicated bearer whose TFT it does not match") \
	R(filtered,        DROP,    "a rule of the device's profile, or its default, denies it")  \
	R(quota,           DROP,    "the device's quota is used up")                              \
	R(walled,          DROP,    "quarantine or quota used up: not on the profile's wall list") \
	R(device_to_device, FORWARD, "from one device to another of its group, in one hop")       \
	R(idle_held,       TAKE,    "for an idle device: waits in mcored until it comes")         \
	R(idle_full,       DROP,    "for an idle device, for which as much waits as may")         \
	R(idle_lost,       DROP,    "for an idle device, and mcored did not take it in time")     \
	R(cpu_full,        DROP,    "for another CPU, whose queue has no room (bytes are not known)") \
	R(access_network,  DROP,    "from a device to the access network")

enum mcore_reason {
#define R(name, verdict, text) REASON_##name,
	MCORE_REASONS(R)
#undef R
	REASON_COUNT
};

enum mcore_verdict {
	VERDICT_FORWARD,
	VERDICT_PASS,
	VERDICT_ANSWER,
	VERDICT_DROP,
	VERDICT_TAKE,
};

#endif
