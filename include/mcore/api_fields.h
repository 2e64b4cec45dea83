/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the API shows: one line a field makes the member of the view struct that a role fills, the
 * JSON key the daemon sends, and the column or line that mcorectl prints with its help.
 *
 *   F(key, kind, where, "help")
 *
 * where: LIST fields are columns of a list; MORE fields are seen with -w and in the view of one.
 * kind (member type; JSON form; a zero value of those marked 0 is null in JSON, - for people):
 *   imsi    imsi_t             "001010000000001"
 *   word    const char *       text that outlives the call: names of states, algorithms     0
 *   text    char[104]          text, NUL-terminated                                          0
 *   number  uint64_t           integer
 *   hex     uint32_t           "0x0001a2b3"
 *   rate    uint64_t           bit/s, integer; 0 is "unlimited" for people
 *   bytes   uint64_t           octets, integer; 1.5M for people
 *   time    uint64_t           unix time in s, integer; local time for people                0
 *   ms      uint64_t           milliseconds, integer; people see a unit with the value, and no _ms
 *   flag    bool               true, false
 *   ip4     struct in_addr     "10.45.0.2"                                                   0
 *   ip6     struct in6_addr    "2001:db8::"                                                  0
 *   plmn    plmn_t             "00101"                                                       0
 *   tai     struct tai         "00101-0001", TAC in hex                                      0
 *   cell    struct ecgi        "00101-0019b01", ECI in hex                                   0
 *   guti    struct guti        "00101-8001-01-c0000001", MMEGI, MMEC, M-TMSI in hex          0 */
#ifndef MCORE_API_FIELDS_H
#define MCORE_API_FIELDS_H

#include <netinet/in.h>
#include "ids.h"

#define API_SOCKET "/run/mcore/mcored.sock"

/* A subscriber of the HSS. Keys are never shown: k and opc read "set". */
#define SIM_FIELDS(F)                                                                              \
	F(imsi,         imsi,   LIST, "IMSI")                                                      \
	F(msisdn,       text,   LIST, "MSISDN")                                                    \
	F(profile,      text,   LIST, "profile of the HSS")                                        \
	F(algorithm,    word,   LIST, "milenage or tuak")                                          \
	F(k,            word,   MORE, "\"set\" if there is a K")                                   \
	F(opc,          word,   MORE, "\"set\" if there is an OPc or TOPc")                        \
	F(amf,          text,   MORE, "authentication management field, hex")                      \
	F(ue4,          ip4,    LIST, "static IPv4 address")                                       \
	F(ue6,          ip6,    LIST, "static IPv6 /64")                                           \
	F(blocked,      flag,   LIST, "barred by the operator")                                    \
	F(access,       text,   MORE, "word that access rules name")                               \
	F(usage_type,   text,   MORE, "UE Usage Type: its dedicated core network")                 \
	F(routes,       text,   MORE, "networks behind the device (framed routes)")                \
	F(imeisv,       text,   MORE, "IMEISV last told by Update-Location")                       \
	F(visited_plmn, plmn,   MORE, "network it was last seen in")                               \
	F(seen,         time,   LIST, "last Update-Location")

/* A device's context in the MME. */
#define UE_FIELDS(F)                                                                               \
	F(imsi,         imsi,   LIST, "IMSI")                                                      \
	F(emm,          word,   LIST, "EMM state")                                                 \
	F(ecm,          word,   LIST, "ECM state")                                                 \
	F(procedure,    word,   LIST, "procedure under way")                                       \
	F(guti,         guti,   LIST, "GUTI")                                                      \
	F(tai,          tai,    LIST, "tracking area last seen in")                                \
	F(cell,         cell,   MORE, "cell last seen in")                                         \
	F(moved,        time,   MORE, "time it came to that cell")                                 \
	F(tai_before,   tai,    MORE, "tracking area before")                                      \
	F(cell_before,  cell,   MORE, "cell before")                                               \
	F(enb,          text,   LIST, "eNodeB, while connected")                                   \
	F(imeisv,       text,   MORE, "IMEISV")                                                    \
	F(usage_type,   text,   MORE, "UE Usage Type of its subscription, as far as known")        \
	F(integrity,    word,   MORE, "NAS integrity algorithm")                                   \
	F(ciphering,    word,   MORE, "NAS ciphering algorithm")                                   \
	F(mme_ue_s1ap_id, number, MORE, "MME UE S1AP ID")                                          \
	F(enb_ue_s1ap_id, number, MORE, "eNB UE S1AP ID")                                          \
	F(uplink_count,   number, MORE, "uplink NAS COUNT")                                        \
	F(downlink_count, number, MORE, "downlink NAS COUNT")                                      \
	F(ksi,            text,   MORE, "key set identifier of the NAS security context")          \
	F(ncc,            text,   MORE, "Next Hop Chaining Counter of its keys at the eNodeB")     \
	F(capability,     text,   MORE, "UE network capability, hex (TS 24.301 9.9.3.34)")         \
	F(secondary_up,   bytes,  MORE, "octets that secondary nodes carried, uplink")               \
	F(secondary_down, bytes,  MORE, "and downlink")                                            \
	F(radio_trace,    text,   MORE, "E-UTRAN Trace ID of a trace at its eNodeB")               \
	F(voice,          word,   MORE, "voice over its radio, if it was asked")                   \
	F(radio_capability, number, MORE, "octets of its UE Radio Capability that are kept")       \
	F(bearers,      number, LIST, "EPS bearers")                                               \
	F(since,        time,   MORE, "time of the attach")                                        \
	F(seen,         time,   LIST, "time of its last message")

