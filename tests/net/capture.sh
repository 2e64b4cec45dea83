#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# mcorectl capture: a device's packets as XDP sees them, in pcapng that tshark reads; what was dropped and
# why; nothing of other devices; and an end however it comes about.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config
lab_start || exit 1
add_sims 2 >/dev/null
PCAP=$LAB_DIR/packets.pcapng

# shark FIELDS...: of the file, a packet a line, blanks between the fields.
shark() {
	local x args=()
	for x; do args+=(-e "$x"); done
	tshark -r "$PCAP" -T fields -E separator=' ' "${args[@]}" 2>"$LAB_DIR/tshark.err"
}
running() { [ "$(ctl -j memory | jq '[.memory[] | select(.pool == "capture") | .in_use] | add // 0')" = "$1" ]; }
begun() { running 1 || ! kill -0 "$1"; } # with "-t 1" it may have ended again
# while_capturing "ARGS" COMMAND...: the command, once the capture runs; then waits for its end.
while_capturing() {
	local args=$1 status
	shift
	wait_for 2 running 0 || { echo "the one before has not ended"; return 1; }
	# shellcheck disable=SC2086
	ctl capture $args 2>"$LAB_DIR/capture.err" >"$LAB_DIR/capture.out" &
	local pid=$!
	wait_for 5 begun $pid || { echo "none has begun"; return 1; }
	"$@" >/dev/null 2>&1
	wait $pid
	status=$?
	cat "$LAB_DIR/capture.err"
	return $status
}
pings() { ping_ue "$1" 198.51.100.2 0.1 "${2:-3}"; }
both_ping() { pings 1 && pings 2; }

# A device that attaches while its capture runs is captured. By IPv4 alone: with IPv6 its kernel has more to say
# than pings.
attaches() {
	# shellcheck disable=SC2046
	ransim_run $(device 1 iot pdn-type=ipv4) $(device 2 iot pdn-type=ipv4)
	wait_for 10 registered 2
	wait_for 5 pings 1 1
	pings 1
}
check "a capture begins before its device attaches" while_capturing "$(imsi 1) -w $PCAP -c 6 -t 20" attaches
check "that there is no session yet is said" grep -qx "mcorectl: $(imsi 1) has no session: .*" "$LAB_DIR/capture.err"
check "tshark reads six packets" is 6 eval 'shark frame.number | wc -l'
IP=$(session 1 ue4)
ways() { shark frame.interface_name ip.src ip.dst icmp.type | sort -u; }
check "each way on an interface of its own" is "downlink 198.51.100.2 $IP 0
uplink $IP 198.51.100.2 8" ways

check "packets of another device are not there" while_capturing "$(imsi 1) -w $PCAP -c 6" both_ping
check "but its own alone" is "downlink 198.51.100.2 $IP 0
uplink $IP 198.51.100.2 8" ways
comments() { shark frame.comment | sort | uniq -c | sed 's/^ *//'; }
check "comments have reason, verdict and APN" is "3 reason=downlink verdict=FORWARD apn=iot ebi=5
3 reason=uplink verdict=FORWARD apn=iot ebi=5" comments
verdicts() { shark frame.verdict.ebpf_xdp | sort -u; }
check "and the verdict is XDP_REDIRECT" is 4 verdicts
recent() { shark frame.time_epoch | awk -v now="$EPOCHREALTIME" '{ d = now - $1; bad += d < 0 || d > 60 } END { exit bad || !NR }'; }
check "times are now" recent

check "outer packets" while_capturing "$(imsi 1) -w $PCAP -c 6 --outer" pings 1
tunnels() { shark ip.src gtp.teid | sed 's/,.*\(0x.*\)/ \1/' | sort -u; }
teids="10.10.0.1 $(ctl -j session show "$(imsi 1)" | jq -r '.sessions[0].peer_teid')
10.10.0.2 $(ctl -j session show "$(imsi 1)" | jq -r '.sessions[0].teid')"
check "have both tunnels' TEIDs" is "$teids" tunnels
check "snap length" while_capturing "$(imsi 1) -w $PCAP -c 2 --snap 40" pings 1
cut_to() { shark frame.cap_len frame.len | sort -u; }
check "cuts packets and keeps their length" is "40 84" cut_to

