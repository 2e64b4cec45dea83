#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Several bearers of a device: a dedicated one by rule, one by the administrator and one that the device
# asks for, each packet on the right tunnel; a second PDN connection; what is refused and with which
# cause; what eNodeBs and devices that misbehave leave behind; a restart. Judged by Wireshark, too.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  timers: {T3413: 1s, T3485: 1s, T3486: 1s, T3495: 1s}|' \
	's|^      device: sgi|&\n      bearers: [fast]|' \
	's|- {name: iot, .*|- {name: iot, type: ipv4v6, up: 200mbit, down: 400mbit}|; s|- {name: internet.*|- {name: internet, type: ipv4v6, up: 100mbit, down: 100mbit}|' \
	's|^pgw:|&\n  guaranteed: {down: 2mbit}\n  bearers:\n    - {name: fast, qci: 3, arp: 5, gbr_up: 512kbit, gbr_down: 512kbit, mbr_up: 4mbit, mbr_down: 4mbit, filters: ["both proto icmp remote 198.51.100.2"]}\n    - {name: big, qci: 2, arp: 2, may_preempt: yes, gbr_down: 1900kbit, mbr_down: 2mbit, filters: ["both proto udp remote-port 6000"]}|'
check "mcored starts" lab_start
add_sims 3 >/dev/null
in_ns inet iperf3 -s -D --pidfile "$LAB_DIR/iperf3.pid"

pcap=$LAB_DIR/s1u.pcap
nsenter --net="/run/netns/$LAB-ran" -- tcpdump --immediate-mode -i ran0 -U -w "$pcap" -s 0 2>"$LAB_DIR/tcpdump.log" &
lab_pids+=($!)
wait_for 5 grep -q listening "$LAB_DIR/tcpdump.log"
# The session of the first device's bearer, by EBI.
slot() { ctl -j session show "$(imsi 1)" | jq -r ".sessions[] | select(.ebi == $1) | .$2"; }
bearer() { ctl -j bearer show "$(imsi 1)" | jq -r --arg n "$1" '.bearers[] | select(.name == $n) | .'"$2"; }
bearer_is() { [ "$(bearer "$1" "$2")" = "$3" ]; }
gone() { [ -z "$(bearer "$1" state)" ]; }
grew() { # EBI FIELD LEAST BEFORE
	local n
	n=$(slot "$1" "$2")
	[ "$((n - $4))" -ge "$3" ] || { echo "ebi $1 $2: $4, then $n"; return 1; }
}

# A rule's bearer comes with the attach.
# shellcheck disable=SC2046
ransim_run $(device 1 iot pdn-type=ipv4)
check "a device attaches" wait_for 10 registered 1
check "its rule's bearer is activated" wait_for 5 bearer_is fast state active
check "in an E-RAB of that class" saw 'event=e-rab.setup ebi=6 .*qci=3 arp=5'
check "the device is told rates and filter" \
	saw 'event=bearer.activate ebi=6 linked=5 qci=3 gbr-up=512000 gbr-down=512000 pti=0 filters=1 cause=0'
check "ue show lists it" is "5 6" eval "ctl -j ue show $(imsi 1) | jq -r '[.bearer_list[].ebi] | sort | join(\" \")'"
check "session show lists it" is "5 6" eval "ctl -j session show $(imsi 1) | jq -r '[.sessions[].ebi] | sort | join(\" \")'"

# Packets by TFT, both ways.
up=$(slot 6 packets_up) down=$(slot 6 packets_down) other=$(slot 5 packets_up)
check "ping goes" ping_ue 1 198.51.100.2 0.1 5
check "uplink by the dedicated bearer" grew 6 packets_up 5 "$up"
check "downlink by the dedicated bearer" grew 6 packets_down 5 "$down"
check "and none by the default one" is "$other" slot 5 packets_up
other=$(slot 5 packets_up)
check "other packets go by the default bearer" tcp ue1 198.51.100.2 1
check "which counts them" grew 5 packets_up 10 "$other"
echoes() { # 8 uplink, 0 downlink: the TEIDs they travelled by
	ts s1u.pcap "gtp && icmp.type == $1" gtp.teid | sed 's/,.*//' | sort -u | tr '\n' ' '
}
check "Wireshark: echo requests by its uplink TEID alone" is "$(slot 6 teid) " echoes 8
check "Wireshark: echo replies by its downlink TEID alone" is "$(slot 6 peer_teid) " echoes 0
marks() { ts s1u.pcap "gtp && icmp.type == 0" ip.dsfield.dscp | sed 's/,.*//' | sort -u | tr '\n' ' '; }
check "Wireshark: marked as the class is" is "46 " marks
dropped=$(reason wrong_bearer)

