#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# datapath.mode libxdp on Debian's stock kernel 6.1: mcored joins another's program on the access
# interface, both see the packets, through restarts too, and mcored takes only its own away. The other
# one is count.bpf.c, built here because the compiler is slow inside; then this script runs itself again.
. "$(dirname "$0")/lib.sh"
other=$BUILD/tests/vm/count.bpf.o
inside || {
	vm_ready
	mkdir -p "${other%/*}"
	clang -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c "$TOP/tests/vm/count.bpf.c" -o "$other" || exit 1
	in_vm "" "$0"
	exit
}

lab_inside
lab_up
slow_config 's|mode: auto|mode: libxdp|'
programs() { in_ns core "$BUILD/tests/net/dpctl" programs "$1" | tr '\n' ' '; }
counted() { bpftool -j map dump name counted | jq '.[0].formatted.value'; }
# counts LEAST COMMAND...: it succeeds, and the other's program counts at least so many packets meanwhile.
counts() {
	local before now
	before=$(counted)
	"${@:2}" || return 1
	now=$(counted)
	echo "counted $before, then $now"
	[ $((now - before)) -ge "$1" ]
}
from_ran() { in_ns ran ping -n -q -c 5 -i 0.3 -W 10 10.10.0.1; }
slow_ping() { ue 1 ping -n -q -c 5 -i 0.3 -W 10 "$1"; }

check "another's program comes first" in_ns core "$BUILD/tests/net/dpctl" beside s1u "$other"
check "and counts" counts 5 from_ran
lab_start || exit 1
check "mcored enters the dispatchers" logged 'attached="libxdp on s1u, libxdp on sgi"'
check "both are on the access interface" is "count mcore_access " programs s1u
check "one is on the other interface" is "mcore_sgi " programs sgi
check "a SIM is added" add_sims 1
# shellcheck disable=SC2046
ransim_run $(device 1 iot)
check "the device attaches" wait_for 60 registered 1
check "its packets flow" wait_for 20 slow_ping 198.51.100.2
check "both programs see them" counts 5 slow_ping 198.51.100.2
up=$(session 1 packets_up)
more_up() { slow_ping 198.51.100.2 && [ "$(session 1 packets_up)" -ge $((up + 5)) ]; }
check "ours counts them in the session" counts 5 more_up
check "the gateway's address answers through both" counts 5 slow_ping 10.46.0.1

# Killed, then started: its programs stay until the new ones are in.
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
check "without mcored both stay" is "count mcore_access " programs s1u
check "without mcored packets pass" counts 5 from_ran
mark
check "mcored starts after kill -9" lab_start
check "it adopts the session" logged 'datapath.start .*adopted_sessions=1'
check "in the dispatchers again" logged 'attached="libxdp on s1u, libxdp on sgi"'
check "both are there, each once" is "count mcore_access " programs s1u
check "and one on the other interface" is "mcore_sgi " programs sgi
check "the eNodeB's association comes back" logged 's1.back .*enb=' 60
check "the device is connected" ue_is 1 ecm connected
check "its packets flow through both" counts 5 slow_ping 198.51.100.2

# Stopped in order, then started.
lab_stop
check "stopped, both stay" is "count mcore_access " programs s1u
mark
check "mcored starts after a stop" lab_start
check "it adopts the session again" logged 'datapath.start .*adopted_sessions=1'
check "both are there once more" is "count mcore_access " programs s1u
check "the association comes back once more" logged 's1.back .*enb=' 60
ran quit
check "when the device is off, nothing is left" all_gone 60
lab_stop
check "mcored --clean takes its own away" in_ns core "$LAB_BUILD/mcored" -c "$LAB_DIR/mcored.yaml" --clean
check "and leaves the other" is "count " programs s1u
check "which counts on" counts 5 from_ran
check "nothing is on the other interface" is "" programs sgi
unset LAB_MCORED
finish
