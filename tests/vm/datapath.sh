#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/net/datapath.sh on Debian's stock kernel 6.1 in a virtual machine, for what this kind of kernel
# can and others perhaps not: libxdp's dispatcher beside another program, and VLAN devices.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
export BUILD=${BUILD:-$top/build}
vmrun=${MCORE_SHARED:-$top/../shared}/tools/vmrun
[ "$(id -u)" = 0 ] || { echo "skip: datapath: needs root"; exit 77; }
[ -x "$vmrun" ] || { echo "skip: datapath: no virtual machine: $vmrun is not there"; exit 77; }
cd "$top" || exit 1
exec "$vmrun" -m 3000 -t 600 -M "8021q bridge tun" -- \
	env BUILD="$BUILD" LIBXDP=1 MIN=1 SCENARIOS="vlan libxdp" tests/net/datapath.sh
