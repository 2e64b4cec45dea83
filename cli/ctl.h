/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of mcorectl share. */
#ifndef CLI_CTL_H
#define CLI_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <mcore/api_fields.h>

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

struct options {
	bool json, wide;
	const char *socket;
};
extern struct options options;

/* A column of a list, a line of a single object. */
struct column {
	const char *key, *help;
	enum field_kind kind;
	enum field_where where;
};
#define CTL_COLUMNS(object, fields) extern const struct column object##_columns[];
API_OBJECTS(CTL_COLUMNS)
#undef CTL_COLUMNS

/* A row of the command table. An empty verb: the object alone is the command. */
struct command {
	const char *object, *verb;
	const char *args; /* for people: "IMSI [KEY VALUE]..." */
	int (*run)(const struct command *, int argc, char **argv); /* argv: what follows the verb */
	const char *help;
	const char *path, *list; /* of the API; the JSON key of its list */
	const struct column *columns;
	const char *const *words; /* what may follow IMSI or FILE, for completion and help */
};

/* ---- main.c ---- */
/* "mcorectl: …" on stderr. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The index of the first word that `word` is or begins, -1 if there is none. */
int word_index(const char *const *words, const char *word);
/* Complains about an unknown word, with the nearest of words if one is near. EXIT_USAGE. */
int what_is(const char *const *words, const char *word);
int usage_of(const struct command *); /* prints it on stderr: EXIT_USAGE */
/* A legal IMSI, or a complaint and false. */
bool imsi_word(const char *word);
/* The same of what may be here without one: E and the digits of its IMEI too. */
bool device_word(const char *word);

/* ---- api.c ---- */
/* Asks mcored. 0 with the answer in *out (may be NULL), or an exit code after a complaint; *out is then
 * NULL, or what mcored said of a request that it took in part. body may be NULL and is taken over. */
int api_call(const char *method, const char *path, json_t *body, json_t **out);
/* GET without a complaint if nobody answers: 0 or an exit code. */
int api_ask(const char *path, json_t **out);
/* Streams: take is called with what comes, until it returns false or the daemon ends it. */
int api_stream(const char *path, bool (*take)(void *arg, const char *p, size_t n), void *arg);
/* The lines of a stream, from the pieces in which it comes; empty ones are left out. */
struct lines {
	bool (*take)(void *arg, const char *line, size_t n); /* false: enough */
	void *arg;
	char *p;
	size_t n, cap;
};
bool lines_take(struct lines *, const char *p, size_t n); /* for api_stream's take */
void lines_free(struct lines *);
/* Uploads what give delivers, size octets (0 at the end); tick(arg) is called now and then. */
int api_upload(const char *path, const char *type, int64_t size,
	       size_t (*give)(void *arg, char *p, size_t cap), void (*tick)(void *arg), void *arg,
	       json_t **out);

/* A word for a path or its query: letters, digits and a few signs as they are, the rest as %XX; cut to
 * what fits. */
void url_escape(char *out, size_t cap, const char *word);

/* ---- table.c ---- */
/* A value for people; short in a list, with the exact figure in the view of one. */
const char *value_text(const struct column *, const json_t *value, bool list, char *buf,
		       size_t cap);
/* Rows of a list; first: with the line of titles. */
void table_rows(const struct column *, const json_t *array, bool first);
/* One object, a line a field. */
void table_object(const struct column *, const json_t *object);
void print_json(const json_t *);

/* ---- pcapng.c ---- */
struct pcapng_packet {
	uint64_t time_ns; /* unix time */
	bool down;
	uint32_t action; /* enum xdp_action */
	const uint8_t *data; /* from the IP header on: n octets of len */
	uint32_t n, len;
	const char *comment;
};
bool pcapng_begin(FILE *, const char *imsi);
bool pcapng_packet(FILE *, const struct pcapng_packet *);

/* ---- commands ---- */
int show(const struct command *, int argc, char **argv); /* show.c */
/* The one thing that the only argument names, by print or as JSON. */
int show_item(const struct command *, int argc, char **argv,
	      void (*print)(const struct command *, const json_t *));
int show_stats(const struct command *, int argc, char **argv);
int show_version(const struct command *, int argc, char **argv);
int sim_add(const struct command *, int argc, char **argv); /* sim.c */
int sim_set(const struct command *, int argc, char **argv);
int sim_del(const struct command *, int argc, char **argv);
int sim_export(const struct command *, int argc, char **argv);
int detach(const struct command *, int argc, char **argv);
int policy_show(const struct command *, int argc, char **argv); /* policy.c */
int policy_file(const struct command *, int argc, char **argv);
int policy_plan(const struct command *, int argc, char **argv);
int policy_apply(const struct command *, int argc, char **argv);
int policy_rollback(const struct command *, int argc, char **argv);
int policy_set(const struct command *, int argc, char **argv);
int access_add(const struct command *, int argc, char **argv); /* access.c */
int drain(const struct command *, int argc, char **argv);
int access_del(const struct command *, int argc, char **argv);
int bearer_show(const struct command *, int argc, char **argv); /* bearer.c */
int bearer_add(const struct command *, int argc, char **argv);
int bearer_set(const struct command *, int argc, char **argv);
int bearer_del(const struct command *, int argc, char **argv);
int ue_do(const struct command *, int argc, char **argv);
int enb_show(const struct command *, int argc, char **argv); /* node.c */
int enb_reset(const struct command *, int argc, char **argv);
int ue_locate(const struct command *, int argc, char **argv);
int ue_trace_radio(const struct command *, int argc, char **argv);
int ue_voice(const struct command *, int argc, char **argv);
int mme_overload(const struct command *, int argc, char **argv);
int warning_show(const struct command *, int argc, char **argv);
int warning_send(const struct command *, int argc, char **argv);
int warning_kill(const struct command *, int argc, char **argv);
extern const char *const locate_words[], *const radio_trace_words[], *const overload_words[],
	*const warning_words[];
int sim_import(const struct command *, int argc, char **argv); /* import.c */
int trace(const struct command *, int argc, char **argv);      /* trace.c */
int capture(const struct command *, int argc, char **argv);    /* capture.c */
int top(const struct command *, int argc, char **argv);	       /* top.c */
int why(const struct command *, int argc, char **argv);	       /* why.c */
extern const char *const sim_words[], *const import_words[], *const detach_words[], *const access_words[], *const drain_words[];
extern const char *const policy_words[], *const policy_note_words[];
extern const char *const bearer_words[];

#endif
