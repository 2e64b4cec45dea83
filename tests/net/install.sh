#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a new user meets: `make install`, the unit's capabilities, systemd's notifications, what --check
# says of mistakes, completion. (The unit under systemd itself: tests/vm/systemd.sh.)
. "$(dirname "$0")/lib.sh"
lab_up
root=$LAB_DIR/root
unit=$root/usr/lib/systemd/system/mcored.service
sample=$root/etc/mcore/mcored.yaml

check "installs" make -s -C "$TOP" PREFIX=/usr DESTDIR="$root" install
for f in sbin/mcored bin/mcorectl bin/ransim lib/mcore/mcore.bpf.o share/man/man5/mcored.yaml.5 \
	share/man/man8/mcored.8 share/man/man8/mcorectl.8 share/man/man1/ransim.1 \
	share/bash-completion/completions/mcorectl; do
	check "/usr/$f is there" test -s "$root/usr/$f"
done
check "the configuration is root's alone" is 600 env stat -c %a "$sample"
echo "# mine" >>"$sample"
again() { make -s -C "$TOP" PREFIX=/usr DESTDIR="$root" install && grep -q '^# mine' "$sample"; }
check "and survives an upgrade" again
check "the unit names the program" grep -q '^ExecStart=/usr/sbin/mcored$' "$unit"
check "the sample is right" "$root/usr/sbin/mcored" -c "$sample" --check

# With the unit's capabilities and no others, from where it is installed.
caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
listen() { # datagrams, a line each
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(4096).decode(), flush=True)' "$LAB_DIR/notify"
}
start() {
	spawn core env NOTIFY_SOCKET="$LAB_DIR/notify" setpriv --bounding-set "-all,$caps" --inh-caps=-all \
		--no-new-privs "$root/usr/sbin/mcored" -c "$LAB_DIR/mcored.yaml" >>"$LAB_DIR/mcored.log" 2>&1
	LAB_MCORED=$SPAWNED
	wait_for 10 ctl version
}
told() { wait_for 5 is "$1" sh -c "tr '\n' ' ' <'$LAB_DIR/notify.log'"; }
listen >"$LAB_DIR/notify.log" &
lab_pids+=($!)
wait_for 5 test -S "$LAB_DIR/notify"
lab_config '/^ *object:/d'
check "starts with the unit's capabilities: $caps" start
check "says that it is ready" told "READY=1 "
# In a pipe grep -q would end nft before it has printed all.
masquerades() { grep -q "ip saddr 10.45.0.0/16 .*masquerade" <<<"$(in_ns core nft list ruleset)"; }
check "masquerades" masquerades
add_sims 2 >/dev/null
# shellcheck disable=SC2046
ransim_run $(device 1 iot) $(device 2 internet)
check "devices attach" wait_for 10 registered 2
check "packets flow, direct" wait_for 4 ping_ue 1 198.51.100.2 0.1 1
check "packets flow, masqueraded" wait_for 4 ping_ue 2 198.51.100.2 0.1 1
mark
kill -HUP "$LAB_MCORED"
check "a reload is told" told "READY=1 RELOADING=1 READY=1 "
lab_stop
check "a stop is told" told "READY=1 RELOADING=1 READY=1 STOPPING=1 "
mark
check "starts again" start
check "and adopts the sessions" logged 'datapath.start .*adopted_sessions=2'
ran release 2 # usrsctp: it has not noticed, until it speaks
check "the eNodeB is back" saw 'event=s1.setup ' 8
check "packets flow after that" wait_for 10 ping_ue 1 198.51.100.2 0.1 1

lab_stop
ip -n "$LAB-core" addr flush dev s1u
ip -n "$LAB-core" link del sgi
cleaned() {
	in_ns core "$root/usr/sbin/mcored" -c "$LAB_DIR/mcored.yaml" --clean &&
		[ ! -e "$LAB_PIN" ] && ! in_ns core nft list table inet mcore && ! ip -n "$LAB-core" link show mcore0 &&
		! grep -q xdp <<<"$(ip -n "$LAB-core" link show s1u)"
}
check "--clean removes everything, though addresses and interfaces are gone" cleaned
LAB_MCORED=

