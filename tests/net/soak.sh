#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A live mcored, built with the address and undefined behaviour sanitizers, against eNodeBs and devices
# that mutate what they send, come and go at random, and restart; beside them good ones that must not
# notice: handed over, idle, called. The operator gives bearers, locates, warns; a crowd of clients says
# nonsense by the API, or half of it; the Internet calls everybody.
# SOAK_SECONDS (45; make soak: 600), MUTATE (one message in so many, 12). Nothing crashes, leaks or
# hangs: at the end every device, those of the bad eNodeBs too, attaches and pings, and memory has a bound.
. "$(dirname "$0")/lib.sh"
SECONDS_LONG=${SOAK_SECONDS:-45} BAD=24 GOOD=3 ENBS=4
LAB_PROGRAM=${SOAK_MCORED:-$TOP/build/san/mcored}
[ -x "$LAB_PROGRAM" ] || skip "needs mcored with sanitizers: make SAN=1"
export ASAN_OPTIONS=quarantine_size_mb=8:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1

lab_up
# Timers of a second or two, so that what hangs shows.
lab_config 's|^  network_name:.*|&\n  timers: {T3450: 300ms, T3460: 300ms, T3470: 300ms, T3489: 300ms, T3422: 300ms, T3413: 1s, T3485: 300ms, T3486: 300ms, T3495: 300ms}|' \
	's/level: info/level: error/' 's|tracking_areas: .*|tracking_areas: [00101:1-8]|' \
	's|{name: internet, type|{name: swap, type|; s|{name: iot, type|{name: internet, type|; s|{name: swap, type|{name: iot, type|'