# The administrator's.
mark
check "bearer add" ctl bearer add "$(imsi 1)" control qci 5 arp 3 filter "both proto udp remote-port 7000-7010" filter "down tos 0xb8/0xfc"
check "the device has it" saw 'event=bearer.activate ebi=7 linked=5 qci=5 gbr-up=0 .*filters=2 cause=0'
check "its name is taken" is 1 eval "ctl bearer add $(imsi 1) control qci 5 filter 'both proto 99' 2>/dev/null; echo \$?"
up=$(slot 7 packets_up)
udp() { ue 1 bash -c "for i in 1 2 3 4 5; do echo x >/dev/udp/198.51.100.2/$1; done"; }
udp 7005
check "UDP to the port goes by it" wait_for 2 grew 7 packets_up 5 "$up"
mark
check "bearer set" ctl bearer set "$(imsi 1)" control qci 6 arp 3 filter "both proto udp remote-port 7020"
check "the device is told" saw 'event=bearer.modify ebi=7 qci=6 pti=0 filters=1 cause=0'
check "in an E-RAB Modify Request" saw 'event=e-rab.modify ebi=7 qci=6'
up=$(slot 7 packets_up) other=$(slot 5 packets_up)
udp 7005
check "the old port goes by the default bearer" wait_for 2 grew 5 packets_up 5 "$other"
check "and not by this one" is "$up" slot 7 packets_up
udp 7020
check "the new one by it" wait_for 2 grew 7 packets_up 5 "$up"
check "nothing came on a wrong bearer" is "$dropped" reason wrong_bearer

# A second PDN connection.
mark
ran pdn 1 internet
check "a second PDN connection" saw 'event=pdn ebi=8 apn=internet type=1 ip=10\.45\..* cause=0'
TEID5=$(slot 5 teid) TEID6=$(slot 6 teid) TEID7=$(slot 7 teid) TEID8=$(slot 8 teid)
check "to the default bearers of both" wait_for 3 is connected slot 8 state
ran ping 1 198.51.100.2 ebi 8 count 3
check "ping by the second one" saw 'event=ping.done.* received=3'
check "counts there" grew 8 packets_up 3 0
check "and the first goes on" ping_ue 1 198.51.100.2 0.1 2

# What the device asks for.
mark
ran resource 1 5 qci 7 filter both proto udp remote-port 9000
check "a bearer that the device asks for carries its PTI" saw 'event=bearer.activate ebi=9 linked=5 qci=7 .*pti=[1-9][0-9]* filters=1 cause=0'
check "at the gateway, too" wait_for 3 is connected slot 9 state
up=$(slot 9 packets_up)
udp 9000
check "and its packets" wait_for 2 grew 9 packets_up 5 "$up"
mark
ran resource-modify 1 9 operation 3 filter both proto udp remote-port 9001 id 1 precedence 99
check "one filter more" saw 'event=bearer.modify ebi=9 .*pti=[1-9][0-9]* filters=2 cause=0'
mark
ran "resource-modify 1 9 operation 5 id 0"
check "one less" saw 'event=bearer.modify ebi=9 .* filters=1 cause=0'
mark
ran "resource-modify 1 9 operation 5 id 1"
check "none left: the bearer ends" saw 'event=bearer.deactivate ebi=9 cause=36 pti=[1-9]'

