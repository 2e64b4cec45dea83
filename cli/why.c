/* SPDX-License-Identifier: Apache-2.0 */
/* `why`: what the daemon found out about a device that does not work, in sentences. */
#include "ctl.h"

#include <string.h>
#include <time.h>

static const char *text_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

/* "word VALUE" where there is one. */
static void also(const char *word, const char *value)
{
	if (*value)
		printf(" %s %s", word, value);
}

static void print_when(const json_t *object)
{
	time_t t = (time_t)json_integer_value(json_object_get(object, "time"));
	char clock[32];
	struct tm tm;

	strftime(clock, sizeof clock, "%Y-%m-%d %H:%M:%S", localtime_r(&t, &tm));
	printf(" at %s", clock);
}

static void print_failure(const json_t *f)
{
	json_int_t times = json_integer_value(json_object_get(f, "times"));

	printf("Last failure: %s", text_of(f, "procedure"));
	if (*text_of(f, "clause"))
		printf(" (%s)", text_of(f, "clause"));
	also("in step", text_of(f, "step"));
	print_when(f);
	if (times > 1)
		printf(", %" JSON_INTEGER_FORMAT " times in a row", times);
	if (*text_of(f, "enb") || *text_of(f, "cell")) {
		printf("\n  where:   ");
		also("eNodeB", text_of(f, "enb"));
		also("cell", text_of(f, "cell"));
		also("tracking area", text_of(f, "tai"));
	}
	printf("\n  cause:    %s", text_of(f, "cause"));
	if (*text_of(f, "cause_clause"))
		printf(" (%s)", text_of(f, "cause_clause"));
	if (*text_of(f, "detail"))
		printf("\n  detail:   %s", text_of(f, "detail"));
	if (!json_is_true(json_object_get(f, "proven")))
		printf("\n  identity: as the device said, not proven");
	printf("\n  to do:    %s\n", text_of(f, "advice"));
}

static void print_why(const struct command *c, const json_t *answer)
{
	const json_t *ue = json_object_get(answer, "ue");
	const json_t *failure = json_object_get(answer, "failure");
	const json_t *findings = json_object_get(answer, "findings");
	json_t *one;
	size_t i;

	(void)c;
	printf("%s:", text_of(answer, "imsi"));
	if (json_is_object(ue)) {
		printf(" %s, %s", text_of(ue, "emm"), text_of(ue, "ecm"));
		also("at eNodeB", text_of(ue, "enb"));
		also("cell", text_of(ue, "cell"));
	} else {
		printf(" not known to the MME");
	}
	putchar('\n');
	if (json_is_object(failure))
		print_failure(failure);
	else
		puts("Last failure: none is remembered");
	json_array_foreach(findings, i, one)
	{
		printf("- %s\n  to do:    %s\n", text_of(one, "what"), text_of(one, "advice"));
	}
}

int why(const struct command *c, int argc, char **argv)
{
	return show_item(c, argc, argv, print_why);
}
