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
	{"GET", "/access", access_list, NULL, NULL},
	{"POST", "/access", access_post, NULL, NULL},
	{"DELETE", "/access", access_delete, NULL, NULL},
	{"GET", "/enbs", enbs_list, NULL, NULL},
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

/* Word by word; :imsi takes any legal IMSI. */
static bool matches(const char *pattern, const char *path, imsi_t *imsi)
{
	static const char word[] = ":imsi";
	const char *at = strstr(pattern, word);
	char digits[IMSI_STRLEN];
	size_t before, n;

	*imsi = IMSI_NONE;
	if (!at)
		return !strcmp(pattern, path);
	before = (size_t)(at - pattern);
	if (strncmp(pattern, path, before))
		return false;
	n = strcspn(path + before, "/");
	if (n >= sizeof digits || strcmp(path + before + n, at + sizeof word - 1))
		return false;
	memcpy(digits, path + before, n);
	digits[n] = 0;
	return imsi_parse(digits, imsi);
}

const struct api_route *route_find(const char *method, const char *path, imsi_t *imsi,
				   unsigned *status)
{
	*status = 404;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!matches(routes[i].path, path, imsi))
			continue;
		if (!strcmp(routes[i].method, method))
			return &routes[i];
		*status = 405;
	}
	return NULL;
}