/* A timer that runs for a device. */
#define TIMER_FIELDS(F)                                                                            \
	F(timer,        word,   LIST, "name in the specification")                                 \
	F(of,           text,   LIST, "procedure and step that it guards")                         \
	F(left_ms,      ms,     LIST, "time left")                                                 \
	F(tries,        number, LIST, "expiries so far")

/* A bearer as the MME has it. */
#define BEARER_FIELDS(F)                                                                           \
	F(ebi,          number, LIST, "EPS bearer identity")                                       \
	F(linked,       number, LIST, "that of the PDN connection's default bearer")               \
	F(apn,          text,   LIST, "APN")                                                       \
	F(state,        word,   LIST, "connected, idle, or pending: not accepted by the device yet") \
	F(ue4,          ip4,    LIST, "device's IPv4 address")                                     \
	F(ue6,          ip6,    LIST, "device's IPv6 /64")                                         \
	F(qci,          number, LIST, "QoS class")                                                 \
	F(arp,          number, MORE, "priority level")                                            \
	F(ambr_up,      rate,   MORE, "APN-AMBR uplink")                                           \
	F(ambr_down,    rate,   MORE, "APN-AMBR downlink")                                         \
	F(sgw_teid,     hex,    MORE, "S1-U TEID of the gateway")

/* A dedicated bearer at the PGW. */
#define DEDICATED_FIELDS(F)                                                                        \
	F(imsi,         imsi,   LIST, "IMSI")                                                      \
	F(name,         text,   LIST, "its rule")                                                  \
	F(apn,          text,   LIST, "APN")                                                       \
	F(state,        word,   LIST, "waiting, activating, active, modifying, ending")            \
	F(ebi,          number, LIST, "EPS bearer identity, 0 before the device has it")           \
	F(linked,       number, LIST, "that of the PDN connection's default bearer")               \
	F(qci,          number, LIST, "QoS class")                                                 \
	F(arp,          number, LIST, "priority level")                                            \
	F(gbr_up,       number, MORE, "guaranteed uplink, bit/s; 0: it shares the APN-AMBR")       \
	F(gbr_down,     number, MORE, "guaranteed downlink, bit/s")                                \
	F(mbr_up,       number, MORE, "uplink at most, bit/s")                                     \
	F(mbr_down,     number, MORE, "downlink at most, bit/s")                                   \
	F(filter,       text,   LIST, "its first packet filter")

/* The last thing that failed for a device. */
#define FAILURE_FIELDS(F)                                                                          \
	F(procedure,    text,   LIST, "procedure")                                                 \
	F(clause,       text,   MORE, "where it is specified")                                     \
	F(step,         text,   LIST, "step it failed in")                                         \
	F(cause,        text,   LIST, "cause")                                                     \
	F(cause_clause, word,   MORE, "where the cause is specified")                              \
	F(detail,       text,   LIST, "what was said or seen")                                     \
	F(enb,          text,   LIST, "eNodeB")                                                    \
	F(tai,          tai,    MORE, "tracking area")                                             \
	F(cell,         cell,   LIST, "cell")                                                      \
	F(time,         time,   LIST, "when")                                                      \
	F(times,        number, LIST, "how often in a row")                                        \
	F(proven,       flag,   MORE, "the device had proven its identity")                        \
	F(advice,       word,   LIST, "what can be done about it")

