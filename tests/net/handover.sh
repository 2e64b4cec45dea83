#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Devices go from eNodeB to eNodeB by X2 and by S1 while packets flow on each bearer of two PDN connections:
# none is lost, none comes out of order; keys are those that the device makes itself; the End Marker is the
# last on each old path. A bearer that the target refuses ends, and the others go on. Each failure ends as
# the specification says, and with the device reachable where it should be.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_address inet net0 198.51.100.3/24
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 2 >/dev/null
nsenter --net="/run/netns/$LAB-core" -- tcpdump --immediate-mode -i s1u -U -w "$LAB_DIR/s1.pcap" -s 0 \
	2>"$LAB_DIR/tcpdump.log" &
tcpdump=$!
lab_pids+=("$tcpdump")
wait_for 5 grep -q listening "$LAB_DIR/tcpdump.log"
# XDP takes packets before tcpdump on s1u sees them: the old eNodeB's own side has what it received.
nsenter --net="/run/netns/$LAB-ran" -- tcpdump --immediate-mode -i ran0 -U -w "$LAB_DIR/gtpu.pcap" -s 0 udp port 2152 \
	2>"$LAB_DIR/tcpdump2.log" &
tcpdump2=$!
lab_pids+=("$tcpdump2")
wait_for 5 grep -q listening "$LAB_DIR/tcpdump2.log"
# shellcheck disable=SC2046
ENB=10.10.0.2,10.10.0.3,10.10.0.4 ransim_run $(device 1 iot) $(device 2 iot)
check "two devices attach, at two eNodeBs" wait_for 10 registered 2
check "packets flow" wait_for 4 ping_ue 1 198.51.100.2 0.1 1

# Its bearers: 5, 6 of another PDN connection, and 7 for what goes to one address.
mark
ran pdn 1 internet
check "a second PDN connection" saw 'ue=1 .*event=tun dev=ue1-6'
dedicated() { ctl bearer add "$(imsi 1)" extra qci 7 filter "both proto icmp remote 198.51.100.3"; }
check "and a dedicated bearer" dedicated
check "at the device" saw 'ue=1 .*event=bearer.activate ebi=7 linked=5 .*cause=0'

teid() { ctl -j session show "$(imsi 1)" | jq -r ".sessions[] | select(.ebi == $1) | .teid"; }
TEID5=$(teid 5) TEID6=$(teid 6) TEID7=$(teid 7)
cell() { ue_field 1 "cell"; }
home=$(cell)

# steady [NAME...]: a ping a hundred times a second on each bearer, or those, until `lossless`.
declare -A where=([default]=198.51.100.2 [other]="-I ue1-6 198.51.100.2" [dedicated]=198.51.100.3) pinging
steady() {
	local n
	pinging=()
	for n in "${@:-default}"; do
		# shellcheck disable=SC2086
		nsenter --net="/run/netns/$LAB-ue1" -- ping -n -i 0.01 -W 2 ${where[$n]} >"$LAB_DIR/ping.$n.log" 2>&1 &
		pinging[$n]=$!
		lab_pids+=("${pinging[$n]}")
	done
	for n in "${!pinging[@]}"; do wait_for 5 grep -q 'seq=20 ' "$LAB_DIR/ping.$n.log" || return 1; done
}
all() { steady default other dedicated; }
replies() { grep -oE 'bytes from .* icmp_seq=[0-9]+' "$LAB_DIR/ping.$1.log" | cut -d= -f2; }
answered() { [ "$(replies "$1" | tail -n 1)" -ge "$2" ]; }
# Each ping up to the last that was answered was. What is on its way is waited for: at its end ping
# counts it as lost.
lossless() { # LEAST
	local b n last bad=0
	for b in "${!pinging[@]}"; do
		wait_for 5 answered "$b" $(($(replies "$b" | tail -n 1) + 20)) || { echo "$b: ends"; bad=1; }
		kill -INT "${pinging[$b]}"
		wait "${pinging[$b]}" 2>/dev/null
		tail -n 2 "$LAB_DIR/ping.$b.log"
		n=$(replies "$b" | sort -n -u | wc -l)
		last=$(replies "$b" | sort -n | tail -n 1)
		echo "$b: $n replies, the last to $last"
		[ "$n" -ge "$1" ] && [ "$n" -eq "$last" ] || bad=1
	done
	[ "$bad" = 0 ]
}
in_order() {
	local b
	for b in "${!pinging[@]}"; do replies "$b" | sort -n -c || { echo "of $b"; return 1; }; done
}
once() {
	local b
	for b in "${!pinging[@]}"; do ! grep DUP "$LAB_DIR/ping.$b.log" || { echo "of $b"; return 1; }; done
}
up() { ctl -j session show "$(imsi 1)" | jq -r ".sessions[] | select(.ebi == $1) | .packets_up"; }
before() { was=("$(up 5)" "$(up 6)" "$(up 7)"); }
each_used() {
	local now
	now=("$(up 5)" "$(up 6)" "$(up 7)")
	echo "${was[*]}, then ${now[*]}"
	((now[0] >= was[0] + 20 && now[1] >= was[1] + 20 && now[2] >= was[2] + 20))
}
go() { # COMMAND ENB
	mark
	ran "$1" 1 "$2"
	saw "ue=1 .*event=moved enb=$2"
}

