# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# To be sourced after lib.sh: what went over S1 as exchanges of messages, read by Wireshark.

# s1ap_messages FILE: the S1AP messages of a capture, one a line, as a file whose name it prints:
#
#   > or <   to the core, from it
#   0/1      procedure code and kind: 0 initiating message, 1 successful outcome, 2 unsuccessful
#   crit=… ies=…  the procedure's criticality, its IEs' identifiers with r (reject), i (ignore) or n (notify)
#   stream=… at=…  of SCTP; address and port of the eNodeB
#   name=value…  each field as Wireshark has it, NAS and ESM in it too, without "s1ap.", "nas_eps.", "gsm_a.";
#            mme, enb: UE S1AP IDs; erab, teid, to: E-RAB ID, GTP-TEID, IPv4 address; emm, esm: type of
#            message; ebi, pti, sec: EPS bearer identity, procedure transaction identity, security header
#
# Containers that only eNodeBs read are left closed: what ransim puts there is no RRC.
s1ap_messages() {
	local out=$LAB_DIR/$1.messages
	[ -s "$out" ] || tshark -r "$LAB_DIR/$1" -o nas-eps.null_decipher:TRUE -o s1ap.dissect_container:FALSE -Y s1ap \
		-T pdml 2>/dev/null | awk -v task=read -f "$TOP/tests/net/exchange.awk" >"$out"
	echo "$out"
}
# exchange WHAT FILE: a check that the capture has such messages in this order. Standard input has a line for
# each: direction, code and kind, and what it must have:
#
#   name=value   among the values of that field     name==a,b  these values and no other
#   name=@x      that of @x, which the first use sets  !name, !name=value  not that
#
# Between two of them there is no other message that names the same MME UE S1AP ID (one that mme=@x
# set), unless the latter's line begins with "...".
exchange() { check "$1" exchanged "$2"; }
exchanged() {
	awk -v task=match -f "$TOP/tests/net/exchange.awk" - "$(s1ap_messages "$1")"
}
# ies_right FILE: each S1AP message from the core has the mandatory IEs, all in their order, with the
# criticality that the ASN.1 gives them; those of nodes go by stream 0, those of devices by others (36.412 7).
ies_right() {
	awk -v task=ies -f "$TOP/tests/net/exchange.awk" "$TOP/tests/net/s1ap_ies.txt" "$(s1ap_messages "$1")"
}
