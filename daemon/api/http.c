/* SPDX-License-Identifier: Apache-2.0 */
/* The server. libmicrohttpd runs on the loop: its epoll descriptor is watched, and what it still
 * has to do (MHD_get_timeout) is a timer or a post to the loop; so is a connection that was
 * resumed, since without a thread of its own MHD watches nothing that would wake it.
 *
 * A request is made with its headers and belongs to MHD until MHD tells that it is completed; a
 * function that answers later holds a reference beside. A route only stores its answer; the
 * handler, called again by MHD once the connection is resumed, queues it. MHD does not notice that
 * a client went away while its connection is suspended; a stream watches for that by itself. Who
 * must go when more clients come than there are connections is crowd.c's to say.
 *
 * Who may connect is told by the socket's mode and checked again by the peer's credentials. */
#include "api/http.h"
#include "api/crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <microhttpd.h>
#include "core/log.h"
#include "core/loop.h"
#include "core/timer.h"
#include "store/store.h"

enum {
	CONNECTIONS = 128,
	STREAMS = CONNECTIONS / 2,
	CONNECTION_MEMORY = 128 * 1024,
	TIMEOUT_S = 60,
	HEARTBEAT_MS = 5000,
	MAX_GROUPS = 256,
};

const struct api_config *api_config;

static struct {
	struct api_config config;
	struct MHD_Daemon *daemon;
	struct loop_fd *watch;
	struct timer timer;
	bool posted, stopping;
	bool has_group;
	gid_t group;
	struct api_request *requests;
	unsigned streams;
	char path[sizeof((struct sockaddr_un *)0)->sun_path];
} api;

/* ---- running MHD from the loop ---- */

static void run(void);

static void run_timer(struct timer *t)
{
	(void)t;
	run();
}

static void run_posted(void *arg)
{
	(void)arg;
	api.posted = false;
	if (api.daemon)
		run();
}

static void run_ready(void *arg, int events)
{
	(void)arg;
	(void)events;
	run();
}

static void run_soon(void)
{
	if (api.posted)
		return;
	api.posted = true;
	loop_post(run_posted, NULL);
}

/* What is ready now waits for the next turn, so that one client does not keep the loop. */
static void run(void)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(api.daemon);
	timer_stop(&api.timer);
	if (MHD_get_timeout(api.daemon, &ms) != MHD_YES)
		return;
	if (ms)
		timer_start(&api.timer, ms, run_timer);
	else
		run_soon();
}

/* ---- requests ---- */

void api_ref(struct api_request *r) { r->refs++; }

void api_unref(struct api_request *r)
{
	if (--r->refs)
		return;
	if (r->state_free)
		r->state_free(r->state);
	if (r->response)
		MHD_destroy_response(r->response);
	if (r->body)
		explicit_bzero(r->body, r->body_n); /* it may be a key */
	free(r->body);
	free(r->path);
	free(r);
}

void api_pause(struct api_request *r)
{
	if (!r->connection || r->suspended || api.stopping)
		return;
	r->suspended = true;
	crowd_heard(r->client, true);
	MHD_suspend_connection(r->connection);
}

void api_resume(struct api_request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	crowd_heard(r->client, r->ran);
	MHD_resume_connection(r->connection);
	run_soon();
}

void api_hold(struct api_request *r)
{
	r->holding = true;
	api_ref(r);
	api_pause(r);
}

/* Takes over the response. */
static void answer(struct api_request *r, unsigned status, struct MHD_Response *response)
{
	bool held = r->holding;

	r->holding = false;
	if (!response) {
		LOG(ERROR, "api.answer", "path=%s error=\"out of memory\"", r->path);
	} else if (r->response || !r->connection) {
		MHD_destroy_response(response);
	} else {
		r->status = status;
		r->response = response;
		api_resume(r);
	}
	if (held)
		api_unref(r);
}

void api_text(struct api_request *r, const char *type, char *p, size_t n)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);

	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	else
		free(p);
	answer(r, MHD_HTTP_OK, response);
}

void api_reply(struct api_request *r, unsigned status, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);
	struct MHD_Response *response = NULL;

	json_decref(body);
	if (text)
		response =
			MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	else
		free(text);
	answer(r, status, response);
}

struct settling {
	struct api_request *request;
	unsigned status;
	json_t *body;
};

static void settled(void *arg, int err)
{
	struct settling s = *(struct settling *)arg;

	free(arg);
	if (!err) {
		api_reply(s.request, s.status, s.body);
		return;
	}
	json_decref(s.body);
	api_error(s.request, 500, "done, but not written to disk, so a restart forgets it: %s",
		  strerror(-err));
}

