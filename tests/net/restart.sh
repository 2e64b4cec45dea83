#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The daemon is killed, stopped and started while packets flow: none is lost, sessions and devices are
# found again. A new configuration is taken while running, a wrong one refused by line and key.
. "$(dirname "$0")/lib.sh"

lab_up
lab_config
check "mcored starts" lab_start
add_sims 3 >/dev/null
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet) $(device 3 iot)
check "three devices attach" wait_for 10 registered 3
check "packets flow, direct" wait_for 4 ping_ue 1 198.51.100.2 0.1 1
check "packets flow, masqueraded" wait_for 4 ping_ue 2 198.51.100.2 0.1 1

facts() { # what must be the same after a restart
	ctl -j session show | jq -cS '[.sessions[] | {imsi, apn, ue4, ue6, teid, slot}] | sort_by(.imsi)'
	ctl -j ue show | jq -cS '[.ues[] | {imsi, guti, emm, bearers}] | sort_by(.imsi)'
	in_use
}
# steady UE: a ping ten times a second until `lossless UE`.
steady() {
	nsenter --net="/run/netns/$LAB-ue$1" -- ping -n -q -i 0.1 -W 2 198.51.100.2 >"$LAB_DIR/ping$1" 2>&1 &
	lab_pids+=($!)
	steady_pid[$1]=$!
}
steady_pid=()
lossless() { # UE LEAST
	kill -INT "${steady_pid[$1]}"
	wait "${steady_pid[$1]}" 2>/dev/null
	cat "$LAB_DIR/ping$1"
	grep -q ' 0% packet loss' "$LAB_DIR/ping$1" &&
		[ "$(grep -oE '^[0-9]+ packets' "$LAB_DIR/ping$1" | cut -d' ' -f1)" -ge "$2" ]
}

before=$(facts)
steady 1
steady 2
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
sleep 1.5
check "without mcored packets go on" ping_ue 3 198.51.100.2
check "and a person still reads the counters" grep -q connected "$LAB_PIN/subscribers"
mark
check "started after kill -9" lab_start
check "it adopts its sessions" logged 'datapath.start .*adopted_sessions=3'
check "and its devices" logged 'mme.restored .*devices=3'
same() { [ "$(facts)" = "$before" ] || { echo "$before"; facts; return 1; }; }
check "the same sessions, devices and addresses" same
sleep 0.5
check "no packet of device 1 is lost" lossless 1 20
check "no packet of device 2 is lost" lossless 2 20
check "packets of all flow" ping_ue 3 198.51.100.2
check "devices are registered" registered 3

# What the devices can do with what was restored, once the eNodeB has noticed.
mark
ran release 1
check "the eNodeB, answered with an ABORT, connects again" saw 'event=s1.setup ' 4
# What the device has to send asks for it as well, perhaps before this does.
served() {
	ran service 1
	saw 'ue=1 .*event=service ' 1
}
check "a service request is taken" wait_for 4 served
check "its packets flow" wait_for 3 ping_ue 1 198.51.100.2
auths=$(stat mme_auth_total)
ran attach 2 again
check "an attach by GUTI is taken" saw 'ue=2 .*event=attached' 4
check "without authentication" is "$auths" stat mme_auth_total
check "its packets flow" wait_for 3 ping_ue 2 198.51.100.2
ran detach 3
check "a detach is taken" wait_for 4 is "" ue_field 3 emm
check "its session is gone" is "" session 3 ue4
mark
ran attach 3
check "a new device gets a session" saw 'ue=3 .*event=attached' 4
check "its packets flow" wait_for 3 ping_ue 3 198.51.100.2

# Stopped by a signal.
before=$(facts)
mark
kill "$LAB_MCORED"
wait "$LAB_MCORED"
check "a stop in order is a success" test $? = 0
check "and says so" logged 'stop signal'
check "packets go on" ping_ue 3 198.51.100.2
check "eNodeBs are told nothing" is 0 sh -c "tail -n +$((SEEN + 1)) '$LAB_DIR/ransim.log' | grep -c event=sctp.down"
check "sessions stay programmed" is 3 grep -c connected "$LAB_PIN/subscribers"
mark
check "started again" lab_start
check "it adopts its sessions again" logged 'datapath.start .*adopted_sessions=3'
check "again the same sessions, devices and addresses" same
ran release 1
check "the eNodeB connects" saw 'event=s1.setup ' 8
check "packets of device 1 flow" wait_for 4 ping_ue 1 198.51.100.2 0.2 2
check "packets of device 2 flow" wait_for 4 ping_ue 2 198.51.100.2 0.2 2

