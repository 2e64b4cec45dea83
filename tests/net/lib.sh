# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For end-to-end tests, to be sourced: a lab of one's own name, TAP-like lines, teardown however the
# test ends. A test calls `check "behaviour" COMMAND...` for each thing that must hold and ends with
# `finish`. LOGS=FOLDER keeps the lab's logs and captures there.
set -uo pipefail
NAME=$(basename "$0" .sh)
LAB=t-${NAME//_/-}
LAB=${LAB:0:9}-$((RANDOM % 1000))
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB_TOP=$TOP
. "$TOP/tools/lab/lab.sh"
passed=0 failed=0 skipped=0
KEY=465b5ce8b199b49faa5f0a2ee238a6bc OPC=cd63cb71954a9f4e48a5994e37a02baf

skip() { trap - EXIT; echo "skip: $NAME: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
for tool in "$LAB_BUILD/mcored" "$LAB_BUILD/mcorectl" "$LAB_BUILD/ransim"; do
	[ -x "$tool" ] || skip "$tool is not built"
done

check() {
	local what=$1
	shift
	if "$@" >"$LAB_DIR/check.log" 2>&1; then
		echo "ok - $NAME: $what"
		passed=$((passed + 1))
	else
		echo "not ok - $NAME: $what"
		sed 's/^/#   /' "$LAB_DIR/check.log" | tail -n 15
		failed=$((failed + 1))
	fi
}

# skip_one WHAT WHY
skip_one() {
	echo "ok - $NAME: $1 # SKIP $2"
	skipped=$((skipped + 1))
}

finish() {
	[ -z "${LAB_MCORED-}" ] || check "mcored is well in the end" ctl version
	trap - EXIT INT TERM
	if [ "$failed" != 0 ]; then
		[ -f "$LAB_DIR/mcored.log" ] && tail -n 25 "$LAB_DIR/mcored.log" | sed 's/^/# mcored: /'
		[ -f "$LAB_DIR/ransim.log" ] && tail -n 15 "$LAB_DIR/ransim.log" | sed 's/^/# ransim: /'
	fi
	local ns
	[ -z "${LOGS-}" ] || cp "$LAB_DIR"/*.log "$LAB_DIR"/*.pcap "$LOGS" 2>/dev/null
	lab_end
	for ns in /run/netns/"$LAB"-ue[0-9]*; do
		[ -e "$ns" ] && ip netns del "${ns##*/}"
	done
	lab_down
	echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
	[ "$failed" = 0 ]
	exit $?
}
trap 'failed=$((failed + 1)); echo "not ok - $NAME: ended early"; finish' EXIT
trap 'exit 130' INT TERM

imsi() { printf '0010100000%05d' "$1"; }
add_sims() { # COUNT [ARGS]
	local i
	for ((i = 1; i <= $1; i++)); do ctl sim add "$(imsi $i)" k $KEY opc $OPC "${@:2}" || return 1; done
}
# device N APN [KEY=VALUE,...]: ransim's arguments for the Nth device, with a tun in a namespace of its own.
device() {
	echo "--ue imsi=$(imsi "$1"),k=$KEY,opc=$OPC${2:+,apn=$2},tun=ue%d,netns=$LAB-ue%d${3:+,$3}"
}
# ransim_run ARGS: in the background, its events in $LAB_DIR/ransim.log, commands by `ran`.
# ENB=10.10.0.2 and TAC=1 may be set otherwise.
ransim_run() {
	[ -p "$LAB_DIR/ransim.fifo" ] || mkfifo "$LAB_DIR/ransim.fifo"
	spawn ran "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb "${ENB:-10.10.0.2}" --plmn 00101 \
		--tac "${TAC:-1}" --control "$LAB_DIR/ransim.fifo" "$@" >>"$LAB_DIR/ransim.log" 2>&1
	RANSIM=$SPAWNED
}
# Opened for reading too: it does not hang where ransim is gone.
ran() { echo "$*" 1<>"$LAB_DIR/ransim.fifo"; }
# ran_over COMMAND: the same, and ransim has carried it out.
ran_over() {
	local from
	from=$(wc -l <"$LAB_DIR/ransim.log")
	ran "$*; show 1"
	wait_for 5 in_log ransim "$from" 'ue=1 .*event=show '
}
# scene COMMANDS ARGS: ransim in the foreground; fails if what they expect does not come.
scene() {
	local commands=$1
	shift
	in_ns ran timeout -k 1 "${LIMIT:-20}" "$LAB_BUILD/ransim" run --mme 10.10.0.1 \
		--enb "${ENB:-10.10.0.2}" --plmn 00101 --tac "${TAC:-1}" -e "$commands" "$@" </dev/null
}
ue() { nsenter --net="/run/netns/$LAB-ue$1" -- "${@:2}"; }
ping_ue() { ue "$1" ping -n -q -c "${4:-3}" -i "${3:-0.1}" -W 2 "$2"; } # UE ADDRESS [INTERVAL [COUNT]]
# tcp NAMESPACE ADDRESS MBIT [ARGS]: iperf3 from there reaches at least so much.
tcp() {
	local ns=$1 to=$2 least=$3 mbit
	shift 3
	mbit=$(nsenter --net="/run/netns/$LAB-$ns" -- timeout 15 iperf3 -J -c "$to" -t 1 "$@" |
		jq '.end.sum_received.bits_per_second / 1e6 | floor')
	echo "$mbit Mbit/s, at least $least wanted"
	[ "${mbit:-0}" -ge "$least" ]
}

# mark: `saw` and `logged` look at what comes after.
mark() {
	SEEN=$(wc -l <"$LAB_DIR/ransim.log" 2>/dev/null || echo 0)
	LOGGED=$(wc -l <"$LAB_DIR/mcored.log" 2>/dev/null || echo 0)
}
SEEN=0 LOGGED=0
# saw REGEX [SECONDS]: ransim says so. logged REGEX [SECONDS]: mcored's log does.
saw() { await ransim "$SEEN" "$@"; }
logged() { await mcored "$LOGGED" "$@"; }
await() {
	wait_for "${4:-5}" in_log "$1" "$2" "$3" && return 0
	echo "no \"$3\" in $1.log, but:"
	tail -n "+$(($2 + 1))" "$LAB_DIR/$1.log" | tail -n 12
	return 1
}
# Not by grep -q: it leaves at the first match, and under pipefail tail's end by SIGPIPE would count.
in_log() { tail -n "+$(($2 + 1))" "$LAB_DIR/$1.log" | grep -E -- "$3" >/dev/null; }

# is VALUE COMMAND...: the command prints it.
is() {
	local got
	got=$("${@:2}")
	[ "$got" = "$1" ] || { echo "\"$got\", not \"$1\""; return 1; }
}
registered() { [ "$(ctl -j ue show | jq '[.ues[]? | select(.emm == "registered")] | length')" = "$1" ]; }
stat() { ctl -j stats | jq --arg n "mcore_$1" '.[$n] // 0'; }
reason() { ctl -j stats | jq --arg n "$1" '.mcore_datapath_packets_total[$n]'; }
# session N FIELD, ue_is N FIELD VALUE: of the Nth SIM.
session() { ctl -j session show | jq -r --arg i "$(imsi "$1")" ".sessions[] | select(.imsi == \$i) | .$2"; }
ue_field() { ctl -j ue show | jq -r --arg i "$(imsi "$1")" ".ues[] | select(.imsi == \$i) | .$2"; }
ue_is() { [ "$(ue_field "$1" "$2")" = "$3" ]; }
in_use() { ctl -j pool show | jq '[.pools[].in_use] | add'; }
# Nothing is left of any device: no context, session or connection; KEPT addresses are static ones.
nothing_left() {
	local n
	n="$(ctl -j ue show | jq '.ues | length') $(ctl -j session show | jq '.sessions | length')"
	n+=" $(in_use) $(stat mme_connections)"
	[ "$n" = "0 0 ${KEPT:-0} 0" ] || { echo "devices, sessions, addresses, connections: $n"; return 1; }
}
all_gone() { wait_for "${1:-3}" nothing_left || nothing_left; }
# capture_begin FILE [FILTER [NAMESPACE INTERFACE]]: what passes there, into that file of the lab, from when
# this returns. Several may be under way. capture_end FILE: no more, and all of it is written. XDP takes
# packets before a capture on s1u sees them: of GTP-U it is ran's ran0 that sees all.
declare -A CAPTURE=()
capture_begin() {
	local said=$LAB_DIR/$1.log
	rm -f "$said"
	spawn "${3:-core}" tcpdump --immediate-mode -i "${4:-s1u}" -U -s 0 -w "$LAB_DIR/$1" "${2:-sctp}" 2>"$said"
	CAPTURE[$1]=$SPAWNED
	wait_for 5 grep -q listening "$said"
}
capture_end() {
	sleep 0.3
	kill "${CAPTURE[$1]}"
	wait "${CAPTURE[$1]}" 2>/dev/null
	[ -s "$LAB_DIR/$1" ]
}
# capture_clean FILE [LEAST [DECIPHER]]: it has so many S1AP messages, and Wireshark finds fault with none.
# DECIPHER=FALSE where ciphering is not EEA0.
capture_clean() {
	local bad n
	n=$(ts "$1" s1ap s1ap.procedureCode | tr , '\n' | wc -l)
	[ "$n" -ge "${2:-1}" ] || { echo "$n messages"; return 1; }
	# shellcheck disable=SC2086
	bad=$(tshark -r "$LAB_DIR/$1" -o nas-eps.null_decipher:"${3:-TRUE}" ${TS-} \
		-Y '_ws.malformed || _ws.expert.severity >= 0x600000' -T fields -e frame.number \
		-e _ws.expert.message 2>/dev/null)
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}
# s1ap_order FILE [FILTER]: its S1AP messages as CODE/KIND, KIND 0 initiating message, 1 successful
# outcome, 2 unsuccessful. Several may share a packet.
s1ap_order() {
	ts "$1" "${2:-s1ap}" s1ap.procedureCode s1ap.S1AP_PDU | awk -F'|' '{
		n = split($1, p, ","); split($2, k, ",")
		for (i = 1; i <= n; i++) printf "%s%s/%s", m++ ? " " : "", p[i], k[i] }'
}
# nas_order FILE FIELD [FILTER]: the message types in that field (nas_eps.nas_msg_emm_type, ..._esm_type).
nas_order() { ts "$1" "${3:-$2}" "$2" | tr '\n,' '  ' | sed 's/ $//'; }
# Scenes in one capture: `during NAME` begins one, `sent S1AP NAS [ENB]` ends it and notes what mcored shall have
# sent in it, `wire FILE` checks all of them when the capture has ended. S1AP: its messages as s1ap_order has them, but
# for S1 Setup, each eNodeB's for itself and apart by ";", or that address's alone; NAS: the types of the NAS
# messages in them, those of ESM with "+".
SCENES=() SCENE_FROM=() SCENE_TO=() SCENE_SENT=() SCENE_ENB=()
during() {
	scene=$1
	mark
	began=$(date +%s.%N)
}
sent() {
	SCENES+=("$scene") SCENE_FROM+=("$began") SCENE_TO+=("$(date +%s.%N)") SCENE_SENT+=("$1 | $2") SCENE_ENB+=("${3-}")
}
wire() {
	local i
	ts "$1" 's1ap && ip.src == 10.10.0.1' frame.time_epoch ip.dst s1ap.procedureCode s1ap.S1AP_PDU \
		nas_eps.nas_msg_emm_type nas_eps.nas_msg_esm_type >"$LAB_DIR/wire"
	for i in "${!SCENES[@]}"; do
		check "Wireshark: ${SCENES[i]}: what is sent" \
			is "${SCENE_SENT[i]}" sent_between "${SCENE_FROM[i]}" "${SCENE_TO[i]}" "${SCENE_ENB[i]}"
	done
}
sent_between() { # FROM TO [ENB]
	awk -F'|' -v from="$1" -v to="$2" -v only="${3-}" '
		function add(list, item) { return list (list == "" ? "" : " ") item }
		$1 < from || $1 > to || (only != "" && only != $2) { next }
		{ n = split($3, p, ","); split($4, k, ",")
		  for (i = 1; i <= n; i++) if (p[i] != 17) {
			if (!($2 in s1ap)) enb[++enbs] = $2
			s1ap[$2] = add(s1ap[$2], p[i] "/" k[i]) }
		  gsub("0x", "", $5); gsub(",", " ", $5); gsub("0x", "", $6); gsub(",", " +", $6)
		  if ($5) nas = add(nas, $5)
		  if ($6) nas = add(nas, "+" $6) }
		END { for (i = 2; i <= enbs; i++)
			for (j = i; j > 1 && enb[j] < enb[j - 1]; j--) { t = enb[j]; enb[j] = enb[j - 1]; enb[j - 1] = t }
		  for (i = 1; i <= enbs; i++) printf "%s%s", (i > 1 ? " ; " : ""), s1ap[enb[i]]
		  printf " | %s", nas }' "$LAB_DIR/wire"
}
# ts FILE FILTER FIELD...: of a capture in the lab, as Wireshark reads it, fields by "|". TS="-o ..."
# for other settings of it.
ts() {
	local file=$1 filter=$2 f args=()
	shift 2
	for f; do args+=(-e "$f"); done
	# shellcheck disable=SC2086
	tshark -r "$LAB_DIR/$file" -o nas-eps.null_decipher:TRUE ${TS-} -Y "$filter" -T fields -E separator='|' \
		"${args[@]}" 2>/dev/null
}
# Scenario by scenario what mcored said, by one capture that is read in the end:
#
#	begin                        a scenario begins
#	said "behaviour" MESSAGES    what mcored has sent since, when all of it is there
#	judge_said FILE              a check for each
#
# MESSAGES by the specification's names (said.awk), with "; " between; what is for another eNodeB than the first
# after " / N: ". What comes several times in a row counts once; MME Status Transfer, which answers another
# eNodeB, may come anywhere and does not count.
SAID=()
begin() {
	mark
	BEGUN=$EPOCHREALTIME
}
said() { SAID+=("$BEGUN|$EPOCHREALTIME|$1|$2"); }
judge_said() {
	local s from to what messages
	# shellcheck disable=SC2086
	tshark -r "$LAB_DIR/$1" -o nas-eps.null_decipher:TRUE ${TS-} -Y s1ap -T pdml 2>/dev/null |
		awk -f "$TOP/tests/net/said.awk" >"$LAB_DIR/said.log"
	for s in "${SAID[@]}"; do
		IFS='|' read -r from to what messages <<<"$s"
		check "$what" is "$messages" said_between "$from" "$to"
	done
}
said_between() {
	awk -F'|' -v from="$1" -v to="$2" '
		$1 >= from && $1 <= to && $2 == "10.10.0.1" && $4 != last[$3] && $4 != "MMEStatusTransfer" {
			told[$3] = told[$3] (told[$3] == "" ? "" : "; ") $4
			last[$3] = $4 }
		END { for (i = 2; i < 5; i++) if (("10.10.0." i) in told)
			printf "%s%s%s", (n++ ? " / " : ""), (i > 2 ? i - 1 ": " : ""), told["10.10.0." i] }' "$LAB_DIR/said.log"
}