# Causes.
refused() { # COMMAND REGEX
	mark
	ran "$1"
	saw "$2"
}
check "33: an APN that is not subscribed" refused "pdn 1 elsewhere" 'event=pdn.reject .*cause=33'
check "54: from another access" refused "pdn 1 internet request 2" 'event=pdn.reject .*cause=54'
check "32: emergency" refused "pdn 1 internet request 4" 'event=pdn.reject .*cause=32'
check "43: disconnecting what is not there" refused "disconnect 1 12" 'event=pdn.disconnect-reject .*cause=43'
check "41: another operation than to create" refused "resource 1 5 qci 7 operation 3 filter both proto 17" 'event=bearer.reject .*cause=41'
check "42: an empty list" refused "resource 1 5 qci 7" 'event=bearer.reject .*cause=42'
check "43: of an unknown PDN connection" refused "resource 1 13 qci 7 filter both proto 17" 'event=bearer.reject .*cause=43'
check "37: a guaranteed class without rates" refused "resource 1 5 qci 1 filter both proto 17" 'event=bearer.reject .*cause=37'
check "26: no guaranteed rate left" refused "resource 1 5 qci 1 gbr 1900 filter both proto 17" 'event=bearer.reject .*cause=26'
check "41: filters of a default bearer" refused "resource-modify 1 5 operation 5 id 0" 'event=bearer.reject .*cause=41'

# The radio connection is lost (TS 23.401 5.3.5): what has guaranteed rates ends with it.
bearers_are() { is "$1" eval "ctl -j ue show $(imsi 1) | jq -r '[.bearer_list[].ebi] | sort | join(\" \")'"; }
lost() { ctl -j stats | jq .mcore_pgw_bearers_total.lost; }
mark
ran idle 1
check "an inactive device" saw 'event=released'
check "keeps them" wait_for 3 is idle slot 6 state
ran service 1
check "and has them again" wait_for 5 is connected slot 6 state
mark
ran resource 1 5 qci 1 gbr 64 filter both proto udp remote-port 9100
check "the device asks for one" saw 'event=bearer.activate ebi=9 .*gbr-up=64000'
check "and has it" wait_for 3 is connected slot 9 state
check "a capture" capture_begin lost.pcap
mark
ran_over "fault 1 unpaged"
ran release 1 cause 21
check "radio connection with UE lost" saw 'event=released'
check "is logged" logged 'esm.bearer_lost .*ebi=6 apn=iot qci=3'
check "the rule's bearer waits for the device" wait_for 3 bearer_is fast state waiting
check "the MME has those without guaranteed rates" bearers_are "5 7 8"
check "and so has the datapath" is "5 7 8" eval "ctl -j session show $(imsi 1) | jq -r '[.sessions[].ebi] | sort | join(\" \")'"
check "which are idle" is idle slot 7 state
check "both are counted" is "2 2" eval 'echo $(lost) $(stat mme_bearer_lost_total)'
check "and remembered" eval "ctl why $(imsi 1) | grep -q 'guaranteed bearers lost: 6 9'"
# Nobody holds a part of the 2 Mbit/s: all of it is admitted, if the device could be called for it.
check "guaranteed rates are free" eval "ctl bearer add $(imsi 1) all qci 1 gbr-down 2mbit mbr-down 2mbit filter 'both proto 99' | grep -q 'not yet'"
check "and given back" ctl bearer del "$(imsi 1)" all
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
mark
check "mcored starts anew" lab_start
check "and the rule's bearer is due still" bearer_is fast state waiting
ran "fault 1 none; drop 1"
wait_for 15 in_log ransim "$SEEN" 'event=s1.setup'
mark
ran service 1
check "the device comes back" saw 'event=service ' 15
check "and its rule's bearer is set up" saw 'event=bearer.activate ebi=6 linked=5 qci=3 .*cause=0'
check "at the gateway, too" wait_for 3 bearer_is fast state active
check "what the device asked for is gone" bearers_are "5 6 7 8"
up=$(slot 6 packets_up)
check "its packets go by it" eval 'ping_ue 1 198.51.100.2 0.1 3 && grew 6 packets_up 3 "$up"'
check "captured" capture_end lost.pcap
erabs() { ts lost.pcap "s1ap.procedureCode == $1 && s1ap.initiatingMessage_element" s1ap.e_RAB_ID; }
check "Wireshark: the release says why" is 21 eval "ts lost.pcap 's1ap.procedureCode == 18' s1ap.radioNetwork"
check "Wireshark: the context has the others" is 5,7,8 erabs 9
check "Wireshark: then an E-RAB Setup Request has it" is 6 erabs 5
check "Wireshark: with its rates" is 512000 eval "ts lost.pcap 's1ap.procedureCode == 5' s1ap.e_RAB_GuaranteedBitrateDL"

