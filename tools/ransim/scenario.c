/* SPDX-License-Identifier: Apache-2.0 */
/* Commands, one a line or between ";", run in order. Those that act (attach, detach, …) return at
 * once; wait, expect and ping hold the queue until they are over. Event lines since the last acting
 * command are kept, so that `attach 1; expect attached` cannot come too late. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "codec/nas.h"
#include "codec/s1ap.h"
#include "core/loop.h"
#include "core/timer.h"
#include "enb.h"
#include "gtpu.h"
#include "move.h"
#include "stray.h"
#include "ue.h"
#include "ue_esm.h"

enum {
	MAX_WORDS = 32,
	MAX_LINE = SCENARIO_LINE,
	KEPT = 256,
	EXPECT_MS = 10000,
	PING_GRACE_MS = 1000
};

struct queued {
	struct queued *next;
	char line[]; /* as written; split again when it runs */
};

struct own_profile {
	struct own_profile *next;
	struct ue_profile profile;
};

struct words {
	unsigned n;
	char *w[MAX_WORDS];
	char buf[MAX_LINE];
};

enum hold { HOLD_NONE, HOLD_WAIT, HOLD_EXPECT, HOLD_REFUTE, HOLD_PING };

static struct {
	struct queued *first, **last;
	bool started, failed, busy, stopped;
	void (*over)(bool failed, bool quit);
	enum hold hold;
	struct timer timer, step;
	struct words what; /* of expect and refute */
	struct {
		struct ue *ue;
		char to[64];
		unsigned left, sent, received;
		uint16_t seq;
		uint8_t ebi;
		uint64_t size, interval_ms;
	} ping;
	char *kept[KEPT];
	unsigned kept_n;
	struct own_profile *profiles;
} sc = {.last = &sc.first};

static void step_later(void);
static void watch(const char *line);

/* ---- words ---- */

static bool split(const char *line, struct words *out)
{
	char *save, *p;

	out->n = 0;
	if ((size_t)snprintf(out->buf, sizeof(out->buf), "%s", line) >= sizeof(out->buf))
		return false;
	for (p = strtok_r(out->buf, " \t", &save); p && *p != '#';
	     p = strtok_r(NULL, " \t", &save)) {
		if (out->n == MAX_WORDS)
			return false;
		out->w[out->n++] = p;
	}
	return true;
}

/* The value after a word ("count 3"), or the default. */
static uint64_t after(const struct words *w, const char *word, uint64_t otherwise)
{
	for (unsigned i = 1; i + 1 < w->n; i++)
		if (!strcmp(w->w[i], word))
			return strtoull(w->w[i + 1], NULL, 10);
	return otherwise;
}

/* "3", "1-10" or "all", from 1 to max. */
static bool range(const char *s, unsigned max, unsigned *from, unsigned *to)
{
	char *end;

	if (!strcmp(s, "all")) {
		*from = 1;
		*to = max;
		return true;
	}
	*from = *to = (unsigned)strtoul(s, &end, 10);
	if (*end == '-')
		*to = (unsigned)strtoul(end + 1, &end, 10);
	return !*end && *from && *from <= *to && *to <= max;
}

/* ---- acting commands ---- */

static int each_ue(const struct words *w, int (*fn)(struct ue *, const struct words *))
{
	unsigned from, to;
	int err = 0;

	if (!range(w->w[1], sim.ues, &from, &to))
		return -ENOENT;
	for (unsigned i = from; i <= to && !err; i++)
		err = fn(&sim.ue[i - 1], w);
	return err;
}

static int each_enb(const struct words *w, int (*fn)(struct enb *, const struct words *))
{
	unsigned from, to;
	int err = 0;

	if (!range(w->w[1], sim.enbs, &from, &to))
		return -ENOENT;
	for (unsigned i = from; i <= to && !err; i++)
		err = fn(&sim.enb[i - 1], w);
	return err;
}

static bool said(const struct words *w, const char *word)
{
	for (unsigned i = 2; i < w->n; i++)
		if (!strcmp(w->w[i], word))
			return true;
	return false;
}

static int attach_one(struct ue *ue, const struct words *w)
{
	if (said(w, "fresh"))
		ue_forget(ue);
	if (said(w, "now")) {
		ue_interrupt(ue);
		ue_deregister(ue);
	}
	return said(w, "again") ? ue_attach_again(ue) : ue_attach(ue);
}

static int detach_one(struct ue *ue, const struct words *w)
{
	if (said(w, "now"))
		ue_interrupt(ue);
	return ue_detach(ue, said(w, "switch-off"));
}

