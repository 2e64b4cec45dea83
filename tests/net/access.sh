#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may come in, as an operator says it: rules of the configuration and of mcorectl, live; what devices
# are told, read off the wire; new keys and GUTIs for devices that are registered.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exchange.sh"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}\n  access: [deny imsi 0010100000009]|'
check "mcored starts" lab_start
add_sims 3 access meters >/dev/null
ctl sim add "$(imsi 4)" k $KEY opc $OPC access no-lte >/dev/null
touch "$LAB_DIR/ransim.log"
if command -v tshark >/dev/null; then
	capture_begin s1.pcap
fi

one() { echo "--ue imsi=$(imsi "$1"),k=$KEY,opc=$OPC${2:+,$2}"; }
rules() { ctl -j access show | jq -r '.access[].rule'; }
warns() { grep -q 'warning.*does not come back' <<<"$(ctl "$@" 2>&1 >/dev/null)"; }
# denied "RULE" CAUSE: the first device does not attach while the rule is there.
denied() {
	mark
	# shellcheck disable=SC2086
	ctl access add $1 2>/dev/null &&
		scene "attach 1; expect attach.reject cause=$2 within 6; refute attached for 0" \
			$(one 1 imeisv=3534900600000101) &&
		logged "access.denied imsi=$(imsi 1) .*cause=$2" && ctl access del 1
}

check "deny by IMSI is cause 15" denied "deny imsi $(imsi 1)" 15
check "by a prefix and with another cause" denied "deny imsi 00101 cause 14" 14
check "by tracking area, cause 12" denied "deny tac 1-3" 12
check "by network, cause 11" denied "deny plmn 00101" 11
check "by type of device" denied "deny imeisv 35349006 cause 13" 13
check "by the SIM's word" denied "deny access meters cause 22" 22
check "for good, if one wants that" denied "deny imsi $(imsi 1) cause 8" 8
check "nothing is left" all_gone
# shellcheck disable=SC2046
check "a SIM without LTE in its subscription is told 15" scene \
	"attach 1; expect attach.reject cause=15 within 6" $(one 4)

check "causes after which a device stays away are warned of" warns access add deny imsi 9 cause 3
check "others are not" eval "! warns access add deny imsi 9 cause 15"
check "a rule that is none is refused" eval '! ctl access add deny everybody 2>/dev/null'
check "and so is one that is there" eval '! ctl access add deny imsi 9 cause 15 2>/dev/null'
check "a denial of everybody has to be meant" eval '! ctl access add deny 2>/dev/null && ! ctl access add deny cause 15 2>/dev/null'
check "rules of the file are not mcorectl's to delete" eval '! ctl access del 3 2>/dev/null'
check "they come after those of mcorectl" is "allow imsi $(imsi 1)
deny imsi 9 cause 3
deny imsi 9 cause 15
deny imsi 0010100000009 cause 15" eval "ctl access add at 1 allow imsi $(imsi 1) && rules"
check "rules outlive the daemon" eval 'lab_stop; lab_start && [ "$(rules | wc -l)" = 4 ]'
for _ in 1 2 3; do ctl access del 1; done

# Devices that are in.
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(one 2) $(one 3)
ran "attach 1-3"
check "three devices attach" wait_for 10 registered 3
ran "release 3"
check "one of them is idle" wait_for 5 ue_is 3 ecm idle
mark
check "a new rule detaches who is connected, with its cause" eval \
	'ctl access add deny imsi "$(imsi 2)" cause 13 && saw "detach.network.* cause=13"'
check "the others stay" wait_for 5 registered 2
check "a new rule detaches who is idle" eval 'ctl access add deny imsi "$(imsi 3)" && wait_for 5 registered 1'
check "rules count what they decide" eval '[ "$(ctl -j access show | jq ".access[0].hits")" -ge 1 ]'
sed -i 's|^  access:.*|  access: [deny imsi 0010100000009, deny tac 9]|' "$LAB_DIR/mcored.yaml"
check "the file's rules are taken up by HUP" eval 'kill -HUP "$LAB_MCORED"; wait_for 5 eval "rules | grep -q \"tac 9\""'

# New keys and a new GUTI under traffic.
guti=$(ue_field 1 guti)
ue 1 ping -n -q -i 0.05 -c 60 -W 2 198.51.100.2 >"$LAB_DIR/ping.log" 2>&1 &
pinging=$!
lab_pids+=("$pinging")
mark
check "a device is authenticated again" ctl ue reauthenticate "$(imsi 1)"
check "it was challenged and took new keys" eval 'saw authentication.request && saw security.command'
check "and the eNodeB has the right one" saw "context.modification key=right"
check "its GUTI followed" wait_for 5 eval '[ "$(ue_field 1 guti)" != "$guti" ]'
guti=$(ue_field 1 guti)
mark
check "a device gets another GUTI" ctl ue reallocate "$(imsi 1)"
check "and has it" eval 'saw "event=guti m-tmsi=" && [ "$(ue_field 1 guti)" != "$guti" ]'
wait "$pinging"
check "no packet was lost meanwhile" grep -q ' 0% packet loss' "$LAB_DIR/ping.log"
ran "release 1"
check "it becomes idle" wait_for 5 ue_is 1 ecm idle
mark
check "an idle device is put off" eval 'ctl ue reauthenticate "$(imsi 1)" 2>&1 | grep -q "next contact"'
ran "service 1"
check "until its next contact" saw security.command
check "for a device that is not there, nothing is done" eval '! ctl ue reauthenticate 001019999999999 2>/dev/null'

