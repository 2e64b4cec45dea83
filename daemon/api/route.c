/* SPDX-License-Identifier: Apache-2.0 */
/* Every path of the API, its method and its function. */
#include "api/http.h"

#include <string.h>

static const struct api_route routes[] = {
	{"GET", "/sims", sims_list, NULL, NULL},
	{"POST", "/sims", sims_post, sims_import, sims_chunk},
	{"GET", "/sims/:imsi", sim_show, NULL, NULL},
	{"PATCH", "/sims/:imsi", sim_set, NULL, NULL},
	{"DELETE", "/sims/:imsi", sim_delete, NULL, NULL},
	{"GET", "/sessions", sessions_list, NULL, NULL},
	{"GET", "/sessions/:imsi", sessions_show, NULL, NULL},
	{"GET", "/ues", ues_list, NULL, NULL},
	{"GET", "/ues/:imsi", ue_show, NULL, NULL},
	{"POST", "/ues/:imsi/detach", ue_detach, NULL, NULL},
	{"POST", "/ues/:imsi/reauthenticate", ue_reauthenticate, NULL, NULL},
	{"POST", "/ues/:imsi/reallocate", ue_reallocate, NULL, NULL},
	{"GET", "/mme/drain", mme_drain_show, NULL, NULL},
	{"POST", "/mme/drain", mme_drain_start, NULL, NULL},
	{"DELETE", "/mme/drain", mme_drain_stop, NULL, NULL},
	{"GET", "/bearers/:imsi", bearers_show, NULL, NULL},
	{"POST", "/bearers/:imsi", bearer_add, NULL, NULL},
	{"PATCH", "/bearers/:imsi", bearer_set, NULL, NULL},
	{"DELETE", "/bearers/:imsi", bearer_del, NULL, NULL},
	{"GET", "/access", access_list, NULL, NULL},
	{"POST", "/access", access_post, NULL, NULL},
	{"DELETE", "/access", access_delete, NULL, NULL},
	{"POST", "/ues/:imsi/locate", ue_locate, NULL, NULL},
	{"POST", "/ues/:imsi/radio-trace", ue_radio_trace, NULL, NULL},
	{"DELETE", "/ues/:imsi/radio-trace", ue_radio_trace, NULL, NULL},
	{"POST", "/ues/:imsi/voice", ue_voice, NULL, NULL},
	{"GET", "/enbs", enbs_list, NULL, NULL},
	{"GET", "/enbs/:word", enb_show, NULL, NULL},
	{"POST", "/enbs/:word/reset", enb_reset_post, NULL, NULL},
	{"GET", "/overload", overload_show, NULL, NULL},
	{"POST", "/overload", overload_set, NULL, NULL},
	{"DELETE", "/overload", overload_set, NULL, NULL},
	{"GET", "/warnings", warnings_list, NULL, NULL},
	{"GET", "/warnings/:word", warning_show, NULL, NULL},
	{"POST", "/warnings", warning_post, NULL, NULL},
	{"DELETE", "/warnings", warning_delete, NULL, NULL},
	{"GET", "/policy", policy_list, NULL, NULL},
	{"GET", "/policy/versions", policy_versions, NULL, NULL},
	{"GET", "/policy/file", policy_file, NULL, NULL},
	{"POST", "/policy/plan", policy_plan_post, NULL, NULL},
	{"POST", "/policy/apply", policy_apply_post, NULL, NULL},
	{"POST", "/policy/rollback", policy_rollback, NULL, NULL},
	{"GET", "/policy/devices/:imsi", policy_device_show, NULL, NULL},
	{"POST", "/policy/devices", policy_devices_post, NULL, NULL},
	{"GET", "/pools", pools_list, NULL, NULL},
	{"GET", "/peers", peers_list, NULL, NULL},
	{"GET", "/trace", trace, NULL, NULL},
	{"GET", "/trace/:imsi", trace, NULL, NULL},
	{"GET", "/capture/:imsi", capture, NULL, NULL},
	{"GET", "/why/:imsi", why, NULL, NULL},
	{"GET", "/stats", stats_show, NULL, NULL},
	{"GET", "/metrics", metrics_show, NULL, NULL},
	{"GET", "/memory", memory_show, NULL, NULL},
	{"GET", "/version", version_show, NULL, NULL},
};

/* One part of a path may be anything: :imsi takes any legal IMSI, :word what fits. */
static bool matches(const char *pattern, const char *path, imsi_t *imsi, char word[API_MAX_WORD])
{
	const char *at = strchr(pattern, ':');
	size_t before, n, rest;

	*imsi = IMSI_NONE;
	*word = 0;
	if (!at)
		return !strcmp(pattern, path);
	before = (size_t)(at - pattern);
	if (strncmp(pattern, path, before))
		return false;
	n = strcspn(path + before, "/");
	rest = strcspn(at, "/");
	if (!n || n >= API_MAX_WORD || strcmp(path + before + n, at + rest))
		return false;
	memcpy(word, path + before, n);
	word[n] = 0;
	return strncmp(at, ":imsi", rest) || imsi_parse(word, imsi);
}

const struct api_route *route_find(const char *method, const char *path, imsi_t *imsi,
				   char word[API_MAX_WORD], unsigned *status)
{
	*status = 404;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!matches(routes[i].path, path, imsi, word))
			continue;
		if (!strcmp(routes[i].method, method))
			return &routes[i];
		*status = 405;
	}
	return NULL;
}