static int service_one(struct ue *ue, const struct words *w)
{
	if (said(w, "now"))
		ue_interrupt(ue);
	if (!said(w, "now") || !ue->connected)
		return ue_service(ue);
	nas_send_service_request(ue);
	return 0;
}

static int update_one(struct ue *ue, const struct words *w)
{
	if (said(w, "now"))
		ue_interrupt(ue);
	return ue_update(ue,
			 said(w, "periodic")        ? NAS_TA_PERIODIC
			 : said(w, "combined")      ? NAS_TA_LA_UPDATE
			 : said(w, "combined-imsi") ? NAS_TA_LA_UPDATE_IMSI
						    : NAS_TA_UPDATE,
			 said(w, "active"));
}

static int idle_one(struct ue *ue, const struct words *w)
{
	return ue_idle(ue, (uint8_t)after(w, "cause", S1AP_CAUSE_RADIO_USER_INACTIVITY));
}

static int lose_one(struct ue *ue, const struct words *w)
{
	(void)w;
	enb_lose(ue);
	ue_released(ue, "radio link lost");
	return 0;
}

static int move_one(struct ue *ue, const struct words *w)
{
	unsigned from, to;

	if (ue->connected || w->n < 3 || !range(w->w[2], sim.enbs, &from, &to))
		return -EINVAL;
	ue->enb = &sim.enb[from - 1];
	return 0;
}

/* A UE with a fault of its own gets its own copy of the profile, which lives until the end. */
static int fault_one(struct ue *ue, const struct words *w)
{
	struct own_profile *own = malloc(sizeof(*own));
	struct ue_profile *p;

	if (!own)
		return -ENOMEM;
	p = &own->profile;
	*p = *ue->profile;
	own->next = sc.profiles;
	sc.profiles = own;
	for (unsigned i = 2; i < w->n; i++)
		if (!fault_parse(&p->faults, w->w[i]))
			return -EINVAL;
	ue->profile = p;
	ue->fault_done = false;
	if (ue_fault(ue, FAULT_SQN_AHEAD))
		usim_skip_ahead(&ue->usim, p->faults.arg[FAULT_SQN_AHEAD]);
	return 0;
}

static int show_one(struct ue *ue, const struct words *w)
{
	static const char *const states[] = {"deregistered", "registered-initiated", "registered",
					     "deregistered-initiated", "service-request-initiated"};
	struct gtpu_counters c;
	char text[320];

	(void)w;
	gtpu_port_counters(ue->path.teid, &c);
	event_ue(ue, "show", "state=%s connected=%s up-packets=%llu down-packets=%llu %s",
		 states[ue->state], ue->connected ? "yes" : "no", (unsigned long long)c.up_packets,
		 (unsigned long long)c.down_packets,
		 ue->pdn.active ? pdn_show(ue, text, sizeof(text)) : "");
	bearers_show(ue);
	return 0;
}

static int pdn_one(struct ue *ue, const struct words *w)
{
	uint8_t type = said(w, "ipv6")     ? NAS_PDN_IPV6
		       : said(w, "ipv4v6") ? NAS_PDN_IPV4V6
					   : NAS_PDN_IPV4;

	return esm_pdn(ue, w->w[2], (uint8_t)after(w, "type", type),
		       (uint8_t)after(w, "request", NAS_REQUEST_INITIAL));
}

static int disconnect_one(struct ue *ue, const struct words *w)
{
	return esm_disconnect(ue, (uint8_t)strtoul(w->w[2], NULL, 10));
}

static int resource_one(struct ue *ue, const struct words *w)
{
	struct esm_wish want;

	return esm_wish_parse(&want, w->n, w->w) ? esm_allocate(ue, &want) : -EINVAL;
}

static int resource_modify_one(struct ue *ue, const struct words *w)
{
	struct esm_wish want;

	return esm_wish_parse(&want, w->n, w->w) ? esm_modify(ue, &want) : -EINVAL;
}

static int e_rab_release_one(struct ue *ue, const struct words *w)
{
	return enb_release_e_rab(ue, (uint8_t)strtoul(w->w[2], NULL, 10));
}

static int e_rab_move_one(struct ue *ue, const struct words *w)
{
	(void)w;
	return enb_move_e_rabs(ue);
}

static int drop_one(struct enb *enb, const struct words *w)
{
	enb_disconnect(enb, !said(w, "gracefully"), said(w, "for-good"));
	return 0;
}

