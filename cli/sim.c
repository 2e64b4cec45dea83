/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of one SIM or device, and the export of all. The daemon judges values; here only words
 * are known. */
#include "ctl.h"

#include <string.h>

const char *const sim_words[] = {"k",      "opc",        "op",     "amf", "msisdn",  "profile",
				 "ip",     "ip6",        "ue4",    "ue6", "blocked", "algorithm",
				 "access", "usage_type", "routes", NULL};
const char *const detach_words[] = {"reattach", NULL};

/* KEY VALUE pairs as an object; NULL after a complaint. */
static json_t *pairs(const struct command *c, int argc, char **argv)
{
	json_t *object = json_object();
	int word;

	for (int i = 0; i < argc; i += 2) {
		word = word_index(sim_words, argv[i]);
		if (word < 0) {
			what_is(sim_words, argv[i]);
		} else if (i + 1 == argc) {
			complain("a value is missing after '%s'", argv[i]);
			usage_of(c);
		} else {
			json_object_set_new(object, sim_words[word], json_string(argv[i + 1]));
			continue;
		}
		json_decref(object);
		return NULL;
	}
	return object;
}

static int change(const char *method, const char *path, json_t *body)
{
	json_t *answer = NULL;
	int code = api_call(method, path, body, &answer);

	if (!code && options.json)
		print_json(answer);
	json_decref(answer);
	return code;
}

int sim_add(const struct command *c, int argc, char **argv)
{
	json_t *body;

	if (argc < 1)
		return usage_of(c);
	if (!imsi_word(argv[0]))
		return EXIT_USAGE;
	body = pairs(c, argc - 1, argv + 1);
	if (!body)
		return EXIT_USAGE;
	json_object_set_new(body, "imsi", json_string(argv[0]));
	return change("POST", c->path, body);
}

static int change_one(const char *method, const struct command *c, const char *imsi, json_t *body)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", c->path, imsi);
	return change(method, path, body);
}

int sim_set(const struct command *c, int argc, char **argv)
{
	json_t *body;

	if (argc < 3)
		return usage_of(c);
	if (!imsi_word(argv[0]))
		return EXIT_USAGE;
	body = pairs(c, argc - 1, argv + 1);
	return body ? change_one("PATCH", c, argv[0], body) : EXIT_USAGE;
}

int sim_del(const struct command *c, int argc, char **argv)
{
	if (argc != 1)
		return usage_of(c);
	return imsi_word(argv[0]) ? change_one("DELETE", c, argv[0], NULL) : EXIT_USAGE;
}

int detach(const struct command *c, int argc, char **argv)
{
	json_t *answer;
	char path[64];
	bool reattach = argc > 1;
	int code;

	if (argc < 1 || argc > 2)
		return usage_of(c);
	if (reattach && word_index(detach_words, argv[1]) < 0)
		return what_is(detach_words, argv[1]);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s/%s/detach%s", c->path, argv[0],
		 reattach ? "?reattach=1" : "");
	code = api_call("POST", path, NULL, &answer);
	if (code)
		return code;
	if (options.json)
		print_json(answer);
	else if (json_is_false(json_object_get(answer, "answered")))
		complain("%s did not answer, and is detached here", argv[0]);
	json_decref(answer);
	return 0;
}

/* POST /ues/IMSI/VERB: what is done to a device, now or at its next contact. */
int ue_do(const struct command *c, int argc, char **argv)
{
	json_t *answer;
	char path[64];
	int code;

	if (argc != 1)
		return usage_of(c);
	if (!device_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s/%s/%s", c->path, argv[0], c->verb);
	code = api_call("POST", path, NULL, &answer);
	if (code)
		return code;
	if (options.json)
		print_json(answer);
	else if (json_is_false(json_object_get(answer, "done")))
		complain("%s is idle or busy: it is done at its next contact", argv[0]);
	json_decref(answer);
	return 0;
}

/* ---- export ---- */

static void csv_row(FILE *f, const json_t *sim)
{
	static const char *const keys[] = {"imsi",   "msisdn",     "profile", "algorithm",
					   "amf",    "ue4",        "ue6",     "blocked",
					   "access", "usage_type", "routes"};

	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
		const json_t *v = json_object_get(sim, keys[i]);

		fprintf(f, "%s%s", i ? "," : "",
			json_is_string(v) ? json_string_value(v)
			: json_is_true(v) ? "yes"
					  : "");
	}
	fputc('\n', f);
}

static int export_to(const struct command *c, FILE *f)
{
	char path[64];
	int code;

	fputs("imsi,msisdn,profile,algorithm,amf,ue4,ue6,blocked,access,usage_type,routes\n", f);
	snprintf(path, sizeof path, "%s", c->path);
	for (;;) {
		const char *next = NULL;
		json_t *page, *sim;
		size_t i;

		code = api_call("GET", path, NULL, &page);
		if (code)
			return code;
		json_array_foreach(json_object_get(page, "sims"), i, sim) csv_row(f, sim);
		json_unpack(page, "{s?s}", "next", &next);
		snprintf(path, sizeof path, "%s?from=%s", c->path, next ? next : "");
		json_decref(page);
		if (!next)
			return 0;
	}
}

int sim_export(const struct command *c, int argc, char **argv)
{
	FILE *f = stdout;
	int code;

	if (argc > 1)
		return usage_of(c);
	if (argc && strcmp(argv[0], "-")) {
		f = fopen(argv[0], "we");
		if (!f) {
			complain("%s: %m", argv[0]);
			return EXIT_USAGE;
		}
	}
	code = export_to(c, f);
	if (f != stdout && fclose(f) && !code) {
		complain("%s: %m", argv[0]);
		code = EXIT_REFUSED;
	}
	return code;
}
