#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/net/datapath.sh on Debian's stock kernel 6.1, for what this kind of kernel can and others
# perhaps not: libxdp's dispatcher beside another program, and VLAN devices.
. "$(dirname "$0")/lib.sh"
in_vm "8021q bridge" env LIBXDP=1 MIN=1 SCENARIOS="vlan libxdp" tests/net/datapath.sh