static int connect_one(struct enb *enb, const struct words *w)
{
	(void)w;
	if (enb->assoc)
		return -EALREADY;
	timer_stop(&enb->retry);
	enb_connect(enb);
	return 0;
}

static int garbage_one(struct enb *enb, const struct words *w)
{
	return enb->assoc ? enb_send_garbage(enb, (unsigned)after(w, "count", 100)) : -ENETDOWN;
}

static int reset_one(struct enb *enb, const struct words *w)
{
	uint64_t number = after(w, "ue", 0);

	if (!number)
		return enb_send_reset(enb, NULL);
	return number <= sim.ues ? enb_send_reset(enb, &sim.ue[number - 1]) : -ENOENT;
}

static int hand_over(struct ue *ue, const struct words *w, int (*how)(struct ue *, struct enb *))
{
	unsigned from, to;

	if (!range(w->w[2], sim.enbs, &from, &to))
		return -EINVAL;
	return how(ue, &sim.enb[from - 1]);
}

static int x2_one(struct ue *ue, const struct words *w) { return hand_over(ue, w, move_x2); }
static int s1ho_one(struct ue *ue, const struct words *w) { return hand_over(ue, w, move_s1); }

static int cancel_one(struct ue *ue, const struct words *w)
{
	(void)w;
	return move_cancel(ue);
}

static int claim_one(struct ue *ue, const struct words *w)
{
	unsigned of, to;

	return range(w->w[2], sim.ues, &of, &to) ? stray_claim(ue, &sim.ue[of - 1]) : -EINVAL;
}

static int nas_one(struct ue *ue, const struct words *w)
{
	return stray_nas(ue, w->n - 2, w->w + 2);
}
static int s1ap_one(struct ue *ue, const struct words *w)
{
	return stray_s1ap(ue, w->n - 2, w->w + 2);
}

static int do_claim(const struct words *w) { return each_ue(w, claim_one); }
static int do_nas(const struct words *w) { return each_ue(w, nas_one); }
static int do_s1ap(const struct words *w) { return each_ue(w, s1ap_one); }
static int do_x2(const struct words *w) { return each_ue(w, x2_one); }
static int do_s1ho(const struct words *w) { return each_ue(w, s1ho_one); }
static int do_cancel(const struct words *w) { return each_ue(w, cancel_one); }
static int do_attach(const struct words *w) { return each_ue(w, attach_one); }
static int do_detach(const struct words *w) { return each_ue(w, detach_one); }
static int do_service(const struct words *w) { return each_ue(w, service_one); }
static int do_update(const struct words *w) { return each_ue(w, update_one); }
static int do_idle(const struct words *w) { return each_ue(w, idle_one); }
static int do_lose(const struct words *w) { return each_ue(w, lose_one); }
static int do_pdn(const struct words *w) { return each_ue(w, pdn_one); }
static int do_disconnect(const struct words *w) { return each_ue(w, disconnect_one); }
static int do_resource(const struct words *w) { return each_ue(w, resource_one); }
static int do_resource_modify(const struct words *w) { return each_ue(w, resource_modify_one); }
static int do_e_rab_release(const struct words *w) { return each_ue(w, e_rab_release_one); }
static int do_e_rab_move(const struct words *w) { return each_ue(w, e_rab_move_one); }
static int do_move(const struct words *w) { return each_ue(w, move_one); }
static int do_fault(const struct words *w) { return each_ue(w, fault_one); }
static int do_show(const struct words *w) { return each_ue(w, show_one); }
static int do_drop(const struct words *w) { return each_enb(w, drop_one); }
static int do_connect(const struct words *w) { return each_enb(w, connect_one); }
static int do_garbage(const struct words *w) { return each_enb(w, garbage_one); }
static int do_reset(const struct words *w) { return each_enb(w, reset_one); }

static int node_one(struct enb *enb, const struct words *w)
{
	return enb->assoc ? enb_node_command(enb, w->n - 2, w->w + 2) : -ENETDOWN;
}

static int tell_one(struct ue *ue, const struct words *w)
{
	return enb_tell_command(ue, w->n - 2, w->w + 2);
}

static int do_node(const struct words *w) { return each_enb(w, node_one); }
static int do_tell(const struct words *w) { return each_ue(w, tell_one); }

static int do_quit(const struct words *w)
{
	(void)w;
	sc.stopped = true;
	sc.over(sc.failed, true);
	return 0;
}

/* ---- holding commands ---- */

