/* SPDX-License-Identifier: Apache-2.0 */
/* What the whole simulator shares: the run's parameters, its eNodeBs and UEs (both arrays are made
 * once and live until the end, so a pointer into them is always good), and its output, one line an
 * event.
 *
 *   main.c      subcommands                    run.c / load.c  what `ransim run` and `load` do
 *   options.c   command line into struct sim   scenario.c      commands while it runs
 *   enb.c       associations, S1 Setup         enb_ue.c        UE-associated S1AP
 *   move.c as.c from eNodeB to eNodeB          path.c gtpu_forward.c  tunnels, packets at that
 *   ue.c        EMM procedures of a UE         ue_nas.c        its NAS messages, in and out
 *   ue_pdn.c    its bearer, addresses, tun     gtpu.c gen.c    packets, on a thread of their own
 *
 * All but gtpu.c and gen.c run on the loop's thread. */
#ifndef RANSIM_SIM_H
#define RANSIM_SIM_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <mcore/ids.h>
#include "fault.h"
#include "transport/s1.h"

struct enb;
struct ue;

enum procedure {
	PROC_NONE,
	PROC_ATTACH,
	PROC_DETACH,
	PROC_SERVICE,
	PROC_UPDATE,
	PROC_MOVE,
	PROC_COUNT
};
enum attach_identity { IDENTITY_GUTI, IDENTITY_IMSI };

/* What UEs of one --ue option have in common. */
struct ue_profile {
	char apn[101];              /* "": the subscription's default */
	uint8_t pdn_type;           /* NAS_PDN_* */
	uint8_t eea, eia;           /* capability octets */
	char tun[IF_NAMESIZE * 2];  /* pattern with one %d, "": no device */
	char netns[64];             /* the same */
	char imeisv[IMEISV_STRLEN]; /* "": made from the UE's number */
	bool default_route;
	bool psm; /* it asks for power saving mode, with this: */
	uint32_t t3324_s;
	bool edrx; /* it asks for extended DRX, of this cycle: */
	uint8_t edrx_cycle;
	bool combined; /* its attach is for EPS and non-EPS services */
	uint32_t t3412_s; /* extended; 0: it does not ask */
	enum attach_identity identity; /* GUTI if one is known, or always IMSI */
	enum emergency { EMERGENCY_NONE, EMERGENCY_BY_IMSI, EMERGENCY_BY_IMEI } emergency; /* its attach is for that */
	struct faults faults;
};

struct sim {
	/* parameters */
	struct in6_addr mme;
	uint16_t mme_port;
	unsigned enb_addresses;
	struct in_addr enb_address[64]; /* eNodeB i uses the address i modulo their number */
	plmn_t plmn;
	unsigned tacs;
	uint16_t tac[16]; /* eNodeB i serves the area i modulo their number */
	uint32_t first_enb_id;
	bool gtpu_sequence, reconnect, events, user_plane;
	bool forwarding; /* packets are forwarded at handovers */
	uint32_t guard_ms; /* T3410 and the like: a procedure without an end fails after it */
	struct faults faults;
	/* population */
	unsigned enbs, ues;
	struct enb *enb;
	struct ue *ue;
	/* A procedure of a UE is over: cause is NULL if it succeeded, else in words, with the step
	 * it failed at. May be NULL. */
	void (*done)(struct ue *, enum procedure, enum step, const char *cause);
	/* An eNodeB's S1 Setup has an answer (cause NULL: success) or its association is gone. */
	void (*enb_changed)(struct enb *, const char *cause);
	/* Sees each event line (without time), for `expect`. May be NULL. */
	void (*watch)(const char *line);
	uint64_t started_ns;
};

extern struct sim sim;

/* The run is over: the loop stops and the process exits with this code (the largest one asked). */
void sim_exit(int code);
/* Notes the code without stopping. */
void sim_note_exit(int code);
int sim_exit_code(void);

/* Prints "time=S.mmm ue=N imsi=D event=NAME key=value…" to standard output. */
void event_ue(const struct ue *, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void event_enb(const struct enb *, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void event_sim(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The lines above are wanted at all: spares the caller making their arguments. */
static inline bool events_on(void) { return sim.events || sim.watch; }

/* The IMSI n after one, with as many digits. */
imsi_t imsi_add(imsi_t, uint64_t n);
/* "%d" in a pattern replaced by the UE's number. False if it does not fit. */
bool pattern_expand(const char *pattern, unsigned number, char *out, size_t cap);

#endif
