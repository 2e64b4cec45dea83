#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# N times (10; N=100 for the long run) each of what must not cost a packet: the daemon killed and started,
# with the programs that are there and with those of a newer build in their place; and the devices' policy
# changed. Meanwhile numbered packets go both ways through XDP, PPS (1000) a second: none is lost, none
# overtakes another, and the kernel's counters go on where they were.
. "$(dirname "$0")/lib.sh"
N=${N:-10} PPS=${PPS:-1000}
numbered=$LAB_BUILD/tests/net/numbered
[ -x "$numbered" ] || skip "$numbered is not built"

lab_up
lab_config 's/level: info/level: warn/' "s|^\\(  object:\\).*|\\1 $LAB_DIR/mcore.bpf.o|"
# Another build, as far as mcored can tell, each time.
newer_build() {
	{ cat "$LAB_BUILD/mcore.bpf.o"; echo "$((++builds))"; } >"$LAB_DIR/mcore.bpf.o.new"
	mv "$LAB_DIR/mcore.bpf.o.new" "$LAB_DIR/mcore.bpf.o"
}
builds=0
newer_build
lab_start || exit 1
add_sims 1 >/dev/null
# shellcheck disable=SC2046
ransim_run $(device 1 iot)
check "a device attaches" wait_for 10 registered 1
check "packets flow" wait_for 5 ping_ue 1 198.51.100.2 0.1 1
IP=$(session 1 ue4)

# From here on the eNodeB is its user plane alone: one whose S1 association broke with each kill would
# release its device, which is not what is measured here.
user_plane_alone() {
	local core_teid enb_teid
	core_teid=$(session 1 teid) enb_teid=$(session 1 peer_teid)
	kill -9 "$LAB_MCORED" "$RANSIM"
	wait "$LAB_MCORED" "$RANSIM" 2>/dev/null
	spawn ran "$LAB_BUILD/tests/net/gtpu_peer" "/run/netns/$LAB-ue1" ue1 10.10.0.2 10.10.0.1 "$core_teid" "$enb_teid"
	wait_for 5 ue 1 ip link show ue1 || return 1
	ue 1 ip addr add "$IP/32" dev ue1
	ue 1 ip link set ue1 up
	ue 1 ip route replace default dev ue1
	lab_start
}
check "its eNodeB is a user plane alone" user_plane_alone
check "and packets flow" wait_for 5 ping_ue 1 198.51.100.2 0.1 1

# The kernel's own count for the device, whoever runs.
counted() { awk -v i="$(imsi 1)" '$1 == i { print $6 + $8 }' "$LAB_PIN/subscribers"; }
# stream_on: numbered packets from the device and to it. stream_off "WHAT": ends them and judges.
stream_on() {
	nsenter --net="/run/netns/$LAB-inet" -- "$numbered" receive 7000 >"$LAB_DIR/up.got" &
	up_got=$!
	nsenter --net="/run/netns/$LAB-ue1" -- "$numbered" receive 7001 >"$LAB_DIR/down.got" &
	down_got=$!
	wait_for 5 grep -q ready "$LAB_DIR/up.got" && wait_for 5 grep -q ready "$LAB_DIR/down.got"
	first=$(counted)
	nsenter --net="/run/netns/$LAB-ue1" -- "$numbered" send 198.51.100.2 7000 "$PPS" >"$LAB_DIR/up.sent" &
	up_sent=$!
	nsenter --net="/run/netns/$LAB-inet" -- "$numbered" send "$IP" 7001 "$PPS" >"$LAB_DIR/down.sent" &
	down_sent=$!
	lab_pids+=("$up_got" "$down_got" "$up_sent" "$down_sent")
}
field() { grep -oE "\\b$2=[0-9]+" "$LAB_DIR/$1" | cut -d= -f2; }
whole() { # up|down
	cat "$LAB_DIR/$1.sent" "$LAB_DIR/$1.got"
	[ "$(field "$1.sent" sent)" -gt "$PPS" ] && [ "$(field "$1.got" received)" = "$(field "$1.sent" sent)" ] &&
		[ "$(field "$1.got" late) $(field "$1.got" twice)" = "0 0" ]
}
continuous() {
	local sent=$(($(field up.sent sent) + $(field down.sent sent))) now
	now=$(counted)
	echo "counted $((now - first)) more, sent $sent"
	[ $((now - first)) = "$sent" ]
}
stream_off() {
	kill "$up_sent" "$down_sent"
	wait "$up_sent" "$down_sent" 2>/dev/null
	sleep 0.3
	kill "$up_got" "$down_got"
	wait "$up_got" "$down_got" 2>/dev/null
	check "$1: no packet up is lost or overtaken" whole up
	check "$1: no packet down is lost or overtaken" whole down
	check "$1: the kernel's counters go on" continuous
	echo "# $1: $(tr '\n' ' ' <"$LAB_DIR/up.got")"
}

