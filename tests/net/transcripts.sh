#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What mcorectl prints, word for word: tests/transcripts/*.txt are commands (after "$ ") with what they
# print and, where it is not 0, their exit status ("? N"). Times and rates are normalised.
# UPDATE=1 writes what is printed now into the files, to be looked at with git diff.
. "$(dirname "$0")/lib.sh"

normalise() {
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}/<date and time>/' \
		-e 's/in [0-9.]+ s \([0-9]+\/s\)/in <time>/' -e "s|$LAB_DIR|<lab>|g"
}

# replay FILE: the file as it would be now.
replay() {
	local line status
	while IFS= read -r line; do
		case $line in
		'#'*) printf '%s\n' "$line" ;;
		'$ '*)
			printf '%s\n' "$line"
			(cd "$LAB_DIR" && eval "${line#\$ }") </dev/null 2>&1 | normalise
			status=${PIPESTATUS[0]}
			[ "$status" = 0 ] || printf '? %s\n' "$status"
			;;
		esac
	done <"$1"
}
mcorectl() {
	case " $* " in
	*' -s '*) "$LAB_BUILD/mcorectl" "$@" ;;
	*) ctl "$@" ;;
	esac
}

same() {
	replay "$1" >"$LAB_DIR/now.txt"
	[ -z "${UPDATE-}" ] || cp "$LAB_DIR/now.txt" "$1"
	diff -u "$1" "$LAB_DIR/now.txt"
}

lab_up >/dev/null 2>&1
lab_config
lab_start || { echo "not ok - $NAME: mcored starts"; exit 1; }
for t in nobody usage sim; do
	check "$t is printed as in tests/transcripts/$t.txt" same "$TOP/tests/transcripts/$t.txt"
done
check "the manual page has the program's commands" \
	"$TOP/tools/man/commands" --check "$LAB_BUILD/mcorectl"
finish