# ARP.
mark
check "a bearer that may preempt is admitted" ctl bearer add "$(imsi 1)" big
check "and what is preemptable ends" wait_for 3 gone fast
check "at the device, too" saw 'event=bearer.deactivate ebi=6 cause=36'
check "bearer del" ctl bearer del "$(imsi 1)" big
check "and is gone" gone big
check "its packets go by the default bearer then" ping_ue 1 198.51.100.2 0.1 2

# Idle: bearers come back, and what is wished for meanwhile follows.
mark
ran idle 1
check "the device becomes idle" saw 'event=released'
check "with all bearers" wait_for 3 is idle slot 7 state
ran service 1
check "service request" saw 'event=service '
check "all are back" wait_for 3 is connected slot 7 state
check "also the second PDN connection's" is connected slot 8 state

# eNodeBs and devices that misbehave.
mark
ran_over "fault 1 reject-bearer:26"
check "a device that refuses is told of" is 1 eval "ctl bearer add $(imsi 1) x qci 9 filter 'both proto 99' 2>/dev/null; echo \$?"
check "and nothing stays" is "5 7 8" eval "ctl -j ue show $(imsi 1) | jq -r '[.bearer_list[].ebi] | sort | join(\" \")'"
check "its E-RAB is released" saw 'event=e-rab.release ebi=6'
ran_over "fault 1 none; fault 1 e-rab-failure"
check "an eNodeB that refuses" is 1 eval "ctl bearer add $(imsi 1) x qci 9 filter 'both proto 99' 2>/dev/null; echo \$?"
ran_over "fault 1 none; fault 1 silent-bearer"
check "a device that is silent to T3485: not yet" eval "ctl bearer add $(imsi 1) x qci 9 filter 'both proto 99' | grep -q 'not yet'"
check "it waits for another time" bearer_is x state waiting
ran "fault 1 none"
mark
ran "e-rab-release 1 7"
check "an E-RAB that the eNodeB gives up ends" wait_for 5 gone control
check "and the device hears of it" saw 'event=bearer.deactivate ebi=7'
mark
ran "e-rab-move 1"
check "tunnels that move are confirmed" saw 'event=e-rab.moved moved=2 failed=0'
mark
ran idle 1
saw 'event=released' >/dev/null
ran service 1
check "the bearer that waited comes with the next service request" wait_for 5 bearer_is x state active

# Restart.
check "before the restart" is active bearer x state
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
mark
check "mcored starts again" lab_start
check "with its bearers" is active bearer x state
check "and the second PDN connection" is 8 slot 8 ebi
ran drop 1
wait_for 15 in_log ransim "$SEEN" 'event=s1.setup'
mark
ran service 1
check "the device comes back" saw 'event=service ' 15
check "to all of them" wait_for 5 is connected slot 8 state

# The end of a PDN connection.
mark
ran disconnect 1 8
check "disconnection" saw 'event=bearer.deactivate ebi=8 cause=36 pti=[1-9]'
check "leaves the first" wait_for 3 is "" slot 8 ebi
mark
ran disconnect 1 5
check "49: but not of the last" saw 'event=pdn.disconnect-reject .*cause=49'
ran detach 1
check "detached, nothing is left" all_gone 5

sleep 0.2
bad() {
	local b
	b=$(tshark -r "$pcap" -o nas-eps.null_decipher:TRUE -Y 's1ap && (_ws.malformed || _ws.expert.severity >= 0x600000)' \
		-T fields -e frame.number -e _ws.expert.message 2>/dev/null)
	[ -z "$b" ] || { echo "$b"; return 1; }
}
check "Wireshark finds nothing malformed in S1AP and NAS" bad
# What the eNodeB was told of all APNs together: with each message that says something else than before.
ambr() { ts s1u.pcap 's1ap.uEaggregateMaximumBitRateDL' s1ap.procedureCode s1ap.uEaggregateMaximumBitRateDL s1ap.uEaggregateMaximumBitRateUL; }
told_ambr() {
	diff <(ambr | uniq) - <<-E
		9|400000000|200000000
		5|500000000|300000000
		9|500000000|300000000
		7|400000000|200000000
	E
}
check "Wireshark: the UE-AMBR goes with the PDN connections" told_ambr
types() { ts s1u.pcap "nas_eps.nas_msg_esm_type == $1" nas_eps.nas_msg_esm_type | wc -l; }
some() { [ "$(types "$1")" -ge "$2" ]; }
check "Wireshark: Activate Dedicated EPS Bearer Context Request" some 0xc5 4
check "Wireshark: Modify EPS Bearer Context Request" some 0xc9 3
check "Wireshark: Deactivate EPS Bearer Context Request" some 0xcd 3
check "each message has its IEs in order, and goes by the right stream" ies_right s1u.pcap
exchange "Dedicated bearer activation: E-RAB Setup with its QoS, tunnel and filter" s1u.pcap <<-END
	< 5/0 mme=@m enb=@e ies=0r,8r,16r erab==6 qCI=3 priorityLevel=5 e_RAB_MaximumBitrateDL=4000000 e_RAB_MaximumBitrateUL=4000000 e_RAB_GuaranteedBitrateDL=512000 e_RAB_GuaranteedBitrateUL=512000 to=10.10.0.1 teid=$TEID6 sec==2 esm=0xc5 ebi=6 pti=0 esm.linked_bearer_id=5 esm.qci=3 esm.gbr_ul=120 esm.mbr_ul=181 gm.sm.ip4_address=198.51.100.2 gm.sm.tft.op_code=1
	> 5/1 mme=@m enb=@e erab==6
	> 13/0 mme=@m enb=@e esm=0xc6 ebi=6 pti=0
