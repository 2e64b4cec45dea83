#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A million registered devices on one machine: they attach at RATE a second and stay; then what mcored
# takes for each is printed, and that it restarts with all of them. COUNT and RATE may be set.
. "$(dirname "$0")/../net/lib.sh"
SEED=00112233445566778899aabbccddeeff COUNT=${COUNT:-1000000} RATE=${RATE:-2500}

memory() { awk -v f="$1" '$1 == f ":" { print $2 }' "/proc/$LAB_MCORED/status"; }
lab_up
lab_config 's/level: info/level: warn/' 's|ipv4: 10\.46\.0\.0/16|ipv4: 10.48.0.0/12|' \
	's|ipv6: 2001:db8:46::/48|ipv6: 2001:db8::/44|'
ip -n "$LAB-inet" route add 10.48.0.0/12 via 198.51.100.1
lab_start || exit 1
"$LAB_BUILD/ransim" keys --imsi 001010000100000 --count "$COUNT" --key-seed $SEED >"$LAB_DIR/sims.csv"
check "imports $COUNT SIMs" ctl sim import "$LAB_DIR/sims.csv"
empty=$(memory RssAnon)
load() {
	in_ns ran timeout 3000 "$LAB_BUILD/ransim" load --mme 10.10.0.1 --enb 10.10.0.2,10.10.0.3 --enbs 16 \
		--ue "$COUNT" --imsi 001010000100000 --key-seed $SEED --rate "$RATE" --apn iot --keep -j \
		>"$LAB_DIR/load.json" 2>"$LAB_DIR/load.err"
}
check "they attach and stay" load
tail -n 1 "$LAB_DIR/load.json" | sed 's/^/# /'
check "none failed" test "$(tail -n 1 "$LAB_DIR/load.json" | jq .failed)" = 0
check "all have their sessions" test "$(stat mme_ues)" = "$COUNT"
on_disk() { [ "$(ctl -j memory show | jq '[.memory[] | select(.pool == "write") | .in_use] | add // 0')" = 0 ]; }
begun=$SECONDS
check "all that is kept of them is on disk" wait_for 300 on_disk
echo "# after $((SECONDS - begun)) s"
full=$(memory RssAnon)
each=$(((full - empty) * 1024 / COUNT))
echo "# mcored: $((empty / 1024)) MiB empty, $((full / 1024)) MiB with $COUNT devices: $each octets each"
echo "# in all resident $(($(memory VmRSS) / 1024)) MiB, of which shared with the kernel's maps $(($(memory RssShmem) / 1024 + $(memory RssFile) / 1024)) MiB"
ctl -j memory show | jq -r '.memory | sort_by(-.bytes) | .[] | select(.bytes > 1048576) |
	"#   \(.bytes / 1048576 | floor) MiB in pool \(.pool): \(.in_use) of \(.size) octets"'
check "a device takes less than 3 KiB" test "$each" -lt 3072
kill -9 "$LAB_MCORED"
wait "$LAB_MCORED" 2>/dev/null
begun=$(date +%s%3N)
check "after kill -9 it starts again" lab_start
echo "# ready with all of them after $(($(date +%s%3N) - begun)) ms"
check "all are registered" test "$(stat mme_ues)" = "$COUNT"
finish