void api_reply_settled(struct api_request *r, unsigned status, json_t *body)
{
	struct settling *s = store_queued() ? malloc(sizeof *s) : NULL;

	if (!s) {
		api_reply(r, status, body);
		return;
	}
	*s = (struct settling){r, status, body};
	api_hold(r);
	store_settled((struct store_write){settled, s});
}

void api_error(struct api_request *r, unsigned status, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
	api_reply(r, status, json_pack("{s:s}", "error", text));
}

void api_none(struct api_request *r, const char *what, const char *name, const char *where)
{
	api_error(r, MHD_HTTP_NOT_FOUND, "no %s %s: mcorectl %s lists what there is", what, name,
		  where);
}

const char *api_query(const struct api_request *r, const char *key)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, key);
}

const char *api_header(const struct api_request *r, const char *key)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, key);
}

static bool number(const char *s, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(s, &end, 10);
	return *s >= '0' && *s <= '9' && !*end && !errno;
}

bool api_page(struct api_request *r, uint64_t *from, unsigned *limit)
{
	const char *f = api_query(r, "from"), *l = api_query(r, "limit");
	uint64_t n = API_PAGE;

	*from = 0;
	if ((f && !number(f, from)) || (l && (!number(l, &n) || !n))) {
		api_error(r, MHD_HTTP_BAD_REQUEST, "from and limit are numbers, limit above 0");
		return false;
	}
	*limit = n < API_PAGE ? (unsigned)n : API_PAGE;
	return true;
}

/* ---- who may ask ---- */

static bool in_group(int fd, gid_t primary)
{
	gid_t groups[MAX_GROUPS];
	socklen_t n = sizeof groups;

	if (primary == api.group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n) < 0)
		return false;
	for (size_t i = 0; i < n / sizeof *groups; i++)
		if (groups[i] == api.group)
			return true;
	return false;
}

static bool may_ask(struct api_request *r)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred peer = {0};
	socklen_t n = sizeof peer;

	if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0)
		return false;
	r->uid = peer.uid;
	return !peer.uid || peer.uid == geteuid() ||
	       (api.has_group && in_group(info->connect_fd, peer.gid));
}

/* ---- MHD's calls ---- */

