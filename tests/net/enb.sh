#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# eNodeBs that come and go: one that dies without a word, one that restarts, twins, S1 Reset. Its devices
# stay registered, become idle, and come back by a service request or an attach by GUTI.
. "$(dirname "$0")/lib.sh"

lab_up
lab_config 's|^    address: \[10.10.0.1\]|&\n    heartbeat: 500ms\n    path_max_retrans: 1|'
check "mcored starts" lab_start
add_sims 3 >/dev/null
states() { ctl -j ue show | jq -c '[.ues[] | [.emm, .ecm]] | unique'; }
sessions() { ctl -j session show | jq -c '[.sessions[].state] | unique'; }
enbs() { ctl -j enb show | jq -c '[.enbs[] | [.state, .ues]]'; }

# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet) $(device 3 iot)
check "three devices attach" wait_for 10 registered 3
check "the next hop is found" wait_for 3 ping_ue 1 198.51.100.2 0.1 1
check "packets flow" ping_ue 1 198.51.100.2
mark
kill -9 "$RANSIM"
check "an eNodeB that died is noticed by heartbeats" logged 's1.down .*connections=3' 8
check "its devices stay registered, idle" is '[["registered","idle"]]' states
check "their sessions are idle" is '["idle"]' sessions
check "their addresses are kept" is 3 in_use
check "the eNodeB is gone" is '[]' enbs
down_idle() {
	local before
	before=$(unreachable)
	in_ns inet ping -n -q -c 2 -i 0.2 -W 1 "$(session 1 ue4)" && return 1
	[ "$(unreachable)" -ge $((before + 2)) ]
}
unreachable() { echo $(($(reason idle) + $(reason idle_held))); }
check "packets for them wait, or are dropped, and are counted as that" down_idle
# A new ransim has no GUTI of theirs: by IMSI, while the network knows them.
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet) $(device 3 iot)
check "it comes back" wait_for 5 is '[["up",3]]' enbs
check "its devices attach anew" wait_for 5 is '[["registered","connected"]]' states
check "with one session each" is 3 in_use
check "packets flow" wait_for 3 ping_ue 1 198.51.100.2

# The association alone is lost.
mark
ran drop 1
check "an association that is aborted is made anew" saw 'event=s1.setup ' 5
check "devices are idle" wait_for 3 is '[["registered","idle"]]' states
mark
ran service 1
check "a device asks for service" saw 'ue=1 .*event=service ' 5
check "and is connected" wait_for 2 ue_is 1 ecm connected
check "its packets flow" wait_for 3 ping_ue 1 198.51.100.2
mark
check "a packet of a device wakes it" wait_for 4 ping_ue 2 198.51.100.2 0.2 2
check "by a service request" ue_is 2 ecm connected
ran attach 3 again
check "the third attaches by GUTI" saw 'ue=3 .*attach.request by=guti'
check "all are connected" wait_for 3 is '[["registered","connected"]]' states

# Release by inactivity.
mark
ran release 1
check "an inactive device becomes idle" wait_for 2 ue_is 1 ecm idle
check "its session too" is idle session 1 state
check "its packet brings it back" wait_for 4 ping_ue 1 198.51.100.2 0.2 2

# Reset.
mark
ran reset 1 ue 1
check "a reset of one connection" saw 'event=reset.acknowledged' 3
check "makes that device idle" wait_for 2 ue_is 1 ecm idle
check "and no other" is connected ue_field 2 ecm
mark
ran reset 1
check "a reset of all" saw 'event=reset.acknowledged' 3
check "makes all idle" wait_for 2 is '[["registered","idle"]]' states
ran service 2
check "they come back" wait_for 3 ue_is 2 ecm connected
check "packets flow" wait_for 3 ping_ue 2 198.51.100.2
check "the association is still the same" is '[["up",1]]' enbs

# A second eNodeB with the same identity from another address: the newer one wins.
mark
ENB=10.10.0.3 check "a twin sets up" scene "expect s1.setup within 5; wait 0.5" --once
check "and replaces the first" logged 's1.replaced'
check "whose devices are idle" wait_for 3 is '[["registered","idle"]]' states

# Another eNodeB: a device moves while idle.
kill "$RANSIM"
wait "$RANSIM" 2>/dev/null
check "an eNodeB that leaves takes its devices off" all_gone 6
ransim_run --enbs 2 --enb-id 10 $(device 1 iot) $(device 2 internet)
check "two eNodeBs" wait_for 10 is '[["up",1],["up",1]]' enbs
check "a device is reached through the first" wait_for 3 ping_ue 1 198.51.100.2
mark
ran "release 1; expect released; move 1 2"
saw 'ue=1 .*event=released' >/dev/null
check "it moves while idle, and is reached through the second" wait_for 4 ping_ue 1 198.51.100.2 0.2 2
check "where it is shown" is "00101-0000b ransim-2" ue_field 1 enb
finish
