#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# GTP-U beyond a device's packets over IPv4 (TS 29.281): tunnels over IPv6, relays from tunnel to tunnel,
# every message both ways, paths that fail and shrink, and what strangers send. First the datapath
# alone (dpctl), then mcored with an eNodeB.
. "$(dirname "$0")/lib.sh"
for f in dpctl gtpu_peer; do
	[ -x "$LAB_BUILD/tests/net/$f" ] || skip "$f is not built"
done

lab_up
lab_address core s1u 2001:db8:10::1/64
lab_address ran ran0 2001:db8:10::2/64 2001:db8:10::3/64
CORE6=2001:db8:10::1 ENB6=2001:db8:10::2

# dp COMMAND...: to dpctl; prints its answer without "ok".
mkfifo "$LAB_DIR/dp.in"
exec 7<>"$LAB_DIR/dp.in"
nsenter --net="/run/netns/$LAB-core" -- "$LAB_BUILD/tests/net/dpctl" object="$LAB_BUILD/mcore.bpf.o" pins="$LAB_PIN" gtpu=10.10.0.1 \
	gtpu6=$CORE6 access=s1u sgi=sgi pool=10.46.0.0/16 pool6=2001:db8:46::/48 gateway=198.51.100.2 \
	echo=1000,200,2,300 <&7 >"$LAB_DIR/dp.log" 2>"$LAB_DIR/mcored.log" &
