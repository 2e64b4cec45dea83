#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A change of policy for COUNT (100,000) attached devices: a file that gives all of them other rules,
# rates and a quota, one more, the way back, and an exception for each by one command. Each is to take
# less than a second, while numbered packets go both ways through XDP of which none is to be lost. How
# long mcored answers nobody meanwhile is the longest of requests that are made all the time. RATE:
# attaches a second.
. "$(dirname "$0")/../net/lib.sh"
SEED=00112233445566778899aabbccddeeff COUNT=${COUNT:-100000} RATE=${RATE:-1500} PPS=${PPS:-1000}
FIRST=001010000100000 LAST=$(printf '00101%010d' $((100000 + COUNT - 1)))
numbered=$LAB_BUILD/tests/net/numbered
[ -x "$numbered" ] || skip "$numbered is not built"
now_ms() { date +%s%3N; }

lab_up
lab_config 's/level: info/level: warn/' 's|ipv4: 10\.46\.0\.0/16|ipv4: 10.48.0.0/12|' \
	's|ipv6: 2001:db8:46::/48|ipv6: 2001:db8::/44|'
ip -n "$LAB-inet" route add 10.48.0.0/12 via 198.51.100.1
lab_start || exit 1
"$LAB_BUILD/ransim" keys --imsi $FIRST --count "$COUNT" --key-seed $SEED >"$LAB_DIR/sims.csv"
check "imports $COUNT SIMs" ctl sim import "$LAB_DIR/sims.csv"
add_sims 1 >/dev/null
load() {
	in_ns ran timeout 1000 "$LAB_BUILD/ransim" load --mme 10.10.0.1 --enb 10.10.0.3 --enb-id 100 --enbs 16 \
		--ue "$COUNT" --imsi $FIRST --key-seed $SEED --rate "$RATE" --apn iot --keep -j \
		>"$LAB_DIR/load.json" 2>"$LAB_DIR/load.err"
}
check "they attach and stay" load
check "none failed" test "$(tail -n 1 "$LAB_DIR/load.json" | jq .failed)" = 0
# shellcheck disable=SC2046
ransim_run $(device 1 iot)
check "one more attaches" wait_for 20 ue_is 1 emm registered
check "packets flow" wait_for 5 ping_ue 1 198.51.100.2 0.1 1
IP=$(session 1 ue4) SESSIONS=$(in_use)
# Those that were about to attach when the load ended are not there.
check "they have their sessions" test "$SESSIONS" -gt $((COUNT - COUNT / 50))

receive() { nsenter --net="/run/netns/$LAB-$1" -- "$numbered" receive "$2" >"$LAB_DIR/$3.got" & lab_pids+=("$!"); }
send() { nsenter --net="/run/netns/$LAB-$1" -- "$numbered" send "$2" "$3" "$PPS" >"$LAB_DIR/$4.sent" & lab_pids+=("$!"); }
receive inet 7000 up
got=("${lab_pids[-1]}")
receive ue1 7001 down
got+=("${lab_pids[-1]}")
wait_for 5 grep -q ready "$LAB_DIR/up.got" && wait_for 5 grep -q ready "$LAB_DIR/down.got"
send ue1 198.51.100.2 7000 up
sent=("${lab_pids[-1]}")
send inet "$IP" 7001 down
sent+=("${lab_pids[-1]}")
# Requests all the time: the longest wait is how long the loop was busy with one thing.
probe() {
	local begun took longest=0
	while [ ! -e "$LAB_DIR/probe.stop" ]; do
		begun=$(now_ms)
		ctl version >/dev/null
		took=$(($(now_ms) - begun))
		[ $took -gt $longest ] && longest=$took
		echo $longest >"$LAB_DIR/probe"
	done
}

file() { # PROFILE RATE RULES [QUOTA]
	cat >"$LAB_DIR/policy.yaml" <<-END
		profiles:
		  - {name: $1, rate: {up: $2, down: $2}, rules: [$3]${4-}}
		apns:
		  - {name: iot, profile: $1}
	END
}
# change "WHAT" COMMAND...: all of them have it when it has answered, within a second.
change() {
	local what=$1 begun took
	shift
	rm -f "$LAB_DIR/probe.stop"
	probe &
	local prober=$!
	lab_pids+=("$prober")
	begun=$(now_ms)
	check "$what" "$@"
	took=$(($(now_ms) - begun))
	touch "$LAB_DIR/probe.stop"
	wait "$prober"
	echo "# $what: $took ms, the longest wait of another request $(cat "$LAB_DIR/probe") ms"
	check "it took less than a second" test $took -lt 1000
}
held() { [ "$(ctl -j policy show | jq --arg p "$1" '.profiles[] | select(.name == $p) | .sessions')" = "$SESSIONS" ]; }

file meter 20mbit "deny up 10.0.0.0/8, deny tcp port 22"
change "a profile for all" ctl policy apply "$LAB_DIR/policy.yaml"
check "holds for all" held meter
file camera 30mbit "deny udp port 53" ", quota: {bytes: 1gb, counts: total, period: day, then: block}"
change "another with a quota" ctl policy apply "$LAB_DIR/policy.yaml"
check "holds for all" held camera
change "the way back" ctl policy rollback
check "holds for all" held meter
change "an exception for each" ctl policy set "$FIRST-$LAST" rate 5mbit/5mbit
check "is each one's own" is 5000000 bash -c "$LAB_BUILD/mcorectl -s $LAB_SOCKET -j session show $FIRST | jq '.rate_up // .sessions[0].rate_up'"
kill "${sent[@]}"
wait "${sent[@]}" 2>/dev/null
whole() { # up|down
	local n
	n=$(grep -oE 'sent=[0-9]+' "$LAB_DIR/$1.sent" | cut -d= -f2)
	wait_for 5 test -s "$LAB_DIR/$1.got"
	grep -E "^received=$n .* late=0 twice=0 " "$LAB_DIR/$1.got"
}
sleep 0.5
kill "${got[@]}"
wait "${got[@]}" 2>/dev/null
check "no packet up is lost or overtaken meanwhile" whole up
check "no packet down is lost or overtaken meanwhile" whole down
finish