/* One thing that keeps a device from working, or that is worth knowing of it. */
#define FINDING_FIELDS(F)                                                                          \
	F(what,         text,   LIST, "what was found")                                            \
	F(advice,       word,   LIST, "what can be done about it")

/* An eNodeB with an S1 association. */
#define ENB_FIELDS(F)                                                                              \
	F(id,           text,   LIST, "global eNB id: 00101-0019b")                                \
	F(name,         text,   LIST, "name it gave")                                              \
	F(peer,         text,   LIST, "its address and port")                                      \
	F(state,        word,   LIST, "up, or why not")                                            \
	F(tais,         text,   LIST, "tracking areas it serves")                                  \
	F(ues,          number, LIST, "devices connected through it")                              \
	F(cells,        number, LIST, "cells that were heard")                                     \
	F(paging_drx,   number, MORE, "its default paging DRX, radio frames")                      \
	F(csgs,         number, MORE, "closed subscriber groups it has")                           \
	F(gnbs,         number, MORE, "en-gNBs connected to it")                                   \
	F(overload,     flag,   MORE, "it was told to hold traffic back")                          \
	F(streams,      number, MORE, "SCTP streams towards it")                                   \
	F(messages_in,  number, MORE, "S1AP messages received")                                    \
	F(messages_out, number, MORE, "S1AP messages sent")                                        \
	F(since,        time,   LIST, "time of its S1 Setup")

/* A cell that an eNodeB was heard from. */
#define ENB_CELL_FIELDS(F)                                                                         \
	F(cell,         cell,   LIST, "cell")                                                      \
	F(messages,     number, LIST, "messages that named it")                                    \
	F(seen,         time,   LIST, "the last of them")

/* Messages of an S1AP procedure, exchanged with an eNodeB. */
#define ENB_COUNT_FIELDS(F)                                                                        \
	F(procedure,    word,   LIST, "S1AP procedure, by its first message")                      \
	F(in,           number, LIST, "messages received")                                         \
	F(out,          number, LIST, "messages sent")

/* A cause that an eNodeB gave. */
#define ENB_CAUSE_FIELDS(F)                                                                        \
	F(cause,        word,   LIST, "cause (TS 36.413 9.2.1.3)")                                 \
	F(times,        number, LIST, "how often")

/* Where a device is, or was. */
#define PLACE_FIELDS(F)                                                                            \
	F(when,         word,   LIST, "now, or before")                                            \
	F(tai,          tai,    LIST, "tracking area")                                             \
	F(cell,         cell,   LIST, "cell")                                                      \
	F(since,        time,   LIST, "first heard there")                                         \
	F(until,        time,   LIST, "last heard there, or time it went")

/* Load of the MME, and what is done about it. */
#define OVERLOAD_FIELDS(F)                                                                         \
	F(active,       word,   LIST, "by load, by operator, or no")                               \
	F(action,       word,   LIST, "what eNodeBs are to hold back")                             \
	F(reduction,    number, LIST, "percent of that traffic, 0: all of it")                     \
	F(seconds,      number, LIST, "since it began")                                            \
	F(attach_rate,  number, LIST, "attaches in the last second")                               \
	F(latency,      ms,     LIST, "for which eNodeBs' messages wait to be taken up")               \
	F(ues,          number, LIST, "devices known")                                             \
	F(refused,      number, LIST, "requests refused with cause 22, ever")

/* A warning message. */
#define WARNING_FIELDS(F)                                                                          \
	F(id,           number, LIST, "message identifier (TS 23.041 9.4.1.2.2)")                  \
	F(serial,       text,   LIST, "serial number")                                             \
	F(state,        word,   LIST, "on, or why it ended")                                       \
	F(area,         text,   LIST, "cells, tracking areas or emergency areas")                  \
	F(period,       number, LIST, "repetition period, s")                                      \
	F(broadcasts,   number, LIST, "broadcasts ordered, 0: until killed")                       \
	F(pages,        number, MORE, "pages of its text")                                         \
	F(enbs,         number, LIST, "eNodeBs asked")                                             \
	F(broadcasting, number, LIST, "eNodeBs that broadcast it")                                 \
	F(cells,        number, LIST, "cells that do")                                             \
	F(since,        time,   LIST, "time of the order")

