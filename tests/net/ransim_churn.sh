#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Associations that come and go by the hundred, in order and by abort, with devices in the middle of
# their procedures: the daemon lives, and forgets them all.
. "$(dirname "$0")/lib.sh"
ENBS=${ENBS:-40} ROUNDS=${ROUNDS:-10}
SEED=00112233445566778899aabbccddeeff

round() {
	in_ns ran timeout 30 "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb 10.10.0.2,10.10.0.3 --enbs "$ENBS" \
		--key-seed $SEED --ue "imsi=001010000300000,apn=iot,count=$ENBS" </dev/null >"$LAB_DIR/ransim.log" 2>&1 \
		-e "attach all; expect attached; wait 0.1; drop 1-$((ENBS / 2)); drop $((ENBS / 2 + 1))-$ENBS gracefully;
			expect s1.setup within 5; wait 0.2; drop all for-good; wait 0.1"
}
no_enb() { [ "$(ctl -j enb show | jq '.enbs | length')" = 0 ]; }

lab_up
lab_config 's/level: info/level: warn/'
lab_start || exit 1
"$LAB_BUILD/ransim" keys --imsi 001010000300000 --count "$ENBS" --key-seed $SEED >"$LAB_DIR/sims.csv"
check "imports SIMs" ctl sim import "$LAB_DIR/sims.csv"
for ((i = 1; i <= ROUNDS; i++)); do
	check "round $i: $ENBS eNodeBs set up, drop and come back" round
	check "the daemon lives" kill -0 "$LAB_MCORED"
done
check "no eNodeB is left" wait_for 10 no_enb
check "no connection is left" is 0 stat mme_connections
check "a device attaches" scene "attach 1; expect attached" --key-seed $SEED --ue imsi=001010000300000,apn=iot
finish
