/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors that outlive the process. A small process of its own, the keeper, holds a second
 * reference to each descriptor given to it, with a note of what it is; when the daemon has died or
 * was stopped, the kernel does not end the connections, and the next daemon takes them over.
 *
 * Both talk over a Unix socket (SOCK_SEQPACKET), one packet a word: see keeper.c. The keeper never
 * reads from what it holds. When no daemon has come back after the grace, it closes everything,
 * which tells the peers.
 *
 * Under systemd it is a service of its own (mcored-keeper.service), since a service's processes end
 * together; elsewhere the daemon starts it where none answers. */
#ifndef CORE_KEEPER_H
#define CORE_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEEPER_NOTE_MAX = 60000 };

/* What an earlier daemon left: fd is the callee's, note is valid during the call. */
typedef void (*keeper_found)(void *arg, uint32_t id, int fd, const uint8_t *note, size_t n);

/* Connects to the keeper at `path`, starts one (this program with --keeper) where none answers, and
 * hands over what it holds, during the call. grace_s: how long it waits for the next daemon. 0 or
 * negative errno: -EBUSY another daemon is connected; then nothing will outlive this process. A keeper
 * that is lost later is started anew and told everything again. */
int keeper_start(const char *path, uint32_t grace_s, keeper_found, void *arg);
/* No more: the grace begins. */
void keeper_stop(void);

/* Keeps fd; returns an id, never 0. Without a keeper it only remembers. fd stays the caller's, open
 * until keeper_drop. */
uint32_t keeper_put(int fd, const void *note, size_t n);
/* A new note. n at most KEEPER_NOTE_MAX. */
void keeper_set(uint32_t id, const void *note, size_t n);
/* The keeper closes its reference; call it before the caller's own close. */
void keeper_drop(uint32_t id);

/* The keeper itself: serves until SIGTERM or SIGINT. With `background` it returns once it can be
 * connected to, leaving a child that serves until a grace has passed in which nobody came. Returns
 * an exit status. ready() is called once it can be connected to; may be NULL. */
int keeper_run(const char *path, bool background, void (*ready)(void));

#endif
