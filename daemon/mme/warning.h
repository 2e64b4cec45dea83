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
	const char *ended; /* why; NULL: it is on */
	uint64_t since;
	struct timer over;
};

struct warning_proc {
	struct proc proc;
	uint16_t id, serial;
	bool all; /* Kill of all */
};

extern struct warning *warning_all; /* newest first */
extern const struct proc_def warning_write_def, warning_kill_def;

struct warning *warning_find(uint16_t id, uint16_t serial);
struct warning_enb *warning_entry(const struct warning *, const struct enb *);
struct proc *warning_running(struct enb *, const struct proc_def *, uint16_t id, uint16_t serial);
void warning_drop_cells(struct warning_enb *);
/* Write-Replace Warning to that eNodeB. */
void warning_write_to(struct warning *, struct enb *);

#endif