END
exchange "EPS bearer context modification: E-RAB Modify with the new class" s1u.pcap <<-END
	< 6/0 mme=@m enb=@e ies=0r,8r,30r erab==7 qCI=6 priorityLevel=3 esm=0xc9 ebi=7 pti=0 esm.qci=6 gm.sm.tft.port=7020 gm.sm.tft.op_code=1
	> 6/1 mme=@m enb=@e erab==7
	> 13/0 mme=@m enb=@e esm=0xca ebi=7
END
exchange "PDN connectivity: E-RAB Setup of a default bearer, with the PTI of the request" s1u.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd0 ebi=0 pti=@p esm_request_type=1 esm_pdn_type=1 gm.sm.apn=internet
	< 5/0 mme=@m enb=@e ies=0r,8r,66r,16r uEaggregateMaximumBitRateDL=500000000 uEaggregateMaximumBitRateUL=300000000 erab==8 qCI=9 teid=$TEID8 esm=0xc1 ebi=8 pti=@p esm_pdn_type=1 gm.sm.apn=internet esm.apn_ambr_dl_total=100000 esm.apn_ambr_ul_total=100000
	> 5/1 mme=@m enb=@e erab==8
	> 13/0 mme=@m enb=@e esm=0xc2 ebi=8 pti=0
END
exchange "Bearer resource allocation: a dedicated bearer with its PTI" s1u.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd4 ebi=0 pti=@p esm.linked_bearer_id=5 esm.qci=7 gm.sm.tft.port=9000
	< 5/0 mme=@m enb=@e erab==9 qCI=7 esm=0xc5 ebi=9 pti=@p esm.linked_bearer_id=5 gm.sm.tft.port=9000
	> 5/1 mme=@m enb=@e erab==9
	> 13/0 mme=@m enb=@e esm=0xc6 ebi=9 pti=0
END
exchange "Bearer resource modification: filters, and the end with the last of them" s1u.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd6 ebi=0 pti=@p esm.linked_bearer_id=9 gm.sm.tft.op_code=3 gm.sm.tft.port=9001
	< 11/0 mme=@m enb=@e esm=0xc9 ebi=9 pti=@p gm.sm.tft.op_code=3 gm.sm.tft.port=9001
	> 13/0 mme=@m enb=@e esm=0xca ebi=9 pti=0
	> 13/0 mme=@m enb=@e esm=0xd6 pti=@q gm.sm.tft.op_code=5
	< 11/0 mme=@m enb=@e esm=0xc9 ebi=9 pti=@q gm.sm.tft.op_code=5
	> 13/0 mme=@m enb=@e esm=0xca ebi=9 pti=0
	> 13/0 mme=@m enb=@e esm=0xd6 pti=@r gm.sm.tft.op_code=5
	< 7/0 mme=@m enb=@e ies=0r,8r,33i,26i erab==9 nas=0 esm=0xcd ebi=9 pti=@r esm.cause=36
	... > 13/0 mme=@m enb=@e esm=0xce ebi=9 pti=0
