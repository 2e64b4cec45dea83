/* SPDX-License-Identifier: Apache-2.0 */
/* mcorectl: OBJECT VERB [ARGUMENT]..., one row a command. Words may be cut to a prefix (the first
 * row that fits is meant), `show` is the verb where none is given. The completion and the manual
 * page come from the same table, by `mcorectl __table`. */
#include "ctl.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>

struct options options = {.socket = API_SOCKET};

static const struct command commands[] = {
	{"sim", "show", "[IMSI]", show, "subscribers, or one with all that is known of it", "/sims",
	 "sims", sim_columns, NULL},
	{"sim", "add", "IMSI k HEX opc HEX [KEY VALUE]...", sim_add,
	 "add a subscriber; op HEX in place of opc computes it", "/sims", NULL, NULL, sim_words},
	{"sim", "set", "IMSI KEY VALUE...", sim_set, "change a subscriber; '' takes a value away",
	 "/sims", NULL, NULL, sim_words},
	{"sim", "del", "IMSI", sim_del, "delete a subscriber", "/sims", NULL, NULL, NULL},
	{"sim", "import", "FILE [replace]", sim_import,
	 "add the SIMs of a CSV (or NDJSON) file, - for standard input; replace: also change those "
	 "that are there",
	 "/sims", NULL, NULL, import_words},
	{"sim", "export", "[FILE]", sim_export, "all subscribers as CSV, without keys", "/sims",
	 NULL, NULL, NULL},
	{"session", "show", "[IMSI]", show, "bearers in the datapath, with their counters",
	 "/sessions", "sessions", session_columns, NULL},
	{"ue", "show", "[IMSI]", show, "devices as the MME knows them", "/ues", "ues", ue_columns,
	 NULL},
	{"ue", "reauthenticate", "IMSI", ue_do,
	 "authenticate a registered device again, and take new keys into use", "/ues", NULL, NULL,
	 NULL},
	{"ue", "reallocate", "IMSI", ue_do, "give a registered device a new GUTI", "/ues", NULL,
	 NULL, NULL},
	{"ue", "locate", "IMSI [now|last|changes|stop]", ue_locate,
	 "where a device is, by its eNodeB, and was; now: an idle one is paged; last: without "
	 "asking; "
	 "changes: have each change "
	 "of cell reported from now on",
	 "/ues", NULL, NULL, locate_words},
	{"ue", "trace-radio", "IMSI start COLLECTOR [DEPTH] | stop", ue_trace_radio,
	 "have its eNodeB trace a device and send the records to that address", "/ues", NULL, NULL,
	 radio_trace_words},
	{"ue", "voice", "IMSI", ue_voice, "ask the eNodeB whether a device's radio can carry voice",
	 "/ues", NULL, NULL, NULL},
	{"subscriber", "show", "[IMSI]", show, "the same as ue", "/ues", "ues", ue_columns, NULL},
	{"mme", "show", "", show, "this MME: who it is, what it serves, how full it is", "/mme",
	 NULL, mme_columns, NULL},
	{"mme", "drain", "[start [RATE] | stop | status]", drain,
	 "send devices to other MMEs of the pool, RATE a second; how far it is", "/mme/drain", NULL,
	 drain_columns, drain_words},
	{"mme", "overload", "[start [ACTION] [PERCENT] [PLMNS] | stop]", mme_overload,
	 "the MME's load; start: have eNodeBs hold traffic back, and refuse with cause 22 what "
	 "comes "
	 "all the same",
	 "/overload", NULL, overload_columns, overload_words},
	{"policy", "show", "[IMSI]", policy_show,
	 "profiles in force, or what a device has of its own (what holds: session show IMSI)",
	 "/policy", "profiles", policy_columns, NULL},
	{"policy", "plan", "FILE", policy_plan,
	 "what a file of profiles would change, in words; - for standard input", "/policy/plan",
	 NULL, NULL, NULL},
	{"policy", "apply", "FILE [note TEXT]", policy_apply,
	 "make the profiles of a file hold, as the next version", "/policy/apply", NULL, NULL,
	 policy_note_words},
	{"policy", "rollback", "[VERSION]", policy_rollback,
	 "go back to the version before, or to that one", "/policy/rollback", NULL, NULL, NULL},
	{"policy", "versions", "", show, "versions, by whom and what for", "/policy/versions",
	 "versions", policy_version_columns, NULL},
	{"policy", "file", "[VERSION]", policy_file, "the file of a version, as it was applied",
	 "/policy/file", NULL, NULL, NULL},
	{"policy", "set", "IMSI|FROM-TO|apn NAME|file FILE|all KEY VALUE...", policy_set,
	 "hold devices to something of their own: gate, gate-up, gate-down open|closed; rate "
	 "UP/DOWN; quota OCTETS|refill; profile NAME; quarantine yes|no; default takes rate, quota "
	 "and profile back",
	 "/policy/devices", NULL, NULL, policy_words},
	{"bearer", "show", "IMSI", bearer_show, "dedicated bearers of a device", "/bearers",
	 "bearers", dedicated_columns, NULL},
	{"bearer", "add", "IMSI NAME [KEY VALUE]...", bearer_add,
	 "give a device a dedicated bearer: a rule of pgw.bearers by its name, or with qci and "
	 "filter one of its own",
	 "/bearers", NULL, NULL, bearer_words},
	{"bearer", "set", "IMSI NAME KEY VALUE...", bearer_set,
	 "change a bearer's QoS (all of it, with qci) or its filters", "/bearers", NULL, NULL,
	 bearer_words},
	{"bearer", "del", "IMSI NAME", bearer_del, "take a dedicated bearer away", "/bearers", NULL,
	 NULL, NULL},
	{"access", "show", "", show, "access rules in their order: the first that fits decides",
	 "/access", "access", access_columns, NULL},
	{"access", "add", "[at NUMBER] deny|allow [KEY VALUE]... | deny all", access_add,
	 "add a rule: plmn and tac of the cell, imsi and imeisv as prefix or range, access word of "
	 "the "
	 "SIM, roamers; cause: what who is denied is told",
	 "/access", NULL, NULL, access_words},
	{"access", "del", "NUMBER", access_del, "delete a rule that was added", "/access", NULL,
	 NULL, NULL},
	{"enb", "show", "[ID]", enb_show,
	 "eNodeBs with an S1 association, or one, by its id, the number of that alone or its name, "
	 "with its cells and counters",
	 "/enbs", "enbs", enb_columns, NULL},
	{"enb", "reset", "ID [IMSI]", enb_reset,
	 "S1 Reset of all connections of an eNodeB, or of a device's", "/enbs", NULL, NULL, NULL},
	{"warning", "show", "[ID]", warning_show,
	 "warning messages, or what each eNodeB made of those with an identifier", "/warnings",
	 "warnings", warning_columns, NULL},
	{"warning", "send", "ID SERIAL [KEY VALUE]...", warning_send,
	 "broadcast a warning in cells, tracking areas (tas), emergency areas, or everywhere; "
	 "concurrent: beside others, and not in their place",
	 "/warnings", NULL, NULL, warning_words},
	{"warning", "kill", "ID SERIAL | all", warning_kill, "end a warning, or all", "/warnings",
	 NULL, NULL, NULL},
	{"detach", "", "IMSI [reattach]", detach,
	 "detach a device; reattach: tell it to attach again", "/ues", NULL, NULL, detach_words},
	{"stats", "", "", show_stats, "counters and latencies; -w: also those that are zero",
	 "/stats", NULL, NULL, NULL},
	{"capture", "",
	 "IMSI [-w FILE] [--inner | --outer] [--drops] [-c PACKETS] [-t SECONDS] [--snap OCTETS]",
	 capture,
	 "a device's packets as XDP sees them, live; -w: as pcapng, - for standard output; "
	 "--drops: also what was dropped, with the reason",
	 "/capture", NULL, NULL, NULL},
	{"top", "", "[-b] [-n TIMES] [-d SECONDS] [-s KEY] [-r] [-l LINES]", top,
	 "devices by what they send now; KEY: rate, up, down, packets, drops or total", "/version",
	 NULL, NULL, NULL},
	{"why", "", "IMSI", why, "why a device does not work, and what can be done", "/why", NULL,
	 NULL, NULL},
	{"trace", "", "[IMSI]", trace, "steps of a device's procedures as they happen", "/trace",
	 NULL, trace_columns, NULL},
	{"pool", "show", "", show, "address pools", "/pools", "pools", pool_columns, NULL},
	{"peer", "show", "", show, "GTP-U peers: paths, counters, errors; -w: all columns",
	 "/peers", "peers", peer_columns, NULL},
	{"memory", "show", "", show, "pools of objects in mcored", "/memory", "memory",
	 memory_columns, NULL},
	{"version", "", "", show_version, "of mcorectl and mcored", "/version", NULL, NULL, NULL},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

void complain(const char *fmt, ...)
{
	va_list ap;

	fputs("mcorectl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int word_index(const char *const *words, const char *word)
{
	size_t n = strlen(word);

	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	for (int i = 0; words[i] && n; i++)
		if (!strncmp(words[i], word, n))
			return i;
	return -1;
}

/* How many letters must change: edit distance of two short words. */
static unsigned distance(const char *a, const char *b)
{
	enum { LONGEST = 24 };
	unsigned row[LONGEST + 1], n = (unsigned)strlen(b);

	if (strlen(a) > LONGEST || n > LONGEST)
		return LONGEST;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a; a++, i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= n; j++) {
			unsigned change = diagonal + (*a != b[j - 1]);
			unsigned shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = change < shift ? change : shift;
		}
	}
	return row[n];
}

int what_is(const char *const *words, const char *word)
{
	const char *near = NULL;
	unsigned best = 3;

	for (int i = 0; words[i]; i++) {
		unsigned d = distance(word, words[i]);

		if (d < best && d < strlen(words[i])) {
			best = d;
			near = words[i];
		}
	}
	if (near) {
		complain("what is '%s'? Did you mean '%s'?", word, near);
		return EXIT_USAGE;
	}
	fprintf(stderr, "mcorectl: what is '%s'? Expected one of:", word);
	for (int i = 0; words[i]; i++)
		fprintf(stderr, " %s", words[i]);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

bool imsi_word(const char *word)
{
	imsi_t imsi;

	if (imsi_parse(word, &imsi))
		return true;
	complain("'%s' is not an IMSI: 6 to 15 digits", word);
	return false;
}

bool device_word(const char *word)
{
	imsi_t imsi;

	if (imsi_parse_any(word, &imsi))
		return true;
	complain("'%s' is not an IMSI: 6 to 15 digits (E and 14 digits: a device without one, by "
		 "its IMEI)",
		 word);
	return false;
}

static void print_usage(FILE *f, const struct command *c)
{
	fprintf(f, "  mcorectl %s%s%s%s%s\n      %s\n", c->object, *c->verb ? " " : "", c->verb,
		*c->args ? " " : "", c->args, c->help);
	if (!c->words)
		return;
	fputs("      words:", f);
	for (int i = 0; c->words[i]; i++)
		fprintf(f, " %s", c->words[i]);
	fputc('\n', f);
}

int usage_of(const struct command *c)
{
	fputs("usage:\n", stderr);
	print_usage(stderr, c);
	return EXIT_USAGE;
}

static void help(FILE *f, const char *object)
{
	fputs("usage: mcorectl [-j] [-w] [-s SOCKET] OBJECT [VERB] [ARGUMENT]...\n", f);
	for (int i = 0; i < COMMANDS; i++)
		if (!object || !strcmp(commands[i].object, object))
			print_usage(f, &commands[i]);
	fputs("Words may be cut to a prefix; the verb is show if none is given.\n"
	      "  -j, --json           what mcored said, as JSON\n"
	      "  -w, --wide           all columns of a list\n"
	      "  -s, --socket PATH    mcored's socket (" API_SOCKET ")\n"
	      "Exit codes: 0 done, 1 refused by mcored, 2 usage, 3 mcored cannot be reached.\n",
	      f);
}

/* For tools: object, verb, arguments, words, help; separated by tabs. */
static int print_table(void)
{
	for (int i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];

		printf("%s\t%s\t%s\t", c->object, c->verb, c->args);
		for (int w = 0; c->words && c->words[w]; w++)
			printf("%s%s", w ? " " : "", c->words[w]);
		printf("\t%s\n", c->help);
	}
	return 0;
}

/* The object's verbs, NULL at the end. */
static void verbs_of(const char *object, const char *verbs[])
{
	int n = 0;

	for (int i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].object, object))
			verbs[n++] = commands[i].verb;
	verbs[n] = NULL;
}

