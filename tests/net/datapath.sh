#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The datapath alone, end to end: real frames from a GTP-U peer through XDP to a host on the Internet
# side and back, without the signalling. dpctl stands for mcored, gtpu_peer for an eNodeB with one
# device in a network namespace of its own.
#
#   ue --tun-- enb ==GTP-U== s1u [core] sgi -- inet
#
# SCENARIOS="native generic ..." runs those alone. Under tools like vmrun: VLANS=1 LIBXDP=1 say that the
# kernel has 802.1Q and lets libxdp's dispatcher work.
set -uo pipefail
TOP=$(cd "$(dirname "$0")/../.." && pwd)
B=${BUILD:-$TOP/build}
L=dp$((RANDOM % 1000))
W=$(mktemp -d)
PINS=/sys/fs/bpf/$L
passed=0 failed=0 skipped=0
pids=()

skip() { echo "skip: datapath: $*"; echo "0 passed, 0 failed, 1 skipped"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
for f in tests/net/dpctl tests/net/gtpu_peer mcore.bpf.o; do
	[ -e "$B/$f" ] || skip "$B/$f is not built"
done

in_ns() { nsenter --net="/run/netns/$L-$1" -- "${@:2}"; }
fail_log() { tail -n 12 "$W/dp.log" "$W/dp.err" "$W/peer.log" 2>/dev/null | sed 's/^/#   /'; }
check() {
	local what="$scenario: $1"
	shift
	if "$@" >"$W/check.log" 2>&1; then
		echo "ok - datapath: $what"
		passed=$((passed + 1))
	else
		echo "not ok - datapath: $what"
		tail -n 12 "$W/check.log" | sed 's/^/#   /'
		fail_log
		failed=$((failed + 1))
	fi
}
skip_one() { echo "ok - datapath: $scenario # SKIP $*"; skipped=$((skipped + 1)); }

end_pids() {
	local p
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null && wait "$p" 2>/dev/null; done
	pids=()
}
lab_down() {
	local n
	end_pids
	for n in ue enb core inet; do ip netns del "$L-$n" 2>/dev/null; done
	[ -d "$PINS" ] && rm -rf "$PINS"
	return 0
}
trap 'lab_down; rm -rf "$W"' EXIT
trap 'exit 130' INT TERM

# veth pair NAME in core, FAR at the other end in namespace NS, as on a real link: complete frames.
wire() { # NAME NS FAR
	ip -n "$L-core" link add "$1" type veth peer name "$3" netns "$L-$2"
	in_ns "$2" ethtool -K "$3" tx off gro on tso off gso off txvlan off >/dev/null 2>&1
	ip -n "$L-core" link set "$1" up
	ip -n "$L-$2" link set "$3" up
}
namespaces() {
	local n
	for n in ue enb core inet; do
		ip netns add "$L-$n"
		ip -n "$L-$n" link set lo up
	done
	in_ns enb sysctl -qw net.ipv6.conf.all.disable_ipv6=1
}
# Addresses on given devices of the core and its neighbours.
addresses() { # S1U ENB_DEV SGI INET_DEV
	ip -n "$L-core" addr add 10.10.0.1/24 dev "$1"
	ip -n "$L-enb" addr add 10.10.0.2/24 dev "$2"
	ip -n "$L-core" addr add 10.20.0.1/24 dev "$3"
	ip -n "$L-inet" addr add 10.20.0.2/24 dev "$4"
	ip -n "$L-core" -6 addr add 2001:db8:20::1/64 dev "$3" nodad
	ip -n "$L-inet" -6 addr add 2001:db8:20::2/64 dev "$4" nodad
	ip -n "$L-core" route add default via 10.20.0.2
	ip -n "$L-inet" route add 10.45.0.0/16 via 10.20.0.1
	ip -n "$L-inet" -6 route add 2001:db8:45::/48 via 2001:db8:20::1
}
lab_up() {
	namespaces
	wire s1u enb e0
	wire sgi inet i0
	addresses s1u e0 sgi i0
}

dp_start() { # OPTIONS
	rm -f "$W/dp.in"
	mkfifo "$W/dp.in"
	: >"$W/dp.log"
	nsenter --net="/run/netns/$L-core" -- "$B/tests/net/dpctl" object="$B/mcore.bpf.o" pins="$PINS" gtpu=10.10.0.1 \
		pool=10.45.0.0/16 pool6=2001:db8:45::/48 "$@" \
		<"$W/dp.in" >"$W/dp.log" 2>>"$W/dp.err" &
	DP=$!
	pids+=("$DP")
	exec 7>"$W/dp.in"
	for _ in $(seq 300); do
		grep -q '^ready' "$W/dp.log" && return 0
		grep -q '^failed' "$W/dp.log" && return 1
		sleep 0.1
	done
	return 1
}
dp() { # a command: prints the answer without "ok", false after an error
	local n answer
	kill -0 "$DP" 2>/dev/null || { echo "dpctl is gone"; return 1; }
	n=$(grep -cE '^(ok|error)' "$W/dp.log")
	echo "$*" >&7
	for _ in $(seq $((${DP_WAIT:-10} * 20))); do
		answer=$(grep -E '^(ok|error)' "$W/dp.log" | sed -n "$((n + 1))p")
		if [ -n "$answer" ]; then
			[ "${answer#ok}" != "$answer" ] || { echo "$answer"; return 1; }
			echo "${answer#ok }"
			return 0
		fi
		sleep 0.05
	done
	echo "no answer to $*"
	return 1
}
dp_end() { # quit or stop
	dp "$1" >/dev/null
	exec 7>&-
	wait "$DP"
}
# A session for offset 2 (10.45.0.2) and the device behind it.
device() { # [OPTIONS of gtpu_peer]
	TEID=$(dp add 2 10.10.0.2 777) || { echo "no session: $TEID"; return 1; }
	peer_start "$@"
}
peer_start() {
	: >"$W/peer.log" # here: below, a child would empty it at a time of its own, and "ready" be of the peer before
	nsenter --net="/run/netns/$L-enb" -- "$B/tests/net/gtpu_peer" "$@" "/run/netns/$L-ue" tun0 \
		10.10.0.2 10.10.0.1 "$TEID" 777 >>"$W/peer.log" 2>&1 &
	PEER=$!
	pids+=("$PEER")
	for _ in $(seq 50); do grep -q ready "$W/peer.log" && break; sleep 0.1; done
	ip -n "$L-ue" addr add 10.45.0.2/32 dev tun0
	ip -n "$L-ue" -6 addr add 2001:db8:45:2::9/64 dev tun0 nodad
	ip -n "$L-ue" link set tun0 up mtu 1464
	ip -n "$L-ue" route add default dev tun0
	ip -n "$L-ue" -6 route add default dev tun0
	sleep 0.3
}

ue_ping() { in_ns ue ping -n -q -c "${2:-3}" -i 0.2 -W 2 "$1" "${@:3}"; }
inet_ping() { in_ns inet ping -n -q -c 3 -i 0.2 -W 2 "$@"; }
logged() { for _ in $(seq 40); do grep -q "$1" "$W/${2:-dp.log}" && return 0; sleep 0.1; done; return 1; }
reason() { dp reasons | tr ' ' '\n' | sed -n "s/^$1=//p"; }
tcp() { # ADDRESS [iperf3 options]: prints Mbit/s, false below MIN
	local address=$1 server mbit
	shift
	nsenter --net="/run/netns/$L-inet" -- iperf3 -s -1 -p 5201 >"$W/iperf.log" 2>&1 &
	server=$!
	sleep 0.4
	mbit=$(in_ns ue timeout 20 iperf3 -J -c "$address" -p 5201 -t 2 "$@" |
		jq '.end.sum_received.bits_per_second / 1e6 | floor')
	kill $server 2>/dev/null
	wait $server 2>/dev/null
	echo "$scenario: TCP $* $mbit Mbit/s" | tee -a "$W/figures"
	[ "${mbit:-0}" -ge "${MIN:-20}" ]
}
counted() { # both directions were counted
	local s
	s=$(dp show 2)
	echo "$s"
	[[ $s =~ up=([0-9]+)/ && ${BASH_REMATCH[1]} -gt 0 && $s =~ down=([0-9]+)/ && ${BASH_REMATCH[1]} -gt 0 ]]
}

readable_file() { tee /dev/stderr <"$PINS/subscribers" | grep -c 001010000000002 | grep -qx 1; }
readable_map() {
	local slot
	slot=$(bpftool -j map lookup pinned "$PINS"/v*/imsis key $(printf '001010000000002\0' | od -An -v -tu1) |
		tee /dev/stderr | jq -r '.formatted.value.slot[0]') || return 1
	[ "$slot" = 2 ] || return 1
	bpftool map lookup pinned "$PINS"/v*/sessions key 2 0 0 0 >"$W/session" || return 1
	cat "$W/session" # in a pipe grep would end bpftool before it has printed all
	grep -q '"imsi": "001010000000002"' "$W/session"
}

traffic() { # what must hold however the datapath is attached
	check "a device pings the Internet" ue_ping 10.20.0.2
	check "and by IPv6" ue_ping 2001:db8:20::2
	check "the Internet pings a device" inet_ping 10.45.0.2
	check "packets are counted both ways" counted
	check "a person reads them with cat" readable_file
	check "and with bpftool" readable_map
	check "TCP from the device" tcp 10.20.0.2
	check "TCP to the device" tcp 10.20.0.2 -R
	check "the gateway's address answers" ue_ping 10.45.0.1
	check "and by IPv6" ue_ping 2001:db8:45::1
	check "this machine pings the device" in_ns core ping -n -q -c 2 -W 2 10.45.0.2
}

s_native() {
	lab_up
	check "starts" dp_start access=s1u sgi=sgi mode=native
	check "says how" test "$(dp describe)" = "native on s1u, native on sgi"
	check "takes a session" device
	traffic
	check "uplink in fragments is put together" fragments
	check "downlink that does not fit is refused with the right MTU" too_big
	check "a host that does fragment gets through" fragment_down
	check "an unknown TEID is answered with an Error Indication" unknown_teid
	check "a peer's Error Indication reaches the roles" peer_forgets
	check "downlink for an idle device is told once" idle
	check "a closed gate holds the device" gate
	check "a rate holds the device" rate
	check "a static address outside the pool" static
	check "a new MAC address of the router is followed" new_mac
	check "a lost route is noticed, and its return" route_change
	check "an interface that goes and comes back" comes_back
	check "removes everything" cleaned
	check "and its table" table_gone
	lab_down
}
comes_back() {
	ip -n "$L-core" link del s1u
	sleep 0.3
	wire s1u enb e0
	ip -n "$L-core" addr add 10.10.0.1/24 dev s1u
	ip -n "$L-enb" addr add 10.10.0.2/24 dev e0
	logged "the interface is back" dp.err || return 1
	sleep 1
	ue_ping 10.20.0.2
}
fragments() {
	local before=$(reason outer_fragment)
	local err
	ip -n "$L-enb" route replace 10.10.0.1/32 dev "${1:-e0}" mtu lock 900
	ue_ping 10.20.0.2 5 -s 1400
	err=$?
	ip -n "$L-enb" route del 10.10.0.1/32
	[ $err = 0 ] && [ "$(reason outer_fragment)" -gt "${before:-0}" ]
}
too_big() {
	in_ns inet ip route flush cache
	local said
	said=$(in_ns inet ping -n -c 2 -i 0.2 -W 1 -M "do" -s 1450 10.45.0.2 2>&1)
	echo "$said"
	[[ $said =~ From\ 10.45.0.1\ .*mtu\ =\ 1464 ]]
}
fragment_down() { in_ns inet ping -n -q -c 3 -i 0.2 -W 2 -M dont -s 1450 10.45.0.2; }
unknown_teid() {
	local was=$TEID
	kill "$PEER"; wait "$PEER" 2>/dev/null
	TEID=$((TEID ^ 1))
	peer_start
	ue_ping 10.20.0.2 2
	local found=1
	grep -q 'message type=26' "$W/peer.log" && found=0
	kill "$PEER"; wait "$PEER" 2>/dev/null
	TEID=$was
	peer_start
	[ $found = 0 ] && ue_ping 10.20.0.2
}
peer_forgets() {
	kill -USR1 "$PEER"
	inet_ping 10.45.0.2
	logged "event error_indication slot=2" || return 1
	kill "$PEER"; wait "$PEER" 2>/dev/null
	peer_start
	ue_ping 10.20.0.2
}
idle() {
	dp idle 2
	inet_ping 10.45.0.2 && return 1
	logged "event downlink_data slot=2" || return 1
	dp connect 2 10.10.0.2 777
	inet_ping 10.45.0.2
}
gate() {
	dp gate 2 1
	ue_ping 10.20.0.2 1 && return 1
	dp gate 2 0
	ue_ping 10.20.0.2
}
rate() {
	local m
	dp rate 2 8000000 8000000
	m=$(MIN=1 tcp 10.20.0.2 | sed -n 's/.* \([0-9]*\) Mbit.*/\1/p')
	dp rate 2 0 0
	echo "$m Mbit/s of 8"
	[ "$m" -ge 3 ] && [ "$m" -le 9 ]
}
static() {
	local teid
	teid=$(dp static 10.99.0.7 10.10.0.2 778) || return 1
	ip -n "$L-inet" route add 10.99.0.7/32 via 10.20.0.1
	inet_ping 10.99.0.7
	# The peer knows no TEID 778: it says so, and that is heard for this slot.
	echo "teid $teid"
	logged 'event error_indication slot=6[0-9]*'
}
new_mac() {
	ip -n "$L-inet" link set i0 address 02:00:00:00:20:99
	in_ns inet ping -n -q -c 1 -W 1 10.20.0.1
	sleep 0.5
	ue_ping 10.20.0.2
}
route_change() {
	ip -n "$L-core" route del default
	sleep 0.3
	ue_ping 10.20.0.2 1 && return 1
	ip -n "$L-core" route add default via 10.20.0.2
	sleep 0.3
	ue_ping 10.20.0.2
}
cleaned() {
	dp_end stop || return 1
	[ ! -e "$PINS" ] || { ls -R "$PINS"; return 1; }
	! ip -n "$L-core" link show mcore0 2>/dev/null || return 1
	[ "${1:-}" = theirs ] || ! grep -q xdp <<<"$(ip -n "$L-core" -d link show)"
}
only_theirs() {
	cleaned theirs && [ "$(in_ns core "$B/tests/net/dpctl" programs s1u)" = pass ] &&
		! grep -q xdp <<<"$(ip -n "$L-core" -d link show sgi)"
}

s_generic() {
	lab_up
	check "starts" dp_start access=s1u sgi=sgi mode=generic
	check "says how" test "$(dp describe)" = "generic on s1u, generic on sgi"
	check "takes a session" device -s
	traffic
	check "uplink in fragments is put together" fragments
	check "removes everything" cleaned
	lab_down
}

s_kernel() { # breakout by the host's stack and masquerade
	lab_up
	ip -n "$L-inet" route del 10.45.0.0/16
	ip -n "$L-inet" -6 route del 2001:db8:45::/48
	check "starts" dp_start access=s1u sgi=sgi mode=native kernel
	check "takes a session" device -x
	check "a device pings the Internet from our address" ue_ping 10.20.0.2
	check "and by IPv6" ue_ping 2001:db8:20::2
	check "TCP from the device" tcp 10.20.0.2
	check "TCP to the device" tcp 10.20.0.2 -R
	check "the gateway's address answers" ue_ping 10.45.0.1
	check "removes everything" cleaned
	check "and its table" table_gone
	lab_down
}
table_gone() { ! in_ns core nft list table inet mcore; }

s_one_nic() { # both roles on one interface: eNodeB and Internet behind one switch
	namespaces
	wire s1u enb e0
	ip -n "$L-enb" link add br0 type bridge
	ip -n "$L-enb" link set br0 up
	ip -n "$L-enb" link set e0 master br0
	ip -n "$L-enb" link add i1 type veth peer name i0 netns "$L-inet"
	in_ns inet ethtool -K i0 tx off gro on tso off gso off >/dev/null 2>&1
	in_ns enb ethtool -K i1 tx off gro on >/dev/null 2>&1
	ip -n "$L-enb" link set i1 master br0 up
	ip -n "$L-inet" link set i0 up
	addresses s1u br0 s1u i0
	check "starts" dp_start both=s1u mode=native
	check "takes a session" device
	traffic
	check "removes everything" cleaned
	lab_down
}

s_restart() { # nothing is lost by kill -9 and a new daemon
	lab_up
	check "starts" dp_start access=s1u sgi=sgi
	check "takes a session" device
	check "first ping" ue_ping 10.20.0.2
	nsenter --net="/run/netns/$L-ue" -- ping -n -q -c 600 -i 0.01 -W 2 10.20.0.2 >"$W/ping.log" 2>&1 &
	local ping=$! id
	id=$(program_id)
	for _ in 1 2 3; do
		kill -9 "$DP"; wait "$DP" 2>/dev/null
		sleep 0.3
		check "starts again and finds its session" restarted
	done
	check "the programs are those from before" test -n "$id" -a "$(program_id)" = "$id"
	kill -9 "$DP"; wait "$DP" 2>/dev/null
	check "another object: finds its session" other_object
	check "whose programs take the place of the former" other_id "$id"
	check "which are not pinned any more" one_generation
	wait $ping
	check "no packet of 600 was lost" grep -q ' 0% packet loss' "$W/ping.log"
	check "the session's TEID is the same" bash -c "[[ '$(dp show 2)' == *teid=$TEID* ]]"
	check "a peer's Error Indication is still matched" peer_forgets
	dp_end quit
	check "traffic goes on after a clean stop" ue_ping 10.20.0.2
	check "maps of another layout are not adopted" other_layout
	check "other pools are not adopted, and that is said" other_pools
	check "programs that work on other maps than the pinned ones are not kept" stale_programs
	dp_end stop
	lab_down
}
program_id() { ip -n "$L-core" link show s1u | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p'; }
other_object() {
	{ cat "$B/mcore.bpf.o"; echo; } >"$W/new.o"
	dp_start access=s1u sgi=sgi object="$W/new.o" && grep -q '^ready adopted=1 ' "$W/dp.log"
}
other_id() { local id; id=$(program_id); [ -n "$id" ] && [ "$id" != "$1" ]; }
one_generation() {
	ls "$PINS"/v*
	[ "$(ls "$PINS"/v* | grep -c '^prog_.*_mcore_access$')" = 1 ]
}
restarted() { dp_start access=s1u sgi=sgi && grep -q '^ready adopted=1 ' "$W/dp.log"; }
other_layout() { # an object whose session has another member of the same size
	mkdir -p "$W/other/include" && cp -r "$TOP/include/mcore" "$W/other/include/" || return 1
	sed -i 's/__u64 since;/__u64 since_;/' "$W/other/include/mcore/datapath.h"
	clang -O2 -g -target bpf -mcpu=v3 -I"$W/other/include" -I"$TOP/bpf" \
		-I"/usr/include/$(uname -m)-linux-gnu" -c "$TOP/bpf/mcore.bpf.c" -o "$W/other.o" || return 1
	dp_start access=s1u sgi=sgi object="$W/other.o" && grep -q '^ready adopted=0 ' "$W/dp.log" &&
		grep 'datapath.anew.*sessions.*laid out' "$W/dp.err" && dp_end quit
}
other_pools() {
	dp_start access=s1u sgi=sgi size=1000 && grep -q '^ready adopted=0 ' "$W/dp.log" &&
		grep -q 'datapath.anew' "$W/dp.err"
}

# As one that does not know pinned programs would leave it behind that made maps of its own.
stale_programs() {
	local dir p stale
	dir=$(echo "$PINS"/v*) stale=$(program_id)
	for p in "$dir"/prog_*; do mv "$p" "${p/prog_/kept_}"; done
	dp_end quit
	dp_start access=s1u sgi=sgi size=500 || return 1
	dp_end quit
	rm "$dir"/prog_*
	for p in "$dir"/kept_*; do mv "$p" "${p/kept_/prog_}"; done
	dp_start access=s1u sgi=sgi size=500 && other_id "$stale"
}

s_vlan() {
	namespaces
	if ! ip -n "$L-core" link add dummy0 type veth peer name d1 ||
		! ip -n "$L-core" link add link d1 name d1.7 type vlan id 7 2>/dev/null; then
		lab_down
		skip_one "this kernel has no 802.1Q"
		return
	fi
	wire s1u enb e0
	wire sgi inet i0
	local v
	for v in "core s1u 100" "enb e0 100" "core sgi 200" "inet i0 200"; do
		set -- $v
		ip -n "$L-$1" link add link "$2" name "$2.$3" type vlan id "$3"
		ip -n "$L-$1" link set "$2.$3" up
	done
	in_ns enb ethtool -K e0.100 tx off >/dev/null 2>&1
	in_ns inet ethtool -K i0.200 tx off >/dev/null 2>&1
	addresses s1u.100 e0.100 sgi.200 i0.200
	check "starts" dp_start access=s1u.100 sgi=sgi.200 mode=native
	check "takes a session" device
	traffic
	check "removes everything" cleaned
	lab_down
}

s_libxdp() { # beside another program, where the kernel can
	lab_up
	[ "${LIBXDP:-0}" != 1 ] || check "another program comes first" somebody_else
	check "starts" dp_start access=s1u sgi=sgi mode=libxdp
	if [ "${LIBXDP:-0}" = 1 ]; then
		check "says how" test "$(dp describe)" = "libxdp on s1u, libxdp on sgi"
		check "beside the other program" both_there
	else
		check "says how" bash -c "[[ '$(dp describe)' =~ ^(native|libxdp)\ on\ s1u ]]"
	fi
	check "takes a session" device
	traffic
	kill -9 "$DP"; wait "$DP" 2>/dev/null
	check "traffic goes on without the daemon" ue_ping 10.20.0.2
	check "starts again" restarted_libxdp
	[ "${LIBXDP:-0}" != 1 ] || check "still beside it, and once" both_there
	check "traffic after the restart" ue_ping 10.20.0.2
	if [ "${LIBXDP:-0}" = 1 ]; then
		check "removes its own and leaves the other program" only_theirs
	else
		check "removes everything" cleaned
	fi
	lab_down
}
somebody_else() { pass_program && in_ns core "$B/tests/net/dpctl" beside s1u "$W/pass.o"; }
both_there() {
	local names
	names=$(in_ns core "$B/tests/net/dpctl" programs s1u | sort | tr '\n' ' ')
	echo "$names"
	[ "$names" = "mcore_access pass " ]
}
restarted_libxdp() { dp_start access=s1u sgi=sgi mode=libxdp && grep -q '^ready adopted=1 ' "$W/dp.log"; }

s_mistakes() {
	lab_up
	check "an interface that is not there is named" refused "interface nope" access=nope sgi=sgi
	check "a busy interface is named" busy
	check "a foreign GTP-U address is named" refused "10.10.0.77" access=s1u sgi=sgi gtpu=10.10.0.77
	lab_down
}
refused() { # TEXT OPTIONS
	dp_start "${@:2}" && return 1
	exec 7>&-
	cat "$W/dp.log"
	grep -q "^failed .*$1" "$W/dp.log"
}
pass_program() { # $W/pass.o passes everything
	printf '%s\n' '#include <linux/bpf.h>' '__attribute__((section("xdp"), used))' \
		'int pass(struct xdp_md *c) { return 2; }' \
		'char l[] __attribute__((section("license"), used)) = "GPL";' >"$W/pass.c"
	clang -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c "$W/pass.c" -o "$W/pass.o"
}
busy() {
	local err
	pass_program || return 1
	ip -n "$L-core" link set s1u xdpdrv obj "$W/pass.o" sec xdp || return 1
	refused "another XDP program .* on s1u" access=s1u sgi=sgi
	err=$?
	ip -n "$L-core" link set s1u xdpdrv off
	return $err
}

s_million() { # a million sessions in the maps
	lab_up
	check "starts" dp_start access=s1u sgi=sgi pool=10.64.0.0/12 pool6=2001:db8::/32 size=1000000
	local cpu wall
	read -r cpu wall <<<"$(DP_WAIT=60 dp fill 999998)"
	echo "$scenario: 999998 sessions in $cpu ms of its own time, $wall ms of the clock" | tee -a "$W/figures"
	check "a million sessions in under 5 s of its own time" test "$cpu" -lt 5000
	kill -9 "$DP"; wait "$DP" 2>/dev/null
	local begin=$(date +%s%N)
	check "adopts them" adopts
	echo "$scenario: adopted in $((($(date +%s%N) - begin) / 1000000)) ms" | tee -a "$W/figures"
	dp_end stop
	lab_down
}
adopts() {
	dp_start access=s1u sgi=sgi pool=10.64.0.0/12 pool6=2001:db8::/32 size=1000000 &&
		grep -q '^ready adopted=999998 ' "$W/dp.log"
}

for scenario in ${SCENARIOS:-native generic kernel one_nic restart vlan libxdp mistakes million}; do
	: >"$W/dp.err"
	"s_$scenario"
done
if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ]
