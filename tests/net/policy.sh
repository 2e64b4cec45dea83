#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Policy from a file, and of single devices: what plan says, apply and rollback do, live under traffic;
# quotas to the octet, throttled, walled in; groups; quarantine; all of it after kill -9.
. "$(dirname "$0")/lib.sh"

FILE=$LAB_DIR/policy.yaml
write() { cat >"$FILE"; }
ctl_fails() { ! ctl "$@" >"$LAB_DIR/fails" 2>&1; }
said() { grep -F -- "$1" "$LAB_DIR/fails" || { cat "$LAB_DIR/fails"; return 1; }; }

lab_up
lab_config
check "mcored starts" lab_start
add_sims 4 >/dev/null
check "nor is there a file to show" ctl_fails policy file
check "which is told" said "no policy version 0: mcorectl policy versions lists what there is"
check "before any file there are no profiles" is 0 bash -c "$LAB_BUILD/mcorectl -s $LAB_DIR/mcored.sock -j policy show | jq '.profiles | length'"

# Mistakes are told by their place.
write <<'END'
profiles:
  - name: camera
    rate: {up: 2mbit, down: 10mbit}
    rules:
      - deny up 10.0.0.1/8
apns:
  - {name: iot, profile: sensor}
END
check "a mistake is refused" ctl_fails policy plan "$FILE"
check "and told by file, line and key" said "policy.yaml:5:9: profiles[0].rules[0]: "

write <<'END'
profiles:
  - name: camera
    rate: {up: 20mbit, down: 20mbit}
    group: 7
    rules:
      - deny up 198.51.100.2 tcp port 22
      - allow
    wall:
      - 198.51.100.1
  - name: capped
    quota: {bytes: 10500b, counts: up, period: none, then: block}
    wall: [198.51.100.1]
apns:
  - {name: iot, profile: camera}
END
check "plan says what is new" bash -c "$LAB_BUILD/mcorectl -s $LAB_DIR/mcored.sock policy plan $FILE | tee /dev/stderr | grep -qF '+ rule 1: deny up 198.51.100.2 tcp port 22'"
check "apply makes it version 1" is "version 1" ctl policy apply "$FILE" note "cameras"
check "and keeps who did it and what for" is "1 cameras" bash -c "$LAB_BUILD/mcorectl -s $LAB_DIR/mcored.sock -j policy versions | jq -r '.versions[0] | \"\\(.version) \\(.note)\"'"
check "plan of the same says so" is "nothing changes" ctl policy plan "$FILE"

# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 iot) $(device 3 internet) $(device 4 internet)
check "four devices attach" wait_for 10 registered 4
check "sessions have their APN's profile" is "camera null" bash -c "echo $(session 1 policy) $(session 3 policy)"
check "and its rates" is 20000000 session 1 rate_up
profiles_readable() {
	local dump
	dump=$(bpftool map dump pinned "$LAB_PIN"/v*/profiles)
	echo "$dump"
	grep -q 'deny up 198.51.100.2 tcp port 22;' <<<"$dump"
}
check "bpftool shows the rules" profiles_readable
check "packets flow" ping_ue 1 198.51.100.2

# Live: a stream of numbered packets while policy changes, each packet must arrive.
changes() {
	local i
	for i in 1 2 3 4 5; do
		sed "s/port 22/port $((22 + i))/" "$FILE" >"$FILE.new"
		ctl policy apply "$FILE.new" >/dev/null || return 1
		ctl policy set "$(imsi 2)" rate "${i}mbit/${i}mbit" >/dev/null || return 1
	done
}
ue 1 ping -n -q -i 0.01 -c 400 -W 2 198.51.100.2 >"$LAB_DIR/stream.log" 2>&1 &
STREAM=$!
check "policies change under a stream" changes
wait $STREAM
check "none of its 400 packets is lost" grep -q ' 0% packet loss' "$LAB_DIR/stream.log"
check "the last rates hold" is 5000000 session 2 rate_up
check "default takes them back" ctl policy set "$(imsi 2)" rate default
check "to the profile's" is 20000000 session 2 rate_up