static const struct command *find(const char *object, const char *verb)
{
	for (int i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].object, object) && !strcmp(commands[i].verb, verb))
			return &commands[i];
	return NULL;
}

/* After the object: a verb, or what show shows. */
static int run_object(const char *object, int argc, char **argv)
{
	const char *verbs[COMMANDS + 1];
	const struct command *c;
	int verb = 0, taken = 0;

	verbs_of(object, verbs);
	if (*verbs[0] && argc > 0) {
		verb = word_index(verbs, argv[0]);
		taken = verb >= 0;
		if (verb < 0 && argv[0][0] >= '0' && argv[0][0] <= '9')
			verb = 0;
	}
	if (verb < 0)
		return what_is(verbs, argv[0]);
	c = find(object, verbs[verb]);
	return c->run(c, argc - taken, argv + taken);
}

static int run(int argc, char **argv)
{
	const char *objects[COMMANDS + 1];
	int n = 0, object;

	if (!strcmp(argv[0], "__table"))
		return print_table();
	for (int i = 0; i < COMMANDS; i++)
		if (!n || strcmp(objects[n - 1], commands[i].object))
			objects[n++] = commands[i].object;
	objects[n] = NULL;
	if (!strcmp(argv[0], "help")) {
		object = argc > 1 ? word_index(objects, argv[1]) : -1;
		help(stdout, object < 0 ? NULL : objects[object]);
		return 0;
	}
	object = word_index(objects, argv[0]);
	if (object < 0)
		return what_is(objects, argv[0]);
	return run_object(objects[object], argc - 1, argv + 1);
}

