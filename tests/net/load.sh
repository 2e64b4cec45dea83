#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Many devices: none fails, and a second round of the same load takes no more memory than the first
# left. Figures are printed, not judged: the machine is shared.
. "$(dirname "$0")/lib.sh"
SEED=00112233445566778899aabbccddeeff COUNT=${COUNT:-2000} RATE=${RATE:-800} ROUNDS=${ROUNDS:-5}

load() {
	in_ns ran timeout 100 "$LAB_BUILD/ransim" load --mme 10.10.0.1 --enb 10.10.0.2,10.10.0.3 --enbs 4 \
		--ue "$COUNT" --imsi 001010000100000 --key-seed $SEED --rate "$RATE" --apn iot -j "$@" \
		>"$LAB_DIR/load.json" 2>"$LAB_DIR/load.err"
}
said() { tail -n 1 "$LAB_DIR/load.json" | jq -e "$1"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$LAB_MCORED/status"; }
in_use() { ctl -j memory show | jq --arg p "$1" '[.. | objects | select(.pool? == $p) | .in_use] | add // 0'; }

lab_up
lab_config 's/level: info/level: warn/' \
	's|^mme:|mme:\n  overload: {latency: 500ms, action: reject-delay-tolerant, clear: 2s}|'
lab_start || exit 1
ENB=10.10.0.4 ransim_run --enb-id 99 --no-attach
check "an eNodeB with nothing to do" saw event=s1.setup
check "is looked at" capture_begin overload.pcap 'sctp and host 10.10.0.4'
# Three times as many for the end: so many have to wait for the wait to be too long.
"$LAB_BUILD/ransim" keys --imsi 001010000100000 --count $((3 * COUNT)) --key-seed $SEED >"$LAB_DIR/sims.csv"
check "imports $((3 * COUNT)) SIMs" ctl sim import "$LAB_DIR/sims.csv"

check "$COUNT devices attach and detach" load
check "none failed" said '.failed == 0'
first=$(resident)
check "$ROUNDS rounds more" load --rounds "$ROUNDS"
check "none failed" said ".failed == 0 and .attached == $((COUNT * ROUNDS))"
second=$(resident)
echo "# resident after the first round $first KiB, after $ROUNDS more $second KiB"
tail -n 1 "$LAB_DIR/load.json" | sed 's/^/# /'
check "no memory is lost: the growth is under 1 KiB a device" test $((second - first)) -lt "$COUNT"
none_left() {
	for pool in mme_ue mme_pdn s1_conn attach auth; do
		check "no $pool is left" test "$(in_use $pool)" = 0
	done
}
none_left
check "no session is left" test "$(ctl -j session show | jq '.sessions | length')" = 0
check "no address is left in use" test "$(ctl -j pool show | jq '[.pools[].in_use] | add')" = 0

# More at once than may be under way: the rest is told so, and that is all that comes of it.
ceiling() { # what follows it is taken up in the loop's next turn
	sed -i -e '/max_unproven/d' -e "s/^mme:/mme:\n  max_unproven: $1/" "$LAB_DIR/mcored.yaml"
	kill -HUP "$LAB_MCORED"
	sleep 0.5
}
refused() { tail -n 1 "$LAB_DIR/load.json" | jq '[.failures[] | select(.cause == "22 congestion") | .count] | add // 0'; }
ceiling 20
check "too many at once" eval '! load --rate 20000 --rounds 3 && [ "$(refused)" -gt 0 ]'
check "are refused for congestion, and nothing else happens to any" said '[.failures[].cause] - ["22 congestion", "UE still busy at its next turn"] == []'
check "those who are not have all attached" said '.attached == .detached and .attached > 0'
check "it is counted as what it is" test "$(stat mme_unproven_refused_total) $(stat mme_congestion_total)" = "$(refused) 0"
check "and logged" grep -q 'mme.ceiling ceiling=max_unproven' "$LAB_DIR/mcored.log"
none_left
ceiling 20000
check "the load that can be served" load
check "is served as before" said '.failed == 0'
check "devices that stay attached, and move by X2" load --keep --x2-rate 2000 --x2-time 3
check "each move was answered" said '.failed == 0 and .moved == 6000'
check "or ask for service and are released" load --keep --service-rate 2000 --service-time 3
check "each was answered" said '.failed == 0 and .moved == 6000'
check "have all their sessions" test "$(stat mme_ues)" = "$COUNT"

# More than is taken up in time: messages wait in the sockets, and eNodeBs are told to hold back.
overload() { ctl -j mme overload | jq -r .active; }
check "it is calm" wait_for 10 is no overload
mark
check "the load that can be served" load
check "begins no overload" eval '! logged overload.start 0 && ! saw event=overload.start 0'
load --ue $((3 * COUNT)) --rate 20000 --rounds 10
echo "# $(tail -n 1 "$LAB_DIR/load.json" | jq -c '{attached, failed, attach_rate}')"
check "20,000 attaches a second do" logged 'overload.start reason="latency"'
check "eNodeBs are told" saw 'event=overload.start action=4'
check "and that it is over" saw 'event=overload.stop' 15
check "it is calm again" is no overload
capture_end overload.pcap
last() { s1ap_order overload.pcap 's1ap.procedureCode == 34 || s1ap.procedureCode == 35' | grep -oE '[0-9/]+ [0-9/]+$'; }
check "Wireshark: Overload Start, then Overload Stop" is "34/0 35/0" last
finish