check "a stream both ways" stream_on
sleep 2
stream_off "without any disturbance"

# killed_and_started BETWEEN: with that done before each start; the programs are others in the end, or not.
killed_and_started() {
	local i programs before
	before=$(program_ids)
	for ((i = 0; i < N; i++)); do
		kill -9 "$LAB_MCORED"
		wait "$LAB_MCORED" 2>/dev/null
		"$1"
		lab_start || return 1
		programs=$(program_ids)
		[ "$1" = newer_build ] && before+=$programs
	done
	echo "programs $before"
	echo "at last $programs"
	[ "$(session 1 ue4)" = "$IP" ] || return 1
	if [ "$1" = newer_build ]; then
		[ "$(grep -oE '[0-9]+' <<<"$before" | sort -u | wc -l)" = $((3 * (N + 1))) ]
	else
		[ "$programs" = "$before" ]
	fi
}
a_while() { sleep 0.1; }
program_ids() { ip -n "$LAB-core" -d link show | grep -oE 'prog/xdp id [0-9]+' | tr '\n' ' '; }
check "a stream both ways" stream_on
check "$N times the daemon is killed and started, the programs replaced by a newer build's" killed_and_started newer_build
stream_off "killed and started anew"
check "a stream both ways" stream_on
check "$N times the daemon is killed and started with the programs that are there" killed_and_started a_while
stream_off "killed and started"

# Stopped in order.
stopped_and_started() {
	local i
	for ((i = 0; i < N / 2 + 1; i++)); do
		lab_stop
		a_while
		lab_start || return 1
	done
}
check "a stream both ways" stream_on
check "$((N / 2 + 1)) times it is stopped and started" stopped_and_started
stream_off "stopped and started"

# Its profile's rules, marks and rate change, so that the kernel meets another filter each time.
policy_changed() {
	local i filter last=0
	for ((i = 1; i <= N; i++)); do
		cat >"$LAB_DIR/policy.yaml" <<-END
			profiles:
			  - name: stream
			    rate: {up: $((40 + i % 7))mbit, down: $((40 + i % 5))mbit}
			    rules:
			      - deny up 198.51.100.2 tcp port $i
			      - mark $((i % 64)) down udp device-port 7001
			      - allow udp
			apns:
			  - {name: iot, profile: stream}
		END
		ctl policy apply "$LAB_DIR/policy.yaml" >"$LAB_DIR/apply" || { cat "$LAB_DIR/apply"; return 1; }
		[ "$(session 1 policy)" = stream ] || return 1
		filter=$(bpftool -j map dump pinned "$LAB_PIN"/v*/policies | jq '[.[].formatted.value.filter] | max')
		echo "filter $filter"
		[ "$filter" -gt 0 ] && [ "$filter" != "$last" ] || return 1
		last=$filter
		sleep 0.2 # packets meet each
	done
	[ "$(ctl -j policy versions | jq '.versions | map(.version) | max')" = "$N" ]
}
check "a stream both ways" stream_on
check "$N times its policy is changed" policy_changed
stream_off "policy changed"

# And with packets spread over CPUs.
spread() {
	sed -i 's|^  mode: auto|&\n  cpus: [1]|' "$LAB_DIR/mcored.yaml"
	lab_stop
	lab_start && ctl version | grep 'spread over CPUs 1'
}
if [ "$(nproc)" -ge 2 ]; then
	check "packets are spread over CPUs" spread
	check "a stream both ways" stream_on
	check "$N times the daemon is killed and started, the programs replaced by a newer build's" killed_and_started newer_build
	stream_off "spread over CPUs, killed and started"
fi
finish