# What is dropped, and why.
ue 1 ip addr add 10.99.0.1/32 dev ue1
spoof() { ue 1 ping -n -q -c 3 -i 0.1 -W 1 -I 10.99.0.1 198.51.100.2; pings 1 2; }
check "dropped packets, if asked for" while_capturing "$(imsi 1) -w $PCAP -c 7 --drops" spoof
reasons() { shark frame.verdict.ebpf_xdp frame.comment | sed 's/ verdict=.*//' | sort | uniq -c | sed 's/^ *//'; }
check "come with their reason" is "3 1 reason=spoofed_source
2 4 reason=downlink
2 4 reason=uplink" reasons
check "and else not" while_capturing "$(imsi 1) -w $PCAP -c 4" spoof
check "are left out" is "2 4 reason=downlink
2 4 reason=uplink" reasons
check "why counts them for this device" eval "ctl why $(imsi 1) | grep -q '6 packets dropped as spoofed_source'"

# Who sends most now.
top() { ctl -j top -n 1 -d 0.5 "$@"; }
nsenter --net="/run/netns/$LAB-ue1" -- ping -q -i 0.01 -c 600 198.51.100.2 >/dev/null &
busy=$!
first() { top -s packets | jq -r '.top[0] | [.imsi, .packets_per_second > 20, .bits_per_second_up > 1000, .connected] | join(" ")'; }
check "top: the busy device is first" is "$(imsi 1) true true true" first
last() { top -s packets -r | jq -r '.top[0].imsi'; }
check "top: or last" is "$(imsi 2)" last
both() { top -l 1 | jq -r '[.devices, .connected, (.top | length)] | join(" ")'; }
check "top: counts devices, shows as many as asked for" is "2 2 1" both
total() { top -s total | jq -r '.top[0] | .packets'; }
counted() { [ "$(total)" -le "$(($(session 1 packets_up) + $(session 1 packets_down)))" ] && [ "$(total)" -gt 20 ]; }
check "top: totals are the session's" counted
table() { ctl top -b -n 2 -d 0.3 | grep -cE "^$(imsi 1)  iot +$IP  +conn  +[0-9.]+k?  +[0-9.]+k?  +[0-9.]+  +0  +[0-9]+s$"; }
check "top: a table in batch" is 2 table
top_wrong() { ! ctl top -s what && ! ctl top -d 0 && ! ctl top 1; }
check "top: wrong arguments are told" top_wrong
# typed KEY: top on a terminal until the key, and how it leaves the terminal.
typed() {
	: >"$LAB_DIR/top.out"
	{ wait_for 10 grep -q "$(imsi 1)" "$LAB_DIR/top.out" && printf %b "$1"; } |
		timeout 30 script -qfec "trap : INT; '$LAB_BUILD/mcorectl' -s '$LAB_SOCKET' top -d 0.2; stty -a" \
			"$LAB_DIR/top.out" >/dev/null
	tail -n 8 "$LAB_DIR/top.out" | tr ' ;' '\n\n' | grep -xE -- '-?(isig|icanon|echo)' | sort | xargs
}
check "top: q ends it, the terminal is as it was" is "echo icanon isig" typed q
check "top: so does Ctrl-C" is "echo icanon isig" typed '\003'
kill $busy
wait $busy 2>/dev/null

# For people and programs.
lines() { grep -cE "^[0-9:.]+  (up|down)  +(uplink|downlink) +84  ICMP ($IP > 198.51.100.2|198.51.100.2 > $IP)$" "$LAB_DIR/capture.out"; }
check "lines for people" while_capturing "$(imsi 1) -c 4" pings 1
check "say who sends what to whom" is 4 lines
check "JSON" while_capturing "$(imsi 1) -c 2 -j" pings 1
json() { jq -r '[.direction, .reason, .verdict, .len, (.data | length)] | join(" ")' "$LAB_DIR/capture.out"; }
check "has the packet" is "up uplink FORWARD 84 112
down downlink FORWARD 84 112" json

# The end.
check "a capture ends after its time" while_capturing "$(imsi 1) -t 1" true
check "and is forgotten" wait_for 3 running 0
"$LAB_BUILD/mcorectl" -s "$LAB_SOCKET" capture "$(imsi 1)" >/dev/null 2>&1 &
client=$!
check "another begins" wait_for 3 running 1
kill -9 $client
wait $client 2>/dev/null
check "it ends with its client at once" wait_for 2 running 0
slot_flags() {
	local s
	s=$(session 1 slot)
	bpftool -j map lookup pinned "$(echo "$LAB_PIN"/v*/sessions)" key \
		$((s & 255)) $((s >> 8 & 255)) $((s >> 16 & 255)) 0 | jq '.formatted.value.flags'
}
check "the kernel copies nothing any more" is 0 slot_flags
no_such() { ! ctl capture "$(imsi 1)" -c 0 && ! ctl capture && ! ctl capture "$(imsi 1)" --what && ! ctl capture 12; }
check "wrong arguments are told" no_such
not_written() { ! ctl capture "$(imsi 1)" -w /nonexistent/file; }
check "a file that cannot be written is told" not_written
ran quit
finish
