# SPDX-License-Identifier: Apache-2.0
# Part of tests/net/exchange.sh, by -v task=:
#   read   from tshark's PDML (its indentation tells what is inside what): each S1AP message as a line
#   match  file 1 an exchange, file 2 such lines: is it there? Prints how far it goes where it is not
#   ies    file 1 tests/net/s1ap_ies.txt, file 2 such lines: prints each message of the core's that differs

function attr(name)
{
	return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}
function over()
{
	if (fields != "")
		print dir, code "/" kind, "crit=" crit, "ies=" ies, "stream=" stream, "at=" at fields
	fields = ies = crit = ""
	top = 0
}
BEGIN {
	short["s1ap.MME_UE_S1AP_ID"] = "mme"; short["s1ap.ENB_UE_S1AP_ID"] = "enb"
	short["nas_eps.nas_msg_emm_type"] = "emm"; short["nas_eps.nas_msg_esm_type"] = "esm"
	short["s1ap.gTP_TEID"] = "teid"; short["s1ap.e_RAB_ID"] = "erab"
	short["s1ap.transportLayerAddressIPv4"] = "to"; short["nas_eps.esm.proc_trans_id"] = "pti"
	short["nas_eps.bearer_id"] = "ebi"; short["nas_eps.security_header_type"] = "sec"
	level["0"] = "r"; level["1"] = "i"; level["2"] = "n"
}

# ---- read
task == "read" && /<packet>/ { over(); inside = 0 }
task == "read" && /<field name="ip.src"/ { from = attr("show") }
task == "read" && /<field name="ip.dst"/ { to = attr("show") }
task == "read" && /<field name="sctp.srcport"/ { port = attr("show"); dir = port == 36412 ? "<" : ">" }
task == "read" && /<field name="sctp.dstport"/ { at = dir == ">" ? from ":" port : to ":" attr("show") }
task == "read" && /<field name="sctp.data_sid"/ { over(); inside = 0; stream = attr("show"); next }
task == "read" && /<proto name="sctp"/ { over(); inside = 0 }
task == "read" && /<proto name="s1ap"/ && !(inside && match($0, /^ */) && RLENGTH > outside) {
	over()
	inside = 1
	match($0, /^ */)
	outside = RLENGTH # that in a Reroute NAS Request is deeper
	next
}
task == "read" && inside && /<field / {
	name = attr("name"); value = attr("show")
	if (name ~ /^sctp\./) { over(); inside = 0; next }
	if (name == "" || value == "" || name ~ /^per\.|_element$/)
		next
	if (name == "s1ap.S1AP_PDU" && fields == "") { kind = value; next }
	if (name == "s1ap.procedureCode" && fields == "") { code = value; fields = " "; next }
	match($0, /^ */)
	depth = RLENGTH
	if (name == "s1ap.criticality" && crit == "") { crit = level[value]; next }
	if (name == "s1ap.id") {
		if (!top)
			top = depth
		if (depth == top)
			ies = ies (ies == "" ? "" : ",") value
	} else if (name == "s1ap.criticality") {
		if (depth == top)
			ies = ies level[value]
		next
	}
	if (name == "s1ap.gTP_TEID") { gsub(/:/, "", value); value = "0x" value }
	if (name in short)
		name = short[name]
	else
		sub(/^(s1ap|nas_eps|gsm_a|e212)\./, "", name)
	gsub(/ /, "_", value)
	fields = fields name "=" value " "
}

