/* SPDX-License-Identifier: Apache-2.0 */
/* What main.c's subcommands are made of. */
#ifndef RANSIM_COMMANDS_H
#define RANSIM_COMMANDS_H

#include "options.h"

/* Starts loop, S1 transport, user plane and eNodeBs of a parsed command line. 0, or an exit code
 * after a message. */
int session_start(struct options *, enum command);
/* Ends all of it: associations in order, tuns, namespaces. */
void session_stop(void);

/* Exit codes. */
int run_command(struct options *);
int load_command(struct options *);

/* ---- scenario.c --------------------------------------------------------------------------------
 */

enum { SCENARIO_LINE = 512 }; /* octets of a command, its end included */

/* Appends commands (lines, or pieces between ";"). False after a message about the first that is
 * not right. */
bool scenario_add(const char *text);
bool scenario_add_file(const char *path);
/* Reads lines from a FIFO, made if absent, or from standard input ("-"). 0 or negative errno. */
int scenario_control(const char *path);
/* Begins to work through the commands; over() when there are none left, and after each later batch
 * from the control FIFO too, or on `quit`. A failed expectation ends its batch. */
void scenario_start(void (*over)(bool failed, bool quit));
void scenario_stop(void);
/* No more from there. */
void control_stop(void);
/* Last of all: UEs point to profiles that `fault` made. */
void scenario_free(void);
void scenario_help(FILE *);

#endif