DP=$!
lab_pids+=("$DP")
said() { grep -qE -- "$1" "$LAB_DIR/dp.log"; }
check "the datapath starts with both addresses" wait_for 30 said '^ready'
answered() { [ "$(grep -cE '^(ok|error)' "$LAB_DIR/dp.log")" -gt "$1" ]; }
dp() {
	local n answer
	n=$(grep -cE '^(ok|error)' "$LAB_DIR/dp.log")
	echo "$*" >&7
	wait_for 10 answered "$n" || return 1
	answer=$(grep -E '^(ok|error)' "$LAB_DIR/dp.log" | sed -n "$((n + 1))p")
	echo "${answer#ok }"
	[ "${answer#error}" = "$answer" ]
}
why() { dp reasons | tr ' ' '\n' | sed -n "s/^$1=//p"; }
grew() { # REASON COMMAND...: the command counts some
	local before
	before=$(why "$1")
	"${@:2}" || return 1
	[ "$(why "$1")" -gt "${before:-0}" ] || { echo "$1 is as before"; dp reasons; return 1; }
}
peer_line() { # ADDRESS REGEX: the last word on a peer
	dp peers >/dev/null
	grep -F "peer $1 " "$LAB_DIR/dp.log" | tail -n 1 | tee /dev/stderr | grep -qE -- "$2"
}
# gtp FROM TO HEX...: sends each from port 2152, then prints what comes there in half a second; AT=ADDRESS: there.
gtp() {
	in_ns ran python3 - "${AT:-$1}" "$@" <<-'END'
		import socket, sys, time
		def udp(a):
		    s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_DGRAM)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		    s.bind((a, 2152))
		    return s
		at, src, dst = sys.argv[1:4]
		receiver = udp(at)
		sender = receiver if at == src else udp(src)
		for m in sys.argv[4:]:
		    sender.sendto(bytes.fromhex(m), (dst, 2152))
		end = time.time() + 0.5
		while (left := end - time.time()) > 0:
		    receiver.settimeout(left)
		    try:
		        p, a = receiver.recvfrom(9000)
		    except socket.timeout:
		        break
		    if p[1] != 1:
		        print("from", a[0], p.hex())
	END
}
heard() { # REGEX ARGS of gtp
	gtp "${@:2}" >"$LAB_DIR/heard"
	cat "$LAB_DIR/heard"
	grep -qE -- "^$1$" "$LAB_DIR/heard"
}
pdu() { # TEID [FLAGS [OPTIONAL-HEX]]: a G-PDU around a packet of nobody
	local body="${3-}4500001c0001000040011234c6120001cb007150$(printf '08%.0s' {1..8})"
	printf '%s%04x%08x%s' "${2:-30}ff" $((${#body} / 2)) "$1" "$body"
}

# A device behind an eNodeB over IPv6.
TEID=$(dp add 2 $ENB6 777)
enb6() {
	spawn ran "$LAB_BUILD/tests/net/gtpu_peer" "$@" "/run/netns/$LAB-ue" tun0 $ENB6 $CORE6 "$TEID" 777 >"$LAB_DIR/peer.log" 2>&1
	PEER=$SPAWNED
	wait_for 5 grep -q ready "$LAB_DIR/peer.log"
	lab_address ue tun0 10.46.0.2/32 2001:db8:46:2::1/64
	ip -n "$LAB-ue" link set tun0 mtu 1500
	ip -n "$LAB-ue" route add default dev tun0
	ip -n "$LAB-ue" -6 route add default dev tun0
}
capture_begin s1u.pcap 'ip6 and udp or ip6[6] = 44' ran ran0
check "an eNodeB over IPv6 has a device" enb6 -s -x
pings() { in_ns ue ping -n -q -c 3 -i 0.1 -W 2 "$@"; }
check "over IPv6: ping" wait_for 5 pings 198.51.100.2
check "over IPv6: ping by IPv6" wait_for 5 pings 2001:db8:ff::2
in_ns inet iperf3 -s -D --pidfile "$LAB_DIR/iperf3.pid"
ip -n "$LAB-ue" link set tun0 mtu 1400
check "over IPv6: TCP up" tcp ue 198.51.100.2 20
check "over IPv6: TCP down" tcp ue 198.51.100.2 20 -R
ip -n "$LAB-ue" link set tun0 mtu 1500
capture_end s1u.pcap
decoded() { tshark -r "$LAB_DIR/s1u.pcap" -o udp.check_checksum:TRUE -Y "$1" -T fields -e frame.number 2>/dev/null | wc -l; }
right_sums() { [ "$(decoded "ipv6.src == $CORE6 && gtp && udp.checksum.status == 1")" -gt 20 ] && [ "$(decoded "udp.checksum.status == 0 || _ws.malformed")" = 0 ]; }
check "tshark finds each of our checksums right" right_sums
fragmented() { pings -s 1460 198.51.100.2; }
check "over IPv6: a packet that the eNodeB has to fragment arrives" grew outer_fragment fragmented
too_big() { in_ns inet ping -n -c 2 -i 0.2 -W 1 -M do -s 1430 10.46.0.2 >"$LAB_DIR/ping"; grep -E "mtu ?= ?1444" "$LAB_DIR/ping"; }
check "over IPv6: what does not fit the tunnel is told its MTU of 1444" grew too_big too_big
check "over IPv6: and 1416 octets of ping fit" in_ns inet ping -n -q -c 2 -i 0.2 -W 1 -M do -s 1416 10.46.0.2
sends() { dp send 2 "4500001c0001000040017cb30a2e00010a2e0002$(printf '00%.0s' {1..8})"; }
check "over IPv6: mcored itself sends to the device" sends
forgets() {
	kill -USR1 "$PEER"
	in_ns inet ping -q -c 1 -W 1 10.46.0.2
	wait_for 5 said '^event error_indication slot=2'
}
check "over IPv6: the eNodeB's Error Indication is heard" forgets
kill "$PEER"; wait "$PEER" 2>/dev/null
enb6
# Time to live.
check "a device's packet at its end is told about" bash -c "nsenter --net=/run/netns/$LAB-ue -- ping -n -c 1 -W 2 -t 1 198.51.100.2 | grep -i 'time to live exceeded'"
check "by IPv6 too" bash -c "nsenter --net=/run/netns/$LAB-ue -- ping -n -c 1 -W 2 -t 1 2001:db8:ff::2 | grep -iE 'time exceeded|hop limit'"
check "and a packet from the Internet" bash -c "nsenter --net=/run/netns/$LAB-inet -- ping -n -c 1 -W 2 -t 1 10.46.0.2 | grep -i 'time to live exceeded'"
hides() { # GTP-U from the device to the core in fragments
	in_ns ue python3 - <<-'END'
		import socket
		u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		u.setsockopt(0, 10, 0)
		u.sendto(bytes.fromhex("320105dc00000000") + bytes(3000), ("10.10.0.1", 2152))
	END
}
check "GTP-U out of a tunnel is dropped, in fragments too" grew core_port hides

# Every message.
read -r _ T3 <<<"x $(dp add 3 10.10.0.2 555)"
ok() { printf '%08x' "$1"; }
check "an Echo Request over IPv6 is answered" heard "from $CORE6 3202000600000000123400000e00" 2001:db8:10::3 $CORE6 320100040000000012340000
check "an unknown TEID over IPv6 is answered with our IPv6 address" heard \
	"from $CORE6 321a001c0000000000000000100badcafe85001020010db8001000000000000000000001" 2001:db8:10::3 $CORE6 "$(pdu 0x0badcafe)"
# With nothing behind its header it is shorter than the answer, and veth leaves no room behind a frame.
check "in a bare header, too" heard "from 10.10.0.1 321a00100000000000000000100badcafe8500040a0a0001" 10.10.0.2 10.10.0.1 30ff00000badcafe
check "and over IPv6" heard \
	"from $CORE6 321a001c0000000000000000100badcafe85001020010db8001000000000000000000001" 2001:db8:10::3 $CORE6 30ff00000badcafe
notified="from 10.10.0.1 321f000e00000000000000008d0820408182838485c0"
check "an extension header that must be understood is answered with those that are" heard "$notified" 10.10.0.2 10.10.0.1 "$(pdu "$T3" 34 000000e101000000)"
check "one that need not be is skipped" grew spoofed_source gtp 10.10.0.2 10.10.0.1 "$(pdu "$T3" 34 0000000f01000000)"
check "an End Marker ends here" grew end_marker gtp 10.10.0.2 10.10.0.1 "30fe0000$(ok "$T3")"
read_headers() { gtp 10.10.0.2 10.10.0.1 321f000700000000000000008d01c0; wait_for 3 in_log mcored 0 'gtpu.headers_notification peer=10.10.0.2 supported=c0'; }
check "a Supported Extension Headers Notification is told" read_headers
lost() { # FROM: an Error Indication for the tunnel 555 at 10.10.0.2
	gtp "$1" 10.10.0.1 "321a0010000000000000000010$(ok 555)8500040a0a0002" >/dev/null
	said '^event error_indication slot=3'
}
dp add 4 10.10.0.3 556 >/dev/null
not_lost() { ! lost 10.10.0.3; }
check "another peer's Error Indication has no effect" not_lost
check "the right one's has" lost 10.10.0.2

# From tunnel to tunnel.
relayed() { # NAME TO-ADDRESS CORE-ADDRESS WANTED-HEX SENT-HEX
	AT=$1 heard "from $2 $3" 10.10.0.2 10.10.0.1 "${@:4}"
}
read -r R1 RT1 <<<"$(dp relay 10.10.0.2 10.10.0.3 0x99)"
check "a G-PDU is relayed as it is, under the other TEID" relayed 10.10.0.3 10.10.0.1 "$(pdu 0x99 37 00070385011001c001000000)" "$(pdu "$RT1" 37 00070385011001c001000000)"
check "an End Marker too" relayed 10.10.0.3 10.10.0.1 30fe000000000099 "30fe0000$(ok "$RT1")"
check "an extension header for intermediate nodes is taken out" relayed 10.10.0.3 10.10.0.1 "$(pdu 0x99 34 0000008501100100)" "$(pdu "$RT1" 34 000000400108688501100100)"
check "one that all must understand is answered" heard "$notified" 10.10.0.2 10.10.0.1 "$(pdu "$RT1" 34 000000e101000000)"
read -r R2 RT2 <<<"$(dp relay 10.10.0.2 2001:db8:10::3 0x98)"
check "from IPv4 to IPv6" relayed 2001:db8:10::3 $CORE6 "$(pdu 0x98)" "$(pdu "$RT2")"
long="30ff05a0$(ok "$RT2")$(printf '5a%.0s' {1..1440})"
check "what does not fit the next hop is relayed in fragments" relayed 2001:db8:10::3 $CORE6 "30ff05a000000098(5a){1440}" "$long"
switched() { dp switch "$R1" 10.10.0.4 0x77 && relayed 10.10.0.4 10.10.0.1 "$(pdu 0x77)" "$(pdu "$RT1")"; }
check "a relay is switched to another peer" switched
check "its packets are counted for both" peer_line 10.10.0.4 'tunnels=1 .*down=1 '
ends() { dp del_slot "$R1" && dp del_slot "$R2" && grew unknown_teid gtp 10.10.0.2 10.10.0.1 "$(pdu "$RT1")"; }
check "and is gone when it is deleted" ends

# Paths.
guess() { # 60 TEIDs
	local i all=()
	for ((i = 0; i < 60; i++)); do all+=("$(pdu $((0x0bad0000 + i)))"); done
	[ "$(gtp 10.10.0.4 10.10.0.1 "${all[@]}" | grep -c 'from 10.10.0.1 321a')" -le 45 ] && peer_line 10.10.0.4 'unknown_teid=60 .*errors_sent=([1-9]|[1-3][0-9]|4[0-5])$'
}
check "who guesses TEIDs is counted, and answered seldom" guess
check "an eNodeB that answers Echo is up" wait_for 5 peer_line $ENB6 'path=1 .*answered=[1-9]'
check "one that does not is down" wait_for 8 said '^event path_failure slot=4'
check "and its state says so" peer_line 10.10.0.3 'path=2 '
narrow() { # NAMESPACE FROM PEER MTU: an ICMP message from there, of a packet to that peer
	in_ns "$1" python3 - "${@:2}" <<-'END'
		import socket, struct, sys
		at, peer, mtu = sys.argv[1], sys.argv[2], int(sys.argv[3])
		udp = struct.pack("!HHHH", 2152, 2152, 1400, 0)
		if ":" in at:
		    us = "2001:db8:10::1"
		    quoted = struct.pack("!IHBB", 6 << 28, 1400, 17, 64) + b"".join(socket.inet_pton(socket.AF_INET6, a) for a in (us, peer)) + udp
		    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
		    s.bind((at, 0))
		    s.sendto(struct.pack("!BBHI", 2, 0, 0, mtu) + quoted, (us, 0))
		    sys.exit()
		def sum16(b):
		    t = sum(struct.unpack("!%dH" % (len(b) // 2), b))
		    t = (t & 0xffff) + (t >> 16)
		    return ~(t + (t >> 16)) & 0xffff
		quoted = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1420, 0, 0x4000, 64, 17, 0, socket.inet_aton("10.10.0.1"), socket.inet_aton(peer)) + udp
		icmp = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + quoted
		icmp = icmp[:2] + struct.pack("!H", sum16(icmp)) + icmp[4:]
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
		s.bind((at, 0))
		s.sendto(icmp, ("10.10.0.1", 0))
	END
}
smaller() { # MTU USED
	narrow ran 10.10.0.4 10.10.0.2 "$1"
	wait_for 5 peer_line 10.10.0.2 "mtu=$2 "
}
check "a path's MTU is learnt from ICMP" smaller 1300 1300
dp connect 3 10.10.0.2 555 >/dev/null
told() { in_ns inet ping -n -c 2 -i 0.2 -W 1 -M do -s 1300 10.46.0.3 >"$LAB_DIR/ping"; grep -E "mtu ?= ?1264" "$LAB_DIR/ping"; }
check "and told to those who send to its devices" told
check "but not one so small that nothing would go" smaller 600 1280
ip -n "$LAB-inet" route add 10.10.0.1 via 198.51.100.1
ip -n "$LAB-inet" route add $CORE6 via 2001:db8:ff::1
learnt() { ip -n "$LAB-core" route get "$1" | grep "mtu "; } # this machine has another MTU for it
unheard() { narrow "$@" 1290; ! wait_for 1 learnt "$3"; }
heard_of() { narrow "$@" 1290; wait_for 1 learnt "$3"; }
check "nor what the Internet says of a path" unheard inet 198.51.100.2 10.10.0.3
check "by IPv6 either" unheard inet 2001:db8:ff::2 2001:db8:10::3
check "nor a device" unheard ue 10.46.0.2 10.10.0.3
check "by IPv6 either" unheard ue 2001:db8:46:2::1 2001:db8:10::3
check "as is said on the access network" heard_of ran 10.10.0.4 10.10.0.3
check "by IPv6, too" heard_of ran $ENB6 2001:db8:10::3
dp stop >/dev/null
exec 7>&-
wait "$DP"

# With mcored: both addresses in S1AP, Echo to the eNodeB, and what a failed path does.
LAB_MCORED=
lab_config "s|^  gtpu: .*|&\n  gtpu6: $CORE6\n  echo_interval: 1s\n  t3_response: 200ms\n  n3_requests: 1|"
capture_begin s1.pcap
check "mcored starts with both addresses" lab_start
add_sims 1 >/dev/null
# shellcheck disable=SC2046
ransim_run $(device 1 iot)
check "a device attaches" wait_for 10 registered 1
check "its packets flow" wait_for 5 ping_ue 1 198.51.100.2
capture_end s1.pcap
both_addresses() {
	ts s1.pcap s1ap.InitialContextSetupRequest_element s1ap.transportLayerAddressIPv4 s1ap.transportLayerAddressIPv6 |
		tee /dev/stderr | grep -qE "10.10.0.1.*$CORE6"
}
check "the eNodeB is given both addresses" both_addresses
peer_is() { [ "$(ctl -j peer show | jq -r --arg a "$1" '.peers[] | select(.address == $a) | .state')" = "$2" ]; }
check "mcorectl peer: its path is up" wait_for 5 peer_is 10.10.0.2 up
counted() { [ "$(ctl -j peer show | jq '.peers[0] | select(.packets_up >= 3 and .packets_down >= 3 and .rtt_us > 0 and .tunnels == 1) | .echo_answered >= 1')" = true ]; }
check "with packets and a round trip" counted
mark
in_ns ran nft -f - <<<'table ip t { chain c { type filter hook input priority 0; udp dport 2152 drop; }; }'
check "a path that fails is told" logged 'gtpu.path_down peer=10.10.0.2' 10
# For milliseconds only: the device is paged at once.
check "and its devices are released" saw 'ue=1 .*context.release cause="radio: radio-connection-with-ue-lost"' 10
in_ns ran nft delete table ip t
check "and come back by service request" wait_for 10 ping_ue 1 198.51.100.2
check "and so does the path" wait_for 10 peer_is 10.10.0.2 up
finish
