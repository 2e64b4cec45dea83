/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one table of options for all subcommands. */
#ifndef RANSIM_OPTIONS_H
#define RANSIM_OPTIONS_H

#include <stdio.h>
#include "sim.h"
#include "usim.h"

enum command { COMMAND_RUN = 1, COMMAND_LOAD = 2, COMMAND_KEYS = 4, COMMAND_REFLECT = 8 };

struct ue_group { /* one --ue: `count` UEs with ascending IMSIs */
	struct ue_group *next;
	imsi_t imsi;
	unsigned count;
	struct aka_key key;
	bool has_key;
	struct ue_profile profile;
	char *spec; /* as given, until it is parsed */
};

struct options {
	struct ue_group *group, **group_end;
	struct ue_group defaults; /* what --apn, --k and the like set */
	imsi_t first_imsi;
	bool has_imsi;
	uint8_t seed[64];
	size_t seed_n;
	enum sctp_kind sctp;
	/* run */
	const char *control, *file;
	char *commands; /* of all -e, newline between */
	bool no_attach, stay;
	/* load */
	uint64_t rate, rounds, duration, hold_ms, count;
	bool keep, json, switch_off;
	struct in_addr traffic_to;
	uint16_t traffic_port;
	uint64_t traffic_pps, traffic_size, traffic_time;
	uint64_t x2_rate, x2_time;
	uint64_t service_rate, service_time;
	/* reflect */
	struct in_addr listen;
	uint16_t listen_port;
};

/* Fills `sim` and *o. False after a message on stderr. */
bool options_parse(struct options *o, enum command, int argc, char **argv);
void options_help(FILE *, enum command);
void options_free(struct options *);

/* Makes sim.ue of the groups (run) or of count and first_imsi (load). False after a message. */
bool options_population(struct options *, enum command);
/* Keys of one IMSI: derived from the seed, else those of the defaults. False if there are none. */
bool options_key(const struct options *, imsi_t, struct usim *);

#endif
