/* SPDX-License-Identifier: Apache-2.0 */
/* mcored: reads the configuration, starts the datapath, the store and the roles, in the order in
 * which each needs the one before, and runs the loop. SIGHUP reads the configuration again; SIGTERM
 * and SIGINT stop, and what is pinned goes on forwarding. */
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "api/api.h"
#include "policy/policy.h"
#include "core/keeper.h"
#include "core/loop.h"
#include "settings.h"
#include "store/store.h"

static const char *config_path = "/etc/mcore/mcored.yaml";
static struct mcored_settings settings;
static struct arena arena;

static int usage(FILE *f)
{
	fputs("usage: mcored [-c FILE] [--check | --schema | --clean | --keeper PATH]\n"
	      "  -c, --config FILE  the configuration (/etc/mcore/mcored.yaml)\n"
	      "      --check        tell what is wrong with it, and exit\n"
	      "      --schema       print every key with its meaning, range and default\n"
	      "      --keeper PATH  hold S1 associations for an mcored that restarts (mcored "
	      "starts it)\n"
	      "      --clean        detach the XDP programs and remove all that is pinned\n"
	      "  -h, --help\n"
	      "  -V, --version\n"
	      "Signals: HUP reads the configuration again; TERM stops for a restart, of which "
	      "eNodeBs\n"
	      "notice nothing; INT stops and tells them. The XDP programs stay.\n",
	      f);
	return f == stdout ? 0 : 2;
}