static void hold_end(bool ok, const char *why)
{
	sc.hold = HOLD_NONE;
	timer_stop(&sc.timer);
	if (!ok) {
		event_sim("scenario.failed", "%s", why);
		sc.failed = true;
	}
	step_later();
}

static void timer_over(struct timer *t)
{
	char why[MAX_LINE] = "";

	(void)t;
	switch (sc.hold) {
	case HOLD_EXPECT:
		for (unsigned i = 1; i < sc.what.n; i++) {
			strncat(why, i > 1 ? " " : "expected=\"", sizeof(why) - strlen(why) - 1);
			strncat(why, sc.what.w[i], sizeof(why) - strlen(why) - 1);
		}
		strncat(why, "\"", sizeof(why) - strlen(why) - 1);
		hold_end(false, why);
		break;
	case HOLD_PING:
		event_ue(sc.ping.ue, "ping.done", "to=%s sent=%u received=%u", sc.ping.to,
			 sc.ping.sent, sc.ping.received);
		hold_end(true, NULL);
		break;
	default:
		hold_end(true, NULL);
	}
}

static int do_wait(const struct words *w)
{
	sc.hold = HOLD_WAIT;
	timer_start(&sc.timer, (uint64_t)(strtod(w->w[1], NULL) * 1000), timer_over);
	return 0;
}

