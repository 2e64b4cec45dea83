#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# S1's SCTP between two network namespaces with two links: what a single host cannot show. The ends are
# the unit test's program as a tool: "listen" sends back what it hears, "connect" keeps a window of
# messages under way for some seconds and says how many came back.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build}
tool=$build/tests/unit/transport/s1_test
lab=t-sctp$((RANDOM % 1000))
work=$(mktemp -d)
passed=0 failed=0
listener=

skip() { echo "skip: sctp: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$tool" ] || make -s -C "$top" "$tool" || skip "$tool is not built"

down() {
	[ -n "$listener" ] && kill "$listener" 2>/dev/null
	ip netns del "$lab-a" 2>/dev/null
	ip netns del "$lab-b" 2>/dev/null
	rm -rf "$work"
}
trap down EXIT
trap 'exit 130' INT TERM

check() {
	local what=$1
	shift
	if "$@"; then
		echo "ok - sctp: $what"
		passed=$((passed + 1))
	else
		echo "not ok - sctp: $what"
		sed 's/^/# /' "$work"/*.log
		failed=$((failed + 1))
	fi
}

for side in a b; do
	ip netns add "$lab-$side"
	ip -n "$lab-$side" link set lo up
done
for link in 1 2; do
	ip -n "$lab-a" link add "l$link" type veth peer name "l$link" netns "$lab-b"
	host=1
	for side in a b; do
		ip -n "$lab-$side" addr add "10.98.$link.$host/24" dev "l$link"
		ip -n "$lab-$side" addr add "2001:db8:98:$link::$host/64" dev "l$link" nodad
		ip -n "$lab-$side" link set "l$link" up
		# Kernel SCTP leaves its checksum to a device that a veth only pretends to be.
		ip netns exec "$lab-$side" ethtool -K "l$link" tx-checksum-sctp off >/dev/null 2>&1
		host=2
	done
done

# listen ADDRESSES: ready when it says so, or at once for want of a better sign
listen() {
	ip netns exec "$lab-a" "$tool" listen "$@" >"$work/listen.log" 2>&1 &
	listener=$!
	sleep 0.5
}
unlisten() {
	kill "$listener" && wait "$listener"
	listener=
}
# connect LOCAL PEER SECONDS WINDOW SIZE
connect() { ip netns exec "$lab-b" timeout 60 "$tool" connect "$@" >"$work/connect.log" 2>&1; }
value() { grep -o "$1=[0-9]*" "$work/connect.log" | tail -n 1 | cut -d= -f2; }
all_came_back() { [ "$(value sent)" -gt 0 ] && [ "$(value sent)" = "$(value received)" ]; }

echoes() { connect "$1" "$2" 1 16 200 && all_came_back; }
listen 10.98.1.1,10.98.2.1
check "messages pass over IPv4" echoes 10.98.1.2 10.98.1.1
unlisten
listen 2001:db8:98:1::1
check "messages pass over IPv6" echoes 2001:db8:98:1::2 2001:db8:98:1::1
unlisten

large() { connect 10.98.1.2 10.98.1.1 1 4 60000 && all_came_back; }
listen 10.98.1.1
check "messages of 60,000 octets pass in fragments" large

# 4,000 attaches a second are some 60,000 messages through both ends together.
busy() {
	connect 10.98.1.2 10.98.1.1 3 256 100 && all_came_back || return 1
	echo "# $(value per_second) round trips a second of 100 octets"
	[ "$(value per_second)" -gt 15000 ]
}
check "a load beyond any attach storm is carried" busy
unlisten

# The first link fails while messages flow: they continue on the second after retransmissions.
failover() {
	ip netns exec "$lab-b" timeout 60 "$tool" connect 10.98.1.2,10.98.2.2 10.98.1.1 12 4 100 \
		>"$work/connect.log" 2>&1 &
	local client=$!
	sleep 2
	ip -n "$lab-a" link set l1 down
	wait "$client" || return 1
	all_came_back || return 1
	grep -q 'why="closed"' "$work/connect.log"
}
listen 10.98.1.1,10.98.2.1 auto 500
check "an association with two paths survives the loss of one" failover
unlisten

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
