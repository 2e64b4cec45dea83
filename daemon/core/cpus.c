/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cpus.h"

#include <stdio.h>
#include <stdlib.h>

bool cpu_in(const char *text, unsigned cpu)
{
	while (*text >= '0' && *text <= '9') {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (cpu >= first && cpu <= last)
			return true;
		text = *end == ',' ? end + 1 : end;
	}
	return false;
}

bool cpu_is(const char *list, unsigned cpu)
{
	char path[64], text[4096] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/%s", list);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);
	return cpu_in(text, cpu);
}