# X2
before
check "packets flow on each bearer" all
check "X2: the device moves" go x2 2
check "its keys are the MME's" saw 'ue=1 .*event=keys ncc=2 match=yes'
check "all bearers are" saw 'ue=1 .*event=path.switched released=0'
ended() {
	local ebi
	for ebi in 5 6 7; do saw "ue=1 .*gtpu.end-marker ebi=$ebi" || return 1; done
}
check "each old path ends with an End Marker" ended
check "and back" go x2 1
check "keys again" saw 'ue=1 .*event=keys ncc=3 match=yes'
check "to an eNodeB that had no device yet" go x2 3
check "and home" go x2 1
check "no packet is lost" lossless 50
check "nor out of order" in_order
check "nor doubled" once
check "each on its own bearer" each_used
check "the path switches are counted" is 4 stat mme_path_switch_total
check "mcorectl shows the chain that its keys come from" is 5 ue_field 1 ncc
check "mcorectl shows the cell before" is 00101-0000301 ue_field 1 cell_before

# S1
forwarded() {
	saw "ue=1 .*handover.command forwarding=yes forwarded=3 released=0" && ended
}
before
check "packets flow on each bearer" all
check "S1: the device moves" go s1ho 2
check "packets are forwarded through the SGW until the old path ends" forwarded
check "its status came across" saw 'ue=1 .*event=status enb=2 match=yes e-rabs=3'
check "the source lets go" saw 'ue=1 .*context.release cause="radio: successful-handover"' 5
check "and back" go s1ho 1
check "and on before the source is let go" go s1ho 3
ran fault 1 ho-direct
check "home, with a direct path" go s1ho 1
check "packets are forwarded there" forwarded
ran fault 1 none
check "no packet is lost" lossless 50
check "nor out of order" in_order
check "nor doubled" once
check "each on its own bearer" each_used
check "the handovers are counted" is 4 stat mme_handover_total
check "the device is home" is "$home" cell
relays() { ctl -j session show | jq '[.sessions[] | select(.apn == "forwarding")] | length'; }
check "no forwarding tunnel is left" wait_for 3 is 0 relays

# A target that takes not all: what it refuses ends at the gateway and at the device.
bearers() { ctl -j session show "$(imsi 1)" | jq -r '[.sessions[] | select(.imsi != "") | .ebi] | sort | join(" ")'; }
partly() { # COMMAND ENB EBI REST: bearer EBI is refused
	mark
	ran fault 1 none
	ran fault 1 "ho-partly:$3"
	ran "$1" 1 "$2"
	saw "ue=1 .*event=moved enb=$2" && saw "ue=1 .*event=bearer.deactivate ebi=$3 " && wait_for 3 is "$4" bearers
}
steady default other
check "X2: a dedicated bearer that the target refuses is released" partly x2 2 7 "5 6"
check "nothing is lost on the others" lossless 40
check "nor out of order" in_order
ran fault 1 none
check "what it was for goes by the default bearer" wait_for 3 ping_ue 1 198.51.100.3 0.05 3
mark
check "it is added anew" dedicated
check "at the device" saw 'ue=1 .*event=bearer.activate ebi=7 linked=5 .*cause=0'
steady default dedicated
check "S1: a PDN connection whose bearer the target refuses is released" partly s1ho 1 6 "5 7"
check "the source was told" saw 'ue=1 .*handover.command .*forwarded=2 released=1'
check "nothing is lost on the others" lossless 40
check "nor out of order" in_order
check "what was partial is counted" is "1 1" eval 'echo "$(stat mme_path_switch_partial_total) $(stat mme_handover_partial_total)"'
ran fault 1 none

