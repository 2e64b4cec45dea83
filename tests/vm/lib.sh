# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests on another kernel, to be sourced: Debian's stock one in a virtual machine by vmrun, over
# this machine's own files. Emulation is some 20 times slower, so waits are long. What is written
# inside is lost; the lines printed are the result.
set -uo pipefail
NAME=$(basename "$0" .sh)
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BUILD=${BUILD:-$TOP/build}
VMRUN=${MCORE_SHARED:-$TOP/../shared}/tools/vmrun

inside() { [ -n "${VMRUN_INSIDE:-}" ]; }

vm_ready() {
	[ "$(id -u)" = 0 ] || { echo "skip: $NAME: needs root"; exit 77; }
	[ -x "$VMRUN" ] || { echo "skip: $NAME: no virtual machine: $VMRUN is not there"; exit 77; }
}

# in_vm MODULES COMMAND...: the command in the machine, which sees inside as true; its exit status is
# the command's. What it prints comes over a serial line, with that line's ends and the kernel's words.
in_vm() {
	local modules=$1
	shift
	vm_ready
	cd "$TOP" || exit 1
	"$VMRUN" -m 2048 -t 800 -M "tun $modules" -- env VMRUN_INSIDE=1 BUILD="$BUILD" LAB_BUILD="$BUILD" "$@" |
		sed -u -e 's/\r$//' -e '/reboot: Power down/d'
}

# The machine is up, and what the tests in namespaces use is there: a lab, check, ransim_run, ...
lab_inside() {
	. "$TOP/tests/net/lib.sh"
	mkdir -p "$LAB_DIR"
	echo "# kernel $(uname -r)"
}

# slow_config SED...: lab_config for a machine as slow as this one: few addresses, and associations are
# kept for as long as a start may take, which is minutes where libxdp has the kernel verify it all twice.
slow_config() {
	lab_config 's|\(ipv4: 10\.4[56]\.0\.0\)/16|\1/24|' 's|\(ipv6: 2001:db8:4[56]::\)/48|\1/56|' \
		's|^\( *\)keeper:.*|&\n\1keep: 300s|' "$@"
}
