#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/net/spread.sh on Debian's stock kernel 6.1.
. "$(dirname "$0")/lib.sh"
in_vm macvlan env SHORT=1 tests/net/spread.sh
