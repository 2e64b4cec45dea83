#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a device, or somebody on the access network, must not get through: foreign source addresses, GTP-U
# from the wrong place, tunnels that are not there; and the rates of the subscription.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "needs python3"

lab_up
lab_address core s1u 2001:db8:10::1/64
lab_address ran ran0 2001:db8:10::4/64
# A second profile of 5 Mbit/s up and 3 Mbit/s down.
lab_config 's|^sgw:|    - name: slow\n      up: 5mbit\n      down: 3mbit\n      apns:\n        - {name: iot, up: 5mbit, down: 3mbit}\n&|'
in_ns inet iperf3 -s -D --pidfile "$LAB_DIR/iperf3.pid"
check "mcored starts" lab_start
add_sims 1 >/dev/null
ctl sim add "$(imsi 2)" k $KEY opc $OPC profile slow >/dev/null
ctl sim add "$(imsi 3)" k $KEY opc $OPC >/dev/null
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 iot) $(device 3 internet)
check "three devices attach" wait_for 10 registered 3
check "packets flow" wait_for 3 ping_ue 1 198.51.100.2

# drops REASON COMMAND...: the command makes at least one packet of that reason, which goes nowhere.
drops() {
	local before
	before=$(reason "$1")
	"${@:2}"
	[ "$(reason "$1")" -gt "$before" ] || { echo "$1 is still $before"; return 1; }
}
# Nothing of it comes out on the SGi side while the command runs.
quiet() { # FILTER COMMAND...
	local pid
	rm -f "$LAB_DIR/td.log"
	nsenter --net="/run/netns/$LAB-inet" -- tcpdump --immediate-mode -n -l -i net0 "$1" >"$LAB_DIR/td" 2>"$LAB_DIR/td.log" &
	pid=$!
	wait_for 5 grep -q listening "$LAB_DIR/td.log"
	"${@:2}"
	local err=$?
	sleep 0.2
	kill $pid
	wait $pid 2>/dev/null
	[ $err = 0 ] && ! grep . "$LAB_DIR/td"
}

# A device with a source that is not its own.
ip -n "$LAB-ue1" addr add 10.46.0.200/32 dev ue1
ip -n "$LAB-ue1" addr add 198.51.100.77/32 dev ue1
ip -n "$LAB-ue1" addr add 2001:db8:46:beef::1/128 dev ue1
from() { ue 1 ping -n -q -c 2 -i 0.2 -W 1 -I "$1" "$2"; return 0; }
check "another device's source is dropped and counted" quiet "src 10.46.0.200" drops spoofed_source from 10.46.0.200 198.51.100.2
check "an Internet source too" quiet "src 198.51.100.77" drops spoofed_source from 198.51.100.77 198.51.100.2
check "an IPv6 source outside its prefix too" quiet "src 2001:db8:46:beef::1" drops spoofed_source from 2001:db8:46:beef::1 2001:db8:ff::2
check "the session counts them as dropped" test "$(session 1 dropped)" -ge 6
check "its own source still gets through" ping_ue 1 198.51.100.2
check "any address of its /64 gets through" bash -c "ip -n $LAB-ue1 addr add $(session 1 ue6)7777/128 dev ue1 nodad
	nsenter --net=/run/netns/$LAB-ue1 -- ping -q -c 2 -i 0.2 -W 1 -I $(session 1 ue6)7777 2001:db8:ff::2"
check "from one device to another is dropped" drops ue_to_ue ue 1 ping -q -c 1 -W 1 "$(session 2 ue4)"

# To this machine as a node of the core would, and to the access network.
speaks() { # ADDRESS [PORT]: SCTP; TCP to that port
	ue 1 python3 - "$@" <<-'END'
		import socket, sys
		a = sys.argv[1]
		family = socket.AF_INET6 if ":" in a else socket.AF_INET
		if len(sys.argv) > 2:
		    s = socket.socket(family, socket.SOCK_STREAM)
		    s.settimeout(0.3)
		    s.connect_ex((a, int(sys.argv[2])))
		else:
		    s = socket.socket(family, socket.SOCK_RAW, 132)
		    s.sendto(bytes.fromhex("8e3c8e3c000000000000000001000014") + bytes(16), (a, 0))
	END
}
check "SCTP to this machine is dropped" drops core_port speaks 10.10.0.1
check "by IPv6 too" drops core_port speaks 2001:db8:46::1
check "and Diameter" drops core_port speaks 10.46.0.1 3868
ask() { ue "$1" ping -n -q -c 2 -i 0.2 -W 1 "$2"; return 0; }
check "an eNodeB is not reached by the router on the SGi side" quiet "dst 10.10.0.4" drops access_network ask 1 10.10.0.4
check "nor by IPv6" quiet "dst 2001:db8:10::4" drops access_network ask 1 2001:db8:10::4
check "nor by this machine's stack" drops access_network ask 3 10.10.0.4
ip -n "$LAB-core" route add 203.0.113.0/24 via 10.10.0.4
check "nor what comes to be behind one" wait_for 5 drops access_network ask 1 203.0.113.9
ip -n "$LAB-core" route add 203.0.113.64/26 via 198.51.100.2
check "but what is elsewhere of that" wait_for 5 drops uplink ask 1 203.0.113.65

