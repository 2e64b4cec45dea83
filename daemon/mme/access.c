/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come in: ordered rules, of which the first that fits decides; whom none fits may. Those
 * that operators add at run time come first and are kept in the store, one a line under one key;
 * then come those of the configuration. They are held against a device when it attaches (as soon as
 * its IMEISV is known, and where a rule names the word of its subscription, when that is), at its
 * tracking area updates and service requests; and against all that are registered when rules
 * change. Tracking areas that are denied are not told in its list either, so that it cannot move
 * there in silence. */
#include <errno.h>
#include <stdlib.h>
#include "core/loop.h"
#include "mme/mme.h"
#include "store/store.h"

enum { STORED_MAX = 1000, A_TURN = 200 };

static const char store_key[] = "access rules";

static struct access_rule *stored;
static unsigned stored_n;

static struct access_rule *rule_at(unsigned i)
{
	return i < stored_n               ? &stored[i]
	       : i < stored_n + mme.rules ? &mme.rule[i - stored_n]
					  : NULL;
}

/* Whose IMSI is of a network that is served here is at home (TS 23.003 2.2: 2 or 3 digits of MNC).
 */
static bool roams(imsi_t imsi)
{
	return !mme_serves_plmn(imsi_plmn(imsi, 2)) && !mme_serves_plmn(imsi_plmn(imsi, 3));
}

/* The rule that decides, NULL: none. */
static struct access_rule *decide(const struct mme_ue *ue, const struct tai *tai, bool *undecided)
{
	struct access_rule *r;

	*undecided = false;
	/* 23.401 4.3.12: restrictions do not hold back who calls for help. */
	if (ue->emergency || !rule_at(0))
		return NULL;
	const struct access_subject s = {
		.imsi = ue->imsi,
		.imeisv = ue->imeisv,
		.access = ue->subscribed ? ue->access : NULL,
		.tai = *tai,
		.roamer = roams(ue->imsi),
	};

	for (unsigned i = 0; (r = rule_at(i)); i++)
		switch (rule_match(r, &s)) {
		case RULE_YES:
			return r;
		case RULE_UNDECIDED:
			*undecided = true;
			return r;
		case RULE_NO:
			break;
		}
	return NULL;
}

bool access_any(void) { return rule_at(0) != NULL; }

uint8_t access_check(const struct mme_ue *ue, const struct tai *tai)
{
	struct access_rule *r;
	bool undecided;

	if (!mme_serves_tai(tai))
		return EMM_CAUSE_NO_SUITABLE_CELLS;
	r = decide(ue, tai, &undecided);
	if (undecided)
		return ACCESS_UNDECIDED;
	if (!r)
		return 0;
	r->hits++;
	if (!r->deny)
		return 0;
	mme_counters.access_denied++;
	UE_LOG(INFO, ue, "access.denied", "tai=%s-%04x cause=%u rule=\"%s\"",
	       plmn_print(tai->plmn, (char[PLMN_STRLEN]){0}), tai->tac, r->cause,
	       rule_print(r, (char[RULE_TEXT_MAX]){0}));
	return r->cause;
}

bool access_allowed(const struct mme_ue *ue, const struct tai *tai)
{
	bool undecided;
	const struct access_rule *r = decide(ue, tai, &undecided);

	return !r || undecided || !r->deny;
}

/* ---- a change, and what follows from it ---- */

static struct {
	bool under_way, again;
	uint64_t cursor;
} walk;

static void go_on(void *arg)
{
	struct mme_ue *ue = NULL;
	bool undecided;

	(void)arg;
	for (unsigned i = 0; i < A_TURN && (ue = ue_next_known(&walk.cursor)); i++) {
		struct access_rule *r = decide(ue, &ue->tai, &undecided);

		if (!r || undecided || !r->deny || ue->emm != EMM_REGISTERED)
			continue;
		r->hits++;
		mme_counters.access_detached++;
		UE_LOG(INFO, ue, "access.detached", "cause=%u rule=\"%s\"", r->cause,
		       rule_print(r, (char[RULE_TEXT_MAX]){0}));
		detach_denied(ue, r->cause);
	}
	if (!ue && walk.again) {
		walk.again = false;
		walk.cursor = 0;
	} else if (!ue) {
		walk.under_way = false;
		return;
	}
	loop_post(go_on, NULL);
}