END
refusal() { # WHAT REQUEST REJECT CAUSE...
	local cause
	for cause in "${@:4}"; do
		exchange "$1 Reject: cause $cause, the PTI, no bearer" s1u.pcap <<-END
			> 13/0 mme=@m enb=@e esm=$2 ebi=0 pti=@p
			< 11/0 mme=@m enb=@e sec==2 esm=$3 ebi=0 pti=@p esm.cause=$cause
		END
	done
}
refusal "PDN Connectivity" 0xd0 0xd1 33 54 32
refusal "PDN Disconnect" 0xd2 0xd3 43 49
refusal "Bearer Resource Allocation" 0xd4 0xd5 41 42 43 37 26
refusal "Bearer Resource Modification" 0xd6 0xd7 41
exchange "EPS bearer context deactivation: E-RAB Release with the request in it" s1u.pcap <<-END
	< 7/0 mme=@m enb=@e ies=0r,8r,33i,26i erab==6 nas=0 sec==2 esm=0xcd ebi=6 pti=0 esm.cause=36
	... > 13/0 mme=@m enb=@e esm=0xce ebi=6 pti=0
END
exchange "E-RAB Release Command: answered" s1u.pcap <<-END
	< 7/0 mme=@m enb=@e erab==6
	... > 7/1 mme=@m enb=@e erab==6
END
exchange "Service Request: all bearers in the Initial Context Setup, by the tunnels that they had" s1u.pcap <<-END
	> 12/0 sec=12
	< 9/0 mme=@m enb=@e ies=0r,8r,66r,24r,107r,73r,74i,241i erab=5 erab=7 erab=8 teid=$TEID5 teid=$TEID7 teid=$TEID8 qCI=6 SecurityKey
	> 9/1 mme=@m enb=@e erab=5 erab=7 erab=8
END
exchange "Activate Dedicated EPS Bearer Context Reject: the E-RAB goes" s1u.pcap <<-END
	< 5/0 mme=@m enb=@e erab==6 esm=0xc5 ebi=6
	> 5/1 mme=@m enb=@e erab==6
	> 13/0 mme=@m enb=@e esm=0xc7 ebi=6 esm.cause=26
	< 7/0 mme=@m enb=@e ies=0r,8r,33i erab==6 nas=0
	> 7/1 mme=@m enb=@e erab==6
END
exchange "E-RAB Setup that fails: no bearer" s1u.pcap <<-END
	< 5/0 mme=@m enb=@e erab==6 esm=0xc5
	> 5/1 mme=@m enb=@e ies=0i,8i,29i erab==6 radioNetwork
	< 5/0 mme=@m enb=@e erab==6
END
exchange "Activate Dedicated EPS Bearer Context Request is sent five times by T3485" s1u.pcap <<-END
	< 5/0 mme=@m enb=@e esm=0xc5 ebi=6
	> 5/1 mme=@m enb=@e erab==6
	< 11/0 mme=@m enb=@e esm=0xc5 ebi=6
	< 11/0 mme=@m enb=@e esm=0xc5 ebi=6
	< 11/0 mme=@m enb=@e esm=0xc5 ebi=6
	< 11/0 mme=@m enb=@e esm=0xc5 ebi=6
	< 7/0 mme=@m enb=@e erab==6
END
exchange "E-RAB Release Indication: the device hears of it" s1u.pcap <<-END
	> 8/0 mme=@m enb=@e erab==7 radioNetwork=25
	< 11/0 mme=@m enb=@e esm=0xcd ebi=7 pti=0 esm.cause=36
	> 13/0 mme=@m enb=@e esm=0xce ebi=7
END
exchange "E-RAB Modification Indication: confirmed" s1u.pcap <<-END
	> 50/0 mme=@m enb=@e ies=0r,8r,199r erab==5,8
	< 50/1 mme=@m enb=@e ies=0i,8i,203i erab==5,8
END
exchange "PDN disconnect: its default bearer goes, with the PTI of the request" s1u.pcap <<-END
	> 13/0 mme=@m enb=@e esm=0xd2 ebi=0 pti=@p esm.linked_bearer_id=8
	< 7/0 mme=@m enb=@e ies=0r,8r,66r,33i,26i uEaggregateMaximumBitRateDL=400000000 uEaggregateMaximumBitRateUL=200000000 erab==8 esm=0xcd ebi=8 pti=@p esm.cause=36
	... > 13/0 mme=@m enb=@e esm=0xce ebi=8 pti=0
END
finish
