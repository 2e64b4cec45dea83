#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# APNs that are networks of their own: three with the same addresses for devices, each with an
# "Internet" behind it that has the same server. One is the common network; one, without IPv6, leaves
# through the stack by its own routing table; one directly by a VLAN (or a port, where the kernel has
# none). Packets of the same device address find the right side both ways, also what the stack answers
# itself; none goes across; a restart keeps it.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "needs python3"

SERVER=203.0.113.9 SERVER6=2001:db8:9::9
lab_up
# internet NAME: a namespace with the server, of which the lab's $LAB-inet is the first.
internet() {
	ip netns add "$LAB-$1"
	in_ns "$1" ip link set lo up
	in_ns "$1" ethtool -K lo tx off >/dev/null 2>&1
}
others_gone() {
	local ns
	for ns in two three; do ip netns del "$LAB-$ns" 2>/dev/null; done
}
trap 'others_gone; failed=$((failed + 1)); echo "not ok - $NAME: ended early"; finish' EXIT
internet two
internet three
ip -n "$LAB-core" link add sgi2 type veth peer name net0 netns "$LAB-two"
ip -n "$LAB-core" link add sgi3 type veth peer name net0 netns "$LAB-three"
for pair in core:sgi2 core:sgi3 two:net0 three:net0; do
	ip -n "$LAB-${pair%:*}" link set "${pair#*:}" up
	in_ns "${pair%:*}" ethtool -K "${pair#*:}" tx off gro on >/dev/null 2>&1
	in_ns "${pair%:*}" ethtool -K "${pair#*:}" rxvlan off txvlan off >/dev/null 2>&1
done
VLAN=
if ip -n "$LAB-core" link add link sgi3 name sgi3.30 type vlan id 30 2>/dev/null; then
	VLAN=.30
	ip -n "$LAB-three" link add link net0 name net0.30 type vlan id 30
else
	skip_one "a network's VLAN" "no VLAN devices in this kernel"
fi
# All three sides have the same subnet, too.
lab_address core sgi2 198.51.100.1/24
lab_address core sgi3$VLAN 198.51.100.1/24
lab_address two net0 198.51.100.2/24
lab_address three net0$VLAN 198.51.100.2/24 2001:db8:ff::2/64
lab_address core sgi3$VLAN 2001:db8:ff::1/64
for ns in inet two three; do
	lab_address $ns lo $SERVER/32 $SERVER6/128
	ip -n "$LAB-$ns" route replace 10.45.0.0/16 via 198.51.100.1
done
ip -n "$LAB-three" route add 2001:db8:45::/48 via 2001:db8:ff::1
# The administrator's part: routes of the core, in the main table and in the second network's.
ip -n "$LAB-core" route add $SERVER via 198.51.100.2 dev sgi
ip -n "$LAB-core" route add 198.51.100.0/24 dev sgi2 table 102
ip -n "$LAB-core" route add default via 198.51.100.2 dev sgi2 table 102

apn() { # NAME ARGS
	printf '    - {name: %s, ipv4: 10.45.0.0/16, %s}\\n' "$1" "$2"
}
V6='ipv6: 2001:db8:45::/48'
lab_config '/^  apns:/,/^ *device: sgi/d' \
	"s|^pgw:|&\\n  networks:\\n    - {name: corp, table: 102, interfaces: [sgi2]}\\n    - {name: plant, table: 103, interfaces: [sgi3$VLAN]}\\n  apns:\\n$(apn internet "$V6, breakout: kernel")$(apn corp 'breakout: kernel, network: corp')$(apn plant "$V6, breakout: direct, network: plant, gateway: 198.51.100.2")|" \
	's|^\( *\)- {name: iot, \(type.*\)|\1- {name: corp, \2\n\1- {name: plant, \2|' \
	"s|^    - {name: sgi, role: sgi}|&\n    - {name: sgi2, role: sgi}\n    - {name: sgi3$VLAN, role: sgi}|" \
	's|^  mode: auto|&\n  ue_to_ue: yes|'
check "mcored starts" lab_start
add_sims 4 >/dev/null

# shellcheck disable=SC2046
ransim_run $(device 1 internet) $(device 2 corp) $(device 3 plant) $(device 4 internet)
check "devices attach" wait_for 10 registered 4
check "three of them with the same address" is 3 eval \
	'for i in 1 2 3; do ip -n "$LAB-ue$i" -4 -o addr show scope global | grep -o "10[.]45[.0-9]*"; done | sort | uniq -c | awk "{ print \$1 }"'
UE=$(ip -n "$LAB-ue2" -4 -o addr show scope global | grep -o '10[.]45[.0-9]*' | head -1)
UE4=$(ip -n "$LAB-ue4" -4 -o addr show scope global | grep -o '10[.]45[.0-9]*' | head -1)

