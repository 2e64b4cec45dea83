/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP to mcored over its unix socket, by libcurl. What goes wrong is said here, with what to do
 * about it. */
#include "ctl.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>

struct text {
	char *p;
	size_t n;
};

static size_t gather(char *p, size_t size, size_t n, void *arg)
{
	struct text *t = arg;
	char *grown = realloc(t->p, t->n + size * n + 1);

	if (!grown)
		return 0;
	memcpy(grown + t->n, p, size * n);
	t->p = grown;
	t->n += size * n;
	t->p[t->n] = 0;
	return size * n;
}

static CURL *prepare(const char *method, const char *path)
{
	CURL *c = curl_easy_init();
	char url[512];

	if (!c) {
		complain("out of memory");
		exit(EXIT_UNREACHABLE);
	}
	snprintf(url, sizeof url, "http://mcored%s", path);
	curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, options.socket);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	return c;
}

static int unreachable(CURL *c, CURLcode code)
{
	long os = 0;

	curl_easy_getinfo(c, CURLINFO_OS_ERRNO, &os);
	if (code == CURLE_COULDNT_CONNECT && (os == EACCES || os == EPERM))
		complain(
			"permission denied on %s: run as root, or join the group that api.group of "
			"mcored.yaml names",
			options.socket);
	else if (code == CURLE_COULDNT_CONNECT)
		complain(
			"mcored does not answer on %s (%s): start it with 'systemctl start mcored' "
			"or 'mcored -c FILE', or name its socket with -s",
			options.socket, os ? strerror((int)os) : "not running");
	else
		complain("mcored on %s: %s", options.socket, curl_easy_strerror(code));
	return EXIT_UNREACHABLE;
}

/* What became of a request; *out gets the JSON of a good answer. */
static int finish(CURL *c, CURLcode code, const struct text *t, json_t **out)
{
	const char *said = NULL;
	long status = 0;
	json_t *j;

	if (code != CURLE_OK)
		return unreachable(c, code);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	j = json_loadb(t->p ? t->p : "", t->n, 0, NULL);
	if (status < 300) {
		if (out && !j)
			complain("mcored's answer is not JSON");
		if (out)
			*out = j;
		else
			json_decref(j);
		return out && !j ? EXIT_REFUSED : 0;
	}
	json_unpack(j, "{s:s}", "error", &said);
	if (said)
		complain("%s", said);
	else if (out && j) {
		*out = json_incref(j); /* an import's report */
	} else {
		complain("mcored answered %ld", status);
	}
	json_decref(j);
	return EXIT_REFUSED;
}

int api_ask(const char *path, json_t **out)
{
	CURL *c = prepare("GET", path);
	struct text t = {0};
	CURLcode done;

	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, gather);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
	done = curl_easy_perform(c);
	*out = done == CURLE_OK ? json_loadb(t.p ? t.p : "", t.n, 0, NULL) : NULL;
	curl_easy_cleanup(c);
	free(t.p);
	return *out ? 0 : EXIT_UNREACHABLE;
}

int api_call(const char *method, const char *path, json_t *body, json_t **out)
{
	CURL *c = prepare(method, path);
	struct curl_slist *headers = NULL;
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct text t = {0};
	int code;

	if (out)
		*out = NULL;
	if (text) {
		headers = curl_slist_append(headers, "Content-Type: application/json");
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, text);
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	}
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, gather);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
	code = finish(c, curl_easy_perform(c), &t, out);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	json_decref(body);
	free(text);
	free(t.p);
	return code;
}

/* ---- streams ---- */

struct stream {
	CURL *curl;
	struct text error;
	bool (*take)(void *arg, const char *p, size_t n);
	void *arg;
	bool ended; /* by take */
};

static size_t pass_on(char *p, size_t size, size_t n, void *arg)
{
	struct stream *s = arg;
	long status = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300)
		return gather(p, size, n, &s->error);
	s->ended = !s->take(s->arg, p, size * n);
	return s->ended ? 0 : size * n;
}

int api_stream(const char *path, bool (*take)(void *arg, const char *p, size_t n), void *arg)
{
	struct stream s = {.curl = prepare("GET", path), .take = take, .arg = arg};
	CURLcode done;
	int code;

	curl_easy_setopt(s.curl, CURLOPT_WRITEFUNCTION, pass_on);
	curl_easy_setopt(s.curl, CURLOPT_WRITEDATA, &s);
	done = curl_easy_perform(s.curl);
	code = s.ended ? 0 : finish(s.curl, done, &s.error, NULL);
	curl_easy_cleanup(s.curl);
	free(s.error.p);
	return code;
}

bool lines_take(struct lines *l, const char *p, size_t n)
{
	bool on = true;
	char *start, *eol;

	if (l->n + n > l->cap) {
		char *grown = realloc(l->p, 2 * (l->n + n));

		if (!grown)
			return false;
		l->p = grown;
		l->cap = 2 * (l->n + n);
	}
	memcpy(l->p + l->n, p, n);
	l->n += n;
	for (start = l->p; on && (eol = memchr(start, '\n', (size_t)(l->p + l->n - start)));
	     start = eol + 1)
		if (eol != start)
			on = l->take(l->arg, start, (size_t)(eol - start));
	l->n = (size_t)(l->p + l->n - start);
	memmove(l->p, start, l->n);
	return on;
}

void lines_free(struct lines *l) { free(l->p); }

/* ---- uploads ---- */

struct upload {
	size_t (*give)(void *arg, char *p, size_t cap);
	void (*tick)(void *arg);
	void *arg;
};

static size_t give_on(char *p, size_t size, size_t n, void *arg)
{
	struct upload *u = arg;

	return u->give(u->arg, p, size * n);
}

static int on_progress(void *arg, curl_off_t dtotal, curl_off_t dnow, curl_off_t utotal,
		       curl_off_t unow)
{
	struct upload *u = arg;

	(void)dtotal;
	(void)dnow;
	(void)utotal;
	(void)unow;
	u->tick(u->arg);
	return 0;
}

int api_upload(const char *path, const char *type, int64_t size,
	       size_t (*give)(void *arg, char *p, size_t cap), void (*tick)(void *arg), void *arg,
	       json_t **out)
{
	CURL *c = prepare("POST", path);
	struct curl_slist *headers = NULL;
	struct upload u = {give, tick, arg};
	struct text t = {0};
	char content[64];
	int code;

	snprintf(content, sizeof content, "Content-Type: %s", type);
	headers = curl_slist_append(headers, content);
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
	curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give_on);
	curl_easy_setopt(c, CURLOPT_READDATA, &u);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, &u);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, gather);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &t);
	code = finish(c, curl_easy_perform(c), &t, out);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	free(t.p);
	return code;
}

/* ---- words in paths ---- */

void url_escape(char *out, size_t cap, const char *word)
{
	size_t at = 0;

	for (; *word && at + 4 < cap; word++)
		if (isalnum((unsigned char)*word) || strchr("-_.,", *word))
			out[at++] = *word;
		else
			at += (size_t)snprintf(out + at, cap - at, "%%%02X", (unsigned char)*word);
	out[at] = 0;
}