/* A warning message at one eNodeB. */
#define WARNING_ENB_FIELDS(F)                                                                      \
	F(id,           number, LIST, "message identifier")                                        \
	F(serial,       text,   LIST, "serial number")                                             \
	F(enb,          text,   LIST, "global eNB id")                                             \
	F(state,        word,   LIST, "what it made of it")                                        \
	F(cells,        number, LIST, "cells it is broadcast in")                                  \
	F(broadcasts,   number, LIST, "broadcasts it had when killed")                             \
	F(ecgis,        text,   LIST, "the cells, the first few")

/* A bearer in the datapath, as the kernel acts on it. */
#define SESSION_FIELDS(F)                                                                          \
	F(imsi,         imsi,   LIST, "IMSI")                                                      \
	F(apn,          text,   LIST, "APN")                                                       \
	F(ebi,          number, LIST, "EPS bearer identity")                                       \
	F(ue4,          ip4,    LIST, "device's IPv4 address")                                     \
	F(ue6,          ip6,    LIST, "device's IPv6 /64")                                         \
	F(routes,       text,   MORE, "networks behind the device (framed routes)")                \
	F(state,        word,   LIST, "connected, or idle (no radio bearer)")                      \
	F(teid,         hex,    MORE, "our TEID")                                                  \
	F(peer_teid,    hex,    MORE, "the peer's TEID")                                           \
	F(peer,         text,   LIST, "GTP-U address of the eNodeB")                               \
	F(gate_up,      word,   MORE, "uplink gate")                                               \
	F(gate_down,    word,   MORE, "downlink gate")                                             \
	F(rate_up,      rate,   MORE, "uplink limit, bit/s")                                       \
	F(rate_down,    rate,   MORE, "downlink limit, bit/s")                                     \
	F(policy,       text,   MORE, "profile of the policy")                                     \
	F(quarantine,   flag,   MORE, "only its profile's wall is reached")                        \
	F(quota,        bytes,  MORE, "octets of its quota, 0: none")                              \
	F(quota_left,   bytes,  MORE, "octets of it that are left")                                \
	F(exhausted,    flag,   MORE, "a packet did not fit into it any more")                     \
	F(packets_up,   number, LIST, "uplink packets")                                            \
	F(bytes_up,     bytes,  LIST, "uplink octets of inner packets")                            \
	F(packets_down, number, LIST, "downlink packets")                                          \
	F(bytes_down,   bytes,  LIST, "downlink octets of inner packets")                          \
	F(dropped,      number, LIST, "packets dropped, both ways")                                \
	F(slot,         number, MORE, "slot in the sessions map")                                  \
	F(since,        time,   MORE, "start of the session")                                      \
	F(idle_ms,      ms,     LIST, "since its last packet")

/* A profile of the policy in force. */
#define POLICY_FIELDS(F)                                                                           \
	F(name,         text,   LIST, "profile")                                                   \
	F(sessions,     number, LIST, "sessions held to it")                                       \
	F(devices,      number, LIST, "devices that have it of their own")                         \
	F(rules,        number, LIST, "rules")                                                     \
	F(wall,         number, MORE, "entries of its wall")                                       \
	F(rate_up,      rate,   LIST, "uplink limit, bit/s")                                       \
	F(rate_down,    rate,   LIST, "downlink limit, bit/s")                                     \
	F(quota,        bytes,  LIST, "octets in a period, 0: no quota")                           \
	F(then,         word,   LIST, "what follows an exhausted quota")                           \
	F(group,        number, LIST, "whose devices may talk to each other, 0: none")

#define POLICY_VERSION_FIELDS(F)                                                                   \
	F(version,      number, LIST, "version")                                                   \
	F(time,         time,   LIST, "when it was applied")                                       \
	F(author,       text,   LIST, "by whom")                                                   \
	F(note,         text,   LIST, "what for")

/* What a device has of its own; what it has not is its profile's. */
#define POLICY_DEVICE_FIELDS(F)                                                                    \
	F(imsi,         imsi,   LIST, "IMSI")                                                      \
	F(profile,      text,   LIST, "profile of its own, else its APN's")                        \
	F(gate_up,      word,   LIST, "uplink gate")                                               \
	F(gate_down,    word,   LIST, "downlink gate")                                             \
	F(quarantine,   flag,   LIST, "only the wall is reached")                                  \
	F(rate_up,      rate,   LIST, "uplink limit of its own, bit/s")                            \
	F(rate_down,    rate,   LIST, "downlink limit of its own, bit/s")                          \
	F(quota,        bytes,  LIST, "quota of its own, 0: its profile's")