check "mcored with sanitizers starts" lab_start
add_sims $((BAD + GOOD)) >/dev/null
for ((i = 1; i <= BAD + GOOD; i++)); do ctl sim set "$(imsi $i)" ip "10.46.9.$i"; done >/dev/null

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$LAB_MCORED/status"; }
in_use() { ctl -j memory show | jq --arg p "$1" '[.memory[] | select(.pool == $p) | .in_use] | add // 0'; }
alive() { kill -0 "$LAB_MCORED"; }
# bad_ransim: eNodeBs of 10.10.0.2 with devices 1 to BAD, as often as it ends.
bad_ransim() {
	local args=() i
	for ((i = 1; i <= BAD; i++)); do args+=(--ue "imsi=$(imsi $i),k=$KEY,opc=$OPC,apn=iot"); done
	ransim_run --enbs $ENBS --fault "mutate:${MUTATE:-12}" "${args[@]}"
	BAD_RANSIM=$RANSIM
}
pick() { echo $((RANDOM % $1 + 1)); }
# One random wish to the bad side, or of the network's operator about it.
disturb() {
	local ue enb
	ue=$(pick $BAD) enb=$(pick $ENBS)
	case $((RANDOM % 42)) in
	0 | 1 | 2) ran attach "$ue" again ;;
	3) ran attach "$ue" fresh again ;;
	4) ran detach "$ue" ;;
	5) ran detach "$ue" switch-off ;;
	6 | 7) ran release "$ue" ;;
	8 | 9) ran service "$ue" ;;
	10) ran tau "$ue" active ;;
	11) ran tau "$ue" periodic ;;
	12) ran lose "$ue" ;;
	13) ran move "$ue" "$enb" ;;
	14) ran reset "$enb" ;;
	15) ran garbage "$enb" count 30 ;;
	16) [ $((RANDOM % 3)) != 0 ] || ran attach all again ;;
	17) ran attach "$ue" ;;
	18) [ $((RANDOM % 3)) != 0 ] || ran drop "$enb" ;;
	19 | 20) ran x2 "$ue" "$enb" ;;
	21 | 22) ran s1ho "$ue" "$enb" ;;
	23) ran cancel "$ue" ;;
	24) ran pdn "$ue" internet ;;
	25) ran disconnect "$ue" $((5 + RANDOM % 3)) ;;
	26 | 27) ran resource "$ue" 5 qci 7 filter both proto udp remote-port $((RANDOM + 1)) ;;
	28) ran resource-modify "$ue" $((6 + RANDOM % 3)) operation $((RANDOM % 7)) id 0 filter both proto 17 ;;
	29) ran e-rab-release "$ue" $((5 + RANDOM % 3)) ;;
	30) ran e-rab-move "$ue" ;;
	31) ran node "$enb" "$(one_of "update name x" "update gnb 9" "son $(pick $ENBS)" "en-dc 9" rim lppa "retrieve $ue" pws-restart pws-failure remove)" ;;
	32) ran tell "$ue" "$(one_of "location 2" "usage 9 9" delivered cell-trace csg suspend lppa)" ;;
	33 | 34) operator bearer add "$(imsi "$ue")" soak qci 9 filter "both proto udp" ;;
	35) operator bearer set "$(imsi "$ue")" soak qci "$(one_of 7 8)" ;;
	36) operator ue "$(one_of locate reauthenticate reallocate voice)" "$(imsi "$ue")" ;;
	39) operator warning send 4370 $((RANDOM % 1000)) text soak period 1 broadcasts 3 ;;
	40) operator warning kill all ;;
	37) operator bearer del "$(imsi "$ue")" soak ;;
	38) operator detach "$(imsi "$ue")" reattach ;;
	41) operator enb reset "$(one_of 00101-00001-0 "$enb")" ;;
	esac
}
one_of() { shift $((RANDOM % $#)); echo "$1"; }
# What mcored says to it is of no interest, only that it goes on. In the background: it waits for devices.
operator() { timeout 5 "$LAB_BUILD/mcorectl" -s "$LAB_SOCKET" "$@" >/dev/null 2>&1 & }

# The good devices: their own two eNodeBs, in the foreground, each time anew. The Internet calls all of
# them all the time, so an idle one comes back by itself.
good() {
	local args=() i
	for ((i = BAD + 1; i <= BAD + GOOD; i++)); do args+=(--ue "imsi=$(imsi $i),k=$KEY,opc=$OPC,apn=iot"); done
	in_ns ran timeout -k 1 90 "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb 10.10.0.3 --enbs 2 --enb-id 4000 --plmn 00101 --tac 2 \
		"${args[@]}" </dev/null -e "attach all; expect attached ue=1 within 20; expect attached ue=2 within 20;
			expect attached ue=3 within 20; ping 1 198.51.100.2 count 5 interval 50;
			expect ping.done sent=5 received=5 within 10; release 1; expect service ue=1 within 20;
			ping 1 198.51.100.2; expect ping.done sent=1 received=1 within 10; ping 1 198.51.100.2 count 3; expect ping.done sent=3 received=3 within 10;
			x2 1 2; expect moved ue=1 within 10; s1ho 2 1; expect moved ue=2 within 10;
			ping 2 198.51.100.2 count 3; expect ping.done sent=3 received=3 within 10;
			detach all; expect detached ue=3 within 10" >"$LAB_DIR/good.log" 2>&1
}
good_over() {
	if wait "$good_pid"; then good_rounds=$((good_rounds + 1)); else good_failed=$((good_failed + 1)) && cp "$LAB_DIR/good.log" "$LAB_DIR/good-failed-$good_failed.log" && ctl stats >"$LAB_DIR/stats-$good_failed.log"; fi
	good_pid=0 next_good=$((SECONDS + 2))
}
calls() { while sleep 0.2; do for ((i = 1; i <= BAD + GOOD; i++)); do echo "10.46.9.$i"; done | python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for a in sys.stdin: s.sendto(b"soak", (a.strip(), 4000))'; done; }

spawn inet bash -c "BAD=$BAD GOOD=$GOOD; $(declare -f calls); calls" 2>/dev/null
CALLS=$SPAWNED
spawn ran "$TOP/build/tests/net/api_storm" "$LAB_SOCKET" $BAD 110 >"$LAB_DIR/storm.log" 2>&1
STORM=$SPAWNED
bad_ransim
sleep 2
ran attach all
touch "$LAB_DIR/ransim.log"
rounds=0 good_rounds=0 good_failed=0 good_pid=0 restarts=0 warm=0
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
	if [ "$good_pid" = 0 ] && [ $SECONDS -ge $next_good ]; then
		good &
		good_pid=$!
		[ $warm != 0 ] || warm=$(resident)
	elif [ "$good_pid" != 0 ] && ! kill -0 "$good_pid" 2>/dev/null; then
		good_over
	fi
	sleep 0.05
done
[ "$good_pid" = 0 ] || good_over
echo "# $rounds disturbances, $good_rounds rounds of good devices, $restarts restarts of the bad eNodeBs; resident $warm KiB, then $(resident 2>/dev/null) KiB"
check "mcored lives" alive
hard() {
	echo "bad S1AP $(stat mme_s1_bad_total), bad NAS $(stat mme_nas_bad_total), unexpected NAS $(stat mme_nas_unexpected_total)"
	[ "$(stat mme_s1_bad_total)" -ge 10 ] && [ "$(stat mme_nas_bad_total)" -ge 3 ] && [ $rounds -gt $((SECONDS_LONG / 2)) ]
}
check "though it was told much that is wrong" hard
no_good_failed() { [ $good_failed = 0 ] && [ $good_rounds -gt 0 ] || { tail -n 12 "$LAB_DIR/good-failed-1.log"; return 1; }; }
check "good devices attached, pinged and detached all the while" no_good_failed
check "memory has a bound" test "$(resident)" -lt $((warm + 65536))
stormed() { kill -0 "$STORM" || { cat "$LAB_DIR/storm.log"; return 1; }; }
check "the API was there for a crowd all the while" stormed

# The bad side goes; nothing of it hangs.
kill "$BAD_RANSIM" "$STORM" 2>/dev/null
wait "$BAD_RANSIM" 2>/dev/null
idle() { [ "$(ctl -j ue show | jq '[.ues[] | select(.procedure != null)] | length')" = 0 ] && [ "$(stat mme_connections)" = 0 ]; }
kill -STOP "$CALLS" # or somebody is called at any time
check "no procedure and no connection is left" wait_for 30 idle
kill -CONT "$CALLS"
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
