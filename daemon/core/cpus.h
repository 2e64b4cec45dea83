/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says of this machine's CPUs. */
#ifndef CORE_CPUS_H
#define CORE_CPUS_H

#include <stdbool.h>

/* Whether a CPU is in a list of the kernel's: "possible", "online" (/sys/devices/system/cpu). */
bool cpu_is(const char *list, unsigned cpu);
/* The same of a list as text: "0-3,8". */
bool cpu_in(const char *text, unsigned cpu);

#endif
