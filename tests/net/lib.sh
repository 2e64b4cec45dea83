# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For end-to-end tests, to be sourced: a lab of one's own name, TAP-like lines, teardown however the
# test ends. A test calls `check "behaviour" COMMAND...` for each thing that must hold and ends with
# `finish`.
set -uo pipefail
NAME=$(basename "$0" .sh)
LAB=t-${NAME//_/-}
LAB=${LAB:0:9}-$((RANDOM % 1000))
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB_TOP=$TOP
. "$TOP/tools/lab/lab.sh"
passed=0 failed=0
KEY=465b5ce8b199b49faa5f0a2ee238a6bc OPC=cd63cb71954a9f4e48a5994e37a02baf

skip() { echo "skip: $NAME: $*"; exit 77; }
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

finish() {
	trap - EXIT INT TERM
	if [ "$failed" != 0 ]; then
		[ -f "$LAB_DIR/mcored.log" ] && tail -n 25 "$LAB_DIR/mcored.log" | sed 's/^/# mcored: /'
		[ -f "$LAB_DIR/ransim.log" ] && tail -n 15 "$LAB_DIR/ransim.log" | sed 's/^/# ransim: /'
	fi
	local ns
	for ns in 1 2 3 4; do ip netns del "$LAB-ue$ns" 2>/dev/null; done
	lab_down
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
	exit
}
trap 'failed=$((failed + 1)); echo "not ok - $NAME: ended early"; finish' EXIT
trap 'exit 130' INT TERM

imsi() { printf '0010100000%05d' "$1"; }
add_sims() { # COUNT [ARGS]
	local i
	for ((i = 1; i <= $1; i++)); do ctl sim add "$(imsi $i)" k $KEY opc $OPC "${@:2}" || return 1; done
}
# ransim_run ARGS: in the background, its events in $LAB_DIR/ransim.log, commands by `ran`.
ransim_run() {
	[ -p "$LAB_DIR/ransim.fifo" ] || mkfifo "$LAB_DIR/ransim.fifo"
	spawn ran "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb 10.10.0.2 --plmn 00101 --tac 1 \
		--control "$LAB_DIR/ransim.fifo" "$@" >"$LAB_DIR/ransim.log" 2>&1
	RANSIM=$SPAWNED
}
ran() { echo "$*" >"$LAB_DIR/ransim.fifo"; }
ue() { nsenter --net="/run/netns/$LAB-ue$1" -- "${@:2}"; }
registered() { [ "$(ctl -j ue show | jq '[.ues[]? | select(.emm == "registered")] | length')" = "$1" ]; }
stat() { ctl -j stats | jq --arg n "mcore_$1" '.[$n] // 0'; }
