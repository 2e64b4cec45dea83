#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packets of many devices at once through the datapath and back by `ransim reflect`: none is lost at a
# rate that a shared machine bears. Round-trip times are printed, not judged.
. "$(dirname "$0")/lib.sh"
SEED=00112233445566778899aabbccddeeff COUNT=${COUNT:-500} PPS=${PPS:-5000}

traffic() {
	in_ns ran timeout 60 "$LAB_BUILD/ransim" load --mme 10.10.0.1 --enb 10.10.0.2,10.10.0.3 --enbs 4 \
		--ue "$COUNT" --imsi 001010000200000 --key-seed $SEED --rate 500 --apn iot --keep -j \
		--traffic-to 198.51.100.2:9000 --traffic-pps "$PPS" --traffic-time 3 "$@" \
		>"$LAB_DIR/traffic.json" 2>"$LAB_DIR/traffic.err"
}
said() { tail -n 1 "$LAB_DIR/traffic.json" | jq -e "$1"; }
lines_are_json() { jq -es 'length > 2' "$LAB_DIR/traffic.json"; }

lab_up
lab_config 's/level: info/level: warn/'
lab_start || exit 1
"$LAB_BUILD/ransim" keys --imsi 001010000200000 --count "$COUNT" --key-seed $SEED >"$LAB_DIR/sims.csv"
check "imports $COUNT SIMs" ctl sim import "$LAB_DIR/sims.csv"
spawn inet "$LAB_BUILD/ransim" reflect --listen 198.51.100.2:9000
check "the next hop is found" wait_for 5 in_ns core ping -c 1 -W 1 198.51.100.2

up=$(reason uplink) down=$(reason downlink)
check "$COUNT devices send" traffic
check "each line is JSON" lines_are_json
check "all are attached" said ".attached == $COUNT and .failed == 0"
check "the rate is kept" said ".traffic.sent >= $PPS * 2.9 and .traffic.unsent == 0"
check "nothing is lost" said '.traffic.received == .traffic.sent'
sent=$(said .traffic.sent)
check "the datapath forwarded as many up" test $(($(reason uplink) - up)) -ge "$sent"
check "and down" test $(($(reason downlink) - down)) -ge "$sent"
tail -n 1 "$LAB_DIR/traffic.json" | jq -c '.traffic.rtt_ms' | sed 's/^/# round trip, ms: /'
check "with sequence numbers too" traffic --gtpu-sequence --traffic-size 1300
check "nothing is lost" said '.traffic.sent > 0 and .traffic.received == .traffic.sent'
finish