/* An APN's address pool. */
#define POOL_FIELDS(F)                                                                             \
	F(apn,          text,   LIST, "APN")                                                       \
	F(size,         number, LIST, "addresses to give out")                                     \
	F(in_use,       number, LIST, "given out, or kept for SIMs with a static address")         \
	F(free,         number, LIST, "left")

/* A GTP-U peer (eNodeB, gateway), or somebody who sends GTP-U and has no tunnel. */
#define PEER_FIELDS(F)                                                                             \
	F(address,      text,   LIST, "its GTP-U address")                                         \
	F(state,        word,   LIST, "up or down by Echo, unknown (no answer yet), unused (no tunnel any more), stranger") \
	F(tunnels,      number, LIST, "bearers and relays on it")                                  \
	F(device,       text,   LIST, "interface towards it")                                      \
	F(resolved,     flag,   MORE, "its next hop's link-layer address is known")                \
	F(mtu,          number, MORE, "of the path, IP headers included")                          \
	F(rtt_us,       number, LIST, "round trip of the last Echo, microseconds")                 \
	F(since,        time,   MORE, "time of its state")                                         \
	F(packets_up,   number, LIST, "packets from it, of its tunnels, since mcored started")     \
	F(bytes_up,     bytes,  MORE, "their octets, of inner packets")                            \
	F(packets_down, number, LIST, "packets to it")                                             \
	F(bytes_down,   bytes,  MORE, "their octets, of inner packets")                            \
	F(echo_sent,    number, MORE, "Echo Requests sent")                                        \
	F(echo_answered, number, MORE, "Echo Responses received")                                  \
	F(failures,     number, LIST, "times that its path went down")                             \
	F(errors,       number, LIST, "Error Indications from it")                                 \
	F(errors_sent,  number, MORE, "Error Indications to it")                                   \
	F(unknown_teid, number, LIST, "G-PDUs from it for a TEID that is not ours")                \
	F(wrong_peer,   number, LIST, "G-PDUs from it for another's tunnel")

/* A pool of objects in mcored's memory. */
#define MEMORY_FIELDS(F)                                                                           \
	F(pool,         word,   LIST, "type of object")                                            \
	F(size,         number, LIST, "octets of one")                                             \
	F(in_use,       number, LIST, "in use")                                                    \
	F(peak,         number, LIST, "most ever in use")                                          \
	F(limit,        number, LIST, "configured ceiling, 0: none")                               \
	F(refused,      number, LIST, "refused at the ceiling")                                    \
	F(bytes,        bytes,  LIST, "taken from the system")

/* An access rule: the first that fits a device decides. */
#define ACCESS_FIELDS(F)                                                                           \
	F(number,       number, LIST, "place in the order")                                        \
	F(source,       word,   LIST, "store (mcorectl access) or file (configuration)")           \
	F(rule,         text,   LIST, "the rule")                                                  \
	F(cause,        number, MORE, "EMM cause told, 0: none")                                   \
	F(hits,         number, LIST, "times that it decided")                                     \
	F(device,       word,   MORE, "what a device does that is told the cause")

/* The MME itself. */
#define MME_FIELDS(F)                                                                              \
	F(name,         text,   LIST, "MME Name")                                                  \
	F(gummei,       text,   LIST, "PLMN, group, code in hex; others that it is, too")          \
	F(plmns,        text,   LIST, "served beside that one")                                    \
	F(tais,         text,   LIST, "tracking areas served, TAC in hex")                         \
	F(s1,           text,   LIST, "addresses that eNodeBs connect to")                         \
	F(sctp,         word,   LIST, "kernel, or usrsctp where the kernel has none")              \
	F(capacity,     number, LIST, "relative capacity told to eNodeBs; 0 while it is drained")  \
	F(enbs,         number, LIST, "eNodeBs set up")                                            \
	F(ues,          number, LIST, "devices known")                                             \
	F(max_ues,      number, LIST, "devices known at most, 0: no ceiling")                      \
	F(connected,    number, LIST, "devices with an S1 connection")                             \
	F(drain,        word,   LIST, "off; releasing those that are connected; waiting for the others") \
	F(overload,     word,   LIST, "by load, by operator, or no")

/* An MME that is emptied for the others of its pool. */
#define DRAIN_FIELDS(F)                                                                            \
	F(state,        word,   LIST, "off; releasing those that are connected; waiting for the others") \
	F(capacity,     number, LIST, "relative capacity told to eNodeBs")                         \
	F(rate,         number, LIST, "devices sent away a second, at most")                       \
	F(since,        time,   LIST, "start")                                                     \
	F(sent,         number, LIST, "devices sent away")                                         \
	F(connected,    number, LIST, "still to go, connected")                                    \
	F(idle,         number, LIST, "still to go, idle: at their next contact")                  \
	F(back,         number, LIST, "sent away, and not known to be elsewhere yet")

