#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's stock kernel 6.1 in a virtual machine: its verifier takes the BPF object and the fixtures
# hold there, S1 runs over the kernel's SCTP, a device attaches and its packets flow through XDP.
# This script runs itself again inside; emulation is some 20 times slower, so waits are long.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export BUILD=${BUILD:-$top/build}
vmrun=${MCORE_SHARED:-$top/../shared}/tools/vmrun

if [ -z "${VMRUN_INSIDE:-}" ]; then
	[ "$(id -u)" = 0 ] || { echo "skip: attach: needs root"; exit 77; }
	[ -x "$vmrun" ] || { echo "skip: attach: no virtual machine: $vmrun is not there"; exit 77; }
	cd "$top" || exit 1
	exec "$vmrun" -m 3000 -t 500 -M tun -- env VMRUN_INSIDE=1 BUILD="$BUILD" bash "$here/attach.sh"
fi

LAB_BUILD=$BUILD
cd "$top/tests/net" || exit 1
set -- # lib.sh names the test by $0
. "$top/tests/net/lib.sh"
fixtures() { "$BUILD/tests/bpf/fixtures" "$BUILD/mcore.bpf.o"; }
attached() { registered 1; }
dumped() { bpftool -j map dump pinned "$LAB_PIN/v1/sessions" | jq -e '.[].formatted.value | select(.imsi == "001010000000001")'; }

mkdir -p "$LAB_DIR"
echo "# kernel $(uname -r)"
check "the BPF fixtures hold on this kernel" fixtures
lab_up
lab_config 's|ipv4: 10.45.0.0/16|ipv4: 10.45.0.0/24|; s|ipv4: 10.46.0.0/16|ipv4: 10.46.0.0/24|'
lab_start || exit 1
check "XDP is attached natively" grep -q 'attached="native on s1u, native on sgi"' "$LAB_DIR/mcored.log"
check "S1 is over the kernel's SCTP" grep -q 'mme.start.*sctp=kernel' "$LAB_DIR/mcored.log"
check "a SIM is added" add_sims 1
ransim_run --ue "imsi=$(imsi 1),k=$KEY,opc=$OPC,apn=iot,tun=ue%d,netns=$LAB-ue1"
check "the device attaches" wait_for 60 attached
check "ransim's SCTP is the kernel's too" wait_for 10 grep -q 'transport=kernel' "$LAB_DIR/ransim.log"
check "it pings the Internet host" ue 1 ping -c 3 -W 10 198.51.100.2
check "and the gateway address" ue 1 ping -c 2 -W 10 10.46.0.1
check "bpftool shows its session" dumped
ran detach 1
check "it detaches" wait_for 30 registered 0
finish
