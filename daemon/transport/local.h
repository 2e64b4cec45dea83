/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-over between roles of one process: work that is done by the loop a moment later, in the
 * order it was posted, and never from within the call that posted it. Private to transport/. */
#ifndef TRANSPORT_LOCAL_H
#define TRANSPORT_LOCAL_H

struct local_work {
	struct local_work *next;
	void (*run)(struct local_work *);
};

/* Loop's thread only. The work is the caller's and must stay until it runs. */
void local_post(struct local_work *);

#endif
