/* SPDX-License-Identifier: Apache-2.0 */
/* From a method and a path to its row of routes.h. */
#include "api/http.h"

#include <string.h>

static const struct api_route routes[] = {
#define R(method, path, run)                 {method, path, run, NULL, NULL},
#define S(method, path, run, streams, chunk) {method, path, run, streams, chunk},
	API_ROUTES(R, S)
#undef R
#undef S
};

/* One part of a path may be anything: :imsi takes what imsi_parse_any does, :word what fits. */
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
	return strncmp(at, ":imsi", rest) || imsi_parse_any(word, imsi);
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
