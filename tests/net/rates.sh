#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Rates beyond what the first IEs can say, 10 Gbit/s of S1AP and of EPS QoS and 65280 Mbit/s of APN-AMBR:
# from the subscription, a rule, the administrator and the device to the eNodeB, the device and the kernel.
# Judged by Wireshark, too.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|' \
	's|^      up: 500mbit|      up: 20gbit|; s|^      down: 1gbit|      down: 4tbit|' \
	's|- {name: iot, .*|- {name: iot, type: ipv4, up: 20gbit, down: 100gbit}|' \
	's|^      device: sgi|&\n      bearers: [wide]|' \
	's|^pgw:|&\n  bearers:\n    - {name: wide, qci: 3, gbr_up: 10gbit, gbr_down: 11gbit, mbr_up: 20gbit, mbr_down: 4tbit, filters: ["both proto udp remote-port 7000"]}|'

# What cannot be said is no rate.
checked() { # SED-EXPRESSION
	sed "$1" "$LAB_DIR/mcored.yaml" >"$LAB_DIR/wrong.yaml"
	"$LAB_BUILD/mcored" -c "$LAB_DIR/wrong.yaml" --check 2>&1
}
refuses() {
	local text
	text=$(checked "$1") && return 1
	echo "$text"
	grep -qF "$2" <<<"$text"
}
check "the configuration takes them" checked ''
check "and a UE-AMBR of at most 4 Tbit/s" refuses 's|down: 4tbit$|down: 4.000001tbit|' \
	"hss.profiles[0].down: '4.000001tbit' is not a bit rate from 1kbit to 4tbit"
check "and an APN-AMBR" refuses 's|down: 100gbit|down: 5000gbit|' \
	"hss.profiles[0].apns[1].down: '5000gbit' is not a bit rate from 1kbit to 4tbit"
check "and a rule" refuses 's|mbr_down: 4tbit|mbr_down: 5tbit|' \
	"pgw.bearers[0].mbr_down: '5tbit' is not a bit rate from 0 to 4tbit"

check "mcored starts" lab_start
add_sims 1 >/dev/null
capture_begin s1.pcap

# The subscription.
# shellcheck disable=SC2046
ransim_run $(device 1 iot pdn-type=ipv4)
check "a device attaches" wait_for 10 registered 1
check "its eNodeB is told the UE-AMBR" saw 'event=context.request .*ambr-up=20000000000 ambr-down=100000000000'
check "and it the APN-AMBR" saw 'event=attached .*ambr-up=20000000000 ambr-down=100000000000'
check "the kernel holds it to that" is "20000000000 100000000000" \
	eval "ctl -j session show $(imsi 1) | jq -r '.sessions[] | select(.ebi == 5) | \"\(.rate_up) \(.rate_down)\"'"

# A rule, the administrator, the device.
rates() { ctl -j bearer show "$(imsi 1)" | jq -r --arg n "$1" '.bearers[] | select(.name == $n and .state == "active") | "\(.gbr_up) \(.gbr_down) \(.mbr_up) \(.mbr_down)"'; }
check "a rule's bearer is activated" wait_for 5 is "10000000000 11000000000 20000000000 4000000000000" rates wide
check "its eNodeB is told the rates" \
	saw 'event=e-rab.setup ebi=6 .*gbr-up=10000000000 gbr-down=11000000000 mbr-up=20000000000 mbr-down=4000000000000'
check "and so is the device" saw 'event=bearer.activate ebi=6 .*gbr-up=10000000000 gbr-down=11000000000 .*cause=0'
check "the kernel holds the bearer to them" is "20000000000 4000000000000" \
	eval "ctl -j session show $(imsi 1) | jq -r '.sessions[] | select(.ebi == 6) | \"\(.rate_up) \(.rate_down)\"'"
