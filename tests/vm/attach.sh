#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's stock kernel 6.1: its verifier takes the BPF object and the fixtures hold there, S1 runs
# over the kernel's SCTP, devices attach and their packets flow through XDP. This script runs itself
# again inside.
. "$(dirname "$0")/lib.sh"
inside || { in_vm "" "$0"; exit; }

lab_inside
fixtures() { "$BUILD/tests/bpf/fixtures" "$BUILD/mcore.bpf.o"; }
check "the BPF fixtures hold on this kernel" fixtures

lab_up
# Small pools make small maps, which bpftool prints in seconds even here.
slow_config
lab_start || exit 1
check "XDP is attached natively" logged 'attached="native on s1u, native on sgi"'
check "S1 is over the kernel's SCTP" logged 'mme.start .*sctp=kernel'
check "SIMs are added" add_sims 2
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet)
check "two devices attach" wait_for 60 registered 2
check "the eNodeB's SCTP is the kernel's too" saw 'event=s1.setup .*transport=kernel'
associated() { in_ns core cat /proc/net/sctp/assocs | tee /dev/stderr | grep -E ' 36412 .* 10\.10\.0\.1 .*<-> .*10\.10\.0\.2'; }
check "the kernel has the association" associated

# Packets.
slow_ping() { ue "$1" ping -n -q -c 3 -i 0.3 -W 10 "$2"; }
check "the next hop is found" wait_for 20 slow_ping 1 198.51.100.2
check "direct: ping" slow_ping 1 198.51.100.2
check "direct: ping by IPv6" wait_for 20 slow_ping 1 2001:db8:ff::2
check "masqueraded: ping" slow_ping 2 198.51.100.2
check "the gateway's address answers" slow_ping 1 10.46.0.1
head -c 1000000 /dev/urandom >"$LAB_DIR/data"
listens() { in_ns "$1" ss -Hltn "sport = :$2" | grep -q .; }
# A million octets come out as they went in.
down() { # UE PORT
	in_ns inet busybox nc -l -p "$2" <"$LAB_DIR/data" &
	local server=$!
	wait_for 20 listens inet "$2"
	ue "$1" timeout 60 bash -c "exec 3<>/dev/tcp/198.51.100.2/$2; cat <&3" >"$LAB_DIR/got"
	kill "$server" 2>/dev/null
	cmp "$LAB_DIR/got" "$LAB_DIR/data"
}
up() {
	in_ns inet busybox nc -l -p "$2" >"$LAB_DIR/got" </dev/null &
	local server=$!
	wait_for 20 listens inet "$2"
	ue "$1" timeout 60 bash -c "cat '$LAB_DIR/data' >/dev/tcp/198.51.100.2/$2"
	wait "$server"
	cmp "$LAB_DIR/got" "$LAB_DIR/data"
}
check "direct: TCP down" down 1 5001
check "direct: TCP up" up 1 5002
check "masqueraded: TCP down" down 2 5003
check "masqueraded: TCP up" up 2 5004

# What a person reads.
dumped() { # N: bpftool's dump of the session; a slot with TEID 0 is not in use
	bpftool -j map dump pinned "$LAB_PIN"/v*/sessions |
		jq -e --arg i "$(imsi "$1")" '[.[].formatted.value | select(.imsi == $i and .teid != 0)][0] // empty' \
			>"$LAB_DIR/session"
}
readable() { dumped "$1" && jq -e --arg a "$2" '.apn == $a and .up.packets > 0 and .down.packets > 0' "$LAB_DIR/session"; }
not_dumped() { dumped "$1"; [ $? = 4 ]; } # jq's code for no output
check "bpftool shows a session in plain words" readable 1 iot
check "cat on bpffs shows both" is 2 grep -c connected "$LAB_PIN/subscribers"
counted() { ctl session show "$(imsi 1)"; [ "$(session 1 bytes_up)" -gt 1000000 ] && [ "$(session 1 bytes_down)" -gt 1000000 ]; }
check "the session counted its octets" counted

ran detach 1
check "a device detaches" wait_for 30 registered 1
check "its session is gone from the map" wait_for 10 not_dumped 1
ran quit
check "when all are off, nothing is left" all_gone 30
finish
