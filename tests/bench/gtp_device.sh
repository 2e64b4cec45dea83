#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Linux's own gtp device and ours on one kernel, Debian's 6.1 in a virtual machine: packets a second on one
# CPU through both directions, and how many times as many ours forwards (BAR=3 wanted). The same generator
# sends the same frames to both, as fast as they come out: a run in which frames are lost tells nothing.
# SESSIONS="1 1000". Emulation is slow: read the ratio.
set -uo pipefail
TOP=$(cd "$(dirname "$0")/../.." && pwd)
B=${BUILD:-$TOP/build}
VMRUN=${MCORE_SHARED:-$TOP/../shared}/tools/vmrun
if [ -z "${VMRUN_INSIDE-}" ]; then
	[ -x "$VMRUN" ] || { echo "skip: no virtual machine: $VMRUN is not there"; exit 77; }
	[ "$(id -u)" = 0 ] || { echo "skip: needs root"; exit 77; }
	"$VMRUN" -m 2048 -c 1 -t 500 -M "gtp udp_tunnel" -- env VMRUN_INSIDE=1 BUILD="$B" BAR="${BAR:-3}" SESSIONS="${SESSIONS:-}" "$0"
	exit
fi
mount -t bpf bpf /sys/fs/bpf 2>/dev/null
echo "# Linux $(uname -r)"
status=0
for n in ${SESSIONS:-1 1000}; do
	"$B/tests/bench/bench" -s "$n" -l 64 -r 5 -n 32768 -g "$TOP/tests/bench/gtp_device.py gtp0 $n" "$B/mcore.bpf.o" | tee /tmp/gtp.out
	awk -v bar="${BAR:-3}" '/^(up|down)link/ { seen++; if ($NF < bar || $5 < 0.999 || $7 < 0.999) low = 1 }
		END { exit low || seen != 2 }' /tmp/gtp.out || status=1
done
[ $status = 0 ] && echo "ok - ours forwards at least ${BAR:-3} times as many" || echo "not ok - frames were lost, or less than ${BAR:-3} times as many"
exit $status