/* A word of the line as a whole ("ue=1"), or, after "~", anywhere in it. */
static bool has_word(const char *line, const char *word)
{
	size_t n = strlen(word);

	if (*word == '~')
		return strstr(line, word + 1) != NULL;
	for (const char *p = line; (p = strstr(p, word)); p++)
		if ((p == line || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}

static bool matches(const struct words *w, const char *line)
{
	char event[96];

	snprintf(event, sizeof(event), "event=%s", w->w[1]);
	if (!has_word(line, event))
		return false;
	for (unsigned i = 2; i < w->n; i++) {
		if (!strcmp(w->w[i], "within") || !strcmp(w->w[i], "for"))
			i++;
		else if (!has_word(line, w->w[i]))
			return false;
	}
	return true;
}

static bool seen(const struct words *w)
{
	for (unsigned i = 0; i < sc.kept_n; i++)
		if (matches(w, sc.kept[i]))
			return true;
	return false;
}

static void hold_words(const struct words *w)
{
	sc.what = *w;
	for (unsigned i = 0; i < w->n; i++)
		sc.what.w[i] = sc.what.buf + (w->w[i] - w->buf);
}

static int do_expect(const struct words *w)
{
	if (seen(w))
		return 0;
	hold_words(w);
	sc.hold = HOLD_EXPECT;
	timer_start(&sc.timer, after(w, "within", EXPECT_MS / 1000) * 1000, timer_over);
	return 0;
}

static int do_refute(const struct words *w)
{
	if (seen(w))
		return -EEXIST;
	hold_words(w);
	sc.hold = HOLD_REFUTE;
	timer_start(&sc.timer, after(w, "for", 0) * 1000, timer_over);
	return 0;
}

static void ping_next(struct timer *t)
{
	int err = pdn_ping(sc.ping.ue, sc.ping.ebi, sc.ping.to, ++sc.ping.seq, sc.ping.size);

	if (err)
		event_ue(sc.ping.ue, "ping.failed", "error=\"%s\"", strerror(-err));
	sc.ping.sent++;
	if (--sc.ping.left)
		timer_start(t, sc.ping.interval_ms, ping_next);
	else
		timer_start(t, PING_GRACE_MS, timer_over);
}

static int do_ping(const struct words *w)
{
	unsigned from, to;

	if (!range(w->w[1], sim.ues, &from, &to))
		return -ENOENT;
	sc.hold = HOLD_PING;
	sc.ping.ue = &sim.ue[from - 1];
	sc.ping.left = (unsigned)after(w, "count", 1);
	sc.ping.size = after(w, "size", 56);
	sc.ping.ebi = (uint8_t)after(w, "ebi", 0);
	sc.ping.interval_ms = after(w, "interval", 200);
	sc.ping.sent = sc.ping.received = 0;
	if (!sc.ping.left)
		sc.ping.left = 1;
	snprintf(sc.ping.to, sizeof(sc.ping.to), "%s", w->w[2]);
	timer_start(&sc.timer, 0, ping_next);
	return 0;
}

static const struct {
	const char *name;
	unsigned least; /* words, its own included */
	bool acts;      /* forgets events seen before */
	int (*run)(const struct words *);
	const char *args, *help;
} table[] = {
	{"attach", 2, true, do_attach, "UE [fresh] [again|now]",
	 "fresh: without GUTI and keys; again: in any state, on a new connection;\n"
	 "                                                  "
	 "now, here and below: on the one there is, whatever runs"},
	{"detach", 2, true, do_detach, "UE [switch-off] [now]", "detach"},
	{"release", 2, true, do_idle, "UE [cause N]",
	 "user inactivity, or that cause of the radio network layer: becomes ECM-IDLE"},
	{"idle", 2, true, do_idle, "UE", "same as release"},
	{"service", 2, true, do_service, "UE [now]", "service request"},
	{"tau", 2, true, do_update, "UE [periodic|combined|combined-imsi] [active] [now]",
	 "tracking area update; active: with bearers"},
	{"pdn", 3, true, do_pdn, "UE APN [ipv4|ipv6|ipv4v6] [request N]",
	 "PDN Connectivity Request"},
	{"disconnect", 3, true, do_disconnect, "UE EBI", "PDN Disconnect Request"},
	{"resource", 4, true, do_resource, "UE EBI qci N [gbr KBIT] [operation N] filter FILTER…",
	 "Bearer Resource Allocation Request of a PDN connection"},
	{"resource-modify", 4, true, do_resource_modify,
	 "UE EBI [qci N] [gbr KBIT] operation N [id N|filter FILTER…]",
	 "Bearer Resource Modification Request of a bearer"},
	{"e-rab-release", 3, true, do_e_rab_release, "UE EBI", "E-RAB Release Indication"},
	{"e-rab-move", 2, true, do_e_rab_move, "UE", "E-RAB Modification Indication of all"},
	{"lose", 2, true, do_lose, "UE", "radio link lost, nobody told"},
	{"move", 3, true, do_move, "UE ENB", "an idle UE camps on another eNodeB"},
	{"x2", 3, true, do_x2, "UE ENB", "X2 handover, path switch"},
	{"s1ho", 3, true, do_s1ho, "UE ENB", "S1 handover"},
	{"cancel", 2, true, do_cancel, "UE", "cancels its S1 handover"},
	{"fault", 3, true, do_fault, "UE NAME[:ARG]…|none", "from now on"},
	{"show", 2, false, do_show, "UE", "prints its state"},
	{"drop", 2, true, do_drop, "ENB [gracefully] [for-good]", "ends the association"},
	{"connect", 2, true, do_connect, "ENB", "makes it anew"},
	{"garbage", 2, true, do_garbage, "ENB [count N]", "damaged S1AP messages"},
	{"reset", 2, true, do_reset, "ENB [ue N]", "S1 Reset of all or of one UE's connection"},
	{"node", 3, true, do_node, "ENB WORD [ARG]…",
	 "update [name NAME] [tac N] [gnb N], son ENB, en-dc N, rim, lppa, retrieve UE,\n"
	 "                                                  "
	 "pws-restart, pws-failure, remove, refuse update [WAIT]|location|trace|none"},
	{"tell", 3, true, do_tell, "UE WORD [ARG]…",
	 "location CELL, usage UP DOWN, delivered, cell-trace, csg, capability OCTETS, suspend, "
	 "lppa,\n"
	 "                                                  "
	 "error, nas HEX"},
	{"claim", 3, true, do_claim, "UE UE", "has the GUTI of the other, not its keys"},
	{"nas", 3, true, do_nas, "UE MESSAGE [replay]",
	 "its last one of that name once more; replay: octet for octet"},
	{"s1ap", 3, true, do_s1ap, "UE MESSAGE [mme-ue N] [enb-ue N] [cause N] [by ENB]",
	 "by the identifiers it has or had, plus N; cause: radio"},
	{"wait", 2, false, do_wait, "SECONDS", ""},
	{"expect", 2, false, do_expect, "EVENT [key=value|~text]… [within S]",
	 "waits for such a line; fails if none comes"},
	{"refute", 2, false, do_refute, "EVENT [key=value|~text]… [for S]",
	 "fails if such a line was seen or comes"},
	{"ping", 3, true, do_ping, "UE ADDRESS [ebi N] [count N] [size N] [interval MS]",
	 "ends in ping.done sent= received="},
	{"quit", 1, false, do_quit, "", "detach all and end"},
};

void scenario_help(FILE *f)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int n = fprintf(f, "  %s %s", table[i].name, table[i].args);

		fprintf(f, "%*s%s\n", n < 49 ? 50 - n : 2, "", table[i].help);
	}
	fprintf(f, "  UE and ENB are numbers from 1, ranges (1-10) or all.\n");
}

