/* SPDX-License-Identifier: Apache-2.0 */
/* What failed last for each IMSI, also of devices that never got in: `mcorectl why`.
 *
 * Failures come from three places, none of them a procedure's own: the observer of the procedure
 * engine; the functions that refuse a first message before there is a procedure; and the end of an
 * S1 connection by what is no normal release. A step is told as deep as it is known: that of the
 * innermost child.
 *
 * They are kept in a table of fixed size, sets of WAYS entries, where a new IMSI takes the place of
 * its set's oldest: so strangers who make up IMSIs cost no memory, and push out only what shares
 * their set, which nobody can aim at without the seed. The table is a shared mapping of a file
 * beside the database: what is written is there after any end of the process, and costs no system
 * call. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "mme/esm.h"
#include "security/crypto.h"

enum { WAYS = 8, VERSION = 1 };

struct entry {         /* in the file: no pointers, texts cut and NUL-terminated */
	imsi_t imsi;   /* 0: free */
	uint64_t time; /* unix time, s */
	struct tai tai;
	struct ecgi ecgi;
	uint32_t times;
	uint16_t cause; /* as procedures have it, or CAUSE_S1AP and on */
	uint8_t proven, reserved;
	char procedure[24], clause[24], step[40], detail[64], enb[64];
};
_Static_assert(sizeof(struct entry) == 256, "entries are laid out as in earlier files");

struct header {
	char magic[8];
	uint32_t version, entries;
	uint64_t seed;
	uint8_t reserved[sizeof(struct entry) - 24];
};

static struct {
	struct header *header;
	struct entry *entry;
	size_t size;
} table;

/* ---- the table ---- */

static const char magic[8] = "mcorewhy";

static bool is_table(const struct header *h, uint32_t entries)
{
	return !memcmp(h->magic, magic, sizeof(magic)) && h->version == VERSION &&
	       h->entries == entries;
}

static int open_file(const char *path, uint32_t entries)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), err = errno;
	struct header h;
	bool mine = fd >= 0 && pread(fd, &h, sizeof(h), 0) == sizeof(h) && is_table(&h, entries);

	/* What is not ours becomes zeros, of which no page is read. Blocks are there before they
	 * are mapped: a full disk would be a SIGBUS later. */
	if (fd >= 0 && ((!mine && ftruncate(fd, 0)) || ftruncate(fd, (off_t)table.size)))
		err = errno;
	else if (fd >= 0)
		err = posix_fallocate(fd, 0, (off_t)table.size);
	if (fd >= 0 && !err)
		return fd;
	LOG(WARN, "why.file", "path=%s error=\"%s\" text=\"failures are kept until the restart\"",
	    path, strerror(err));
	if (fd >= 0)
		close(fd);
	return -1;
}

void why_open(const char *path, unsigned remember)
{
	uint32_t entries = (remember + WAYS - 1) / WAYS * WAYS;
	int fd;

	why_close();
	if (!entries)
		return;
	table.size = sizeof(struct header) + entries * sizeof(struct entry);
	fd = path ? open_file(path, entries) : -1;
	table.header = mmap(NULL, table.size, PROT_READ | PROT_WRITE,
			    fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (table.header == MAP_FAILED) {
		LOG(WARN, "why.table", "octets=%zu error=\"%s\"", table.size, strerror(errno));
		table.header = NULL;
		return;
	}
	table.entry = (struct entry *)(table.header + 1);
	if (is_table(table.header, entries))
		return;
	memcpy(table.header->magic, magic, sizeof(magic));
	table.header->version = VERSION;
	table.header->entries = entries;
	crypto_random(&table.header->seed, sizeof(table.header->seed));
}

void why_close(void)
{
	if (table.header)
		munmap(table.header, table.size);
	table.header = NULL;
}

static struct entry *set_of(imsi_t imsi)
{
	uint64_t h = (imsi ^ table.header->seed) * 0x9e3779b97f4a7c15;

	h = (h ^ h >> 32) * 0xd6e8feb86659fd93;
	return &table.entry[(h >> 32) % (table.header->entries / WAYS) * WAYS];
}

static struct entry *find(imsi_t imsi)
{
	struct entry *set = set_of(imsi);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].imsi == imsi)
			return &set[i];
	return NULL;
}

/* The IMSI's entry, or the set's oldest (free ones are oldest) made its. */
static struct entry *take(imsi_t imsi)
{
	struct entry *e = find(imsi), *set = set_of(imsi);

	if (e)
		return e;
	e = set;
	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].time < e->time)
			e = &set[i];
	*e = (struct entry){.imsi = imsi};
	return e;
}

/* ---- what is remembered ---- */

static void copy(char *to, size_t cap, const char *from)
{
	snprintf(to, cap, "%s", from ? from : "");
}
#define COPY(to, from) copy(to, sizeof(to), from)

static void remember(imsi_t imsi, const struct s1_conn *c, const struct entry *what)
{
	struct entry *e;
	uint32_t times;
	char id[24];

	if (!table.header || imsi == IMSI_NONE)
		return;
	e = take(imsi);
	times = e->cause == what->cause && !strcmp(e->procedure, what->procedure) ? e->times : 0;
	*e = *what;
	e->imsi = imsi;
	e->time = (uint64_t)time(NULL);
	e->times = times + 1;
	if (!c)
		return;
	e->tai = c->tai;
	e->ecgi = c->ecgi;
	char name[40];

	log_escape(name, sizeof(name), c->enb->name, strlen(c->enb->name));
	snprintf(e->enb, sizeof(e->enb), "%s%s%s", enb_print_id(c->enb, id), name[0] ? " " : "",
		 name);
}

