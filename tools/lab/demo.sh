#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job, end to end, in network namespaces: devices attach and their packets flow through XDP.
# KEEP=1 leaves the lab up and says how to play with it; `demo.sh down` ends it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
LAB=mcore-demo
. tools/lab/lab.sh

[ "$(id -u)" = 0 ] || { echo "demo: namespaces and XDP need root: sudo make demo" >&2; exit 1; }
if [ "${1:-}" = down ]; then lab_down; echo "The lab is gone."; exit 0; fi

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
show() { printf '\033[2m$ %s\033[0m\n' "$*"; }
die() {
	echo "demo: $*" >&2
	[ -f "$LAB_DIR/ransim.log" ] && { echo "--- ransim.log" >&2; tail -n 15 "$LAB_DIR/ransim.log" >&2; }
	[ -f "$LAB_DIR/mcored.log" ] && { echo "--- mcored.log" >&2; tail -n 15 "$LAB_DIR/mcored.log" >&2; }
	exit 1
}
finish() {
	local status=$?
	trap - EXIT INT TERM
	if [ "${KEEP:-0}" = 1 ] && [ $status = 0 ]; then
		disown -a
		cat <<-EOF

		The lab stays up:
		  build/mcorectl -s $LAB_SOCKET session show
		  build/mcorectl -s $LAB_SOCKET trace            # in another terminal, then:
		  echo 'detach 2' > $LAB_DIR/ransim.fifo; echo 'attach 2' > $LAB_DIR/ransim.fifo
		  nsenter --net=/run/netns/$LAB-ue1 ping 198.51.100.2
		  cat $LAB_PIN/subscribers
		  build/mcorectl -s $LAB_SOCKET why $imsi1
		  bpftool map dump pinned $LAB_PIN/v*/hops
		  tools/lab/demo.sh down                         # ends it
		EOF
		exit 0
	fi
	ip netns del "$LAB-ue1" 2>/dev/null
	ip netns del "$LAB-ue2" 2>/dev/null
	lab_down
	exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

key=465b5ce8b199b49faa5f0a2ee238a6bc opc=cd63cb71954a9f4e48a5994e37a02baf
imsi1=001010000000001 imsi2=001010000000002

step "Namespaces: radio site, core, Internet"
lab_up
# CIPHERING=EEA0 makes a capture whose NAS messages can be read.
if [ -n "${CIPHERING:-}" ]; then
	lab_config "s/^  network_name:.*/&\n  security: {ciphering: [$CIPHERING]}/"
else
	lab_config
fi
in_ns inet iperf3 -s -D --pidfile "$LAB_DIR/iperf3.pid" >/dev/null || die "iperf3 -s"

step "mcored: MME, HSS, SGW and PGW in one process"
"$LAB_BUILD/mcored" -c "$LAB_DIR/mcored.yaml" --check || die "configuration"
if [ -n "${CAPTURE:-}" ]; then
	spawn core tcpdump -i s1u -w "$CAPTURE" -U -s 400 2>/dev/null
	sleep 1
fi
lab_start || exit 1
grep -E 'datapath.start|mme.start' "$LAB_DIR/mcored.log"

step "SIMs"
show mcorectl sim add $imsi1 k … opc …
ctl sim add $imsi1 k $key opc $opc || die "sim add"
ctl sim add $imsi2 k $key opc $opc || die "sim add"
ctl sim show

step "ransim: an eNodeB and two devices attach"
mkfifo "$LAB_DIR/ransim.fifo"
spawn ran "$LAB_BUILD/ransim" run --mme 10.10.0.1 --enb 10.10.0.2 --plmn 00101 --tac 1 \
	--ue imsi=$imsi1,k=$key,opc=$opc,apn=iot,tun=ue%d,netns="$LAB-ue1" \
	--ue imsi=$imsi2,k=$key,opc=$opc,apn=internet,tun=ue%d,netns="$LAB-ue2" \
	--control "$LAB_DIR/ransim.fifo" >"$LAB_DIR/ransim.log" 2>&1
both_attached() { [ "$(ctl -j ue show | jq '[.ues[]? | select(.emm == "registered")] | length')" = 2 ]; }
wait_for 20 both_attached || die "the devices did not attach"
cat "$LAB_DIR/ransim.log"

step "Packets: device 1 straight from XDP to the Internet host, device 2 masqueraded by the stack"
ue() { nsenter --net="/run/netns/$LAB-ue$1" -- "${@:2}"; }
sleep 1
show "ping 198.51.100.2            (device 1)"
ue 1 ping -c 5 -i 0.2 -W 2 198.51.100.2 | tail -n 3 || die "device 1 cannot ping"
show "ping 198.51.100.2            (device 2)"
ue 2 ping -c 5 -i 0.2 -W 2 198.51.100.2 | tail -n 3 || die "device 2 cannot ping"
show "ping 10.46.0.1               (device 1, the core's own address in the pool)"
ue 1 ping -c 3 -i 0.2 -W 2 10.46.0.1 | tail -n 2 || die "the gateway address does not answer"
show "ping 2001:db8:ff::2          (device 1, IPv6 by Router Advertisement)"
wait_for 5 ue 1 ping -6 -c 1 -W 1 2001:db8:ff::2
ue 1 ping -6 -c 3 -i 0.2 -W 2 2001:db8:ff::2 | tail -n 2 || die "device 1 cannot ping by IPv6"
for dir in "" -R; do
	way=up
	[ -n "$dir" ] && way=down
	show "iperf3 -c 198.51.100.2 $dir   (device 1, TCP $way)"
	ue 1 iperf3 -c 198.51.100.2 -t 3 $dir -J >"$LAB_DIR/iperf.json" || die "iperf3 failed"
	jq -r '.end.sum_received.bits_per_second / 1e6 | "throughput: \(. | round) Mbit/s"' "$LAB_DIR/iperf.json"
done

step "What an administrator sees"
show mcorectl session show
ctl session show || die "session show"
show mcorectl session show $imsi1
ctl session show $imsi1
show cat $LAB_PIN/subscribers
cat $LAB_PIN/subscribers
# One entry by its slot: a dump of all slots, as many as the pools have addresses, takes its time.
slot=$(ctl -j session show $imsi1 | jq '[.. | .slot? // empty][0]')
key="$((slot & 255)) $((slot >> 8 & 255)) $((slot >> 16 & 255)) $((slot >> 24 & 255))"
show "bpftool map lookup pinned $LAB_PIN/v*/sessions key $key      (slot $slot, what the kernel acts on)"
# shellcheck disable=SC2086
bpftool -j map lookup pinned "$LAB_PIN"/v*/sessions key $key | jq '.formatted.value |
	{imsi, apn, ebi, gate_up, gate_down, policy, bits_per_second_up, bits_per_second_down,
	 quota, quota_left, up, down, dropped}' || die "bpftool"
show "mcorectl stats                                     (what became of packets)"
ctl stats | grep datapath_packets

step "Done: attach, mutual authentication, NAS security, bearer, XDP both ways"
