/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: its keys as tables (core/config.h); the root of them, loading and comparing.
 * settings_rows.h says where the rest is. */
#include <errno.h>
#include "settings_rows.h"

enum { ROLE_MME, ROLE_HSS, ROLE_SGW, ROLE_PGW };

static const struct config_word role_words[] = {
	{ "mme", ROLE_MME, "mobility management entity" },
	{ "hss", ROLE_HSS, "home subscriber server" },
	{ "sgw", ROLE_SGW, "serving gateway" },
	{ "pgw", ROLE_PGW, "packet data network gateway" },
	{ 0 },
};
static const struct config_word level_words[] = {
	{ "error", LOG_ERROR, "what does not work" },
	{ "warn", LOG_WARN, "and what was refused or is odd" },
	{ "info", LOG_INFO, "and what happened: starts, eNodeBs, attaches" },
	{ "debug", LOG_DEBUG, "and each step of each procedure" },
	{ 0 },
};
static const struct config_row log_rows[] = {
	{ "level", CONFIG_ENUM, S(log_level), .words = level_words, .preset = "info", .reload = true,
	  .help = "what is logged" },
	{ 0 },
};
static const struct config_row store_rows[] = {
	{ "path", CONFIG_STRING, S(store_path), .preset = "/var/lib/mcore/mcore.db",
	  .help = "database of subscribers and saved contexts" },
	{ "key", CONFIG_STRING, S(store_key),
	  .help = "file with the key that encrypts secrets in it, made if absent; empty: "
		  "systemd's credential mcored.key" },
	{ 0 },
};
static const struct config_row api_rows[] = {
	{ "socket", CONFIG_STRING, S(api_socket), .preset = API_SOCKET, .help = "for mcorectl" },
	{ "group", CONFIG_STRING, S(api_group), .help = "group that may use it beside root" },
	{ 0 },
};

static const struct config_row rows[] = {
	{ "roles", CONFIG_LIST, CONFIG_ITEMS(struct mcored_settings, roles.v, roles.n), .of = CONFIG_ENUM,
	  .words = role_words, .min = 1, .max = 4, .preset = "mme, hss, sgw, pgw",
	  .help = "what this process is" },
	{ "log", CONFIG_MAP, .rows = log_rows, .help = "to stderr, for journald" },
	{ "store", CONFIG_MAP, .rows = store_rows, .help = "what is kept on disk" },
	{ "api", CONFIG_MAP, .rows = api_rows, .help = "for administrators" },
	{ "mme", CONFIG_MAP, .rows = settings_mme_rows, .required = true, .help = "mobility management" },
	{ "hss", CONFIG_MAP, .rows = settings_hss_rows, .required = true, .help = "subscriptions" },
	{ "sgw", CONFIG_MAP, .rows = settings_sgw_rows, .required = true, .help = "serving gateway" },
	{ "pgw", CONFIG_MAP, .rows = settings_pgw_rows, .required = true, .help = "packet gateway" },
	{ "datapath", CONFIG_MAP, .rows = settings_datapath_rows, .required = true, .help = "XDP" },
	{ 0 },
};

void settings_print_schema(void)
{
	puts("# Every key of mcored's configuration. \"required\": has no default; \"reload\": a change is taken\n"
	     "# up by SIGHUP, others need a restart. Keys that are commented out have no default.");
	config_print_schema(stdout, rows);
}

int settings_load(const char *path, struct mcored_settings *out, struct arena *a)
{
	struct config_errors errors = { 0 }, odd = { 0 };
	int err;

	memset(out, 0, sizeof(*out));
	err = config_load(path, rows, out, a, &errors);
	if (!err) {
		odd.places = errors.places;
		settings_check(&(struct findings){ out, &errors, &odd, a });
		err = errors.n ? -EINVAL : 0;
	}
	config_print_errors(stderr, path, &errors);
	config_print_errors(stderr, path, &odd);
	if (err)
		return err;
	out->mme.t3412_s /= 1000; /* durations are read as ms */
	out->mme.t3402_s /= 1000;
	out->mme.overload.back_off_s /= 1000;
	out->mme.mobile_reachable_extra_s /= 1000;
	out->mme.reauthenticate.after_s /= 1000;
	out->mme.reallocate_guti.after_s /= 1000;
	char *failures = arena_alloc(a, strlen(out->store_path) + sizeof(".failures"));

	strcpy(failures, out->store_path);
	out->mme.failures_path = strcat(failures, ".failures");
	if (!*out->mme.s1.keeper)
		out->mme.s1.keeper = NULL;
	out->mme.implicit_detach_s /= 1000;
	out->mme.power.active_s /= 1000;
	out->mme.power.periodic_s /= 1000;
	out->mme.s1.addresses = out->s1_addresses;
	memcpy(out->mme.s1.address, out->s1_address, out->s1_addresses * sizeof(*out->s1_address));
	memcpy(out->mme.eia, out->mme.eia_list, out->mme.eias);
	memcpy(out->mme.eea, out->mme.eea_list, out->mme.eeas);
	if (!out->control.s_addr)
		out->control = out->gtpu;
	out->mme.control = out->control;
	return 0;
}

static void needs_restart(void *arg, const struct config_row *row, const char *key)
{
	(void)arg;
	if (!row->reload)
		LOG(WARN, "config.restart", "key=%s error=\"takes effect at the next start\"", key);
	else
		LOG(INFO, "config.changed", "key=%s", key);
}

void settings_diff(const struct mcored_settings *was, const struct mcored_settings *is)
{
	config_diff(rows, was, is, needs_restart, NULL);
}