static struct api_request *begin(struct MHD_Connection *connection, const char *path,
				 const char *method)
{
	struct api_request *r = calloc(1, sizeof *r);
	unsigned status;

	if (!r)
		return NULL;
	r->path = strdup(path);
	if (!r->path) {
		free(r);
		return NULL;
	}
	r->connection = connection;
	r->client = crowd_client(connection);
	crowd_heard(r->client, false);
	r->refs = 1;
	r->pprev = &api.requests;
	r->next = api.requests;
	if (r->next)
		r->next->pprev = &r->next;
	api.requests = r;
	r->method = method;
	r->route = route_find(method, path, &r->imsi, r->word, &status);
	if (!may_ask(r))
		api_error(r, MHD_HTTP_FORBIDDEN, "user %u may not use this socket", r->uid);
	else if (!r->route && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		api_error(r, status, "%s is not something that can be done to %s", method, path);
	else if (!r->route)
		api_error(r, status, "no such path: %s", path);
	else if (api_header(r, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		/* libmicrohttpd waits, at full speed, for the end of a chunk's size that has none.
		 */
		api_error(r, MHD_HTTP_LENGTH_REQUIRED,
			  "a body in chunks is not taken: send it with its Content-Length");
	else
		r->streaming = r->route->streams && r->route->streams(r);
	return r;
}

/* Twice the room, so that small pieces are not copied again and again; the old one is wiped. */
static bool grow(struct api_request *r, size_t need)
{
	size_t cap = 2 * r->body_cap > need ? 2 * r->body_cap : need;
	char *body = malloc(cap);

	if (!body)
		return false;
	if (r->body) {
		memcpy(body, r->body, r->body_n);
		explicit_bzero(r->body, r->body_n);
		free(r->body);
	}
	r->body = body;
	r->body_cap = cap;
	return true;
}

static void gather(struct api_request *r, const char *p, size_t n)
{
	if (r->body_n + n > API_MAX_BODY) {
		api_error(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is longer than %d octets",
			  API_MAX_BODY);
		return;
	}
	if (r->body_n + n > r->body_cap && !grow(r, r->body_n + n)) {
		api_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
		return;
	}
	memcpy(r->body + r->body_n, p, n);
	r->body_n += n;
}

static enum MHD_Result send_answer(struct api_request *r)
{
	struct MHD_Response *response = r->response;
	enum MHD_Result result;
	char path[128];

	if (strcmp(r->method, "GET"))
		LOG(INFO, "api.change", "method=%s path=%s uid=%u status=%u", r->method,
		    log_escape(path, sizeof path, r->path, strlen(r->path)), r->uid, r->status);
	r->response = NULL;
	crowd_heard(r->client, r->endless);
	result = MHD_queue_response(r->connection, r->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *data, size_t *n,
			      void **state)
{
	struct api_request *r = *state;

	(void)arg;
	(void)version;
	if (!r) {
		r = *state = begin(connection, path, method);
		if (!r)
			return MHD_NO;
		return r->response ? send_answer(r) : MHD_YES;
	}
	if (*n) {
		crowd_heard(r->client, false);
		if (r->response)
			; /* an answer is ready: the rest of the body is skipped */
		else if (r->streaming)
			r->route->chunk(r, data, *n);
		else
			gather(r, data, *n);
		*n = 0;
		return MHD_YES;
	}
	if (!r->response && !r->ran) {
		r->ran = true;
		crowd_heard(r->client, true);
		api_ref(r);
		r->route->run(r);
		api_unref(r);
	}
	if (r->response)
		return send_answer(r);
	return r->suspended ? MHD_YES : MHD_NO;
}

static void completed(void *arg, struct MHD_Connection *connection, void **state,
		      enum MHD_RequestTerminationCode why)
{
	struct api_request *r = *state;

	(void)arg;
	(void)connection;
	(void)why;
	if (!r)
		return;
	*state = NULL;
	crowd_heard(r->client, false);
	r->client = NULL;
	r->connection = NULL;
	r->suspended = false;
	*r->pprev = r->next;
	if (r->next)
		r->next->pprev = r->pprev;
	api_unref(r);
}

static void mhd_log(void *arg, const char *fmt, va_list ap)
{
	char text[256], escaped[512];

	(void)arg;
	vsnprintf(text, sizeof text, fmt, ap);
	text[strcspn(text, "\n")] = 0;
	LOG(DEBUG, "api.http", "text=\"%s\"",
	    log_escape(escaped, sizeof escaped, text, strlen(text)));
}

/* ---- streams ---- */

struct api_stream {
	struct api_request *request;
	void (*closed)(void *arg);
	void *arg;
	struct timer heartbeat;
	struct loop_fd *watch; /* of fd, the connection's descriptor once more */
	int fd;
	char *p; /* cap octets, of which n from `at` on wait */
	size_t at, n, cap;
	bool ended;
};

static void stream_beat(struct timer *t)
{
	struct api_stream *s = container_of(t, struct api_stream, heartbeat);

	timer_start(t, HEARTBEAT_MS, stream_beat);
	api_stream_write(s, "\n", 1);
}

bool api_stream_write(struct api_stream *s, const char *p, size_t n)
{
	if (s->n + n > s->cap || s->ended)
		return false;
	if (s->at + s->n + n > s->cap) {
		/* All that waits moves for a quarter of room at least, not for each line. */
		if (s->at < s->cap / 4)
			return false;
		memmove(s->p, s->p + s->at, s->n);
		s->at = 0;
	}
	memcpy(s->p + s->at + s->n, p, n);
	s->n += n;
	api_resume(s->request);
	return true;
}

void api_stream_end(struct api_stream *s)
{
	s->ended = true;
	api_resume(s->request);
}

/* The client went away, or says more, which is not for a stream: its heartbeat must do then. */
static void stream_readable(void *arg, int events)
{
	struct api_stream *s = arg;
	struct pollfd p = {.fd = s->fd};

	(void)events;
	if (poll(&p, 1, 0) == 1 && p.revents & (POLLHUP | POLLERR)) {
		s->n = 0;
		api_stream_end(s);
	}
	loop_fd_del(s->watch);
	s->watch = NULL;
}

static void stream_watch(struct api_stream *s)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(s->request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	s->fd = info ? fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (s->fd >= 0)
		s->watch = loop_fd_add(s->fd, LOOP_READ, stream_readable, s);
}

static ssize_t stream_read(void *arg, uint64_t at, char *p, size_t cap)
{
	struct api_stream *s = arg;
	size_t n = s->n < cap ? s->n : cap;

	(void)at;
	if (api.stopping || (s->ended && !n))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!n) {
		api_pause(s->request);
		return 0;
	}
	memcpy(p, s->p + s->at, n);
	s->n -= n;
	s->at = s->n ? s->at + n : 0;
	return (ssize_t)n;
}

static void stream_free(void *arg)
{
	struct api_stream *s = arg;

	timer_stop(&s->heartbeat);
	loop_fd_del(s->watch);
	if (s->fd >= 0)
		close(s->fd);
	s->closed(s->arg);
	api.streams--;
	api_unref(s->request);
	free(s->p);
	free(s);
}

struct api_stream *api_stream(struct api_request *r, size_t backlog, void (*closed)(void *arg),
			      void *arg)
{
	struct api_stream *s = NULL;
	struct MHD_Response *response = NULL;

	if (api.streams == STREAMS) {
		api_error(r, MHD_HTTP_SERVICE_UNAVAILABLE,
			  "%u traces and captures are followed already", api.streams);
		return NULL;
	}
	s = calloc(1, sizeof *s);
	if (s)
		s->p = malloc(backlog);
	if (s && s->p)
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 * 1024,
							     stream_read, s, stream_free);
	if (!response) {
		if (s)
			free(s->p);
		free(s);
		api_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/x-ndjson");
	s->request = r;
	s->cap = backlog;
	s->closed = closed;
	s->arg = arg;
	api_ref(r);
	api.streams++;
	r->endless = true;
	timer_start(&s->heartbeat, HEARTBEAT_MS, stream_beat);
	stream_watch(s);
	/* A first line at once tells the client that it is subscribed. */
	s->p[s->n++] = '\n';
	answer(r, MHD_HTTP_OK, response);
	return s;
}

/* ---- start and stop ---- */

static int find_group(const char *name, char *error, size_t cap)
{
	const struct group *g = getgrnam(name);

	if (!g) {
		snprintf(error, cap, "api: there is no group %s", name);
		return -EINVAL;
	}
	api.has_group = true;
	api.group = g->gr_gid;
	return 0;
}

static void make_directory(const char *path)
{
	char dir[sizeof api.path];
	char *slash;

	snprintf(dir, sizeof dir, "%s", path);
	slash = strrchr(dir, '/');
	if (slash && slash != dir) {
		*slash = 0;
		mkdir(dir, 0755);
	}
}

/* A socket that nobody answers on is a dead daemon's. */
static bool somebody_answers(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && !connect(fd, (const struct sockaddr *)a, sizeof *a);

	if (fd >= 0)
		close(fd);
	return yes;
}

static int listen_on(const char *path, char *error, size_t cap)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, err;

	if (strlen(path) >= sizeof a.sun_path) {
		snprintf(error, cap, "api: socket path %s is too long", path);
		return -ENAMETOOLONG;
	}
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	make_directory(path);
	if (somebody_answers(&a)) {
		snprintf(error, cap, "api: another mcored answers on %s", path);
		return -EADDRINUSE;
	}
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0117);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, SOMAXCONN) < 0 ||
	    (api.has_group && chown(path, (uid_t)-1, api.group) < 0)) {
		err = -errno;
		umask(mask);
		snprintf(error, cap, "api: socket %s: %s", path, strerror(-err));
		if (fd >= 0)
			close(fd);
		return err;
	}
	umask(mask);
	snprintf(api.path, sizeof api.path, "%s", path);
	return fd;
}

