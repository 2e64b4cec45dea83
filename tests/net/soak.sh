#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A live mcored, built with the address and undefined behaviour sanitizers, against eNodeBs and devices
# that mutate what they send, come and go at random, and restart; beside them good ones that must not
# notice. SOAK_SECONDS (45; make soak: 600), MUTATE (one message in so many, 4). Nothing crashes, leaks or
# hangs: at the end every device, those of the bad eNodeBs too, attaches and pings, and memory has a bound.
. "$(dirname "$0")/lib.sh"
SECONDS_LONG=${SOAK_SECONDS:-45} BAD=24 GOOD=3 ENBS=4
LAB_PROGRAM=${SOAK_MCORED:-$TOP/build/san/mcored}
[ -x "$LAB_PROGRAM" ] || skip "needs mcored with sanitizers: make SAN=1"
export ASAN_OPTIONS=quarantine_size_mb=8:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1

lab_up
# Timers of a second or two, so that what hangs shows.
lab_config 's|^  network_name:.*|&\n  timers: {T3450: 300ms, T3460: 300ms, T3470: 300ms, T3489: 300ms, T3422: 300ms}|' \
	's/level: info/level: error/' 's|tracking_areas: .*|tracking_areas: [00101:1-8]|'
check "mcored with sanitizers starts" lab_start
add_sims $((BAD + GOOD)) >/dev/null

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$LAB_MCORED/status"; }
in_use() { ctl -j memory show | jq --arg p "$1" '[.memory[] | select(.pool == $p) | .in_use] | add // 0'; }
alive() { kill -0 "$LAB_MCORED"; }
# bad_ransim: eNodeBs of 10.10.0.2 with devices 1 to BAD, as often as it ends.
bad_ransim() {
	local args=() i
	for ((i = 1; i <= BAD; i++)); do args+=(--ue "imsi=$(imsi $i),k=$KEY,opc=$OPC,apn=iot"); done
	ransim_run --enbs $ENBS --fault "mutate:${MUTATE:-4}" "${args[@]}"
	BAD_RANSIM=$RANSIM
}
pick() { echo $((RANDOM % $1 + 1)); }
# One random wish to the bad side.
disturb() {
	local ue enb
	ue=$(pick $BAD) enb=$(pick $ENBS)
	case $((RANDOM % 16)) in
	0 | 1 | 2) ran attach "$ue" again ;;
	3) ran attach "$ue" fresh again ;;
	4) ran detach "$ue" ;;
	5) ran detach "$ue" switch-off ;;
	6) ran release "$ue" ;;
	7 | 8) ran service "$ue" ;;
	9) ran tau "$ue" active ;;
	10) ran lose "$ue" ;;
	11) ran move "$ue" "$enb" ;;
	12) ran reset "$enb" ;;
	13) ran garbage "$enb" count 30 ;;
	14) ran attach all again ;;
	15) [ $((RANDOM % 3)) != 0 ] || ran drop "$enb" ;;
	esac
}
# The good devices: their own eNodeB, in the foreground, each time anew.
good() {
	local args=() i
	for ((i = BAD + 1; i <= BAD + GOOD; i++)); do args+=(--ue "imsi=$(imsi $i),k=$KEY,opc=$OPC,apn=iot"); done
	in_ns ran timeout -k 1 60 "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb 10.10.0.3 --enb-id 4000 --plmn 00101 --tac 2 \
		"${args[@]}" </dev/null -e "attach all; expect attached ue=1 within 20; expect attached ue=2 within 20;
			expect attached ue=3 within 20; ping 1 198.51.100.2 count 5 interval 50;
			expect ping.done sent=5 received=5 within 10; detach all; expect detached ue=3 within 10" >"$LAB_DIR/good.log" 2>&1
}

bad_ransim
sleep 2
ran attach all
touch "$LAB_DIR/ransim.log"
rounds=0 good_rounds=0 good_failed=0 restarts=0 warm=0
end=$((SECONDS + SECONDS_LONG)) next_good=$((SECONDS + 3))
while [ $SECONDS -lt $end ] && alive 2>/dev/null; do
	if ! kill -0 "$BAD_RANSIM" 2>/dev/null; then
		bad_ransim
		restarts=$((restarts + 1))
		sleep 0.5
		ran attach all
	fi
	disturb
	rounds=$((rounds + 1))
	if [ $SECONDS -ge $next_good ]; then
		if good; then good_rounds=$((good_rounds + 1)); else good_failed=$((good_failed + 1)) && cp "$LAB_DIR/good.log" "$LAB_DIR/good-failed.log"; fi
		next_good=$((SECONDS + 5))
		[ $warm != 0 ] || warm=$(resident)
	fi
	sleep 0.05
done
echo "# $rounds disturbances, $good_rounds rounds of good devices, $restarts restarts of the bad eNodeBs; resident $warm KiB, then $(resident 2>/dev/null) KiB"
check "mcored lives" alive
hard() {
	echo "bad S1AP $(stat mme_s1_bad_total), bad NAS $(stat mme_nas_bad_total), unexpected NAS $(stat mme_nas_unexpected_total)"
	[ "$(stat mme_s1_bad_total)" -ge 10 ] && [ "$(stat mme_nas_bad_total)" -ge 5 ] && [ $rounds -gt $((SECONDS_LONG / 2)) ]
}
check "though it was told much that is wrong" hard
no_good_failed() { [ $good_failed = 0 ] && [ $good_rounds -gt 0 ] || { tail -n 12 "$LAB_DIR/good-failed.log"; return 1; }; }
check "good devices attached, pinged and detached all the while" no_good_failed
check "memory has a bound" test "$(resident)" -lt $((warm + 65536))

# The bad side goes; nothing of it hangs.
kill "$BAD_RANSIM" 2>/dev/null
wait "$BAD_RANSIM" 2>/dev/null
idle() { [ "$(ctl -j ue show | jq '[.ues[] | select(.procedure != null)] | length')" = 0 ] && [ "$(stat mme_connections)" = 0 ]; }
check "no procedure and no connection is left" wait_for 30 idle
check "no more devices are known than there are" test "$(in_use mme_ue)" -le $((BAD + GOOD))
check "no more sessions than devices can have" test "$(ctl -j session show | jq '.sessions | length')" -le $((11 * (BAD + GOOD)))
# shellcheck disable=SC2046
all_well() {
	local args=() i expect=
	for ((i = 1; i <= BAD; i++)); do
		args+=(--ue "imsi=$(imsi $i),k=$KEY,opc=$OPC,apn=iot")
		expect+="expect attached ue=$i within 30; "
	done
	in_ns ran timeout -k 1 90 "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb 10.10.0.4 --enb-id 5000 --plmn 00101 --tac 2 "${args[@]}" </dev/null \
		-e "attach all; $expect ping 1 198.51.100.2 count 3; expect ping.done sent=3 received=3 within 10; detach all; wait 2" >"$LAB_DIR/all.log" 2>&1 ||
		{ grep -v expect "$LAB_DIR/all.log" | tail -n 12; return 1; }
}
check "no device is stuck: all attach, and one pings" all_well
check "good devices go on" good
sanitizers_quiet() { ! grep -aE -A25 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$LAB_DIR/mcored.log"; }
check "the sanitizers found nothing" sanitizers_quiet
# Leaks show at the end.
kill "$LAB_MCORED"
wait "$LAB_MCORED"
status=$?
check "mcored ends in order" test $status = 0
check "and leaks nothing" sanitizers_quiet
unset LAB_MCORED
finish