# wrong SED EXPECTED: the sample changed so is refused in these words.
wrong() {
	sed -E "$1" "$TOP/tools/packaging/mcored.yaml" >"$LAB_DIR/wrong.yaml"
	"$LAB_BUILD/mcored" -c "$LAB_DIR/wrong.yaml" --check >"$LAB_DIR/said" 2>&1
	local status=$?
	check "a mistake is told: $2" grep -qF -- "wrong.yaml:$2" "$LAB_DIR/said"
	[ $status = "${3:-2}" ] || check "with exit status ${3:-2}, not $status" false
}
wrong 's/^  level/\tlevel/' "7:1: not YAML: a tab"
wrong 's/level: /level:/' "7:3: log: 'level:info' is not a mapping"
wrong 's/gtpu:/gtp_u:/' "39:3: sgw: 'gtp_u' is not a key here; did you mean 'gtpu'?"
wrong '/gtpu:/d' "38:5: sgw: expected gtpu, gtpu6 or both"
wrong 's/plmn: 00101/plmn: 0101/' "18:18: mme.gummei.plmn: '0101' is not a PLMN"
wrong 's/\[00101:1-8\]/[7]/' "19:20: mme.tracking_areas[0]: '7' is not"
wrong 's/\[00101:1-8\]/[00101:1, 00102:1]/' "19:29: mme.tracking_areas[1]: PLMN 00102 is neither"
wrong 's/up: 500mbit/up: 500/' "32:11: hss.profiles[0].up: '500' is not a bit rate"
wrong 's/10.45.0.0/10.45.0.1/' "45:13: pgw.apns[0].ipv4: '10.45.0.1/16' is not a prefix without host bits"
wrong 's,10.46.0.0/16,10.45.128.0/17,' '52:13: pgw.apns[1].ipv4: shares addresses with that of "internet"'
wrong 's/gateway: .*/gateway: 10.46.0.1/' '57:16: pgw.apns[1].gateway: is an address for devices'
wrong 's/^  apns:/  networks: [{name: a, table: 254, interfaces: [eth1]}]\n&/' \
	"42:31: pgw.networks[0].table: 252 to 255 are the system's own"
wrong 's/^  apns:/  networks: [{name: a, table: 7, interfaces: [eth0]}]\n&/' \
	"42:47: pgw.networks[0].interfaces[0]: 'eth0' is none of datapath.interfaces with the role sgi"
wrong 's/^  apns:/  networks: [{name: a, table: 7, interfaces: [eth1]}, {name: b, table: 7, interfaces: [eth1]}]\n&/' \
	"42:72: pgw.networks[1].table: is that of 'a', too"
wrong 's/^      breakout: direct/      network: a\n&/' "56:16: pgw.apns[1].network: 'a' is none of pgw.networks"
wrong 's/^  apns:/  networks: [{name: a, table: 7, interfaces: [eth1]}]\n&/' "59:15: pgw.apns[1].device: 'eth1' is of the network 'a'"
wrong 's/role: sgi/role: access/' "56:17: pgw.apns[1].breakout: direct needs"
wrong 's/name: eth1/name: eth0/' "65:14: datapath.interfaces[1].name: 'eth0' is there twice"
wrong 's/^datapath:/&\n  cpus: [0-x]/' "63:10: datapath.cpus[0]: '0-x' is not a CPU's number"
wrong 's/^datapath:/&\n  cpus: [0-]/' "63:10: datapath.cpus[0]: '0-' is not a CPU's number"
wrong 's/^datapath:/&\n  cpus: [0, 4000]/' "63:13: datapath.cpus[1]: this machine has no CPU 4000"
wrong 's/^datapath:/&\n  cpus: [0, 0-1]/' "63:13: datapath.cpus[1]: names a CPU that is there already"
wrong 's/^  mode: auto/  cpus: [0]\n  mode: generic/' "66:9: datapath.cpus: packets cannot be spread in the mode generic"
wrong 's/name: iot, /name: iott, /' "36:18: hss.profiles[0].apns[1].name: warning: no APN" 0
wrong 's/device: eth1/device: eth2/' "58:15: pgw.apns[1].device: warning:" 0
filled() { # the reference is a configuration once its required keys are filled in
	"$LAB_BUILD/mcored" --schema | sed -E -e 's/^( *plmn:)$/\1 00101/' -e 's/^( *(address):)$/\1 [10.1.1.1]/' \
		-e 's/^( *)#(gtpu:)$/\1\2 10.1.1.1/' -e 's/^( *- name:)$/\1 internet/' -e 's/^( *role:)$/\1 both/' \
		-e 's/^( *table:)$/\1 100/' -e 's/^(      interfaces:)$/\1 [internet]/' \
		-e 's/^( *qci:)$/\1 5/' -e 's/^( *filters:)$/\1 [proto 17]/' \
		-e 's,^( *)#(ipv4:)$,\1\2 10.45.0.0/16,' >"$LAB_DIR/schema.yaml"
	"$LAB_BUILD/mcored" -c "$LAB_DIR/schema.yaml" --check
}
check "--schema prints a configuration" filled

# completes WORDS... CANDIDATES: what TAB offers after the words, the last of which may be begun.
completes() {
	PATH=$root/usr/bin:$PATH bash -c '
		. "$1"
		COMP_WORDS=(mcorectl "${@:3}") COMP_CWORD=$(($# - 2))
		_mcorectl
		echo "${COMPREPLY[*]}"
		[ "${COMPREPLY[*]}" = "$2" ]' - "$root/usr/share/bash-completion/completions/mcorectl" "${@: -1}" "${@:1:$#-1}"
}
check "completion: objects" completes "" "$("$LAB_BUILD/mcorectl" __table | cut -f1 | uniq | paste -sd " ")"
check "completion: an object that is begun" completes se session
check "completion: verbs" completes sim "" "show add set del import export"
check "completion: verbs of a prefix" completes si "s" "show set"
check "completion: keys" completes sim add 001010000000001 o "opc op"
check "completion: keys where one is due" completes sim add 001010000000001 k 00 b blocked
check "completion: no keys where a value is due" completes sim add 001010000000001 k ""  ""
check "completion: words of an argument" completes detach 001010000000001 "" reattach
check "completion: options" completes --j --json
finish