# What goes wrong: the device stays, and its packets flow.
fails() { # FAULT COMMAND CAUSE
	mark
	ran fault 1 none
	ran fault 1 "$1"
	ran "$2" 1 2
	saw "ue=1 .*event=failed procedure=move .*cause=\"$3\"" 8 && ping_ue 1 198.51.100.2 0.05 3
}
check "unknown target" fails ho-unknown s1ho 'radio: unknown-targetid'
check "target refuses" fails ho-refuse s1ho 'radio: no-radio-resources-available-in-target-cell'
check "target is silent" fails ho-silent s1ho 'radio: ho-failure-in-target-epc-enb-or-target-system'
cancelled() {
	mark
	ran fault 1 none
	ran fault 1 ho-stay
	ran s1ho 1 2
	saw 'ue=1 .*event=handover.command' || return 1
	ran cancel 1
	saw 'ue=1 .*event=failed procedure=move .*cause="cancelled"' && ping_ue 1 198.51.100.2 0.05 3
}
check "cancelled by the source" cancelled
check "the failures are counted" is "3 1" eval 'echo "$(stat mme_handover_refused_total) $(stat mme_handover_cancelled_total)"'
ran fault 1 none
check "and then it moves all the same" go s1ho 2
check "and home" go s1ho 1

ran fault 1 x2-caps
check "X2 with other UE security capabilities" go x2 2
check "they are put right" saw 'ue=1 .*event=path.switched .*capabilities=yes'
ran fault 1 none
check "and home" go x2 1
refused() { # FAULT CAUSE: the UE is at an eNodeB where the network does not know it
	mark
	ran fault 1 none
	ran fault 1 "$1"
	ran x2 1 2
	saw "ue=1 .*event=failed procedure=move .*cause=\"$2\""
}
check "X2 of a device that is none" refused x2-unknown 'radio: unknown-mme-ue-s1ap-id'
ran lose 1
ran fault 1 none
ran move 1 1
mark
ran attach 1 again
check "it attaches again" saw 'ue=1 .*event=attached'
check "X2 with one E-RAB twice" refused x2-twins 'radio: multiple-e-rab-id-instances'
ran lose 1
ran fault 1 none
ran move 1 1
mark
ran attach 1 again
check "it attaches again" saw 'ue=1 .*event=attached'
check "X2 without a bearer of ours" refused x2-no-bearer 'radio: unknown-e-rab-id'
check "the device is detached, to attach again" saw 'ue=1 .*event=detach.network'
check "which it does" saw 'ue=1 .*event=attached' 8
ran fault 1 none
check "its packets flow" wait_for 3 ping_ue 1 198.51.100.2 0.05 2

# A device whose eNodeB goes away in the midst of it.
mark
ran fault 1 ho-lost
ran s1ho 1 1
saw 'ue=1 .*handover.command'
ran drop 2
check "the source goes, the target is silent: the device is idle in the end" wait_for 15 ue_is 1 ecm idle

