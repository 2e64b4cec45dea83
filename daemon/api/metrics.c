/* SPDX-License-Identifier: Apache-2.0 */
/* Figures: what core/metrics counts, what roles work out when asked, what the kernel counted; as
 * JSON
 * (/stats) and in Prometheus' text format (/metrics). Pools of memory, and the version. */
#include "api/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/metrics.h"
#include "core/pool.h"
#include "datapath/datapath.h"

static const char *const reason_names[] = {
#define R(name, verdict, text) [REASON_##name] = #name,
	MCORE_REASONS(R)
#undef R
};
static const char *const reason_verdicts[] = {
#define R(name, verdict, text) [REASON_##name] = #verdict,
	MCORE_REASONS(R)
#undef R
};

/* ---- JSON ---- */

/* A labelled value is a member of an object under its name. */
static void set(json_t *stats, const char *name, const char *label_value, json_t *value)
{
	json_t *group;

	if (!label_value) {
		json_object_set_new(stats, name, value);
		return;
	}
	group = json_object_get(stats, name);
	if (!group) {
		group = json_object();
		json_object_set_new(stats, name, group);
	}
	json_object_set_new(group, label_value, value);
}

static json_t *latency_json(const struct latency *l)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I}", "count", (json_int_t)l->count, "p50_us",
			 (json_int_t)latency_percentile(l, 0.5), "p90_us",
			 (json_int_t)latency_percentile(l, 0.9), "p99_us",
			 (json_int_t)latency_percentile(l, 0.99), "max_us", (json_int_t)l->max_us);
}

static void emit_json(void *stats, const struct api_metric *m)
{
	char name[96];

	snprintf(name, sizeof name, "mcore_%s%s", m->name,
		 m->kind == METRIC_COUNTER ? "_total" : "");
	set(stats, name, m->label_value, json_integer((json_int_t)m->value));
}

/* Two labels make one: "attach: EMM cause 8, …". */
static void set_metric(json_t *stats, const struct metric *m)
{
	char both[160];

	for (unsigned i = 0; i < m->values; i++) {
		const char *value = m->label_of ? m->label_of(i) : NULL;

		if (m->label_of && !value)
			continue;
		if (m->label2_of) {
			snprintf(both, sizeof both, "%s: %s", value, m->label2_of(i));
			value = both;
		}
		set(stats, m->name, value,
		    m->latency ? latency_json(&m->latency[i])
			       : json_integer((json_int_t)metric_get(m, i)));
	}
}

static void set_reasons(json_t *stats)
{
	struct reason_count count[REASON_COUNT];

	dp_reasons(count);
	for (unsigned i = 0; i < REASON_COUNT; i++)
		set(stats, "mcore_datapath_packets_total", reason_names[i],
		    json_integer((json_int_t)count[i].packets));
}

void stats_show(struct api_request *r)
{
	json_t *stats = json_object();

	for (const struct metric *m = metric_next(NULL); m; m = metric_next(m))
		set_metric(stats, m);
	for (unsigned i = 0; i < API_MAX_STATS && api_config->stats[i]; i++)
		api_config->stats[i](emit_json, stats);
	if (api_config->datapath)
		set_reasons(stats);
	api_reply(r, 200, stats);
}

/* ---- Prometheus ---- */

struct text {
	FILE *f;
	char last[96]; /* name whose HELP and TYPE are written */
};

static void emit_text(void *arg, const struct api_metric *m)
{
	struct text *t = arg;
	const char *suffix = m->kind == METRIC_COUNTER ? "_total" : "";

	if (strcmp(t->last, m->name)) {
		snprintf(t->last, sizeof t->last, "%s", m->name);
		fprintf(t->f, "# HELP mcore_%s%s %s\n# TYPE mcore_%s%s %s\n", m->name, suffix,
			m->help, m->name, suffix, m->kind == METRIC_COUNTER ? "counter" : "gauge");
	}
	if (m->label)
		fprintf(t->f, "mcore_%s%s{%s=\"%s\"} %" PRIu64 "\n", m->name, suffix, m->label,
			m->label_value, m->value);
	else
		fprintf(t->f, "mcore_%s%s %" PRIu64 "\n", m->name, suffix, m->value);
}

static void print_reasons(FILE *f)
{
	static const char *const names[] = {"packets", "bytes"};
	struct reason_count count[REASON_COUNT];

	dp_reasons(count);
	for (unsigned what = 0; what < 2; what++) {
		fprintf(f,
			"# HELP mcore_datapath_%s_total What became of packets, as counted by XDP\n"
			"# TYPE mcore_datapath_%s_total counter\n",
			names[what], names[what]);
		for (unsigned i = 0; i < REASON_COUNT; i++)
			fprintf(f,
				"mcore_datapath_%s_total{reason=\"%s\",verdict=\"%s\"} %" PRIu64
				"\n",
				names[what], reason_names[i], reason_verdicts[i],
				(uint64_t)(what ? count[i].bytes : count[i].packets));
	}
}

void metrics_show(struct api_request *r)
{
	struct text t = {0};
	char *p = NULL;
	size_t n = 0;

	t.f = open_memstream(&p, &n);
	if (!t.f) {
		api_error(r, 503, "out of memory");
		return;
	}
	metrics_print(t.f);
	for (unsigned i = 0; i < API_MAX_STATS && api_config->stats[i]; i++)
		api_config->stats[i](emit_text, &t);
	if (api_config->datapath)
		print_reasons(t.f);
	if (fclose(t.f)) {
		free(p);
		api_error(r, 503, "out of memory");
		return;
	}
	api_text(r, "text/plain; version=0.0.4", p, n);
}

/* ---- memory, version ---- */

/* What of mcored is in memory, in octets, and what of that it shares with nobody: without its
 * code, files, and the kernel's maps. */
static void resident_bytes(json_int_t *resident, json_int_t *own)
{
	unsigned long pages = 0, shared = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%*u %lu %lu", &pages, &shared) != 2)
		pages = shared = 0;
	if (f)
		fclose(f);
	*resident = (json_int_t)pages * sysconf(_SC_PAGESIZE);
	*own = (json_int_t)(pages - shared) * sysconf(_SC_PAGESIZE);
}

void memory_show(struct api_request *r)
{
	json_t *array = json_array(), *list;
	json_int_t resident, own;

	resident_bytes(&resident, &own);
	for (const struct mem_pool *p = pool_next(NULL); p; p = pool_next(p)) {
		struct memory_view v = {.pool = p->name,
					.size = p->size,
					.in_use = p->in_use,
					.peak = p->peak,
					.limit = p->limit,
					.refused = p->refused,
					.bytes = p->bytes};

		json_array_append_new(array, view_json(memory_rows, &v));
	}
	list = view_list("memory", array, 0);
	json_object_set_new(list, "resident", json_integer(resident));
	json_object_set_new(list, "own", json_integer(own));
	api_reply(r, 200, list);
}

void version_show(struct api_request *r)
{
	api_reply(r, 200,
		  json_pack("{s:s,s:i,s:i,s:s,s:s}", "version", MCORE_VERSION, "abi", MCORE_ABI,
			    "pid", (int)getpid(), "datapath",
			    api_config->datapath ? dp_describe() : "none", "pins",
			    api_config->datapath ? dp_pins() : ""));
}