/* The object that a word means; -1 if none. */
static int object_index(const char *word)
{
	const char *objects[COMMANDS + 1];

	for (int i = 0; i < COMMANDS; i++)
		objects[i] = commands[i].object;
	objects[COMMANDS] = NULL;
	return word_index(objects, word);
}

/* Commands that have options of their own, behind them. */
static bool has_options(const char *word)
{
	int i = word ? object_index(word) : -1;

	return i >= 0 && (commands[i].run == capture || commands[i].run == top);
}

enum parsed { GO_ON, SHOW_HELP, SHOW_VERSION, WRONG };

static enum parsed parse(int argc, char **argv, const char *letters)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'},         {"wide", no_argument, NULL, 'w'},
		{"socket", required_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
	};
	enum parsed parsed = GO_ON;
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == 'j')
			options.json = true;
		else if (c == 'w')
			options.wide = true;
		else if (c == 's')
			options.socket = optarg;
		else if (c == 'h')
			parsed = SHOW_HELP;
		else if (c == 'V')
			return SHOW_VERSION;
		else
			return WRONG;
	}
	return parsed;
}

int main(int argc, char **argv)
{
	/* Options in front of the object, then those that may be anywhere. */
	enum parsed parsed = parse(argc, argv, "+jws:hV");
	int code;

	if (parsed == GO_ON && !has_options(argv[optind]))
		parsed = parse(argc, argv, "jws:hV");
	if (parsed == SHOW_VERSION)
		return printf("mcorectl %s\n", MCORE_VERSION) < 0;
	if (parsed == WRONG)
		return EXIT_USAGE;
	argc -= optind;
	argv += optind;
	if (parsed == SHOW_HELP) {
		/* `mcorectl sim --help` is `mcorectl help sim`. */
		char *words[] = {(char *)(uintptr_t) "help", argc ? argv[0] : NULL};

		return run(argc ? 2 : 1, words);
	}
	if (!argc) {
		help(stderr, NULL);
		return EXIT_USAGE;
	}
	signal(SIGPIPE, SIG_DFL);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = run(argc, argv);
	curl_global_cleanup();
	if (fflush(stdout) || ferror(stdout)) {
		complain("standard output cannot be written");
		return EXIT_REFUSED;
	}
	return code;
}
