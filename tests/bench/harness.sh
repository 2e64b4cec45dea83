#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same measurements by another harness (xdpcost), if its sources are at hand in $MCORE_SHARED/bench: its
# driver, its floors, our object by the plug-in xc_mcore.c. SESSIONS="1 10000 100000 1000000"; INNER=64.
set -euo pipefail
TOP=$(cd "$(dirname "$0")/../.." && pwd)
B=${BUILD:-$TOP/build} H=${MCORE_SHARED:-$TOP/../shared}/bench
[ -f "$H/xdpcost.c" ] || { echo "skip: the other harness is not there: $H"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "skip: needs root"; exit 77; }
W=$B/tests/bench/harness NS=xdpcost-$$
mkdir -p "$W"
cp "$H"/*.c "$H"/*.h "$H"/Makefile "$H"/netns.sh "$W"
make -s -C "$W"
gcc -O2 -Wall -Wextra -shared -fPIC -I"$W" -I"$TOP/include" -I"$TOP/tests/bench" -o "$W/xc_mcore.so" "$TOP/tests/bench/xc_mcore.c"
cd "$W"
trap './netns.sh down "$NS"' EXIT
./netns.sh up "$NS"
xc() { nsenter --net="/run/netns/$NS" -- ./xdpcost -G u0 -N u1 -r "${ROUNDS:-7}" -l "${INNER:-64}" "$@"; }
for n in ${SESSIONS:-1 10000 100000 1000000}; do
	echo "## $n sessions: floors, then ours up and down"
	xc -f ./floors_fill.so -i u0 -s "$n" -p array,hash,one_ul,idx_ul floors.bpf.o 2>&1 | cut -c1-110 || true
	xc -f ./xc_mcore.so -i u0 -s "$n" -p mcore_access "$B/mcore.bpf.o" | cut -c1-160
	xc -f ./floors_fill.so -i u1 -s "$n" -d -p one_dl,idx_dl floors.bpf.o 2>&1 | cut -c1-110 || true
	xc -f ./xc_mcore.so -i u1 -s "$n" -d -p mcore_sgi "$B/mcore.bpf.o" | cut -c1-160
done
