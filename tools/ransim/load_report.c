/* SPDX-License-Identifier: Apache-2.0 */
/* Latencies are printed in milliseconds. The cost of ransim itself is its process's CPU time, so
 * that a reader can tell a slow network from a slow simulator. */
#include "load_report.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include "ue.h"

static const double quantiles[] = {0.5, 0.9, 0.99, 0.999};
static const char *const quantile_names[] = {"p50", "p90", "p99", "p99.9"};

void load_count_failure(struct load_figures *f, enum step step, const char *cause)
{
	unsigned i;

	f->failed++;
	for (i = 0; i < f->causes; i++)
		if (f->failure[i].step == step && !strcmp(f->failure[i].cause, cause))
			break;
	if (i == f->causes) {
		if (i == LOAD_MAX_CAUSES)
			i--; /* the last row takes what is left */
		else
			f->causes++;
		f->failure[i].step = step;
		snprintf(f->failure[i].cause, sizeof(f->failure[i].cause), "%s", cause);
	}
	f->failure[i].n++;
}

static double ms(uint64_t us) { return (double)us / 1000; }

static void quantiles_json(const char *name, const struct hist *h)
{
	printf("\"%s\":{\"count\":%llu", name, (unsigned long long)h->count);
	for (unsigned i = 0; i < 4; i++)
		printf(",\"%s\":%.3f", quantile_names[i], ms(hist_quantile(h, quantiles[i])));
	printf(",\"max\":%.3f}", ms(h->max));
}

static void quantiles_line(const char *name, const struct hist *h)
{
	printf("%-18s", name);
	for (unsigned i = 0; i < 4; i++)
		printf(" %s %.2f", quantile_names[i], ms(hist_quantile(h, quantiles[i])));
	printf(" max %.2f ms\n", ms(h->max));
}

void load_report_head(bool json)
{
	if (!json)
		printf("%6s %9s %9s %9s %7s %7s %9s %8s %8s %8s %8s\n", "s", "launched", "attach/s",
		       "detach/s", "failed", "open", "p50 ms", "p90", "p99", "p99.9", "max");
	fflush(stdout);
}

void load_report_second(struct load_figures *f, uint64_t launched, uint64_t elapsed_ns,
			uint64_t interval_ns, bool json, const struct gen_result *t)
{
	double s = (double)interval_ns / 1e9, at = (double)elapsed_ns / 1e9;
	double up = (double)(f->attached - f->attached_before) / s;
	double down = (double)(f->detached - f->detached_before) / s;
	uint64_t failed = f->failed - f->failed_before;
	struct hist *h = &f->attach_second;

	if (json) {
		printf("{\"time\":%.1f,\"launched\":%llu,\"attach_rate\":%.0f,\"detach_rate\":%.0f,"
		       "\"failed\":%llu,\"open\":%llu,",
		       at, (unsigned long long)launched, up, down, (unsigned long long)failed,
		       (unsigned long long)f->in_progress);
		quantiles_json("attach_ms", h);
		printf("}\n");
	} else if (f->moving && !t) {
		double moves = (double)(f->moved - f->moved_before) / s;

		h = &f->move_second;
		printf("%6.1f %s: %9llu %9.0f/s failed %llu open %llu p50 %.2f p99 %.2f max %.2f "
		       "ms\n",
		       at, f->moving, (unsigned long long)launched, moves,
		       (unsigned long long)failed, (unsigned long long)f->in_progress,
		       ms(hist_quantile(h, 0.5)), ms(hist_quantile(h, 0.99)), ms(h->max));
	} else if (t) {
		printf("%6.1f traffic: sent %.0f/s received %.0f/s rtt p50 %.2f p99 %.2f max %.2f "
		       "ms\n",
		       at, (double)(t->sent - f->traffic_sent_before) / s,
		       (double)(t->received - f->traffic_received_before) / s,
		       ms(hist_quantile(&t->rtt, 0.5)), ms(hist_quantile(&t->rtt, 0.99)),
		       ms(t->rtt.max));
		f->traffic_sent_before = t->sent;
		f->traffic_received_before = t->received;
	} else {
		printf("%6.1f %9llu %9.0f %9.0f %7llu %7llu %9.2f %8.2f %8.2f %8.2f %8.2f\n", at,
		       (unsigned long long)launched, up, down, (unsigned long long)failed,
		       (unsigned long long)f->in_progress, ms(hist_quantile(h, 0.5)),
		       ms(hist_quantile(h, 0.9)), ms(hist_quantile(h, 0.99)),
		       ms(hist_quantile(h, 0.999)), ms(h->max));
	}
	fflush(stdout);
	f->attached_before = f->attached;
	f->detached_before = f->detached;
	f->failed_before = f->failed;
	f->moved_before = f->moved;
	hist_merge(&f->attach, &f->attach_second);
	hist_clear(&f->attach_second);
	hist_merge(&f->move, &f->move_second);
	hist_clear(&f->move_second);
}

