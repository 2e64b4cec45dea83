/* SPDX-License-Identifier: Apache-2.0 */
/* What the functions of routes see of a request, and how they answer. Private to api/. */
#ifndef API_HTTP_H
#define API_HTTP_H

#include <jansson.h>
#include "api/api.h"
#include "api/routes.h"

struct MHD_Connection;
struct MHD_Response;
struct crowd_client;
struct api_request;

enum { API_MAX_BODY = 1024 * 1024, API_BACKLOG = 256 * 1024, API_PAGE = 500, API_MAX_WORD = 160 };

struct api_route {
	const char *method;
	/* "/ues/:imsi/detach"; :imsi matches a legal IMSI, or E and an IMEI's digits; :word anything */
	const char *path;
	/* The request is here whole: answers, or holds it and answers later. */
	void (*run)(struct api_request *);
	/* NULL: a body is gathered up to API_MAX_BODY. Else true if this body is to be given to
	 * `chunk` as it comes; `run` follows at its end. */
	bool (*streams)(struct api_request *);
	void (*chunk)(struct api_request *, const char *p, size_t n);
};

struct api_request {
	const struct api_route *route;
	imsi_t imsi; /* of the path; IMSI_NONE */
	char word[API_MAX_WORD]; /* :imsi or :word of the path as it was given */
	char *body;
	size_t body_n, body_cap;
	void *state; /* the route's; freed by state_free when the last reference goes */
	void (*state_free)(void *);
	/* the rest is http.c's */
	struct MHD_Connection *connection; /* NULL: the client is gone */
	struct crowd_client *client;
	struct MHD_Response *response;
	struct api_request *next, **pprev; /* of all that MHD knows */
	const char *method;
	char *path;
	unsigned status, refs, uid;
	bool suspended, holding, streaming, ran, endless;
};

extern const struct api_config *api_config;
/* Sums up what is wrong with a path and method in *status (404, 405), or returns the route. */
const struct api_route *route_find(const char *method, const char *path, imsi_t *imsi,
				   char word[API_MAX_WORD], unsigned *status);

/* Each takes over the JSON, and ends api_hold. What comes after the first answer, or when the
 * client is gone, is dropped. */
void api_reply(struct api_request *, unsigned status, json_t *body);
/* The same of what is to outlive this process: when it is on disk. */
void api_reply_settled(struct api_request *, unsigned status, json_t *body);
void api_error(struct api_request *, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* 404, in the same words whatever is missing: "no WHAT NAME: mcorectl WHERE lists what there is". */
void api_none(struct api_request *, const char *what, const char *name, const char *where);
/* The session's APN, whole where the PGW is here (the datapath has room for 31 characters). */
struct session;
const char *session_apn(const struct session *);
/* p is malloc's and taken over. */
void api_text(struct api_request *, const char *type, char *p, size_t n);

/* The answer comes later, by exactly one api_reply or api_error; the request lives until then. */
void api_hold(struct api_request *);
/* From chunk: no more of the body until api_resume. */
void api_pause(struct api_request *);
void api_resume(struct api_request *);
void api_ref(struct api_request *);
void api_unref(struct api_request *);

/* The value of a query argument or header, NULL if it is not there. */
const char *api_query(const struct api_request *, const char *key);
const char *api_header(const struct api_request *, const char *key);
/* ?from= as a number and ?limit=, at most API_PAGE. False, and a 400 sent, if they are not numbers.
 */
bool api_page(struct api_request *, uint64_t *from, unsigned *limit);

/* A chunked answer without an end but by api_stream_end. Lines written to a client that does not read
 * are dropped above `backlog` octets; an empty line each few seconds finds out who is gone. `closed` is called once.
 * NULL, and a 503 sent: too many streams, or out of memory. */
struct api_stream;
struct api_stream *api_stream(struct api_request *, size_t backlog, void (*closed)(void *arg), void *arg);
/* What was written is still delivered, then `closed` is called. */
void api_stream_end(struct api_stream *);
/* False if it was dropped. */
bool api_stream_write(struct api_stream *, const char *p, size_t n);

/* view.c */
struct view_row {
	const char *key;
	enum field_kind kind;
	size_t offset;
};
#define API_VIEW_TABLE(object, fields) extern const struct view_row object##_rows[];
API_OBJECTS(API_VIEW_TABLE)
#undef API_VIEW_TABLE
json_t *view_json(const struct view_row *, const void *view);
/* {"name": [...], "next": "cursor"}; next is left out if it is 0. */
json_t *view_list(const char *name, json_t *array, uint64_t next);

/* The functions of routes. */
#define R(method, path, run) void run(struct api_request *);
#define S(method, path, run, streams, chunk)                                                       \
	void run(struct api_request *);                                                            \
	bool streams(struct api_request *);                                                        \
	void chunk(struct api_request *, const char *p, size_t n);
API_ROUTES(R, S)
#undef R
#undef S
/* sim.c: static addresses of a SIM, told to the PGW; zero if there is none. */
void sim_keep(struct in_addr ue4, struct in6_addr ue6, bool keep);
/* Whether the PGW here refuses one of a SIM's routes; which and why is in text then. */
struct subscriber;
bool sim_route_refused(const struct subscriber *, char *text, size_t cap);

#endif