# ---- match
task == "match" && NR == FNR {
	if (NF)
		want[++wants] = $0
	next
}
task == "match" { pdu[++pdus] = $0 }
# all NAME: its values in the message in `have`, in order, by ","
function all(name,   rest, out, n)
{
	rest = have
	while ((n = index(rest, " " name "=")) > 0) {
		rest = substr(rest, n + length(name) + 2)
		out = out (out == "" ? "" : ",") substr(rest, 1, index(rest, " ") - 1)
	}
	return out
}
# one word of a wish: what there is of it. Sets bound[], mine[]
function meets(word,   name, value, n, no)
{
	if (no = substr(word, 1, 1) == "!")
		word = substr(word, 2)
	n = index(word, "=")
	if (!n)
		return no != (index(have, " " word "=") > 0)
	name = substr(word, 1, n - 1)
	value = substr(word, n + 1)
	if (substr(value, 1, 1) == "=")
		return no != (all(name) == substr(value, 2))
	if (substr(value, 1, 1) == "@") {
		if (!(value in bound)) {
			if (index(have, " " name "=") == 0)
				return 0
			bound[value] = substr(all(name) ",", 1, index(all(name) ",", ",") - 1)
			log_bound[++logged] = value
			if (name == "mme")
				mine[value] = 1
		}
		value = bound[value]
	}
	return no != (index(have, " " name "=" value " ") > 0)
}
function undo(to)
{
	for (; logged > to; logged--) {
		delete bound[log_bound[logged]]
		delete mine[log_bound[logged]]
	}
}
# Does message i fulfil wish w?
function fits(i, w,   words, n, k, from)
{
	have = " " pdu[i] " "
	from = logged
	n = split(want[w], words, " ")
	for (k = 1; k <= n; k++) {
		if (words[k] == "...")
			continue
		if (words[k] ~ /^([<>]|[0-9]+\/[0-9])$/) {
			if (index(have, " " words[k] " ") == 0)
				break
			continue
		}
		if (!meets(words[k])) {
			if (k > best_word[w]) { best_word[w] = k; best_pdu[w] = i; best_miss[w] = words[k] }
			break
		}
	}
	if (k > n)
		return 1
	undo(from)
	return 0
}
function before(w) { return want[w] ~ /^\.\.\./ }
# Another message of the same connection in between, unless the wish begins with "..."
function disturbs(i,   v)
{
	for (v in mine)
		if (index(" " pdu[i] " ", " mme=" bound[v] " ") > 0)
			return 1
	return 0
}
function go(w, i,   from)
{
	if (w > wants)
		return 1
	for (; i <= pdus; i++) {
		from = logged
		if (fits(i, w)) {
			if (w > furthest) furthest = w
			if (go(w + 1, i + 1))
				return 1
			undo(from)
		}
		if (!before(w) && disturbs(i)) {
			if (w > furthest_in) { furthest_in = w; in_between = pdu[i] }
			return 0
		}
	}
	return 0
}
function matched(   w)
{
	if (wants && go(1, 1))
		return 1
	w = furthest + 1
	print furthest + 0 " of " wants + 0 " found; not: " want[w]
	if (best_pdu[w])
		print "nearest, without " best_miss[w] ": " substr(pdu[best_pdu[w]], 1, 1200)
	else if (in_between != "")
		print "but " substr(in_between, 1, 600)
	return 0
}

# ---- ies
task == "ies" && NR == FNR {
	if ($0 !~ /^#/)
		rule[$1] = $0
	next
}
task == "ies" && $1 == "<" && $2 !~ /^67/ { # which Wireshark 4.0 does not know
	n = split(rule[$2], words, " ")
	if (!n) { print "no such message: " $2; bad = 1; next }
	split($4, part, "=")
	m = split(part[2], got, ",")
	why = $3 == "crit=" words[3] ? "" : $3
	g = 1
	for (k = 4; k <= n; k++) {
		rest = words[k]
		presence = substr(rest, length(rest))
		rest = substr(rest, 1, length(rest) - 1)
		if (g <= m && got[g] == rest)
			g++
		else if (presence == "M")
			why = why " without " rest
	}
	if (g <= m)
		why = why " " got[g] " is out of place or wrong"
	of_device = part[2] ~ /(^|,)(0|8|99)[rin]/
	if (of_device == ($5 == "stream=0x0000"))
		why = why " on " $5
	if (why != "") { print $2, words[2] ":", why, "(" part[2] ")"; bad = 1 }
	told++
}

END {
	if (task == "read")
		over()
	else if (task == "match")
		exit !matched()
	else if (!told)
		print "no message"
	exit task == "ies" && (bad || !told)
}