/* One step of a procedure, as it happens. */
#define TRACE_FIELDS(F)                                                                            \
	F(time_ms,      ms,     LIST, "unix time in ms")                                           \
	F(imsi,         imsi,   LIST, "IMSI")                                                      \
	F(procedure,    word,   LIST, "procedure")                                                 \
	F(step,         word,   LIST, "step it is in now")                                         \
	F(event,        word,   LIST, "what brought it there")                                     \
	F(took_ms,      ms,     LIST, "since the procedure began")                                 \
	F(cause,        word,   LIST, "cause, where it failed")                                    \
	F(detail,       text,   LIST, "more, key=value")

#define FIELD_KINDS(K)                                                                             \
	K(imsi) K(word) K(text) K(number) K(hex) K(rate) K(bytes) K(time) K(ms) K(flag) K(ip4)     \
	K(ip6) K(plmn) K(tai) K(cell) K(guti)

#define FIELD_KIND(kind) FIELD_##kind,
enum field_kind { FIELD_KINDS(FIELD_KIND) };
#undef FIELD_KIND
enum field_where { FIELD_LIST, FIELD_MORE };

#define FIELD_TYPE_imsi(key)   imsi_t key
#define FIELD_TYPE_word(key)   const char *key
#define FIELD_TYPE_text(key)   char key[104]
#define FIELD_TYPE_number(key) uint64_t key
#define FIELD_TYPE_hex(key)    uint32_t key
#define FIELD_TYPE_rate(key)   uint64_t key
#define FIELD_TYPE_bytes(key)  uint64_t key
#define FIELD_TYPE_time(key)   uint64_t key
#define FIELD_TYPE_ms(key)     uint64_t key
#define FIELD_TYPE_flag(key)   bool key
#define FIELD_TYPE_ip4(key)    struct in_addr key
#define FIELD_TYPE_ip6(key)    struct in6_addr key
#define FIELD_TYPE_plmn(key)   plmn_t key
#define FIELD_TYPE_tai(key)    struct tai key
#define FIELD_TYPE_cell(key)   struct ecgi key
#define FIELD_TYPE_guti(key)   struct guti key

#define FIELD_MEMBER(key, kind, where, help) FIELD_TYPE_##kind(key);
#define API_OBJECTS(O)                                                                             \
	O(sim, SIM_FIELDS)                                                                         \
	O(ue, UE_FIELDS)                                                                           \
	O(timer, TIMER_FIELDS)                                                                     \
	O(bearer, BEARER_FIELDS)                                                                   \
	O(dedicated, DEDICATED_FIELDS)                                                             \
	O(failure, FAILURE_FIELDS)                                                                 \
	O(finding, FINDING_FIELDS)                                                                 \
	O(enb, ENB_FIELDS)                                                                         \
	O(enb_cell, ENB_CELL_FIELDS)                                                               \
	O(enb_count, ENB_COUNT_FIELDS)                                                             \
	O(enb_cause, ENB_CAUSE_FIELDS)                                                             \
	O(place, PLACE_FIELDS)                                                                     \
	O(overload, OVERLOAD_FIELDS)                                                               \
	O(warning, WARNING_FIELDS)                                                                 \
	O(warning_enb, WARNING_ENB_FIELDS)                                                         \
	O(session, SESSION_FIELDS)                                                                 \
	O(policy, POLICY_FIELDS)                                                                   \
	O(policy_version, POLICY_VERSION_FIELDS)                                                   \
	O(policy_device, POLICY_DEVICE_FIELDS)                                                     \
	O(pool, POOL_FIELDS)                                                                       \
	O(peer, PEER_FIELDS)                                                                       \
	O(memory, MEMORY_FIELDS)                                                                   \
	O(mme, MME_FIELDS)                                                                         \
	O(drain, DRAIN_FIELDS)                                                                     \
	O(access, ACCESS_FIELDS)                                                                   \
	O(trace, TRACE_FIELDS)

/* struct sim_view, ue_view, and so on */
#define API_VIEW(object, fields) struct object##_view { fields(FIELD_MEMBER) };
API_OBJECTS(API_VIEW)
#undef API_VIEW

#endif