# Rules.
in_ns inet timeout 60 python3 -m http.server 8022 --bind 198.51.100.2 >/dev/null 2>&1 &
connects() { ue 1 timeout 3 bash -c "exec 3<>/dev/tcp/198.51.100.2/8022"; }
check "TCP to a port goes" wait_for 5 connects
sed "s/port 22/port 8000-8100/" "$FILE" >"$FILE.new"
check "a rule against it is applied" ctl policy apply "$FILE.new"
blocked() { ! connects && [ "$(reason filtered)" -gt 0 ]; }
check "and holds at once, with a reason of its own" blocked
check "rollback goes to the version before" env SUDO_USER='a b&version=7' "$LAB_BUILD/mcorectl" -s "$LAB_SOCKET" policy rollback
author() { ctl -j policy versions | jq -r '.versions[0].author'; }
check "and keeps who did it, whatever the name" is 'a b&version=7' author
check "and holds at once" connects

# Groups: devices 1 and 2 are in one, 3 in none.
check "a device of the group is reached" ping_ue 1 "$(session 2 ue4)"
check "in one hop through the kernel" test "$(reason device_to_device)" -ge 6
check "one outside is not" bash -c "! nsenter --net=/run/netns/$LAB-ue1 -- ping -q -c 1 -W 1 $(session 3 ue4)"

# Quota: ten packets of 1000 octets fit into 10,500, the eleventh does not.
check "a device gets a profile of its own" ctl policy set "$(imsi 3)" profile capped
ue 3 ping -n -q -s 972 -c 14 -i 0.05 -W 1 198.51.100.2 >"$LAB_DIR/quota.log" 2>&1
check "the quota is cut at the octet" grep -q ' 10 received' "$LAB_DIR/quota.log"
check "what is left is known" is "500 true" bash -c "echo $(session 3 quota_left) $(session 3 exhausted)"
check "mcored was told" logged "policy.quota_exhausted.*$(imsi 3)"
check "the reason is the quota" test "$(reason quota)" -eq 4
check "a refill opens it" ctl policy set "$(imsi 3)" quota refill
check "at once" ping_ue 3 198.51.100.2
check "a larger quota keeps what was used" ctl policy set "$(imsi 3)" quota 1mb
check "to the octet" is $((1000000 - 3 * 84)) session 3 quota_left

# Restart: kernel and store both remember.
lab_kill() { kill -9 "$LAB_MCORED"; wait "$LAB_MCORED" 2>/dev/null; }
check "a gate is closed" ctl policy set "$(imsi 4)" gate closed
check "and holds" bash -c "! nsenter --net=/run/netns/$LAB-ue4 -- ping -q -c 1 -W 1 198.51.100.2"
lab_kill
check "mcored starts again after kill -9" lab_start
check "sessions are there" wait_for 10 is "capped" session 3 policy
check "with what is left of the quota" is $((1000000 - 3 * 84)) session 3 quota_left
check "and closed gates" is closed session 4 gate_up
check "and the profiles of the store" is camera session 1 policy
check "a gate opens" ctl policy set "$(imsi 4)" gate open
check "for packets too" wait_for 10 ping_ue 4 198.51.100.2

# Quarantine and wall.
check "a device is put in quarantine" ctl policy set "$(imsi 1)" quarantine yes
check "it reaches its wall" ping_ue 1 198.51.100.1
check "and nothing else" bash -c "! nsenter --net=/run/netns/$LAB-ue1 -- ping -q -c 1 -W 1 198.51.100.2"
check "which is a reason of its own" test "$(reason walled)" -ge 1
check "quarantine ends" ctl policy set "$(imsi 1)-$(imsi 2)" quarantine no
check "for both devices of a range" ping_ue 1 198.51.100.2

# Throttled: a quota that ends in a second rate.
sed "s/then: block}/then: throttle, throttle: {up: 64kbit, down: 64kbit}}/" "$FILE" >"$FILE.new"
check "a quota ends in a second rate" ctl policy apply "$FILE.new"
check "the device has little left" ctl policy set "$(imsi 3)" quota 600b
slow() { # 64 kbit/s and a burst of 8 KiB let through about 26 of 60 kilobytes in two seconds
	local got
	ue 3 ping -n -q -s 972 -c 60 -i 0.03 -W 1 198.51.100.2 >"$LAB_DIR/slow.log"
	got=$(grep -oE '[0-9]+ received' "$LAB_DIR/slow.log" | cut -d' ' -f1)
	echo "$got of 60"
	[ "$got" -ge 8 ] && [ "$got" -le 45 ]
}
check "and is held to it" slow
check "which is the rate's reason" test "$(reason rate_up)" -ge 10
finish
