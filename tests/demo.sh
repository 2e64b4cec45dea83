#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The demo as a test: it succeeds, leaves nothing behind, and tshark finds no malformed message in a
# capture of all that was said on S1 and GTP-U.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
log=build/logs/demo.log pcap=build/logs/demo.pcap
mkdir -p build/logs
ok() { echo "ok - demo: $1"; passed=$((passed + 1)); }
not_ok() { echo "not ok - demo: $1"; failed=$((failed + 1)); }
check() { local what=$1; shift; if "$@"; then ok "$what"; else not_ok "$what"; fi; }

CIPHERING=EEA0 make --no-print-directory demo CAPTURE="$PWD/$pcap" >"$log" 2>&1 </dev/null
check "runs to its end" test $? = 0
check "device 1 and 2 ping the Internet host" test "$(grep -c ' 0% packet loss' "$log")" -ge 4
check "shows the throughput both ways" test "$(grep -c '^throughput: [1-9]' "$log")" = 2
check "shows the session by bpftool" grep -q '"imsi": "001010000000001"' "$log"
check "leaves no namespace" test -z "$(ip netns list | grep mcore-demo)"
check "leaves nothing pinned" test ! -e /sys/fs/bpf/mcore-demo-lab
s1=build/logs/demo-s1.pcap
tshark -r "$pcap" -Y sctp -w "$s1" 2>/dev/null
messages=$(tshark -r "$s1" -Y s1ap 2>/dev/null | wc -l)
check "captured the S1AP messages of two attaches ($messages)" test "$messages" -ge 20
nas=(-o nas-eps.null_decipher:TRUE)
accepts=$(tshark -r "$s1" "${nas[@]}" -Y 'nas_eps.nas_msg_emm_type == 0x42 && nas_eps.nas_msg_esm_type == 0xc1' 2>/dev/null | wc -l)
check "reads both Attach Accepts with their bearers" test "$accepts" = 2
malformed=$(tshark -r "$s1" "${nas[@]}" -Y '_ws.malformed || _ws.expert.severity == error' 2>/dev/null | wc -l)
check "no malformed message" test "$malformed" = 0
gtp=$(tshark -r "$pcap" -c 3000 -Y 'gtp && _ws.malformed' 2>/dev/null | wc -l)
check "no malformed GTP-U" test "$gtp" = 0
[ "$failed" = 0 ] || tail -n 30 "$log" | sed 's/^/# /'
rm -f "$pcap"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