/* What JSON carried may be a key. */
static void wipe_and_free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

int api_start(const struct api_config *c, char *error, size_t cap)
{
	const union MHD_DaemonInfo *info;
	int fd, err = 0;

	memset(&api, 0, sizeof api);
	json_set_alloc_funcs(malloc, wipe_and_free);
	api.config = *c;
	api_config = &api.config;
	if (c->group)
		err = find_group(c->group, error, cap);
	if (err)
		return err;
	fd = listen_on(c->socket ? c->socket : API_SOCKET, error, cap);
	if (fd < 0)
		return fd;
	crowd_start(fd, CONNECTIONS, run_soon);
	api.daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
				      0, NULL, NULL, handle, NULL, MHD_OPTION_EXTERNAL_LOGGER,
				      mhd_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
				      MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
				      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
				      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
				      MHD_OPTION_NOTIFY_CONNECTION, crowd_connection, NULL,
				      MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
	info = api.daemon ? MHD_get_daemon_info(api.daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (info)
		api.watch = loop_fd_add(info->epoll_fd, LOOP_READ, run_ready, NULL);
	if (api.watch)
		return 0;
	snprintf(error, cap, "api: the HTTP server does not start: %s", strerror(errno));
	if (api.daemon)
		MHD_stop_daemon(api.daemon);
	else
		close(fd);
	api.daemon = NULL;
	unlink(api.path);
	return -EIO;
}

void api_stop(void)
{
	static const char stopping[] =
		"{\"error\":\"mcored is stopping: what was asked for may or may not be done\"}";

	if (!api.daemon)
		return;
	api.stopping = true;
	for (struct api_request *r = api.requests; r; r = r->next) {
		if (!r->suspended)
			continue;
		if (r->holding) {
			r->status = MHD_HTTP_SERVICE_UNAVAILABLE;
			r->response = MHD_create_response_from_buffer(sizeof stopping - 1,
								      (void *)(uintptr_t)stopping,
								      MHD_RESPMEM_PERSISTENT);
		}
		api_resume(r);
	}
	MHD_run(api.daemon);
	MHD_run(api.daemon);
	loop_fd_del(api.watch);
	timer_stop(&api.timer);
	unlink(api.path);
	MHD_stop_daemon(api.daemon);
	crowd_stop();
	api.daemon = NULL;
}
