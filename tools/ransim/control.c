/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for the scenario while it runs: from a FIFO or standard input, a line at a time. */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/loop.h"
#include "sim.h"

static struct {
	int fd;
	struct loop_fd *watch;
	char partial[SCENARIO_LINE];
	size_t partial_n;
} control = {.fd = -1};

static void readable(void *arg, int events)
{
	char *line, *end;
	ssize_t n = read(control.fd, control.partial + control.partial_n,
			 sizeof(control.partial) - 1 - control.partial_n);

	(void)arg;
	(void)events;
	if (n <= 0) {
		if (n == 0 ||
		    errno != EAGAIN) { /* end of standard input; a FIFO has us as a writer */
			loop_fd_del(control.watch);
			control.watch = NULL;
		}
		return;
	}
	control.partial_n += (size_t)n;
	control.partial[control.partial_n] = 0;
	for (line = control.partial; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		if (!scenario_add(line))
			event_sim("scenario.unknown", "command=\"%s\"", line);
	}
	control.partial_n = strlen(line);
	memmove(control.partial, line, control.partial_n);
	if (control.partial_n == sizeof(control.partial) - 1)
		control.partial_n = 0;
}

int scenario_control(const char *path)
{
	if (!strcmp(path, "-")) {
		control.fd = STDIN_FILENO;
	} else {
		if (mkfifo(path, 0600) && errno != EEXIST)
			return -errno;
		/* also for writing: no end of file when a writer leaves */
		control.fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (control.fd < 0)
			return -errno;
	}
	control.watch = loop_fd_add(control.fd, LOOP_READ, readable, NULL);
	return control.watch ? 0 : -EIO;
}

void control_stop(void)
{
	loop_fd_del(control.watch);
	control.watch = NULL;
}
