/* SPDX-License-Identifier: Apache-2.0 */
/* Between warning.c, which gives orders, and warning_in.c, which takes what eNodeBs say to them. */
#ifndef MME_WARNING_H
#define MME_WARNING_H

#include "mme/mme.h"

enum at_enb { ASKED, BROADCAST, NOWHERE, UNANSWERED, FAILED, KILLING, KILLED, REPLACED, GONE };
struct warning_enb { /* what an eNodeB made of it */
	struct warning_enb *next;
	plmn_t plmn;
	uint32_t id;
	uint8_t id_bits, state;
	unsigned cells;
	struct ecgi *cell; /* malloc: where it is broadcast */
	uint64_t broadcasts; /* told when it was killed */
};

struct warning {
	struct warning *next;
	struct warning_order order; /* lists and contents are malloc's */
	struct warning_enb *enbs;
	const char *ended; /* why, one of those below; NULL: it is on */
	bool kill_again;   /* it was being killed when the process before ended, and may still be on */
	uint64_t since;	   /* unix time, s */
	struct timer over;
};

struct warning_proc {
	struct proc proc;
	uint16_t id, serial;
	bool all; /* Kill of all */
};

extern struct warning *warning_all; /* newest first */
extern const char warning_killed[], warning_replaced[], warning_done[];
extern const struct proc_def warning_write_def, warning_kill_def;

struct warning *warning_find(uint16_t id, uint16_t serial);
struct warning_enb *warning_entry(const struct warning *, const struct enb *);
struct proc *warning_running(struct enb *, const struct proc_def *, uint16_t id, uint16_t serial);
void warning_drop_cells(struct warning_enb *);
/* All that are on, were `lost` (NULL: all) and concern the eNodeB are written to it, oldest first, so that each
 * replaces what it has replaced before; what nothing is left of is not. Returns how many. */
unsigned warning_write_again(struct enb *, bool (*lost)(const struct warning *, const void *arg),
			     const void *arg);
/* A new one, in no list: all of the order is copied. NULL: no memory. */
struct warning *warning_new(const struct warning_order *);
/* It is on for what is left of its broadcasts; ends it if nothing is. */
void warning_run(struct warning *);
/* In the turn arena, as far as the lists are not the order's own. */
struct s1ap_write_replace_warning_request warning_request(const struct warning_order *);

/* ---- warning_keep.c ---- */
/* An eNodeB has not answered yet. */
bool warning_is_killing(const struct warning *);
/* After each change that a restart must know of. */
void warning_save(void);

#endif
