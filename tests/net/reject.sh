#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who must not get in does not, is told why in the standard's words, and leaves nothing behind: no
# context, no session, no address. Devices that fall silent at any step, too.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"

lab_up
# Five attempts of each message a second apart in place of six.
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0], integrity: [EIA2, EIA1]}\n  timers: {T3450: 200ms, T3460: 200ms, T3470: 200ms, T3489: 200ms, T3422: 200ms}|' \
	's|^        - {name: iot.*|&\n        - {name: v4, type: ipv4}\n        - {name: nowhere}|'
sed -i 's|^    - name: iot$|    - name: v4\n      ipv4: 10.47.0.0/24\n    - name: private\n      ipv4: 10.48.0.0/24\n&|' "$LAB_DIR/mcored.yaml"
check "mcored starts" lab_start
add_sims 3 >/dev/null
ctl sim add "$(imsi 4)" k 00112233445566778899aabbccddeeff opc $OPC >/dev/null
ctl sim add "$(imsi 5)" k $KEY opc $OPC blocked yes >/dev/null
touch "$LAB_DIR/ransim.log"
tshark=$(command -v tshark)
[ -z "$tshark" ] || capture_begin s1.pcap

one() { echo "--ue imsi=$(imsi "$1"),k=$KEY,opc=$OPC${2:+,$2}"; }
# refused WHAT "UE ARGS" "WHAT ransim must print" "LINE mcored must log": the device does not attach.
refused() {
	mark
	# shellcheck disable=SC2086
	check "$1" scene "attach 1; expect $3 within 6; refute attached for 0" $2
	check "$1: the log says so" logged "$4"
	check "$1: nothing is left" all_gone
}
# accepted WHAT "UE ARGS" "WHAT ransim must print" "LINE mcored must log": it attaches all the same.
accepted() {
	mark
	# shellcheck disable=SC2086
	check "$1" scene "attach 1; ${3:+expect $3 within 6; }expect attached within 6; wait 0.2" $2
	[ -z "${4-}" ] || check "$1: the log says so" logged "$4"
	check "$1: nothing is left" all_gone
}

refused "an unknown IMSI is rejected with cause 8" "$(one 77)" "attach.reject cause=8" \
	"procedure.failed imsi=$(imsi 77) .*cause=\"EPS and non-EPS services not allowed"
refused "a wrong K in the network" "$(one 4)" "authentication.reject" \
	"auth.failure imsi=$(imsi 4) cause=20"
refused "a wrong K in the device" "$(one 1 fault=wrong-k)" "authentication.reject" \
	"auth.failure imsi=$(imsi 1) cause=20"
refused "a wrong RES" "$(one 1 fault=wrong-res)" "authentication.reject" \
	"procedure.failed imsi=$(imsi 1) proc=\"attach\" step=authenticate"
refused "a blocked SIM" "$(one 5)" "attach.reject cause=19 esm-cause=8" \
	"imsi=$(imsi 5) .*cause=\"operator determined barring"
refused "an APN that is not subscribed to" "$(one 1 apn=private)" \
	"attach.reject cause=19 esm-cause=33" "esm.apn imsi=$(imsi 1) apn=private error=\"not subscribed"
refused "an APN that does not exist" "$(one 1 apn=no.such.apn)" \
	"attach.reject cause=19 esm-cause=33" "esm.apn imsi=$(imsi 1) apn=no.such.apn"
refused "an APN that no gateway serves" "$(one 1 apn=nowhere)" "attach.reject cause=19 esm-cause=27" \
	"pgw.create_session .*apn=nowhere .*why=\"APN is not configured"
refused "IPv6 where only IPv4 is to be had" "$(one 1 apn=v4,pdn-type=ipv6)" \
	"attach.reject cause=19 esm-cause=50" "imsi=$(imsi 1) .*cause=\"PDN type IPv4 only"
accepted "dual stack where only IPv4 is to be had gets that" "$(one 1 apn=v4)" \
	"attach.accept" "procedure.done"

# The administrator is told why, of devices that never got in, too.
why() { # SIM REGEX...
	local text x
	text=$(ctl why "$(imsi "$1")") || return 1
	echo "$text"
	for x in "${@:2}"; do grep -qE -- "$x" <<<"$text" || { echo "no \"$x\""; return 1; }; done
}
check "why: unknown here" why 77 "attach .*TS 24.301 5.5.1" "EMM cause 8" "00101-" "sim add" "HSS does not know"
check "why: wrong key" why 4 "authentication/challenge" "MAC failure" "sim set IMSI k"
check "why: blocked" why 5 "ESM cause 8" "blocked no"
check "why: a PDN type that is not to be had" why 1 "ESM cause 50" "TS 24.301 9.9.4.4"
told_why() { ctl -j why "$(imsi 4)" | jq -r '.failure | [.procedure, .step, .detail] | join(" ")'; }
check "why, for programs" is "attach authentication/challenge MAC failure" told_why
figures() { ctl -j stats | jq -e ".mcore_procedure_failed_total | keys | any(startswith(\"attach: \"))"; }
check "failures are counted by cause" figures
lab_stop
check "mcored starts again" lab_start
check "and remembers" is "attach authentication/challenge MAC failure" told_why

# Authentication and security.
accepted "a USIM ahead of the network is resynchronised" "$(one 1 fault=sqn-ahead:1000)" \
	"authentication.failure cause=21" "hss.resync imsi=$(imsi 1) sqn"
check "and counted" is 1 stat mme_auth_resync_total
refused "a device that does not take a right AUTN" "$(one 1 fault=mac-failure)" \
	"authentication.failure cause=20" "auth.failure imsi=$(imsi 1) cause=20"
refused "a USIM without EPS" "$(one 1 fault=non-eps)" "authentication.failure cause=26" \
	"auth.failure imsi=$(imsi 1) cause=26"
refused "capabilities that were changed on the way" "$(one 1 fault=caps-mismatch)" \
	"security.reject cause=23" "smc.rejected imsi=$(imsi 1) cause=23"
refused "no algorithm in common" "$(one 1 eia=3)" "attach.reject" \
	"smc.no_common_algorithm imsi=$(imsi 1)"
accepted "messages with a wrong MAC are discarded" "$(one 1 fault=nas-bad-mac)" ""
check "and counted" test "$(stat mme_nas_mac_total)" -ge 2
accepted "messages sent twice are taken once" "$(one 1 fault=nas-replay)" ""
check "and counted" test "$(stat mme_nas_replay_total)" -ge 2
accepted "messages without protection are discarded" "$(one 1 fault=nas-plain)" ""
check "and counted" test "$(stat mme_nas_unprotected_total)" -ge 1
accepted "a GUTI that nobody gave: the identity is asked for" "$(one 1 fault=unknown-guti)" \
	"identity.request"

# Silence: four repetitions, then the end (TS 24.301 10.2, 5.4.2.7, 5.4.3.7, 5.4.4.6, 5.5.1.2.7).
silent() { # STEP UE-ARGS
	refused "a device silent at $1 is given up" "$(one 1 "fault=silent-at:$1${2:+,$2}")" \
		"context.release" "procedure.failed imsi=.* proc=\"attach\" .*step=${3:-.*}"
}
silent identity fault=unknown-guti identify
silent authentication "" authenticate
silent security-mode "" secure
silent esm-information apn=iot esm-information
silent complete "" accept

# The eNodeB.
refused "a radio bearer that the eNodeB cannot set up" "$(one 1 fault=ics-failure)" \
	"context.release" "s1.context_failed imsi=$(imsi 1)"
mark
check "an eNodeB that confuses its devices' identities is told, and both forget the connection" scene \
	"attach 1; expect error.indication ~unknown-mme-ue-s1ap-id within 3; lose 1; refute attached for 0" \
	$(one 1 fault=wrong-mme-id)
check "the log says so" logged 's1.unknown_ue'
check "nothing is left" all_gone
accepted "a second attach request in the middle of the first" \
	"$(one 1 fault=double-attach:security-mode)" ""
mark
check "an unknown PLMN in S1 Setup is refused" scene "expect s1.refused ~unknown-plmn within 3" \
	--fault unknown-plmn $(one 1)
check "the log says so" logged 's1.setup_refused .*none of its PLMNs is served'
mark
check "an unknown tracking area in S1 Setup is refused" scene "expect s1.refused within 3" \
	--fault unknown-tac:99 $(one 1)
check "the log says so" logged 's1.setup_refused .*none of its tracking areas is served'
[ -z "$tshark" ] || { capture_end s1.pcap; capture_begin damage.pcap; }
# Among the damaged messages is an S1 Setup Request that is not the eNodeB's own.
check "damaged messages do not matter" scene \
	"garbage 1 count 300; wait 0.5; drop 1; expect s1.setup within 5; attach 1; expect attached within 5" $(one 1)
check "nothing is left" all_gone

# What went over S1, before the damage.
if [ -z "$tshark" ]; then
	skip_one "what is on the wire" "no tshark"
	finish
fi
check "Wireshark: no malformed message, no error" capture_clean s1.pcap 250
check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
exchange "Attach Reject: an IMSI that the HSS does not know" s1.pcap <<-END
	> 12/0 at=@x enb=@e emm=0x41 imsi=$(imsi 77)
	< 11/0 at=@x mme=@m enb=@e sec==0 emm=0x44 emm.cause=8 !esm
	< 23/0 mme=@m enb=@e nas=3
	> 23/1 mme=@m enb=@e
END
exchange "Attach Reject: with the PDN Connectivity Reject in it" s1.pcap <<-END
	> 12/0 at=@x enb=@e emm=0x41 imsi=$(imsi 5) pti=@p
	... < 11/0 at=@x mme=@m enb=@e sec==2,0 emm=0x44 emm.cause=19 esm=0xd1 ebi=0 pti=@p esm.cause=8
	< 23/0 mme=@m enb=@e
END
for cause in 33 27 50; do
	exchange "ESM information, and Attach Reject with ESM cause $cause" s1.pcap <<-END
		> 12/0 at=@x enb=@e emm=0x41 esm=0xd0 pti=@p esm.eit=1
		... < 11/0 at=@x mme=@m enb=@e sec==2 esm=0xd9 ebi=0 pti=@p
		> 13/0 mme=@m enb=@e esm=0xda pti=@p gm.sm.apn
		< 11/0 mme=@m enb=@e emm=0x44 emm.cause=19 esm=0xd1 pti=@p esm.cause=$cause
	END
done
exchange "ESM information is asked for three times" s1.pcap <<-END
	< 11/0 mme=@m enb=@e esm=0xd9 pti=@p seq_no=1
	< 11/0 mme=@m enb=@e esm=0xd9 pti=@p seq_no=2
	< 11/0 mme=@m enb=@e esm=0xd9 pti=@p seq_no=3
	< 11/0 mme=@m enb=@e emm=0x44 emm.cause=19 esm=0xd1 pti=@p esm.cause=53
	< 23/0 mme=@m enb=@e
END
exchange "a PDN type that is narrowed: IPv4 alone, with its cause" s1.pcap <<-END
	> 12/0 enb=@e emm=0x41 esm_pdn_type=3
	... < 9/0 mme=@m enb=@e emm=0x42 esm=0xc1 esm_pdn_type=1 esm.cause=50 gm.sm.apn=v4 erab==5
END
rejected() { # FAULT CAUSE
	exchange "Authentication Failure, $1: Authentication Reject, and released for that" s1.pcap <<-END
		< 11/0 mme=@m enb=@e sec==0 emm=0x52 emm.nas_key_set_id=0 dtap.rand dtap.autn.amf=80:00
		> 13/0 mme=@m enb=@e emm=0x5c emm.cause=$2
		< 11/0 mme=@m enb=@e sec==0 emm=0x54
		< 23/0 mme=@m enb=@e nas=1
		> 23/1 mme=@m enb=@e
	END
}
rejected "MAC failure" 20
rejected "non-EPS authentication unacceptable" 26
exchange "a wrong RES: the same" s1.pcap <<-END
	< 11/0 mme=@m enb=@e emm=0x52
	> 13/0 mme=@m enb=@e emm=0x53 emm.res
	< 11/0 mme=@m enb=@e emm=0x54
	< 23/0 mme=@m enb=@e nas=1
END
exchange "Authentication Failure, synch failure: another challenge, of which keys are taken" s1.pcap <<-END
	< 11/0 mme=@m enb=@e emm=0x52 dtap.rand=@r
	> 13/0 mme=@m enb=@e emm=0x5c emm.cause=21 dtap.auts
	< 11/0 mme=@m enb=@e emm=0x52 !dtap.rand=@r
	> 13/0 mme=@m enb=@e emm=0x53
	< 11/0 mme=@m enb=@e sec==3,0 emm=0x5d emm.nas_key_set_id=0
END
exchange "Security Mode Reject ends the attach" s1.pcap <<-END
	< 11/0 mme=@m enb=@e emm=0x5d
	> 13/0 mme=@m enb=@e emm=0x5f emm.cause=23
	< 23/0 mme=@m enb=@e nas=3
	> 23/1 mme=@m enb=@e
END
exchange "Identification: by a GUTI that nobody has, the IMSI is asked for" s1.pcap <<-END
	> 12/0 enb=@e emm=0x41 emm.type_of_id=6
	< 11/0 mme=@m enb=@e sec==0 emm=0x55 emm.id_type2=1
	> 13/0 mme=@m enb=@e emm=0x56 ie.mobileid.type=1 imsi=$(imsi 1)
	< 11/0 mme=@m enb=@e emm=0x52
END
five() { # WHAT MESSAGE
	exchange "$1 is sent five times, and then released" s1.pcap <<-END
		< 11/0 mme=@m enb=@e $2
		< 11/0 mme=@m enb=@e $2
		< 11/0 mme=@m enb=@e $2
		< 11/0 mme=@m enb=@e $2
		< 11/0 mme=@m enb=@e $2
		< 23/0 mme=@m enb=@e nas=3
	END
}
five "Identity Request" "emm=0x55 emm.id_type2=1"
five "Authentication Request" "emm=0x52 dtap.rand=@r dtap.autn=@a"
five "Security Mode Command" "emm=0x5d sec==3,0 emm.toc=0 emm.toi=2"
exchange "Attach Accept is sent five times, the same GUTI in each" s1.pcap <<-END
	< 9/0 mme=@m enb=@e emm=0x42 emm.m_tmsi=@g
	... > 9/1 mme=@m enb=@e
	< 11/0 mme=@m enb=@e emm=0x42 emm.m_tmsi=@g
	< 11/0 mme=@m enb=@e emm=0x42 emm.m_tmsi=@g
	< 11/0 mme=@m enb=@e emm=0x42 emm.m_tmsi=@g
	< 11/0 mme=@m enb=@e emm=0x42 emm.m_tmsi=@g
	< 23/0 mme=@m enb=@e nas=3
END
exchange "Initial Context Setup Failure ends the attach" s1.pcap <<-END
	< 9/0 mme=@m enb=@e emm=0x42
	... > 9/2 mme=@m enb=@e radioNetwork=26
	< 23/0 mme=@m enb=@e
	> 23/1 mme=@m enb=@e
END
exchange "Error Indication: an MME UE S1AP ID that we never gave" s1.pcap <<-END
	< 11/0 at=@x mme=@m enb=@e emm=0x52
	> 13/0 at=@x mme=@w !mme=@m enb=@e
	... < 15/0 at=@x ies=0i,8i,2i mme=@w enb=@e radioNetwork=13
END
capture_end damage.pcap
ours_is_well() {
	local bad
	bad=$(ts damage.pcap 'sctp.srcport == 36412 && (_ws.malformed || _ws.expert.severity >= 0x600000)' frame.number _ws.expert.message)
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}
check "Wireshark: what answers damaged messages is whole" ours_is_well
check "and has its IEs in order, by the right stream" ies_right damage.pcap
exchange "Transfer Syntax Error: Error Indication, without diagnostics" damage.pcap <<-END
	< 15/0 ies=2i stream=0x0000 protocol=0
END
exchange "Abstract Syntax Error: Error Indication with Criticality Diagnostics" damage.pcap <<-END
	< 15/0 protocol=1 procedureCode procedureCriticality
END
exchange "S1 Setup Failure: no network of ours, no area of ours" s1.pcap <<-END
	> 17/0 at=@x mcc=999
	< 17/2 at=@x ies=2i,65i misc=5 TimeToWait=3
	> 17/0 at=@y tAC==99
	< 17/2 at=@y ies=2i,65i misc=4
END
finish