void access_apply(void)
{
	walk.again = walk.under_way;
	if (walk.under_way)
		return;
	walk.under_way = true;
	walk.cursor = 0;
	loop_post(go_on, NULL);
}

/* ---- the store ---- */

static void save(void)
{
	char *text = malloc(stored_n * (size_t)RULE_TEXT_MAX + 1), line[RULE_TEXT_MAX];
	size_t at = 0;

	if (!text)
		abort();
	for (unsigned i = 0; i < stored_n; i++)
		at += (size_t)snprintf(text + at, RULE_TEXT_MAX + 1, "%s\n",
				       rule_print(&stored[i], line));
	text[at] = 0;
	store_setting_put(store_key, text, (struct store_write){0});
	free(text);
}

static bool insert(const struct access_rule *r, unsigned at)
{
	struct access_rule *more = realloc(stored, (stored_n + 1) * sizeof(*more));

	if (!more)
		return false;
	stored = more;
	memmove(stored + at + 1, stored + at, (stored_n - at) * sizeof(*stored));
	stored[at] = *r;
	stored_n++;
	return true;
}

void access_start(void)
{
	char *text = NULL, *rest, *line;
	struct access_rule r;

	stored_n = 0;
	if (store_setting_get(store_key, &text) || !text)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *wrong = rule_parse(line, &r);

		if (wrong)
			LOG(ERROR, "access.stored", "rule=\"%s\" error=\"%s\"", line, wrong);
		else
			insert(&r, stored_n);
	}
	free(text);
	LOG(INFO, "access.start", "stored=%u configured=%u", stored_n, mme.rules);
}

/* ---- for the API ---- */

bool access_view_next(uint64_t *cursor, struct access_view *v)
{
	unsigned i = (unsigned)(*cursor)++;
	const struct access_rule *r = rule_at(i);

	if (!r)
		return false;
	v->number = i + 1;
	v->source = i < stored_n ? "store" : "file";
	rule_print(r, v->rule);
	v->cause = r->cause;
	v->hits = r->hits;
	v->device = r->deny ? rule_cause(r->cause)->device : NULL;
	return true;
}

int access_add(const char *text, unsigned at, char *error, size_t cap, const char **warning)
{
	struct access_rule r;
	const char *wrong = rule_parse(text, &r);

	*warning = NULL;
	if (!wrong && at > stored_n + 1)
		wrong = "only those before the first rule of the configuration can be given a "
			"place";
	for (unsigned i = 0; !wrong && i < stored_n; i++)
		if (rule_equal(&stored[i], &r))
			wrong = "this rule is there already";
	if (!wrong && stored_n == STORED_MAX)
		wrong = "there are 1000 rules: put what is more in the configuration";
	if (wrong) {
		snprintf(error, cap, "%s", wrong);
		return -EINVAL;
	}
	at = at ? at - 1 : stored_n;
	if (!insert(&r, at)) {
		snprintf(error, cap, "out of memory");
		return -ENOMEM;
	}
	if (r.deny && rule_cause(r.cause)->lasting)
		*warning = rule_cause(r.cause)->device;
	LOG(INFO, "access.add", "number=%u rule=\"%s\"", at + 1,
	    rule_print(&r, (char[RULE_TEXT_MAX]){0}));
	save();
	access_apply();
	return (int)at + 1;
}

int access_del(unsigned number)
{
	if (!number || number > stored_n + mme.rules)
		return -ENOENT;
	if (number > stored_n)
		return -EPERM;
	LOG(INFO, "access.del", "number=%u rule=\"%s\"", number,
	    rule_print(&stored[number - 1], (char[RULE_TEXT_MAX]){0}));
	memmove(stored + number - 1, stored + number, (stored_n - number) * sizeof(*stored));
	stored_n--;
	save();
	access_apply();
	return 0;
}