/* Tells systemd (Type=notify), if it started us: sd_notify(3)'s protocol, a datagram. */
static void notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (!n || n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (*path == '@') /* in the abstract namespace */
		to.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		LOG(WARN, "notify", "socket=%s error=\"%s\"", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void notify_ready(void) { notify("READY=1"); }

static bool tell_peers; /* stopped for good, by hand: SIGINT */

static void stop(int signo)
{
	tell_peers = signo == SIGINT;
	LOG(INFO, "stop", "signal=%s", strsignal(signo));
	notify("STOPPING=1");
	loop_stop();
}

/* The same APNs in the same order: what can change of them may be taken up. */
static bool same_apns(const struct mcored_settings *a, const struct mcored_settings *b)
{
	if (a->apns != b->apns)
		return false;
	for (unsigned i = 0; i < a->apns; i++)
		if (strcmp(a->apn[i].name, b->apn[i].name) != 0)
			return false;
	return true;
}

static void reload(void)
{
	struct mcored_settings next;
	struct arena fresh = {0};
	struct hss_config hss;
	struct pgw_config pgw;
	char error[256];

	if (settings_load(config_path, &next, &fresh)) {
		LOG(ERROR, "reload", "file=%s error=\"kept the old configuration\"", config_path);
		arena_free(&fresh);
		return;
	}
	settings_diff(&settings, &next);
	log_max = next.log_level;
	settings_hss(&next, &hss, &fresh);
	if (hss_start(&hss, error, sizeof(error)))
		LOG(ERROR, "reload", "role=hss error=\"%s\"", error);
	if (same_apns(&settings, &next)) {
		settings_pgw(&next, &pgw);
		pgw_reload(&pgw);
	}
	mme_reload(&next.mme);
	arena_free(&arena);
	arena = fresh;
	settings = next;
	LOG(INFO, "reload", "file=%s", config_path);
}

static void on_hangup(int signo)
{
	(void)signo;
	notify("RELOADING=1");
	reload();
	notify_ready();
}

static void hss_stats_emit(api_emit emit, void *arg)
{
#define STAT(field, text)                                                                          \
	emit(arg, &(struct api_metric){"hss_" #field, METRIC_COUNTER, text, NULL, NULL,            \
				       hss_stats.field})
	STAT(auth_requests, "Authentication-Information requests");
	STAT(vectors, "authentication vectors made");
	STAT(resyncs, "resynchronisations");
	STAT(resync_failures, "resynchronisations with a wrong MAC-S");
	STAT(locations, "Update-Location requests");
	STAT(purges, "Purge-UE requests");
	STAT(sqn_writes, "durable reservations of SQNs");
	STAT(unknown, "requests for unknown subscribers");
	STAT(failures, "requests that failed here");
#undef STAT
	emit(arg, &(struct api_metric){"hss_subscribers", METRIC_GAUGE, "subscribers", NULL, NULL,
				       store_subscriber_count()});
}

/* A path that is down is no other for its tunnels than a peer that lost them (TS 23.007 20.3). */
static const struct dp_handler dp_events = {
	.slow_path = pgw_slow_path,
	.downlink_data = sgw_downlink_data,
	.error_indication = sgw_error_indication,
	.quota = policy_quota_exhausted,
	.path_failure = sgw_error_indication,
};

static int failed(const char *what, const char *error)
{
	LOG(ERROR, "start", "failed=%s error=\"%s\"", what, error);
	return 1;
}

/* A static address is its SIM's before any device can be given it. */
static bool keep_static(void *arg, const struct subscriber *s)
{
	(void)arg;
	pgw_keep(s->ue4, s->ue6, true);
	return true;
}

static int start(void)
{
	struct store_config store = {settings.store_path,
				     *settings.store_key ? settings.store_key : NULL};
	struct sgw_config sgw = {
		.control = settings.control, .gtpu = settings.gtpu, .gtpu6 = settings.gtpu6};
	struct api_config api = {
		.socket = settings.api_socket,
		.group = *settings.api_group ? settings.api_group : NULL,
		.mme = &mme_api,
		.pools = pgw_pools,
		.keep = pgw_keep,
		.route_refused = pgw_route_refused,
		.same_network = pgw_same_network,
		.stats = {mme_stats, hss_stats_emit},
		.store = true,
		.datapath = true,
	};
	static struct dp_config dp;
	struct hss_config hss;
	struct pgw_config pgw;
	uint32_t adopted = 0;
	char error[512] = "";

	settings_datapath(&settings, &dp);
	settings_pgw(&settings, &pgw);
	settings_hss(&settings, &hss, &arena);
	if (store_open(&store, error, sizeof(error)))
		return failed("store", error);
	if (dp_start(&dp, &dp_events, &adopted, error, sizeof(error)))
		return failed("datapath", error);
	LOG(INFO, "datapath.start", "attached=\"%s\" adopted_sessions=%u", dp_describe(), adopted);
	if (hss_start(&hss, error, sizeof(error)))
		return failed("hss", error);
	if (pgw_start(&pgw) || sgw_start(&sgw))
		return failed("gateways", "an APN has no addresses");
	store_static_each(keep_static, NULL);
	if (policy_start(error, sizeof(error)))
		return failed("policy", error);
	mme_on_enb(dp_peer_expect);
	if (mme_start(&settings.mme, error, sizeof(error)))
		return failed("mme", error);
	if (api_start(&api, error, sizeof(error)))
		return failed("api", error);
	return 0;
}

/* Takes over what is pinned, then removes it. Addresses and interfaces of the configuration that
 * are gone do not matter; a daemon that runs is in the way, by the port of GTP-U. */
static int clean(void)
{
	static struct dp_config dp;
	unsigned interfaces = 0;
	uint32_t adopted;
	char error[512];

	settings_datapath(&settings, &dp);
	dp.gtpu = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}}; /* any */
	memset(&dp.gtpu6, 0, sizeof(dp.gtpu6));
	for (unsigned i = 0; i < dp.interfaces; i++)
		if (if_nametoindex(dp.interface[i].name))
			dp.interface[interfaces++] = dp.interface[i];
	dp.interfaces = interfaces;
	if (dp_start(&dp, &dp_events, &adopted, error, sizeof(error)))
		return failed("datapath", error);
	dp_stop(true);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"schema", no_argument, NULL, 's'},
		{"clean", no_argument, NULL, 'x'},
		{"keeper", required_argument, NULL, 'p'},
		{"background", no_argument, NULL, 'b'}, /* with keeper: between mcored and itself */
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *keeper = NULL;
	bool background = false;
	int c, what = 0;

	while ((c = getopt_long(argc, argv, "c:hV", options, NULL)) != -1)
		switch (c) {
		case 'c':
			config_path = optarg;
			break;
		case 'k':
		case 'x':
			what = c;
			break;
		case 'p':
			keeper = optarg;
			break;
		case 'b':
			background = true;
			break;
		case 's':
			settings_print_schema();
			return 0;
		case 'V':
			puts("mcored " MCORE_VERSION);
			return 0;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	if (optind < argc)
		return usage(stderr);
	if (keeper)
		return keeper_run(keeper, background, notify_ready);
	if (settings_load(config_path, &settings, &arena))
		return 2;
	if (what == 'k') {
		printf("%s: good\n", config_path);
		return 0;
	}
	log_max = settings.log_level;
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0); /* no core file with keys in it */
	if (loop_init())
		return failed("loop", "libuv");
	proc_init();
	if (what == 'x')
		return clean();
	loop_signal(SIGTERM, stop);
	loop_signal(SIGINT, stop);
	loop_signal(SIGHUP, on_hangup);
	int status = start();

	if (!status) {
		LOG(INFO, "start", "version=%s ready=yes", MCORE_VERSION);
		notify_ready();
		loop_run();
	}
	api_stop();
	mme_stop(tell_peers);
	policy_stop();
	sgw_stop();
	pgw_stop();
	hss_stop();
	dp_stop(false);
	store_close();
	loop_close();
	arena_free(&arena);
	return status;
}
