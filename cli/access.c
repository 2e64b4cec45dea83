/* SPDX-License-Identifier: Apache-2.0 */
/* Access rules: add, with a warning where devices would not come back by themselves; and del. The
 * draining of an MME. */
#include "ctl.h"

#include <stdlib.h>
#include <string.h>

const char *const access_words[] = {"at",     "deny",   "allow",   "plmn",  "tac", "imsi",
				    "imeisv", "access", "roamers", "cause", "all", NULL};

static bool number_word(const char *word)
{
	size_t n = strspn(word, "0123456789");

	if (n && n < 6 && !word[n])
		return true;
	complain("'%s' is not a number that fits here", word);
	return false;
}

/* A denial without a condition is of every device, and detaches those that are there: it has to be
 * meant, and said. The word is not a part of the rule. */
static bool meant(int *argc, char **argv)
{
	bool cause = *argc > 2 && !strcmp(argv[1], "cause");
	int conditions = *argc - (cause ? 3 : 1);

	if (strcmp(argv[0], "deny") != 0 || conditions > 1)
		return true;
	if (conditions && !strcmp(argv[*argc - 1], "all")) {
		--*argc;
		return true;
	}
	if (conditions)
		return true;
	complain("this denies every device, and detaches those that are registered: add 'all' if "
		 "it is meant");
	return false;
}

int access_add(const struct command *c, int argc, char **argv)
{
	json_t *answer, *body;
	const char *warning = NULL;
	char rule[256] = "";
	int at = 0, code;

	if (argc >= 2 && !strcmp(argv[0], "at")) {
		if (!number_word(argv[1]))
			return EXIT_USAGE;
		at = atoi(argv[1]);
		argc -= 2;
		argv += 2;
	}
	if (!argc)
		return usage_of(c);
	if (!meant(&argc, argv))
		return EXIT_USAGE;
	for (int i = 0; i < argc; i++) {
		size_t n = strlen(rule);

		snprintf(rule + n, sizeof rule - n, "%s%s", n ? " " : "", argv[i]);
		if (n + strlen(argv[i]) + 2 > sizeof rule) { /* a part of it would say more */
			complain("the rule is too long, from '%s' on", argv[i]);
			return EXIT_USAGE;
		}
	}
	body = json_pack("{s:s,s:i}", "rule", rule, "at", at);
	code = api_call("POST", c->path, body, &answer);
	if (code)
		return code;
	json_unpack(answer, "{s?s}", "warning", &warning);
	if (options.json)
		print_json(answer);
	if (warning)
		complain("warning: a device that this denies does not come back by itself: %s",
			 warning);
	json_decref(answer);
	return 0;
}

int access_del(const struct command *c, int argc, char **argv)
{
	char path[64];

	if (argc != 1)
		return usage_of(c);
	if (!number_word(argv[0]))
		return EXIT_USAGE;
	snprintf(path, sizeof path, "%s?number=%s", c->path, argv[0]);
	return api_call("DELETE", path, NULL, NULL);
}

const char *const drain_words[] = {"start", "stop", "status", NULL};

/* mme drain [start [RATE] | stop | status] */
int drain(const struct command *c, int argc, char **argv)
{
	enum { START, STOP, STATUS };
	int word = argc ? word_index(drain_words, argv[0]) : STATUS, code;
	json_t *answer;
	char path[64];

	if (word < 0)
		return what_is(drain_words, argv[0]);
	if (argc > (word == START ? 2 : 1))
		return usage_of(c);
	if (word == STOP)
		return api_call("DELETE", c->path, NULL, NULL);
	if (word == START) {
		if (argc > 1 && !number_word(argv[1]))
			return EXIT_USAGE;
		snprintf(path, sizeof path, "%s%s%s", c->path, argc > 1 ? "?rate=" : "",
			 argc > 1 ? argv[1] : "");
		return api_call("POST", path, NULL, NULL);
	}
	code = api_call("GET", c->path, NULL, &answer);
	if (code)
		return code;
	if (options.json)
		print_json(answer);
	else
		table_object(c->columns, answer);
	json_decref(answer);
	return 0;
}