# GTP-U from the wrong place. gtpu ADDRESS TYPE TEID SRC DST: sends one, prints the answers' types.
gtpu() {
	nsenter --net="/run/netns/$LAB-ran" -- python3 - "$@" <<-'END'
		import socket, struct, sys, time
		address, kind, teid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3], 0)
		inner = b""
		if kind == 255:
		    s, d = map(socket.inet_aton, sys.argv[4:6])
		    icmp = struct.pack("!BBHHH", 8, 0, 0xf7fd, 1, 1)
		    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 1, 0, s, d)
		    total = sum(struct.unpack("!10H", head))
		    total = (total & 0xffff) + (total >> 16)
		    head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + head[12:]
		    inner = head + icmp
		if kind == 1:
		    packet = struct.pack("!BBHIHBB", 0x32, 1, 4, 0, 0x1234, 0, 0)
		else:
		    packet = struct.pack("!BBHI", 0x30, kind, len(inner), teid) + inner
		u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		u.bind((address, int(sys.argv[6]) if len(sys.argv) > 6 else 0))
		u.settimeout(0.5)
		u.sendto(packet, ("10.10.0.1", 2152))
		try:
		    while True:
		        got = u.recv(2000)
		        print("type", got[1], "sequence", hex(struct.unpack("!H", got[8:10])[0]), got[12:].hex())
		except socket.timeout:
		    pass
	END
}
teid=$(session 1 teid)
ip4=$(session 1 ue4)
check "GTP-U from another eNodeB's address is dropped" quiet "src $ip4" drops wrong_peer gtpu 10.10.0.3 255 "$teid" "$ip4" 198.51.100.2
check "the same from the right one gets through" drops uplink gtpu 10.10.0.2 255 "$teid" "$ip4" 198.51.100.2
answers() { # REGEX ARGS
	gtpu "${@:2}" | tee "$LAB_DIR/answer"
	grep -qE "$1" "$LAB_DIR/answer"
}
# Its information elements: TEID Data I (16) with what was sent, GTP-U Peer Address (133) with ours.
other=$(printf '%08x' $((teid ^ 0x55)))
error_indication() {
	gtpu 10.10.0.4 255 "0x$other" "$ip4" 198.51.100.2 2152 | tee "$LAB_DIR/answer"
	grep -qE "^type 26 .* ?10${other}8500040a0a0001" "$LAB_DIR/answer"
}
check "an unknown TEID is answered with an Error Indication" drops unknown_teid error_indication
check "an Echo Request is answered, with its sequence number" answers '^type 2 sequence 0x1234 0e00' 10.10.0.2 1 0
check "and counted" test "$(reason gtpu_echo)" -ge 1
noise() { # damaged GTP-U from the right address
	nsenter --net="/run/netns/$LAB-ran" -- python3 - "$teid" <<-'END'
		import os, random, socket, struct, sys
		u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		u.bind(("10.10.0.2", 0))
		teid = int(sys.argv[1], 0)
		for i in range(2000):
		    body = os.urandom(random.randrange(0, 120))
		    head = struct.pack("!BBHI", random.choice([0x30, 0x34, 0x32, random.randrange(256)]),
		                       random.choice([255, 255, 1, 2, 26, 31, 254, random.randrange(256)]),
		                       random.choice([len(body), random.randrange(65536)]), random.choice([teid, random.getrandbits(32)]))
		    u.sendto(head + body, ("10.10.0.1", 2152))
	END
	ping_ue 1 198.51.100.2
}
mark
check "2000 damaged GTP-U packets change nothing" noise
few_lines() { [ "$(wc -l <"$LAB_DIR/mcored.log")" -le $((LOGGED + 100)) ]; }
check "and do not flood the log" few_lines
check "and are counted as such" test "$(($(reason bad_gtpu) + $(reason bad_inner)))" -ge 100

# From the Internet.
nobody() { in_ns inet ping -q -c 1 -W 1 10.46.77.77; return 0; }
check "packets for an address nobody has are dropped" drops no_session nobody
claims() { # a device's source from outside
	ip -n "$LAB-inet" addr add 10.46.0.222/32 dev net0
	in_ns inet ping -q -c 1 -W 1 -I 10.46.0.222 "$ip4"
	ip -n "$LAB-inet" addr del 10.46.0.222/32 dev net0
	return 0
}
check "packets that claim a device as their source are dropped" drops own_source claims