# Judged by Wireshark; what ransim puts into the containers between eNodeBs is no RRC.
sleep 0.2
kill "$tcpdump" "$tcpdump2"
wait "$tcpdump" "$tcpdump2" 2>/dev/null
TS="-o s1ap.dissect_container:FALSE"
clean() {
	local bad n
	n=$(ts s1.pcap 's1ap.procedureCode <= 4' frame.number | wc -l)
	[ "$n" -ge 20 ] || { echo "$n messages"; return 1; }
	bad=$(ts s1.pcap '_ws.malformed || (s1ap && _ws.expert.severity >= 0x600000)' frame.number _ws.expert.message)
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}
check "Wireshark finds no malformed message" clean
seen() { # NAME PROCEDURE PDU: at least one such message
	[ -n "$(ts s1.pcap "s1ap.procedureCode == $1 && s1ap.S1AP_PDU == $2" frame.number)" ]
}
all_seen() {
	local m
	for m in 0.0 0.1 0.2 1.0 1.1 1.2 2.0 3.0 3.1 3.2 4.0 4.1 24.0 25.0; do
		seen "${m%.*}" "${m#*.}" || { echo "no procedure ${m%.*} of kind ${m#*.}"; return 1; }
	done
}
check "each message of handovers was seen" all_seen
# Its E-RABs in the messages, where it has three: requested, switched, forwarded, and one refused in either way.
e_rabs() { # PROCEDURE PDU [FILTER]: how many messages name which
	ts s1.pcap "s1ap.procedureCode == $1 && s1ap.S1AP_PDU == $2${3:+ && $3}" s1ap.e_RAB_ID |
		while read -r ids; do tr , '\n' <<<"$ids" | sort | tr '\n' ' '; echo; done | sort | uniq -c | tr -s ' \n' ' '
}
lists() { # REGEX PROCEDURE PDU [FILTER]
	local got
	got=$(e_rabs "${@:2}")
	echo "$got"
	[[ $got =~ $1 ]]
}
check "Wireshark: Path Switch Requests of all" lists ' 4 5 6 7 ' 3 0
check "Wireshark: and one without what the target refused" lists ' 1 5 6 ' 3 0
check "Wireshark: Handover Requests for all" lists ' 5 5 6 7 ' 1 0
check "Wireshark: acknowledged" lists ' 5 5 6 7 ' 1 1
check "Wireshark: in one of them the E-RAB Failed to Setup List" lists '^ 1 5 6 7 $' 1 1 s1ap.E_RABFailedToSetupItemHOReqAck_element
check "Wireshark: forwarding for all in the Handover Command" lists ' 5 5 6 7 ' 0 1
check "Wireshark: in one of them the E-RAB to Release List" lists '^ 1 5 6 7 $' 0 1 s1ap.E_RABItem_element
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
exchange "Path Switch Request: the chain's next pair, the UE-AMBR, the same connection" s1.pcap <<-END
	> 3/0 at=@two mme=@m enb=@e erab==5,6,7 CellIdentity=0x00000201 tAC=1
	< 3/1 at=@two mme=@m enb=@e ies=0i,8i,66i,40r uEaggregateMaximumBitRateDL=1000000000 uEaggregateMaximumBitRateUL=500000000 nextHopChainingCount=2 nextHopParameter
	> 3/0 at=@one mme=@m enb=@f erab==5,6,7 CellIdentity=0x00000101
	< 3/1 at=@one mme=@m enb=@f ies=0i,8i,66i,40r nextHopChainingCount=3
END
exchange "Handover Preparation and Resource Allocation: containers, tunnels, keys" s1.pcap <<-END
	> 0/0 at=@s mme=@m enb=@e HandoverType=0 radioNetwork=16 macroENB_ID=00:00:20 Source_ToTarget_TransparentContainer=@c
	< 1/0 at=@t mme=@n !mme=@m HandoverType=0 radioNetwork=16 Source_ToTarget_TransparentContainer=@c erab=5 erab=6 erab=7 teid=$TEID5 teid=$TEID6 teid=$TEID7 nextHopChainingCount=6 nextHopParameter encryptionAlgorithms=e0:00 integrityProtectionAlgorithms=e0:00 uEaggregateMaximumBitRateDL=1000000000 mME_Group_ID=1 mME_Code=1
	> 1/1 at=@t mme=@n enb=@f erab=5 erab=6 erab=7 Target_ToSource_TransparentContainer=@d
	< 0/1 at=@s mme=@m enb=@e ies=0r,8r,1r,12i,123r HandoverType=0 erab=5 erab=6 erab=7 to=10.10.0.1 dL_gTP_TEID Target_ToSource_TransparentContainer=@d
END
exchange "eNB, MME Status Transfer: to the target, as it came" s1.pcap <<-END
	< 0/1 at=@s mme=@m
	... > 24/0 at=@s mme=@m enb=@e pDCP_SN==12,12,13,13,14,14 hFN==1,1,1,1,1,1
	... < 25/0 at=@t !at=@s mme=@n enb=@f ies=0r,8r,90r erab==5,6,7 pDCP_SN==12,12,13,13,14,14 hFN==1,1,1,1,1,1
