#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The installed unit under systemd itself, confined as it says, in a virtual machine with Debian's
# kernel: systemd runs there as the first process of a pid namespace with no other services.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
vmrun=${MCORE_SHARED:-$top/../shared}/tools/vmrun
work=/tmp/mcore-systemd # in the machine only: its files are an overlay
passed=0 failed=0

check() {
	local what=$1
	shift
	if "$@" >$work/check.log 2>&1; then
		echo "ok - systemd: $what"
		passed=$((passed + 1))
	else
		echo "not ok - systemd: $what"
		sed 's/^/#   /' $work/check.log | tail -n 12
		failed=$((failed + 1))
	fi
}

killed() {
	local i pid
	pid=$(systemctl show -P MainPID mcored)
	systemctl kill -s KILL mcored
	for ((i = 0; i < 60; i++)); do
		sleep 1
		[ "$(systemctl show -P MainPID mcored)" != "$pid" ] &&
			[ "$(systemctl is-active mcored)" = active ] && return 0
	done
	return 1
}

# What runs beside mcored.service.
checks() {
	local i config=/etc/mcore/mcored.yaml
	for ((i = 0; i < 60; i++)); do
		case "$(systemctl is-active mcored)" in active | failed) break ;; esac
		sleep 1
	done
	check "the unit starts" systemctl is-active mcored
	check "systemd finds no fault with it" systemd-analyze verify --man=no /usr/lib/systemd/system/mcored.service
	check "the keeper runs" systemctl is-active mcored-keeper
	check "the API answers" mcorectl sim add 001010000000001 k 465b5ce8b199b49faa5f0a2ee238a6bc \
		opc cd63cb71954a9f4e48a5994e37a02baf
	check "XDP is attached" grep -q 'attached="native on eth0, native on eth1"' $work/mcored.log
	check "the host's veth pair is there" ip link show mcore1
	check "packets are forwarded" grep -qx 1 /proc/sys/net/ipv4/ip_forward
	check "and masqueraded" grep -q masquerade <<<"$(nft list table inet mcore)"
	check "maps are pinned" bpftool map show pinned /sys/fs/bpf/mcore/v*/sessions
	ransim run --mme 10.10.0.1 --enb 10.10.0.2 --plmn 00101 --tac 1 \
		--ue imsi=001010000000001,k=465b5ce8b199b49faa5f0a2ee238a6bc,opc=cd63cb71954a9f4e48a5994e37a02baf \
		>$work/ransim.log 2>&1 </dev/null &
	for ((i = 0; i < 60; i++)); do
		grep -q event=attached $work/ransim.log && break
		sleep 0.5
	done
	check "a device attaches" grep event=attached $work/ransim.log
	check "it reloads" systemctl reload mcored
	check "it restarts" systemctl restart mcored
	check "and adopts the session" grep adopted_sessions=1 $work/mcored.log
	check "and the eNodeB's association" grep ' s1.back .*enb=' $work/mcored.log
	check "the device is connected as before" grep -q '"connected"' <<<"$(mcorectl -j ue show)"
	check "killed, it is started again" killed
	check "the device is connected still" eval '[ "$(mcorectl -j ue show | jq -r ".ues[0].ecm")" = connected ]'
	check "the eNodeB noticed nothing" eval '! grep event=sctp.down $work/ransim.log'
	check "and knows its SIM" mcorectl sim show 001010000000001
	kill %1 2>/dev/null
	cp $config $work/right.yaml
	sed -i s/9.9.9.9/9.9.9/ $config
	check "a wrong configuration fails a reload" eval '! systemctl reload mcored'
	check "and it runs on" systemctl is-active mcored
	check "a wrong configuration fails a start" eval '! systemctl restart mcored'
	sleep 3
	check "which is not tried again" test "$(systemctl is-active mcored)" = failed
	cp $work/right.yaml $config
	check "a right one starts" systemctl start mcored
	check "it stops" systemctl stop mcored
	check "with success" grep -qx success <<<"$(systemctl show -P Result mcored)"
	sed 's/^/# mcored: /' $work/mcored.log
	echo "$passed passed, $failed failed"
}

# In the machine: installs, makes two interfaces, and gives systemd these services alone.
inside() {
	local u etc=/etc/systemd/system
	mkdir -p $work $etc/mcored.service.d
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	make -s -C "$top" PREFIX=/usr install || exit 1
	ip link add eth0 type veth peer name eth0p
	ip link add eth1 type veth peer name eth1p
	for u in eth0 eth0p eth1 eth1p; do ip link set $u up; done
	ip addr add 10.10.0.1/24 dev eth0
	ip addr add 10.10.0.2/24 dev lo
	ip addr add 198.51.100.1/24 dev eth1
	printf '[Unit]\nDefaultDependencies=no\nWants=mcored.service check.service\n' >$etc/check.target
	printf '[Service]\nStandardOutput=append:%s\nStandardError=inherit\n' $work/mcored.log \
		>$etc/mcored.service.d/log.conf
	cat >$etc/check.service <<-EOF
		[Unit]
		DefaultDependencies=no
		[Service]
		Type=oneshot
		StandardOutput=file:$work/out
		StandardError=inherit
		ExecStart=$top/tests/vm/systemd.sh checks
		ExecStopPost=/bin/systemctl exit 0
	EOF
	for u in /lib/systemd/system/{sysinit,sockets,local-fs}.target.wants/*; do
		case $u in *.target) ;; *) ln -sf /dev/null "$etc/${u##*/}" ;; esac
	done
	timeout 300 unshare --fork --pid --mount --mount-proc \
		env -i container=mcore PATH="$PATH" /lib/systemd/systemd --system --unit=check.target \
		--log-target=console --log-level=warning --show-status=no </dev/null >$work/systemd.log 2>&1
	cat $work/out || cat $work/systemd.log
}

case ${1-} in
checks) checks; exit ;;
inside) inside; exit ;;
esac
skip() { echo "skip: systemd: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$vmrun" ] || skip "no virtual machine: $vmrun is not there"
[ -x /lib/systemd/systemd ] || skip "systemd is not installed"
"$vmrun" -t 400 -- "$top/tests/vm/systemd.sh" inside | sed -u -e 's/\r$//' -e '/reboot: Power down/d'
