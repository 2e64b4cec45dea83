/* SPDX-License-Identifier: Apache-2.0 */
/* Behaviours of spreading over CPUs (bpf/spread.h). Each: NULL, or what is wrong. */
#ifndef TESTS_BPF_SPREAD_H
#define TESTS_BPF_SPREAD_H

const char *packets_go_to_the_cpu_of_their_slot(void);
/* Sets *reason to the one that it has seen. */
const char *what_finds_no_room_in_a_queue_is_counted(int *reason);

#endif
