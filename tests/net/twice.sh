#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A second Attach Request in each step of an attach (TS 24.301 5.5.1.2.7 d, e): another one begins a new attach
# in the place of the first; the same one changes nothing, or brings the Attach Accept again. The device is
# attached once in the end, and nothing of the other attempt is left. Wireshark tells what was sent to it.
. "$(dirname "$0")/lib.sh"
command -v tshark >/dev/null || skip "needs tshark"

lab_up
lab_config 's|^  network_name:.*|&\n  security: {ciphering: [EEA0]}|'
check "mcored starts" lab_start
add_sims 1 >/dev/null
capture_begin s1.pcap
# shellcheck disable=SC2046
ransim_run --no-attach $(device 1 iot)
check "an eNodeB" saw 'event=s1.setup '

# twice FAULT STEP SENT [FAULT]: SENT is what mcored sends the device from its first request to its last packet.
twice() {
	attaches_twice "$@"
	ran_over "fault 1 none"
	ran "detach 1"
	check "$scene: it detaches, and nothing is left" all_gone 6
}
attaches_twice() {
	ran_over "fault 1 none; fault 1 $1-attach:$2 ${4-}"
	during "${how:+by GUTI: }$1 at $2"
	ran "attach 1 ${how:-fresh}"
	check "$scene: it attaches" saw 'event=attached ' 10
	check "$scene: a second request was sent" saw "event=fault name=$1-attach step=$2"
	check "$scene: packets flow" wait_for 4 ping_ue 1 198.51.100.2 0.05 2
	[ "$(there_are)" = "1 1 1 1" ] || left+=" $scene: $(there_are)"
	sent "${3% |*}" "${3#*| }"
}
left=
there_are() { # devices, sessions, addresses, connections
	echo "$(ctl -j ue show | jq '.ues | length') $(ctl -j session show | jq '.sessions | length')" \
		"$(in_use) $(stat mme_connections)"
}

# Authentication Request, Security Mode Command, ESM Information Request, Attach Accept with Activate Default
# EPS Bearer Context Request in an Initial Context Setup Request, EMM Information.
once="11/0 11/0 11/0 9/0 11/0 | 52 5d +d9 42 +c1 61"
# Another request: all begins anew, but for the proof where the first one's context protects it.
twice double connect "11/0 $(sed 's/| 52/| 52 52/' <<<"$once")"
twice double identity "11/0 11/0 11/0 11/0 11/0 9/0 11/0 | 55 55 52 5d +d9 42 +c1 61" unknown-guti
twice double authentication "11/0 $(sed 's/| 52/| 52 52/' <<<"$once")"
twice double security-mode "11/0 11/0 $(sed 's/| 52 5d/| 52 5d 52 5d/' <<<"$once")"
twice double esm-information "11/0 $(sed 's/+d9/+d9 +d9/' <<<"$once")"
twice double ics "11/0 11/0 11/0 9/0 11/0 9/0 11/0 | 52 5d +d9 42 +c1 +d9 42 +c1 61"
twice double complete "11/0 11/0 11/0 9/0 11/0 9/0 11/0 | 52 5d +d9 42 +c1 +d9 42 +c1 61"
check "another Attach Request in each step: there is one of it" is "" echo "$left"
# The same: on a connection of its own it begins anew; on the first one's the accept alone comes again.
twice same connect "11/0 $(sed 's/| 52/| 52 52/' <<<"$once")"
for step in authentication security-mode esm-information; do twice same $step "$once"; done
for step in ics complete; do twice same $step "11/0 11/0 11/0 9/0 11/0 11/0 | 52 5d +d9 42 +c1 42 +c1 61"; done
check "the same Attach Request in each step: there is one of it" is "" echo "$left"

# A device that lost its radio attaches by GUTI, while the network has it as registered: no proof is needed, and its
# old connection and session go.
ran_over "fault 1 none"
ran "attach 1 fresh"
check "it attaches" saw 'event=attached '
how=again
attaches_twice double esm-information "23/0 11/0 11/0 9/0 11/0 | +d9 +d9 42 +c1 61"
for step in ics complete; do
	attaches_twice double $step "23/0 11/0 9/0 11/0 9/0 11/0 | +d9 42 +c1 +d9 42 +c1 61"
	attaches_twice same $step "23/0 11/0 9/0 11/0 11/0 | +d9 42 +c1 42 +c1 61"
done
attaches_twice same esm-information "23/0 11/0 9/0 11/0 | +d9 42 +c1 61"
check "a second Attach Request by GUTI in each step: there is one of it" is "" echo "$left"
ran_over "fault 1 none"
ran "detach 1"
check "it detaches, and nothing is left" all_gone 6

capture_end s1.pcap
wire s1.pcap
check "Wireshark finds nothing malformed" capture_clean s1.pcap 100
finish
