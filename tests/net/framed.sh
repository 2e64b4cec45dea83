#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A network behind a device (a framed route): its hosts are reached from outside and reach it, by
# addresses of their own and none but these; what is a pool's, this machine's or another's is refused.
. "$(dirname "$0")/lib.sh"

lab_up
lab_config
host_gone() { ip netns del "$LAB-host" 2>/dev/null; }
trap 'host_gone; failed=$((failed + 1)); echo "not ok - $NAME: ended early"; finish' EXIT
check "mcored starts" lab_start
ROUTES="192.0.2.0/28 2001:db8:b::/48"
check "a SIM has a network behind it" ctl sim add "$(imsi 1)" k $KEY opc $OPC routes "${ROUTES/ /,}"
check "which is shown" is "$ROUTES" eval 'ctl -j sim show "$(imsi 1)" | jq -r .routes'
# refused WORDS ROUTES: another SIM does not get these.
refused() {
	local said
	said=$(ctl sim add "$(imsi 9)" k $KEY opc $OPC routes "$2" 2>&1) && { echo "it does"; return 1; }
	echo "$said"
	[[ $said == *"$1"* ]]
}
check "nobody else has a part of it" refused \
	"192.0.2.8/29 shares addresses with what is behind SIM $(imsi 1)" 192.0.2.8/29
check "nor all of it" refused "192.0.0.0/16 shares addresses with what is behind SIM" 192.0.0.0/16
check "a pool is behind nobody" refused "10.45.128.0/17 shares addresses with an APN's pool" 10.45.128.0/17
check "nor this machine's own network" refused \
	"198.51.100.0/25 shares addresses with a network of this machine's own" 198.51.100.0/25
check "what is no network is told" refused "routes: expected up to 8 prefixes" 192.0.2.1/28
check "nor is all" refused "routes: expected up to 8 prefixes" 0.0.0.0/0
ctl sim add "$(imsi 2)" k $KEY opc $OPC
# shellcheck disable=SC2046
ransim_run $(device 1 internet) $(device 2 internet)
check "devices attach" wait_for 10 registered 2
check "the session shows what is behind it" is "$ROUTES" session 1 routes

# A host behind the first device, which routes.
ip netns add "$LAB-host"
ip -n "$LAB-ue1" link add lan type veth peer name lan netns "$LAB-host"
for ns in ue1 host; do ip -n "$LAB-$ns" link set lan up; done
lab_address ue1 lan 192.0.2.1/28 2001:db8:b::1/64
lab_address host lan 192.0.2.2/28 2001:db8:b::2/64
ip -n "$LAB-host" addr add 192.0.2.17/32 dev lan
ip -n "$LAB-host" route add default via 192.0.2.1
ip -n "$LAB-host" route add default via 2001:db8:b::1
ue 1 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$LAB-inet" route add 192.0.2.0/27 via 198.51.100.1
ip -n "$LAB-inet" route add 2001:db8:b::/48 via 2001:db8:ff::1
pings() { in_ns "$1" ping -n -q -c 3 -i 0.1 -W 2 "${@:2}"; }
check "it reaches the Internet" pings host 198.51.100.2
check "and is reached from there" pings inet 192.0.2.2
check "by IPv6, too" wait_for 5 pings inet 2001:db8:b::2
check "and this machine reaches it" pings core 192.0.2.2
dropped() { session 1 dropped; }
before=$(dropped)
spoof() { ! pings host -I 192.0.2.17 198.51.100.2 && [ "$(($(dropped) - before))" = 3 ]; }
check "from beside its network nothing comes" spoof
ip -n "$LAB-ue2" addr add 192.0.2.3/32 dev lo
elsewhere() { ! ue 2 ping -n -q -c 2 -i 0.1 -W 1 -I 192.0.2.3 198.51.100.2; }
check "nor by another device" elsewhere
check "while the device itself goes on" ping_ue 1 198.51.100.2

# What came to be another's meanwhile is found when the device comes.
check "the SIM loses its network" ctl sim set "$(imsi 1)" routes ''
check "of which another gets some" ctl sim set "$(imsi 2)" routes 192.0.2.0/29
mark
ran "detach 2"
check "which it does not have" saw 'ue=2 .*event=detached'
ran "attach 2"
check "while the first device has it" \
	logged "why=.framed route 192.0.2.0/29: shares addresses with what is behind another device"
check "as it is told" saw 'ue=2 .*event=failed .*procedure=attach'
mark
ran "detach 1"
check "that leaves" saw 'ue=1 .*event=detached'
gone() { ! grep -q 192.0.2 <<<"$(ip -n "$LAB-core" route)"; }
check "and its routes with it" gone
ran "attach 2"
check "then the other has it" wait_for 10 is 192.0.2.0/29 session 2 routes
check "and is reached there" wait_for 5 pings inet 192.0.2.3

mark
kill -9 "$LAB_MCORED"
check "while mcored is gone, it goes on" pings inet 192.0.2.3
wait "$LAB_MCORED" 2>/dev/null
check "mcored starts again" lab_start
check "and finds its session" logged 'adopted_sessions=1'
check "with what is behind it" is 192.0.2.0/29 session 2 routes
check "which is reached" pings inet 192.0.2.3
host_gone
finish