# Emptied for the others of its pool: there are none, so the device comes back.
mark
check "the MME is drained" eval 'ctl mme drain start 10 && saw "context.release cause=.*load-balancing-tau-required"'
check "it says how far it is" eval '[ "$(ctl -j mme drain | jq "[.capacity, .sent, .connected, .idle] | join(\" \")")" = "\"0 1 0 0\"" ]'
ran "service 1"
check "a device that comes back is served" wait_for 5 ue_is 1 ecm connected
check "no longer drained, it says so" eval 'ctl mme drain stop && [ "$(ctl -j mme drain | jq -r .state)" = off ]'
mark
ran "detach 1"
check "it detaches in the end" wait_for 5 registered 0

if [ -s "$LAB_DIR/s1.pcap" ]; then
	capture_end s1.pcap
	wires() { tshark -r "$LAB_DIR/s1.pcap" -o nas-eps.null_decipher:TRUE "$@" 2>/dev/null; }
	causes() { wires -Y "nas_eps.nas_msg_emm_type == $1" -T fields -e nas_eps.emm.cause | tr '\n,' '  ' | sed 's/ $//'; }
	check "Wireshark reads the same causes in Attach Reject" is "15 14 12 11 13 22 8 15" causes 0x44
	check "and in Detach Request by the network" eval 'causes 0x45 | grep -qw 13'
	commands() { wires -Y 'nas_eps.nas_msg_emm_type == 0x50' -T fields -e nas_eps.emm.m_tmsi | wc -l; }
	completes() { wires -Y 'nas_eps.nas_msg_emm_type == 0x51' -T fields -e frame.number | wc -l; }
	check "it reads GUTI Reallocation Commands" test "$(commands)" -ge 2
	check "and as many Completes" is "$(commands)" completes
	check "and finds nothing malformed" capture_clean s1.pcap 60
	check "each message has its IEs in order, and goes by the right stream" ies_right s1.pcap
	exchange "re-authentication: new keys in NAS, UE Context Modification, another GUTI" s1.pcap <<-END
		< 11/0 mme=@m enb=@e sec==2,0 emm=0x52 emm.nas_key_set_id=1 emm.tsc=0 dtap.autn.amf=80:00
		> 13/0 mme=@m enb=@e emm=0x53
		< 11/0 mme=@m enb=@e sec==3,0 seq_no=0 emm=0x5d emm.nas_key_set_id=1 emm.toc=0 emm.toi=2 emm.imeisv_req=1
		> 13/0 mme=@m enb=@e sec==4,0 emm=0x5e imeisv=3534900600000101
		< 21/0 mme=@m enb=@e ies=0r,8r,73r SecurityKey
		> 21/1 mme=@m enb=@e
		< 11/0 mme=@m enb=@e sec==2,0 emm=0x50 emm.mme_grp_id=1 emm.mme_code=1 emm.m_tmsi=@g emm.tai_tac==1,2,3,4,5,6,7,8
		> 13/0 mme=@m enb=@e sec==2,0 emm=0x51
	END
	exchange "GUTI reallocation: the device comes with it next time" s1.pcap <<-END
		< 11/0 mme=@m enb=@e emm=0x50 emm.m_tmsi=@g emm.type_of_id=6
		> 13/0 mme=@m enb=@e emm=0x51
		... > 18/0 mme=@m enb=@e radioNetwork=20
		< 23/0 mme=@m enb=@e radioNetwork=20
		> 23/1 mme=@m enb=@e
		> 12/0 sec=12 emm.nas_key_set_id=1 m_TMSI=@g mMEC=1 RRC_Establishment_Cause=4
	END
	exchange "Network detach with a cause" s1.pcap <<-END
		< 11/0 mme=@m enb=@e sec==2,0 emm=0x45 emm.detach_type_dl=2 emm.cause=13
		> 13/0 mme=@m enb=@e emm=0x46
		< 23/0 mme=@m enb=@e nas=2
		> 23/1 mme=@m enb=@e
	END
	exchange "Attach Reject after the identity is proven" s1.pcap <<-END
		< 11/0 mme=@m enb=@e emm=0x5d
		> 13/0 mme=@m enb=@e emm=0x5e
		< 11/0 mme=@m enb=@e sec==2,0 emm=0x44 emm.cause=15 !esm
		< 23/0 mme=@m enb=@e nas=3
		> 23/1 mme=@m enb=@e
	END
	exchange "an MME that is drained: no capacity, and who is connected goes elsewhere" s1.pcap <<-END
		< 30/0 RelativeMMECapacity=0
		> 30/1 ies=
		< 23/0 mme=@m radioNetwork=22
		> 23/1 mme=@m
		... < 30/0 RelativeMMECapacity=255
	END
else
	skip_one "what is on the wire" "no tshark"
fi
finish