mark
check "bearer set" ctl bearer set "$(imsi 1)" wide qci 3 arp 8 gbr-up 12.5gbit gbr-down 64kbit mbr-up 12.5gbit mbr-down 10gbit
check "its eNodeB is told" saw 'event=e-rab.modify ebi=6 .*gbr-up=12500000000 gbr-down=64000 mbr-up=12500000000 mbr-down=10000000000'
check "and so is the device" saw 'event=bearer.modify ebi=6 .*cause=0 gbr-up=12500000000 gbr-down=64000'
says() { # STATUS TEXT COMMAND...
	local text status
	text=$(ctl "${@:3}" 2>&1)
	status=$?
	echo "$status $text"
	[ "$status" = "$1" ] && grep -qF -- "$2" <<<"$text"
}
check "4.1 Tbit/s is too much" says 1 "gbr_up is at most 4tbit" bearer add "$(imsi 1)" x qci 2 gbr-up 4.1tbit filter 'both proto 99'
check "and so is what no number can hold" says 1 "gbr_up is at most 4tbit" bearer add "$(imsi 1)" x qci 2 gbr-up 1e300tbit filter 'both proto 99'
check "what has no known unit is no rate" says 2 "'20gbyte' is not a rate" bearer add "$(imsi 1)" x qci 2 gbr-up 20gbyte filter 'both proto 99'
mark
ran resource 1 5 qci 1 gbr 15000000 filter both proto udp remote-port 9000
check "a device asks for 15 Gbit/s" saw 'event=bearer.activate ebi=7 .*gbr-up=15000000000 gbr-down=15000000000 pti=[1-9][0-9]* .*cause=0'
mark
ran resource 1 5 qci 1 gbr 5000000000 filter both proto udp remote-port 9001
check "but not for 5 Tbit/s" saw 'event=bearer.reject .*cause=37'
ran detach 1
check "detached, nothing is left" all_gone 5
capture_end s1.pcap

# Wireshark.
check "Wireshark finds nothing malformed" capture_clean s1.pcap 30
# By message and the IEs in it; 255 to 260 are the extensions.
told_enb() {
	diff <(ts s1.pcap s1ap.ExtendedBitRate s1ap.procedureCode s1ap.id s1ap.ExtendedBitRate) - <<-E
		9|0,8,66,259,260,24,52,107,73,241|100000000000,20000000000
		5|0,8,16,17,255,256,257|4000000000000,20000000000,11000000000
		6|0,8,30,36,256,258|12500000000,12500000000
		5|0,8,16,17,255,256,257,258|15000000000,15000000000,15000000000,15000000000
	E
}
check "Wireshark: what the eNodeB was told beside 10 Gbit/s" told_enb
told_ambr() { # kbit/s of the first IE; units, here of 4 Mbit/s, and numbers of the extended one
	diff <(ts s1.pcap nas_eps.esm.ext_apn_ambr_dl nas_eps.esm.apn_ambr_dl_total nas_eps.esm.apn_ambr_ul_total \
		nas_eps.esm.ext_apn_ambr_dl_unit nas_eps.esm.ext_apn_ambr_dl nas_eps.esm.ext_apn_ambr_ul_unit nas_eps.esm.ext_apn_ambr_ul) - <<-E
		65280000|20000000|3|25000|3|5000
	E
}
check "Wireshark: the Extended APN-AMBR" told_ambr
told_qos() { # units: 1 is 200 kbit/s, 2 1 Mbit/s, 7 1 Gbit/s; 0 where the first IE says it
	diff <(ts s1.pcap nas_eps.esm.ext_mbr_unit nas_eps.nas_msg_esm_type nas_eps.esm.ext_mbr_unit nas_eps.esm.ext_mbr_ul \
		nas_eps.esm.ext_mbr_dl nas_eps.esm.ext_gbr_unit nas_eps.esm.ext_gbr_ul nas_eps.esm.ext_gbr_dl) - <<-E
		0xc5|7|20|4000|1|0|55000
		0xc9|1|62500|0|1|62500|0
		0xd4|2|15000|15000|2|15000|15000
		0xc5|2|15000|15000|2|15000|15000
		0xd4|7|5000|5000|7|5000|5000
	E
}
check "Wireshark: each Extended EPS QoS" told_qos
finish
