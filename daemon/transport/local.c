/* SPDX-License-Identifier: Apache-2.0 */
/* One queue for all protocols. The loop is woken once a batch, and a batch ends when the queue is
 * empty: a request, what it makes another role ask, and the answers all go through in one turn. */
#include "transport/local.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/loop.h"

static struct local_work *first, **last = &first;
static bool woken;

static void run_all(void *arg)
{
	(void)arg;
	while (first) {
		struct local_work *work = first;

		first = work->next;
		if (!first)
			last = &first;
		work->run(work);
	}
	woken = false;
}

void local_post(struct local_work *work)
{
	work->next = NULL;
	*last = work;
	last = &work->next;
	if (!woken)
		loop_post(run_all, NULL);
	woken = true;
}