echoes() { in_ns "$1" cat /proc/net/snmp | awk '/^Icmp:/ { if (n++) print $(at); else for (i = 1; i <= NF; i++) if ($i == "InEchos") at = i }'; }
# reaches N NAMESPACE: the server as the Nth device sees it is that one, and only that one.
reaches() {
	local ns before after
	for ns in inet two three; do before+="$(echoes $ns) "; done
	ping_ue "$1" $SERVER || return 1
	for ns in inet two three; do
		after=$(echoes $ns)
		set -- "$1" "$2" "${before%% *}"
		before=${before#* }
		[ "$((after - $3))" = "$([ $ns = "$2" ] && echo 3 || echo 0)" ] ||
			{ echo "$ns: $3 echo requests, then $after"; return 1; }
	done
}
each() {
	check "the common network's device reaches its own server$1" reaches 1 inet
	check "a network's by its routing table$1" reaches 2 two
	check "a network's directly$1" reaches 3 three
}
each ""
check "IPv6 goes there, too" ue 3 ping -n -q -c 2 -i 0.2 -W 2 $SERVER6
answered() { ue "$1" ping -n -q -c 2 -i 0.2 -W 2 10.45.0.1; }
check "the gateway answers the common network's device" answered 1
check "and another network's, which has the same address" answered 2
# The same tuple twice: what masquerade remembers of one does not touch the other.
same_tuple() {
	ue 1 ping -n -q -e 77 -c 5 -i 0.2 -W 2 $SERVER &
	reaches2=$(ue 2 ping -n -q -e 77 -c 5 -i 0.2 -W 2 $SERVER)
	wait $! && grep -q ' 0% packet loss' <<<"$reaches2"
}
check "two devices with the same address and identifier at once" same_tuple
# fragment N WHICH ID: of an echo request to the gateway, from the Nth device.
fragment() {
	ue "$1" python3 - "$2" "$3" "$UE" <<-'END'
		import socket, struct, sys
		which, ident, source = int(sys.argv[1]), int(sys.argv[2]), socket.inet_aton(sys.argv[3])
		part = (struct.pack("!BBHHHQ", 8, 0, 0xf7fd, 1, 1, 0), bytes(16))[which]
		head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), ident, (0x2000, 2)[which], 64, 1, 0,
		                   source, socket.inet_aton("10.45.0.1"))
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
		s.sendto(head + part, ("10.45.0.1", 0))
	END
}
# fragments N M ID: the first from one device, the second from another.
fragments() { fragment "$1" 0 "$3" && fragment "$2" 1 "$3"; }
one_more() { [ "$(echoes core)" -gt "$before" ]; }
# put_together N M ID: this machine makes one packet of the two.
put_together() {
	local before
	before=$(echoes core)
	fragments "$@" && wait_for 1 one_more
}
no() { ! "$@"; }
check "fragments of one device are put together" put_together 1 1 71
check "those of a device in a network, too" put_together 2 2 72
check "but not of two with the same address in two networks" no put_together 1 2 73
# A service of this machine that has not bound to an interface.
spawn core python3 -c '
import socket
s = socket.create_server(("10.45.0.1", 7007))
while True:
    s.accept()[0].sendall(b"well")' 2>/dev/null
greeted() {
	ue "$1" python3 -c '
import socket
assert socket.create_connection(("10.45.0.1", 7007), 3).recv(4) == b"well"'
}
check "a service on this machine answers the common network's device" wait_for 20 greeted 1
check "and another network's, which has the same address" greeted 2
# One that answers by UDP, and has.
spawn core python3 -c '
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"mcore4")
s.bind(("::", 7009))
while True:
    s.sendto(b"well", s.recvfrom(10)[1])' 2>/dev/null