# From the Internet with the eNodeB's source. forged NAMESPACE HEX [OFFSET]: one GTP-U message to the
# core, in two fragments cut at that octet behind the IP header.
ip -n "$LAB-inet" route add 10.10.0.1 via 198.51.100.1
forged() {
	in_ns "$1" python3 - "${@:2}" <<-'END'
		import os, socket, struct, sys
		message, cut = bytes.fromhex(sys.argv[1]), int(sys.argv[2] if len(sys.argv) > 2 else 0)
		udp = struct.pack("!HHHH", 2152, 2152, 8 + len(message), 0) + message
		ident = struct.unpack("!H", os.urandom(2))[0] | 1
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
		for at, part in ((0, udp[:cut]), (cut, udp[cut:])):
		    if part:
		        more = 0x2000 if at + len(part) < len(udp) else 0
		        s.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), ident, more | at // 8, 64, 17, 0,
		                             socket.inet_aton("10.10.0.2"), socket.inet_aton("10.10.0.1")) + part,
		                 ("10.10.0.1", 0))
	END
}
of_device="30ff001c${teid#0x}4500001c0001000040010000$(printf '%02x' ${ip4//./ })c63364020800f7fd00000001"
uplinks() { [ "$(reason uplink)" -gt "$1" ]; }
strays() { [ "$(ctl -j stats | jq .mcore_gtpu_strays_total)" -ge "$1" ]; }
in_fragments() {
	local before
	before=$(reason uplink)
	forged ran "$of_device" 24
	wait_for 5 uplinks "$before"
}
check "a device's packet in fragments of GTP-U gets through" in_fragments
from_internet() {
	local before
	before=$(reason uplink)
	forged inet "$of_device" 24
	wait_for 5 strays 1 && ! uplinks "$before"
}
check "that from the Internet does not" from_internet
peer_teid=$(session 1 peer_teid)
lost() { # from the Internet, that the eNodeB had lost the tunnel
	mark
	forged inet "321a00100000000000000000""10${peer_teid#0x}8500040a0a0002"
	wait_for 5 strays 2 && ! logged 'gtpu.error_indication|bearer_lost' 0
}
check "nor does an Error Indication" lost
known() { # and from where it can come
	mark
	forged ran "321a00100000000000000000""10${peer_teid#0x}8500040a0a0002"
	logged 'gtpu.error_indication .*imsi='
}
# To an eNodeB by the stack, where masquerade gives a device the core's own address.
reached() { # NAMESPACE ADDRESS: GTP-U of the third device comes to who listens there
	local pid
	nsenter --net="/run/netns/$LAB-$1" -- python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 2152))
s.settimeout(3)
print("listening", flush=True)
print(s.recv(100))' "$2" >"$LAB_DIR/heard" 2>&1 &
	pid=$!
	wait_for 10 grep listening "$LAB_DIR/heard"
	ue 3 python3 -c '
import socket, sys
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3): u.sendto(bytes.fromhex("30ff000000000001"), (sys.argv[1], 2152))' "$2"
	wait $pid
}
no() { ! "$@"; }
check "a device's GTP-U to a host on the Internet is the device's own affair" reached inet 198.51.100.2
check "none of it reaches an eNodeB" no reached ran 10.10.0.4
# Without masquerade the third device has no answers.
back() { # nft's arguments
	mark
	in_ns core nft "$@"
	logged 'warn +datapath.nft .*restored=yes' && wait_for 3 ping_ue 3 198.51.100.2
}
check "rules that somebody flushes come back" back flush ruleset
check "and those of one chain" back flush chain inet mcore postrouting
theirs() {
	mark
	in_ns core nft add table inet other
	in_ns core nft delete table inet other
	! logged datapath.nft 1
}
check "what others have of their own is theirs" theirs

# The subscription's rates.
rate() { # LEAST MOST iperf3-ARGS
	local mbit
	mbit=$(ue 2 timeout 15 iperf3 -J -c 198.51.100.2 -t 4 -O 1 "${@:3}" | jq '.end.sum_received.bits_per_second / 1e5 | floor')
	echo "$((mbit / 10)).$((mbit % 10)) Mbit/s, wanted $1 to $2 tenths"
	[ "$mbit" -ge "$1" ] && [ "$mbit" -le "$2" ]
}
check "the session has its profile's rates" is "5000000 3000000" bash -c "echo $(session 2 rate_up) $(session 2 rate_down)"
# A policer keeps no queue: TCP over a round trip of 0.1 ms cannot fill the rate.
check "TCP gets a good part of 5 Mbit/s up, and no more" rate 15 52
check "TCP gets a good part of 3 Mbit/s down, and no more" rate 9 32 -R
check "5 Mbit/s of 20 is what UDP gets" rate 45 52 -u -b 20M -l 1200
check "3 Mbit/s of 20 is what UDP gets down" rate 27 32 -u -b 20M -l 1200 -R
check "what was too much is counted" test "$(reason rate_up)" -gt 100 -a "$(reason rate_down)" -gt 100
check "the other device is not held" tcp ue1 198.51.100.2 100
check "but one of the eNodeB's is heard" known

lab_stop
sed -i 's|^  mode: auto|&\n  ue_to_access: yes|' "$LAB_DIR/mcored.yaml"
check "mcored starts with ue_to_access" lab_start
check "devices reach the access network then" wait_for 10 ping_ue 3 10.10.0.4
check "but not by GTP-U" no reached ran 10.10.0.4
finish
