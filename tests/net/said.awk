# SPDX-License-Identifier: Apache-2.0
# Wireshark's PDML of S1AP to a line a message: EPOCH|SOURCE|DESTINATION|WORDS. The words are those of the specifications:
# the procedure, not said of NAS transport and the messages that carry NAS alone; its outcome, if it is one;
# the NAS message and its ESM message; causes. What SCTP sends again is left out.
function value(s, key) {
	return match(s, key "=\"[^\"]*\"") ? substr(s, RSTART + length(key) + 2, RLENGTH - length(key) - 3) : ""
}
# "Authentication request (0x52)" or "nas: detach (2)" to its name.
function name(s) { s = value(s, "showname"); sub(/^[^:]*: /, "", s); sub(/ \([0-9a-fx]*\)$/, "", s); return s }
function number(s) { s = value(s, "showname"); return match(s, /\([0-9]+\)$/) ? substr(s, RSTART + 1, RLENGTH - 2) : s }
function add(word) { words = words (words == "" ? "" : " ") word }
function flush() {
	if (procedure == "" || seen[source, destination, tsn]++) { procedure = outcome = words = ""; return }
	if (procedure ~ /NASTransport|initialUEMessage/ && words != "") procedure = ""
	print time "|" source "|" destination "|" procedure outcome (procedure outcome == "" || words == "" ? "" : " ") words
	procedure = outcome = words = ""
}
/<packet>/ { flush(); time = source = destination = "" }
/name="timestamp"/ { time = value($0, "value") }
/name="ip.src"/ && source == "" { source = value($0, "show") }
/name="ip.dst"/ && destination == "" { destination = value($0, "show") }
/<proto name="sctp"/ { flush() }
/name="sctp.data_tsn_raw"/ { tsn = value($0, "show") }
/name="s1ap.procedureCode"/ && procedure == "" { procedure = name($0); sub(/^id-/, "", procedure) }
/name="s1ap.successfulOutcome_element"/ { outcome = " done" }
/name="s1ap.unsuccessfulOutcome_element"/ { outcome = " failure" }
/name="nas_eps.nas_msg_emm_type"/ || /name="nas_eps.nas_msg_esm_type"/ { add(name($0)) }
/name="nas_eps.emm.cause"/ || /name="nas_eps.esm.cause"/ { add(number($0)) }
/name="s1ap.(radioNetwork|nas|transport|protocol|misc)"/ { add(name($0)) }
END { flush() }