END
exchange "Handover Notify: and the source is released" s1.pcap <<-END
	< 0/1 at=@s mme=@m enb=@e
	... > 2/0 at=@t mme=@n enb=@f CellIdentity=0x00000201 tAC=1
	... < 23/0 at=@s mme=@m enb=@e radioNetwork=2
	> 23/1 at=@s mme=@m enb=@e
END
exchange "with a direct path: the target's own tunnels in the Handover Command" s1.pcap <<-END
	> 0/0 mme=@m Direct_Forwarding_Path_Availability=0
	< 1/0 mme=@n
	> 1/1 mme=@n erab=5 dL_gTP_TEID=@f
	< 0/1 mme=@m to=10.10.0.2 dL_gTP_TEID=@f
END
exchange "an E-RAB that the target refuses is named in the Handover Command" s1.pcap <<-END
	> 1/1 mme=@n erab=6 radioNetwork=12
	< 0/1 mme=@m ies=0r,8r,1r,12i,13i,123r radioNetwork=5 erab=6
	... > 2/0 mme=@n
	... < 11/0 mme=@n esm=0xcd ebi=6
END
exchange "Handover Preparation Failure: no such target" s1.pcap <<-END
	> 0/0 mme=@m enb=@e macroENB_ID=ff:ff:d0
	< 0/2 mme=@m enb=@e ies=0i,8i,2i radioNetwork=11
END
exchange "Handover Failure: its cause goes to the source" s1.pcap <<-END
	> 0/0 mme=@m enb=@e
	< 1/0 mme=@n
	> 1/2 mme=@n radioNetwork=12
	< 0/2 mme=@m enb=@e radioNetwork=12
END
exchange "Handover Preparation Failure: a target that is silent is released" s1.pcap <<-END
	> 0/0 mme=@m enb=@e
	< 1/0 mme=@n
	< 23/0 mme=@n UE_S1AP_IDs=1 !enb radioNetwork=6
END
exchange "a silent target: the source hears of it" s1.pcap <<-END
	< 1/0 mme=@n
	... < 0/2 mme=@m radioNetwork=6
END
exchange "Handover Cancel: the target is released, the source acknowledged" s1.pcap <<-END
	< 1/0 at=@t mme=@n
	> 1/1 mme=@n enb=@f
	< 0/1 mme=@m enb=@e
	> 4/0 mme=@m enb=@e radioNetwork=4
	... < 4/1 mme=@m enb=@e ies=0i,8i
END
exchange "Handover Cancel: what the target is told" s1.pcap <<-END
	> 4/0 mme=@m
	< 23/0 mme=@n !mme=@m enb radioNetwork=4
	... > 23/1 mme=@n
END
exchange "Path Switch Request Acknowledge: UE security capabilities put right" s1.pcap <<-END
	> 3/0 mme=@m enb=@e encryptionAlgorithms=1f:ff
	... < 3/1 mme=@m enb=@e ies=0i,8i,66i,40r,107i encryptionAlgorithms=e0:00 integrityProtectionAlgorithms=e0:00
END
exchange "Path Switch Request Failure: an unknown connection, an E-RAB twice, one that is none" s1.pcap <<-END
	> 3/0 at=@x mme=@w enb=@e
	< 3/2 at=@x mme=@w enb=@e ies=0i,8i,2i radioNetwork=13
	... > 3/0 mme=@m enb=@f erab==5,5
	< 3/2 mme=@m enb=@f radioNetwork=31
	... > 3/0 mme=@n enb=@g erab==15
	< 3/2 mme=@n enb=@g radioNetwork=30
	... < 11/0 mme=@n emm=0x45 emm.detach_type_dl=1
END
# On each tunnel of the SGW towards an eNodeB nothing comes after its End Marker.
last_on_path() {
	ts gtpu.pcap 'ip.src == 10.10.0.1 && gtp' gtp.teid gtp.message ip.dst | awk -F'|' '
		{ split($1, t, ","); split($2, m, ","); split($3, d, ","); key = t[1] " " d[1]
		  if (ended[key]) { print "after the end of", key, "comes", $2; bad = 1 }
		  if (m[1] ~ /^(0xfe|254)$/) { ended[key] = 1; n++ } }
		END { print n, "End Markers"; exit bad || n < 24 }'
}
check "an End Marker is the last on each old path" last_on_path

finish
