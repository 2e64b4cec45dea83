#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Devices attach and their packets flow: each PDN type, both kinds of breakout, what a device is told,
# this machine and the devices reaching each other, every way of detaching, and attaching again.
. "$(dirname "$0")/lib.sh"

lab_up
lab_config
in_ns inet iperf3 -s -D --pidfile "$LAB_DIR/iperf3.pid"
check "mcored starts" lab_start
add_sims 4 >/dev/null
check "a SIM with a static address" ctl sim add "$(imsi 5)" k $KEY opc $OPC ip 10.45.0.77
KEPT=1
check "the pool counts it as in use" is 1 in_use
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet) $(device 3 iot pdn-type=ipv4) \
	$(device 4 iot pdn-type=ipv6) $(device 5 internet)
check "five devices attach" wait_for 10 registered 5
by_imsi() { echo "$(grep -c by=imsi "$LAB_DIR/ransim.log") $(stat mme_auth_total)"; }
check "each by its IMSI, authenticated" is "5 5" by_imsi
wait_for 3 grep -q 'ue=4 .*event=ip6' "$LAB_DIR/ransim.log"
check "the next hop of a direct breakout is found" wait_for 3 ping_ue 1 198.51.100.2 0.1 1

# What they are told.
told() { grep -E "ue=$1 .*event=attached .*$2" "$LAB_DIR/ransim.log"; }
check "dual stack is told both families, DNS and MTU" \
	told 1 'type=3 ip=10\.46\.0\.[0-9]+ link-local=fe80.*apn=iot .*dns=9.9.9.9 dns6=2620:fe::fe mtu=1400'
check "IPv4 alone has no IPv6" told 3 'type=1 ip=10\.46\.0\.[0-9]+ apn=iot .*dns=9.9.9.9 mtu=1400'
check "IPv6 alone has no IPv4" told 4 'type=2 link-local=fe80[^ ]+ apn=iot .*dns6=2620:fe::fe'
check "the Router Advertisement brings a /64 of the pool and the MTU" \
	saw 'ue=4 .*event=ip6 ip6=2001:db8:46:[0-9a-f:]+ prefix-len=64 mtu=1400'
check "the network's name and time are told" saw 'ue=1 .*emm.information full-name="mcore" .*time=yes'
check "the static address is given" told 5 'ip=10\.45\.0\.77 '
check "the subscription's rates are told" told 1 'ambr-up=2000000000 ambr-down=4000000000'

# Packets.
check "direct: ping" ping_ue 1 198.51.100.2
check "direct: ping by IPv6" ping_ue 1 2001:db8:ff::2
check "direct: TCP up" tcp ue1 198.51.100.2 100
check "direct: TCP down" tcp ue1 198.51.100.2 100 -R
check "direct: TCP by IPv6 up" tcp ue1 2001:db8:ff::2 100
check "direct: TCP by IPv6 down" tcp ue1 2001:db8:ff::2 100 -R
check "masqueraded: ping" ping_ue 2 198.51.100.2
check "masqueraded: ping by IPv6" ping_ue 2 2001:db8:ff::2
check "masqueraded: TCP up" tcp ue2 198.51.100.2 100
check "masqueraded: TCP down" tcp ue2 198.51.100.2 100 -R
check "masqueraded: TCP by IPv6 down" tcp ue2 2001:db8:ff::2 100 -R
check "IPv4 alone: ping" ping_ue 3 198.51.100.2
check "IPv6 alone: ping" ping_ue 4 2001:db8:ff::2
check "IPv6 alone: TCP down" tcp ue4 2001:db8:ff::2 100 -R
from_inet() { in_ns inet ping -n -q -c 3 -i 0.1 -W 2 "$1"; }
check "the Internet pings a direct device" from_inet "$(session 1 ue4)"
full_size() { ue "$1" ping -n -q -c 2 -i 0.1 -W 2 -M "do" -s $(($3 - ${4:-28})) "$2"; }
check "packets as large as the MTU told fit" full_size 1 198.51.100.2 1400
check "packets as large as the MTU told fit by IPv6" full_size 4 2001:db8:ff::2 1400 48

# This machine.
check "the gateway's address answers, direct" ping_ue 1 10.46.0.1
check "the gateway's address answers, masqueraded" ping_ue 2 10.45.0.1
check "the gateway's IPv6 address answers" ping_ue 4 2001:db8:46::1
from_core() { in_ns core ping -n -q -c 3 -i 0.1 -W 2 "$1"; }
ue6() { ip -n "$LAB-ue$1" -6 -br addr show "ue$1" scope global | grep -oE '2001:[0-9a-f:]+'; }
check "this machine pings a device" from_core "$(session 1 ue4)"
check "this machine pings a masqueraded device" from_core 10.45.0.77
check "this machine pings a device by IPv6" from_core "$(ue6 4)"
mkdir -p "$LAB_DIR/www"
head -c 300000 /dev/urandom >"$LAB_DIR/www/data"
serve() { spawn "$1" python3 -m http.server -d "$LAB_DIR/www" 8000 >/dev/null 2>&1; }
serve core
serve ue1
fetch() { # NAMESPACE HOST
	wait_for 5 nsenter --net="/run/netns/$LAB-$1" -- curl -s -m 4 -o "$LAB_DIR/got" "http://$2:8000/data"
	cmp "$LAB_DIR/got" "$LAB_DIR/www/data"
}
check "an application here serves a device" fetch ue1 10.46.0.1
check "an application here serves a masqueraded device" fetch ue2 10.45.0.1
check "a device serves an application here" fetch core "$(session 1 ue4)"
check "a device does not reach another" bash -c "! nsenter --net=/run/netns/$LAB-ue1 -- ping -c 2 -i 0.2 -W 1 $(session 3 ue4)"