static double cpu_seconds(long *rss_kib)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	*rss_kib = u.ru_maxrss;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void end_json(const struct load_figures *f, uint64_t launched, double s, double cpu,
		     long rss, const struct gen_result *t)
{
	printf("{\"summary\":true,\"seconds\":%.3f,\"launched\":%llu,\"attached\":%llu,"
	       "\"detached\":%llu,\"failed\":%llu,\"attach_rate\":%.1f,",
	       s, (unsigned long long)launched, (unsigned long long)f->attached,
	       (unsigned long long)f->detached, (unsigned long long)f->failed,
	       (double)f->attached / s);
	quantiles_json("attach_ms", &f->attach);
	printf(",");
	quantiles_json("detach_ms", &f->detach);
	printf(",\"failures\":[");
	for (unsigned i = 0; i < f->causes; i++)
		printf("%s{\"step\":\"%s\",\"cause\":\"%s\",\"count\":%llu}", i ? "," : "",
		       step_name(f->failure[i].step), f->failure[i].cause,
		       (unsigned long long)f->failure[i].n);
	printf("],");
	if (f->moving) {
		printf("\"moved\":%llu,\"move_rate\":%.1f,", (unsigned long long)f->moved,
		       f->moving_ns ? (double)f->moved * 1e9 / (double)f->moving_ns : 0);
		quantiles_json("move_ms", &f->move);
		printf(",");
	}
	if (t) {
		printf("\"traffic\":{\"sent\":%llu,\"received\":%llu,\"unsent\":%llu,",
		       (unsigned long long)t->sent, (unsigned long long)t->received,
		       (unsigned long long)t->unsent);
		quantiles_json("rtt_ms", &t->rtt);
		printf("},");
	}
	printf("\"cpu_us_per_attach\":%.1f,\"rss_kib\":%ld}\n",
	       f->attached ? cpu * 1e6 / (double)f->attached : 0, rss);
}

void load_report_end(struct load_figures *f, const struct options *o, uint64_t launched,
		     const struct gen_result *t)
{
	double s = f->elapsed_ns ? (double)f->elapsed_ns / 1e9 : 1, cpu;
	long rss;

	hist_merge(&f->attach, &f->attach_second);
	hist_clear(&f->attach_second);
	hist_merge(&f->move, &f->move_second);
	hist_clear(&f->move_second);
	cpu = cpu_seconds(&rss);
	if (o->json) {
		end_json(f, launched, s, cpu, rss, t);
		return;
	}
	printf("\nlaunched %llu attached %llu detached %llu failed %llu in %.2f s: %.1f attaches/s "
	       "(asked %llu)\n",
	       (unsigned long long)launched, (unsigned long long)f->attached,
	       (unsigned long long)f->detached, (unsigned long long)f->failed, s,
	       (double)f->attached / s, (unsigned long long)o->rate);
	quantiles_line("attach latency", &f->attach);
	if (f->detach.count)
		quantiles_line("detach latency", &f->detach);
	if (f->moving) {
		printf("%-18s %llu in %.2f s: %.1f/s (asked %llu)\n", f->moving,
		       (unsigned long long)f->moved, (double)f->moving_ns / 1e9,
		       f->moving_ns ? (double)f->moved * 1e9 / (double)f->moving_ns : 0,
		       (unsigned long long)(o->x2_rate ? o->x2_rate : o->service_rate));
		quantiles_line("latency", &f->move);
	}
	for (unsigned i = 0; i < f->causes; i++)
		printf("failed at %-16s %8llu  %s\n", step_name(f->failure[i].step),
		       (unsigned long long)f->failure[i].n, f->failure[i].cause);
	if (t)
		printf("traffic            sent %llu received %llu lost %.4f %% rtt p50 %.3f p99 "
		       "%.3f max "
		       "%.3f ms\n",
		       (unsigned long long)t->sent, (unsigned long long)t->received,
		       t->sent ? 100.0 * (double)(t->sent - t->received) / (double)t->sent : 0,
		       ms(hist_quantile(&t->rtt, 0.5)), ms(hist_quantile(&t->rtt, 0.99)),
		       ms(t->rtt.max));
	printf("ransim itself      %.2f s CPU, %.0f us an attach, %ld KiB resident, %zu octets a "
	       "UE\n",
	       cpu, f->attached ? cpu * 1e6 / (double)f->attached : 0, rss, sizeof(struct ue));
}
