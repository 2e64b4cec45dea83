/* SPDX-License-Identifier: Apache-2.0 */
/* ransim: eNodeBs and UEs for mcore, or any other EPC, on the command line. */
#include <string.h>
#include "commands.h"
#include "gen.h"

static int keys_command(struct options *o)
{
	char digits[IMSI_STRLEN];

	if (!o->has_imsi || (!o->seed_n && !o->defaults.has_key)) {
		fprintf(stderr,
			"ransim: keys wants --imsi, --count and --key-seed (or --k and --opc)\n");
		return 2;
	}
	printf("imsi,k,opc\n");
	for (uint64_t i = 0; i < (o->count ? o->count : 1); i++) {
		imsi_t imsi = imsi_add(o->first_imsi, i);
		struct usim u = {0};

		options_key(o, imsi, &u);
		printf("%s,", imsi_print(imsi, digits));
		for (unsigned n = 0; n < u.key.k_len; n++)
			printf("%02x", u.key.k[n]);
		printf(",");
		for (unsigned n = 0; n < 16; n++)
			printf("%02x", u.key.opc[n]);
		printf("\n");
	}
	return ferror(stdout) ? 1 : 0;
}

static int reflect_command(struct options *o) { return reflect_run(o->listen, o->listen_port); }

static const struct {
	const char *name;
	enum command id;
	int (*run)(struct options *);
	const char *help;
} commands[] = {
	{"run", COMMAND_RUN, run_command, "attach UEs and keep them; packets by tun devices"},
	{"load", COMMAND_LOAD, load_command, "attach at a rate, print rates and latencies"},
	{"keys", COMMAND_KEYS, keys_command, "print derived keys as CSV: imsi,k,opc"},
	{"reflect", COMMAND_REFLECT, reflect_command,
	 "send UDP back: the far end of load's traffic"},
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static int help(FILE *f, const char *topic)
{
	if (topic && !strcmp(topic, "faults")) {
		fault_help(f);
		return 0;
	}
	if (topic && !strcmp(topic, "commands")) {
		scenario_help(f);
		return 0;
	}
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (topic && strcmp(topic, commands[i].name))
			continue;
		fprintf(f, "ransim %-8s %s\n", commands[i].name, commands[i].help);
		if (topic)
			options_help(f, commands[i].id);
	}
	if (!topic)
		fprintf(f, "ransim help COMMAND|commands|faults\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct options o;
	int code;

	if (argc < 2)
		return help(stderr, NULL), 2;
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help(stdout, argv[2]);
	if (!strcmp(argv[1], "--version")) {
		printf("ransim %s\n", MCORE_VERSION);
		return 0;
	}
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h")))
			return help(stdout, commands[i].name);
		code = 2;
		if (options_parse(&o, commands[i].id, argc - 2, argv + 2))
			code = commands[i].run(&o);
		options_free(&o);
		return code;
	}
	fprintf(stderr, "ransim: what is '%s'?\n", argv[1]);
	help(stderr, NULL);
	return 2;
}