/* What is known of a failure before its procedure ends. */
static struct {
	const struct mme_ue *ue;
	char step[40], detail[64];
	bool s1;
	struct s1ap_cause cause;
} context;

static void forget_context(const struct mme_ue *ue)
{
	if (context.ue != ue) {
		memset(&context, 0, sizeof(context));
		context.ue = ue;
	}
}

void why_radio(const struct mme_ue *ue, struct s1ap_cause cause)
{
	forget_context(ue);
	context.s1 = true;
	context.cause = cause;
	COPY(context.detail, s1ap_cause_text(cause));
}

static void failed(const struct proc *p)
{
	const struct mme_ue *ue = p->owner;
	struct entry e = {.cause = mme_cause_of(p), .proven = ue->known};

	if (p->cause == CAUSE_TOLD && context.s1)
		e.cause = cause_of_s1ap(context.cause);
	COPY(e.procedure, p->def->name);
	COPY(e.clause, p->def->clause);
	COPY(e.step, context.step[0] ? context.step : p->def->steps[p->step].name);
	COPY(e.detail, context.detail);
	remember(ue->imsi, ue->conn, &e);
}

void why_observe(const struct proc *p, const char *what, const char *detail)
{
	const struct mme_ue *ue = p->owner;

	if (!strcmp(what, "start") && !p->parent) {
		context.ue = NULL;
	} else if (!strcmp(what, "note") || !strcmp(what, "timeout")) {
		forget_context(ue);
		snprintf(context.detail, sizeof(context.detail), "%s%s", detail,
			 *what == 't' ? " expired" : "");
	} else if (!strcmp(what, "fail") && p->parent) {
		forget_context(ue);
		if (!context.step[0])
			snprintf(context.step, sizeof(context.step), "%s/%s", p->def->name,
				 p->def->steps[p->step].name);
	} else if (!strcmp(what, "fail")) {
		forget_context(ue);
		if (p->cause != PROC_ABORTED)
			failed(p);
		context.ue = NULL;
	} else if (!strcmp(what, "end")) {
		forget_context(ue);
		context.step[0] = context.detail[0] = 0;
	}
}

void why_refused(const struct s1_conn *c, const char *procedure, const char *clause, uint16_t cause)
{
	struct entry e = {.cause = cause};

	COPY(e.procedure, procedure);
	COPY(e.clause, clause);
	COPY(e.step, "begin");
	remember(c->claimed ? c->claimed : IMSI_NONE, c, &e);
}

/* An eNodeB's or our own wish that says nothing of a fault. */
static bool is_normal(uint16_t cause, bool busy)
{
	switch (cause) {
	case CAUSE_S1AP_OF(NAS, NORMAL_RELEASE):
	case CAUSE_S1AP_OF(NAS, DETACH):
	/* These two ours, after a failure that has been kept. */
	case CAUSE_S1AP_OF(NAS, UNSPECIFIED):
	case CAUSE_S1AP_OF(NAS, AUTHENTICATION_FAILURE):
	case CAUSE_S1AP_OF(RADIO, SUCCESSFUL_HANDOVER):
		return true;
	case CAUSE_S1AP_OF(RADIO, USER_INACTIVITY):
	case CAUSE_S1AP_OF(RADIO, LOAD_BALANCING_TAU_REQUIRED):
	case CAUSE_S1AP_OF(RADIO, CS_FALLBACK_TRIGGERED):
	case CAUSE_S1AP_OF(RADIO, INTERRAT_REDIRECTION):
	case CAUSE_S1AP_OF(RADIO, RELEASE_DUE_TO_EUTRAN_GENERATED_REASON):
	case CAUSE_ENB_RESET:
		return !busy;
	default:
		return false;
	}
}

void why_ended(struct mme_ue *ue, const struct s1_conn *c, uint16_t cause)
{
	const struct proc *outer = ue->procs.first, *inner = ue->procs.first;
	struct entry e = {.cause = cause, .proven = ue->known};
	uint16_t lost = bearers_lost_by(ue, cause);

	while (outer && outer->parent)
		outer = outer->parent;
	if (!lost && is_normal(cause, outer != NULL))
		return;
	for (uint8_t ebi = 5; ebi <= 15; ebi++) {
		size_t n = strlen(e.detail);

		if (lost >> ebi & 1)
			snprintf(e.detail + n, sizeof(e.detail) - n, "%s %u",
				 n ? "" : "guaranteed bearers lost:", ebi);
	}
	COPY(e.procedure, outer ? outer->def->name : "S1 connection");
	COPY(e.clause, outer ? outer->def->clause : "TS 36.413 8.3.2");
	if (inner && inner->parent)
		snprintf(e.step, sizeof(e.step), "%s/%s", inner->def->name,
			 inner->def->steps[inner->step].name);
	else
		COPY(e.step, outer ? outer->def->steps[outer->step].name : "connected");
	remember(ue->imsi, c, &e);
}

/* ---- for people ---- */

bool why_view(imsi_t imsi, struct failure_view *v)
{
	const struct entry *e = table.header ? find(imsi) : NULL;

	if (!e)
		return false;
#define TEXT(field)                                                                                \
	snprintf(v->field, sizeof(v->field), "%.*s", (int)sizeof(e->field) - 1, e->field)
	TEXT(procedure);
	TEXT(clause);
	TEXT(step);
	TEXT(detail);
	TEXT(enb);
#undef TEXT
	snprintf(v->cause, sizeof(v->cause), "%s", mme_cause_print(e->cause, (char[96]){0}));
	v->cause_clause = mme_cause_clause(e->cause);
	v->advice = mme_cause_advice(e->cause, v->procedure, v->step);
	v->tai = e->tai;
	v->cell = e->ecgi;
	v->time = e->time;
	v->times = e->times;
	v->proven = e->proven;
	return true;
}