asked() { # N ADDRESS
	ue "$1" python3 - "$2" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		s.settimeout(2)
		s.connect((sys.argv[1], 7009))
		s.send(b"how")
		assert s.recv(10) == b"well"
	END
}
check "one that is bound to a network's device answers by IPv6" wait_for 20 asked 3 2001:db8:45::1
check "and by IPv4" asked 3 ::ffff:10.45.0.1
check "but not other networks" no asked 2 ::ffff:10.45.0.1
check "from its network a device is reached by its address" in_ns three ping -n -q -c 2 -i 0.2 -W 2 "$UE"
# A subnet on a network's link, to which the common table has a route by the core's address there.
lab_address core sgi2 192.0.2.1/24
lab_address two net0 192.0.2.2/24
ip -n "$LAB-inet" route add 192.0.2.0/24 via 198.51.100.1
arrives() { # AT COMMAND...
	local before
	before=$(echoes "$1")
	"${@:2}"
	[ "$(echoes "$1")" != "$before" ]
}
check "a network's device reaches a subnet on its link" arrives two ue 2 ping -n -q -c 2 -i 0.2 -W 1 192.0.2.2
check "the common network's device does not" no arrives two ue 1 ping -n -q -c 2 -i 0.2 -W 1 192.0.2.2
check "nor a host behind the common network" no arrives two in_ns inet ping -n -q -c 2 -i 0.2 -W 1 192.0.2.2
# The access network, where a network's table leads there.
ip -n "$LAB-core" route add 10.10.0.0/24 dev s1u table 102
check "nor a network's device an eNodeB" no arrives ran ue 2 ping -n -q -c 2 -i 0.2 -W 1 10.10.0.4
ip -n "$LAB-core" route del 10.10.0.0/24 dev s1u table 102
# This machine by addresses that it has in one network alone.
lab_address core sgi 192.0.3.1/24
ip -n "$LAB-two" route add 192.0.3.1 via 198.51.100.1
to_core() { # ADDRESS IN_NAMESPACE...
	"${@:2}" ping -n -q -c 1 -W 1 "$1"
}
check "this machine's address in a network is reached by its device" to_core 192.0.2.1 ue 2
check "and by its hosts" to_core 192.0.2.1 in_ns two
check "not by the common network's device" wait_for 5 no to_core 192.0.2.1 ue 1
check "nor its hosts" no to_core 192.0.2.1 in_ns inet
check "one in the common network is reached by its device" to_core 192.0.3.1 ue 1
check "not by another network's" wait_for 5 no to_core 192.0.3.1 ue 2
check "nor by hosts there" no to_core 192.0.3.1 in_ns two
check "one in no network is, by all" eval 'for i in 1 2 3; do to_core 10.10.0.1 ue $i || exit 1; done'
# Untagged on the parent of a network's VLAN, to the core's MAC address.
untagged() {
	local mac
	mac=$(ip -n "$LAB-core" -o link show sgi3 | grep -o 'link/ether [0-9a-f:]*' | cut -d' ' -f2)
	ip -n "$LAB-three" route replace "$UE" dev net0
	ip -n "$LAB-three" neigh replace "$UE" lladdr "$mac" dev net0
	in_ns three ping -n -q -c 2 -i 0.2 -W 1 -I $SERVER "$UE"
	ip -n "$LAB-three" route del "$UE" dev net0
}
if [ -n "$VLAN" ]; then
	check "what comes beside a network's VLAN reaches no device" no arrives ue1 untagged
fi
# What a host sends to the common network's device by IPv6; and nothing is in the way but that.
ip -n "$LAB-inet" route add 2001:db8:45::/48 via 2001:db8:ff::1
ip -n "$LAB-two" route add 2001:db8:45::/48 dev net0 \
	via "$(ip -n "$LAB-core" -6 -o addr show dev sgi2 scope link | grep -o 'fe80:[0-9a-f:]*')"
UE6=$(ip -n "$LAB-ue1" -6 -o addr show scope global | grep -o '2001:db8:45:[0-9a-f:]*' | head -1)
echoes6() { in_ns "$1" awk '/^Icmp6InEchos/ { print $2 }' /proc/net/snmp6; }
arrives6() { # FROM
	local before
	before=$(echoes6 ue1)
	in_ns "$1" ping -n -q -c 2 -i 0.2 -W 1 -I $SERVER6 "$UE6"
	[ "$(echoes6 ue1)" != "$before" ]
}
check "by IPv6 a host behind the common network reaches its device" arrives6 inet
check "and one behind a network without IPv6 does not" no arrives6 two
check "devices of one network reach each other where allowed" ping_ue 1 "$UE4"
check "those of another do not" no ue 2 ping -n -q -c 2 -i 0.2 -W 1 "$UE4"
check "nor by their own gateway" no ue 3 ping -n -q -c 2 -i 0.2 -W 1 "$UE4"

mark
lab_stop
check "mcored starts again" lab_start
check "and finds its sessions" logged 'adopted_sessions=4'
ran release 4 # usrsctp: the eNodeB has not noticed, until it speaks
check "the eNodeB is back" logged 's1[.](setup|back) .*enb=' 20
flow() { ping_ue 1 $SERVER && ping_ue 2 $SERVER && ping_ue 3 $SERVER; }
check "and packets flow" wait_for 20 flow
each " after a restart"
check "rules of networks are there once" is 8 eval 'ip -n "$LAB-core" rule show | grep -c "lookup 10[23]"'
others_gone
finish