/* ---- the queue ---- */

static int row_of(const struct words *w)
{
	for (size_t i = 0; w->n && i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].name, w->w[0]) && w->n >= table[i].least)
			return (int)i;
	return -1;
}

static bool add_line(const char *line)
{
	struct queued *c;
	struct words w;

	if (!split(line, &w) || (w.n && row_of(&w) < 0)) {
		fprintf(stderr, "ransim: what is '%s'? (ransim help commands)\n", line);
		return false;
	}
	if (!w.n)
		return true;
	c = malloc(sizeof(*c) + strlen(line) + 1);
	if (!c)
		return false;
	c->next = NULL;
	strcpy(c->line, line);
	*sc.last = c;
	sc.last = &c->next;
	sim.watch = watch; /* from now on: S1 Setup comes before the first command runs */
	return true;
}

bool scenario_add(const char *text)
{
	char *copy = strdup(text), *save, *p;
	bool ok = copy != NULL;

	for (p = strtok_r(copy, ";\n", &save); p && ok; p = strtok_r(NULL, ";\n", &save))
		ok = add_line(p + strspn(p, " \t"));
	free(copy);
	step_later();
	return ok;
}

bool scenario_add_file(const char *path)
{
	char line[MAX_LINE];
	FILE *f = fopen(path, "re");
	bool ok = f != NULL;

	if (!f)
		fprintf(stderr, "ransim: %s: %s\n", path, strerror(errno));
	while (ok && fgets(line, sizeof(line), f))
		ok = scenario_add(line);
	if (f)
		fclose(f);
	return ok;
}

static void forget_events(void)
{
	while (sc.kept_n)
		free(sc.kept[--sc.kept_n]);
}

static void drop_queue(void)
{
	while (sc.first) {
		struct queued *c = sc.first;

		sc.first = c->next;
		free(c);
	}
	sc.last = &sc.first;
}

static void execute(const char *line)
{
	struct words w;
	int row, err;

	split(line, &w);
	row = row_of(&w);
	if (table[row].acts)
		forget_events();
	err = table[row].run(&w);
	if (err) {
		event_sim("scenario.failed", "command=\"%s\" error=\"%s\"", line, strerror(-err));
		sc.failed = true;
	}
}

static void step(struct timer *t)
{
	(void)t;
	while (sc.first && sc.hold == HOLD_NONE && !sc.failed && !sc.stopped) {
		struct queued *c = sc.first;

		sc.first = c->next;
		if (!sc.first)
			sc.last = &sc.first;
		sc.busy = true;
		execute(c->line);
		free(c);
	}
	if (sc.hold != HOLD_NONE || sc.stopped || !sc.busy)
		return;
	drop_queue();
	sc.busy = false;
	sc.over(sc.failed, false);
	sc.failed = false;
}

static void step_later(void)
{
	if (sc.started && !sc.stopped)
		timer_start(&sc.step, 0, step);
}

static void watch(const char *line)
{
	if (sc.kept_n == KEPT) {
		free(sc.kept[0]);
		memmove(sc.kept, sc.kept + 1, (KEPT - 1) * sizeof(*sc.kept));
		sc.kept_n--;
	}
	sc.kept[sc.kept_n] = strdup(line);
	if (sc.kept[sc.kept_n])
		sc.kept_n++;
	switch (sc.hold) {
	case HOLD_EXPECT:
		if (matches(&sc.what, line))
			hold_end(true, NULL);
		break;
	case HOLD_REFUTE:
		if (matches(&sc.what, line))
			hold_end(false, "refuted event came");
		break;
	case HOLD_PING:
		if (strstr(line, "event=pong") && ++sc.ping.received >= sc.ping.sent &&
		    !sc.ping.left)
			timer_start(&sc.timer, 0, timer_over);
		break;
	default:
		break;
	}
}

void scenario_start(void (*over)(bool failed, bool quit))
{
	sc.over = over;
	sc.started = true;
	step_later();
}

void scenario_stop(void)
{
	sc.stopped = true;
	sim.watch = NULL;
	timer_stop(&sc.timer);
	timer_stop(&sc.step);
	drop_queue();
	forget_events();
	control_stop();
}

void scenario_free(void)
{
	while (sc.profiles) {
		struct own_profile *p = sc.profiles;

		sc.profiles = p->next;
		free(p);
	}
}
