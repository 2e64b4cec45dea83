#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packets spread over CPUs: each is worked on by the CPU of its device and no other, both ways and on
# dedicated bearers, none is counted twice, and what a CPU cannot take in time is counted, too. SHORT=1
# leaves out what starts often.
. "$(dirname "$0")/lib.sh"
numbered=$LAB_BUILD/tests/net/numbered
[ -x "$numbered" ] || skip "$numbered is not built"
[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
UPLINK=0 DOWNLINK=1 # numbers of the reasons

lab_up
lab_config 's|^  mode: auto|&\n  cpus: [1]\n  cpu_queue: 64|' 's|\(ipv4: 10\.4[56]\.0\.0\)/16|\1/24|' \
	's|\(ipv6: 2001:db8:4[56]::\)/48|\1/56|' 's|^\( *\)keeper:.*|&\n\1keep: 300s|'
lab_start || exit 1
add_sims 2 >/dev/null
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 iot)
check "it is told over which CPUs" logged 'datapath.*spread over CPUs 1"'
check "two devices attach" wait_for 60 registered 2
check "mcored keeps off it" is 0 eval "taskset -pc $LAB_MCORED | grep -oE '[0-9,-]+$'"
check "packets flow" wait_for 30 ping_ue 1 198.51.100.2 0.1 1
check "and of the other" wait_for 30 ping_ue 2 198.51.100.2 0.1 1

# on_cpu CPU REASON: packets that it counted.
on_cpu() {
	bpftool -j map dump pinned "$LAB_PIN"/v*/reasons |
		jq ".[$2].formatted.values[$1].value.packets"
}
# counts: of both CPUs, up and down.
counts() { echo "$(on_cpu 0 $UPLINK) $(on_cpu 0 $DOWNLINK) $(on_cpu 1 $UPLINK) $(on_cpu 1 $DOWNLINK)"; }
# goes_to CPU UE: ten packets and their answers are that CPU's, and the other's counts stay.
goes_to() {
	local a b i
	read -r -a a <<<"$(counts)"
	ping_ue "$2" 198.51.100.2 0.02 10 || return 1
	read -r -a b <<<"$(counts)"
	echo "before ${a[*]}, after ${b[*]}"
	for i in 0 1 2 3; do
		[ $((b[i] - a[i])) = $((i / 2 == $1 ? 10 : 0)) ] || return 1
	done
}
check "the listed CPU does all of the work" goes_to 1 1
check "for every device" goes_to 1 2

# A CPU that is kept from its queue: what finds no room is counted, and nothing else is lost. A few
# packets are others.
came() { ip -n "$LAB-core" -s -j link show s1u | jq ".[0].stats64.rx.packets"; }
flood() {
	local up full hog sent came
	up=$(on_cpu 1 $UPLINK) full=$(reason cpu_full) came=$(came)
	timeout -s KILL 1.3 taskset -c 1 chrt -f 50 sh -c 'while :; do :; done' &
	hog=$!
	nsenter --net="/run/netns/$LAB-ue1" -- "$numbered" send 198.51.100.2 7000 2000 >"$LAB_DIR/sent" &
	sent=$!
	lab_pids+=("$hog" "$sent")
	sleep 1
	kill "$sent"
	wait "$sent" "$hog" 2>/dev/null
	sleep 0.5
	came=$(($(came) - came)) up=$(($(on_cpu 1 $UPLINK) - up)) full=$(($(reason cpu_full) - full))
	echo "$(cat "$LAB_DIR/sent"), $came came, $up went on, $full found no room"
	[ "$full" -gt 0 ] && [ "$up" -gt 0 ] && [ $((came - up - full)) -gt -20 ] && [ $((came - up - full)) -lt 20 ]
}
check "what a CPU cannot take in time is counted" flood
check "and then packets flow" ping_ue 1 198.51.100.2

# Two CPUs: which one is the device's slot's affair.
restarted() { # SED: with another configuration
	sed -i "$1" "$LAB_DIR/mcored.yaml"
	lab_stop
	lab_start
}
check "another list is taken up by a restart" restarted 's|cpus: \[1\]|cpus: [0-1]|'
check "and told" logged 'datapath.*spread over CPUs 0,1"'
check "packets flow" wait_for 30 ping_ue 1 198.51.100.2 0.1 1
# slots N: of the Nth SIM, by EBI.
slots() {
	bpftool -j map dump pinned "$LAB_PIN"/v*/imsis | jq -r --arg i "$(imsi "$1")" '
		.[].formatted | select(.key.imsi | tostring | contains($i)) | .value.slot[] | select(. != 4294967295)'
}
cpu_of() { echo $(($(slots "$1" | head -n 1) % 256 % 2)); }
different() { echo "$(cpu_of 1), $(cpu_of 2)"; [ "$(cpu_of 1)" != "$(cpu_of 2)" ]; }
check "two devices are two CPUs' work" different
check "one's packets go to its CPU" goes_to "$(cpu_of 1)" 1
check "the other's to its" goes_to "$(cpu_of 2)" 2
for ue in 1 2; do
	check "device $ue gets a dedicated bearer" ctl bearer add "$(imsi $ue)" video qci 5 filter "both proto 17"
	together() { wait_for 5 eval "[ \"\$(slots $ue | wc -l)\" = 2 ]" && slots $ue && is "$(cpu_of $ue)" eval "slots $ue | awk '{ print \$1 % 256 % 2 }' | sort -u"; }
	check "whose slot is of the same CPU" together
done

# Two starts in vain, each with maps of its own: what was attached before forwards on.
in_vain() {
	local net
	lab_stop
	cp "$LAB_DIR/mcored.yaml" "$LAB_DIR/good.yaml"
	for net in 10.45.1.0 10.45.2.0; do
		sed -e "s|10.45.0.0/24|$net/24|" -e 's|name: sgi,|name: nosuch,|' "$LAB_DIR/good.yaml" >"$LAB_DIR/mcored.yaml"
		lab_start >/dev/null && return 1
		ls "$LAB_PIN"/v*/worker_old || return 1
	done
	cp "$LAB_DIR/good.yaml" "$LAB_DIR/mcored.yaml"
	LAB_MCORED=
	grep 'interface nosuch does not exist' "$LAB_DIR/mcored.log" && ping_ue 1 198.51.100.2
}
[ -n "${SHORT-}" ] || check "two starts that fail cost no packet" in_vain
again() { lab_start && ! ls "$LAB_PIN"/v*/worker_old && wait_for 60 registered 2 && wait_for 30 ping_ue 1 198.51.100.2 0.1 1; }
[ -n "${SHORT-}" ] || check "then it starts, with sessions anew" again

# A device that does not do native XDP: all is attached in generic mode, and packets stay where they are.
generic() {
	lab_stop
	ip -n "$LAB-core" addr flush dev sgi
	ip -n "$LAB-core" link set sgi down # 6.1 wants it so
	ip -n "$LAB-core" link set sgi name sgi0
	ip -n "$LAB-core" link set sgi0 up
	ip -n "$LAB-core" link add link sgi0 name sgi type macvlan mode passthru
	ip -n "$LAB-core" link set sgi up
	lab_address core sgi 198.51.100.1/24 2001:db8:ff::1/64
	mark
	lab_start
}
check "an interface without native XDP is no hindrance" generic
check "it is told that packets are not spread" logged 'datapath.cpu text="datapath.cpus is not used'
check "what is attached says so, too" logged 'generic on s1u, generic on sgi"'
check "packets flow" wait_for 30 ping_ue 1 198.51.100.2 0.1 1
finish