# Stopped by hand.
mark
kill -INT "$LAB_MCORED"
wait "$LAB_MCORED"
check "SIGINT is a success too" test $? = 0
check "and eNodeBs are told" saw 'event=sctp.down why="shutdown by the peer"'
check "started again" lab_start
check "the eNodeB connects" saw 'event=s1.setup ' 8
check "packets of device 1 flow" wait_for 4 ping_ue 1 198.51.100.2 0.2 2

# What eNodeBs were told: a warning and an overload by hand go on, and can be ended.
warned() { ctl -j warning show | jq -r '.warnings[0] | "\(.state) \(.broadcasting)"'; }
overload() { ctl -j mme overload | jq -r .active; }
mark
check "a warning is sent" ctl warning send 4370 0x4010 text flood period 60 broadcasts 50
check "and broadcast" wait_for 3 is "on 1" warned
check "an overload begins" ctl mme overload start reject-delay-tolerant 50
check "which is told" saw 'event=overload.start .*reduction=50'
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
mark
check "started after kill -9" lab_start
check "the overload goes on" is "by operator" overload
ran release 1
check "the eNodeB, which sets up S1 again, is told" saw 'event=overload.start .*reduction=50' 8
check "the warning is on" wait_for 5 is "on 1" warned
mark
check "a kill" ctl warning kill 4370 0x4010
check "ends it" saw 'event=kill id=4370 serial=4010 all=no'
check "the overload is ended" ctl mme overload stop
check "which is told, too" saw 'event=overload.stop'

# Many restarts with nothing for the device to hear: its downlink COUNT must not run away from it.
for _ in 1 2 3; do
	kill -9 "$LAB_MCORED"
	wait "$LAB_MCORED" 2>/dev/null
	lab_start
	mark
	ran release 1
	saw 'event=s1.setup ' 4 >/dev/null
	ran service 1
	wait_for 3 ue_is 1 ecm connected
done
check "what was ended is not on again" is "killed 0 no" eval 'echo "$(warned) $(overload)"'
auths=$(stat mme_auth_total)
mark
ran attach 1 again
check "after three more restarts an attach by GUTI is taken" saw 'ue=1 .*event=attached' 4
check "still without authentication" is "$auths" stat mme_auth_total
check "and its packets flow" wait_for 3 ping_ue 1 198.51.100.2

# A new configuration.
change() { sed -i "$@" "$LAB_DIR/mcored.yaml"; }
mark
change -e 's/level: info/level: debug/' -e 's/full: mcore/full: Renamed/' -e 's/    group: 1/&/' \
	-e 's/mtu: 1400/mtu: 1380/'
kill -HUP "$LAB_MCORED"
check "SIGHUP: a new configuration is read" logged 'reload file='
check "what changed is named" logged 'config.changed key=mme.network_name.full'
ran attach 1 again
check "the new name is told" saw 'ue=1 .*emm.information full-name="Renamed"' 4
check "the new MTU too" saw 'ue=1 .*event=attached .*mtu=1380' 4
check "the new log level holds" logged ' debug procedure imsi='
mark
change 's/\(gummei: .*code:\) 1/\1 2/'
kill -HUP "$LAB_MCORED"
check "what needs a restart is named" logged 'warn  config.restart key=mme.gummei.code'
mark
change -e 's/level: debug/level: loud/' -e 's/ mtu: 1380/ mtu: many/'
line=$(grep -n 'level: loud' "$LAB_DIR/mcored.yaml" | cut -d: -f1)
kill -HUP "$LAB_MCORED"
check "a wrong one is refused" logged 'error reload .*kept the old configuration'
check "with line and key" logged "mcored.yaml:$line:[0-9]+: log.level"
check "and the next mistake too" logged 'mcored.yaml:[0-9:]+ pgw.apns\[1\].mtu: .many. is not a number'
refused() {
	"$LAB_BUILD/mcored" -c "$LAB_DIR/mcored.yaml" --check
	[ $? = 2 ]
}
check "--check says so with exit code 2" refused
mark
ran attach 1 again
check "the old one holds" saw 'ue=1 .*event=attached .*mtu=1380' 4
check "its packets flow" wait_for 3 ping_ue 1 198.51.100.2
change -e 's/level: loud/level: info/' -e 's/ mtu: many/ mtu: 1400/' -e 's/\(gummei: .*code:\) 2/\1 1/'
check "--check finds it good when mended" "$LAB_BUILD/mcored" -c "$LAB_DIR/mcored.yaml" --check

# All is removed at last.
ran quit
check "devices leave" all_gone 6
lab_stop
check "mcored --clean removes what is pinned" in_ns core "$LAB_BUILD/mcored" -c "$LAB_DIR/mcored.yaml" --clean
check "nothing is on bpffs" test -z "$(ls -d "$LAB_PIN"/v* 2>/dev/null)"
no_programs() { ! ip -n "$LAB-core" -d link show | grep -E 'xdp|mcore0'; }
check "no program is on an interface" no_programs
unset LAB_MCORED
finish