# What is shown.
agree() {
	local u s p
	u=$(ctl -j ue show | jq '.ues | length')
	s=$(ctl -j session show | jq '.sessions | length')
	p=$(in_use)
	echo "devices $u sessions $s addresses $p"
	[ "$u $s $p" = "5 5 5" ]
}
check "devices, sessions and addresses in use agree" agree
counted() {
	ctl session show "$(imsi 1)"
	[ "$(session 1 packets_up)" -gt 1000 ] && [ "$(session 1 packets_down)" -gt 1000 ] &&
		[ "$(session 1 bytes_down)" -gt 1000000 ]
}
check "the session counts its packets" counted
check "cat on bpffs shows the same" bash -c "grep -c connected $LAB_PIN/subscribers | grep -qx 5"
enbs() { ctl -j enb show | jq -c "[.enbs[] | [.state, .ues]]"; }
check "one eNodeB with five devices" is '[["up",5]]' enbs

# Attach again by GUTI where the network knows the device: no authentication.
ran lose 1
mark
auths=$(stat mme_auth_total)
ran attach 1 again
check "a device that lost its radio attaches by GUTI" saw 'ue=1 .*attach.request by=guti'
check "and is attached" saw 'ue=1 .*event=attached'
unasked() { ! in_log ransim "$SEEN" 'ue=1 .*(authentication|identity)\.request' && [ "$(stat mme_auth_total)" = "$auths" ]; }
check "without being authenticated again" unasked
one_of() { [ "$(ctl -j session show | jq "[.sessions[] | select(.imsi == \"$(imsi 1)\")] | length") $(in_use)" = "1 5" ]; }
check "its old session is gone" wait_for 2 one_of
check "its packets flow" wait_for 3 ping_ue 1 198.51.100.2

# Each step, as it happens.
# listen [ARGS]: to the device's steps in trace.log, begun when this returns.
listen() {
	: >"$LAB_DIR/trace.log"
	spawn core "$LAB_BUILD/mcorectl" -s "$LAB_SOCKET" trace "$(imsi 1)" "$@" >>"$LAB_DIR/trace.log"
	wait_for 9 hears
	sleep 0.3
	: >"$LAB_DIR/trace.log"
	ran "service 1"
	wait_for 3 ue_is 1 ecm connected
}
hears() {
	mark
	ran "service 1"
	wait_for 2 ue_is 1 ecm connected
	ran "release 1"
	saw 'ue=1 .*event=released' && wait_for 2 ue_is 1 ecm idle && [ -s "$LAB_DIR/trace.log" ]
}
listen -j
# traced PROCEDURE STEPS: it took these, one after the other, and ended without a cause.
traced() { wait_for 5 is "$2" steps "$1" || is "$2" steps "$1"; }
steps() {
	jq -r --arg p "$1" 'select(.procedure == $p) | if .event == "end" then "\(.step) \(.cause)" else .step end' \
		"$LAB_DIR/trace.log" | uniq | paste -sd ' '
}
ran "release 1; expect released; tau 1 periodic"
check "mcorectl trace: service request" traced "service request" "context bearers bearers null"
check "mcorectl trace: tracking area update" traced "tracking area update" "accept accept null"
ran "attach 1 fresh again"
# The eNodeB's answer and the device's Attach Complete come in either order.
either() { [[ $(steps attach) =~ ^begin\ authenticate\ secure\ location\ esm-information\ session\ accept(\ bearer\ bearer|\ accept)\ null$ ]]; }
check "mcorectl trace: attach" wait_for 5 either
check "mcorectl trace: authentication" traced authentication "vector challenge challenge null"
check "mcorectl trace: security mode" traced "security mode control" "command command null"
kill "$SPAWNED"
wait "$SPAWNED" 2>/dev/null
listen
ran "release 1"
check "mcorectl trace: in words" \
	wait_for 5 grep -E '^[0-9:.]+ +release +requested +event .* radio: user-inactivity$' "$LAB_DIR/trace.log"
kill "$SPAWNED"
wait "$SPAWNED" 2>/dev/null

# Detach.
mark
ran detach 1
check "a device detaches" saw 'ue=1 .*event=detached'
check "its session and address are gone" wait_for 2 is "" session 1 ue4
ran detach 2 switch-off
check "a device is switched off" wait_for 3 registered 3
check "its address is free" wait_for 2 is 3 in_use
check "mcorectl detaches a device" ctl detach "$(imsi 3)"
check "which is told" saw 'ue=3 .*event=detach.network'
check "and is gone" wait_for 2 is "" ue_field 3 emm
mark
check "mcorectl tells a device to attach again" ctl detach "$(imsi 5)" reattach
check "which it does" saw 'ue=5 .*event=attached .*ip=10.45.0.77 ' 8
check "an unknown device cannot be detached" bash -c "! '$LAB_BUILD/mcorectl' -s '$LAB_SOCKET' detach $(imsi 99)"
mark
ran attach 1
ran attach 2
ran attach 3
check "all attach anew" saw 'ue=3 .*event=attached'
check "five again" wait_for 3 registered 5
check "packets flow again, direct" wait_for 3 ping_ue 1 198.51.100.2
check "packets flow again, masqueraded" wait_for 3 ping_ue 2 198.51.100.2
ran quit
check "when all are off, nothing is left" all_gone 5
finish
