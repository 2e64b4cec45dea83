/* SPDX-License-Identifier: Apache-2.0 */
/* See path.h. All bearers of a device go to another eNodeB at once, or the packet filters of one
 * would name a tunnel that another has left. */
#include "path.h"

#include <string.h>
#include "core/loop.h"
#include "enb.h"
#include "gtpu.h"
#include "ue_esm.h"

struct path *path_next(struct ue *ue, struct path *p)
{
	unsigned i = 0;

	if (!p)
		return &ue->path;
	while (p != &ue->path && i < UE_MORE_BEARERS)
		if (ue->more[i++] && p == &ue->more[i - 1]->path)
			break;
	for (; i < UE_MORE_BEARERS; i++)
		if (ue->more[i])
			return &ue->more[i]->path;
	return NULL;
}

uint8_t path_ebi(const struct ue *ue, const struct path *p)
{
	return p == &ue->path ? ue->pdn.ebi : container_of(p, const struct bearer, path)->ebi;
}

struct path *path_by_ebi(struct ue *ue, uint8_t ebi)
{
	struct path *p = NULL;

	while ((p = path_next(ue, p)) && path_ebi(ue, p) != ebi)
		;
	return p;
}

struct path *path_by_teid(struct ue *ue, uint32_t teid)
{
	struct path *p = NULL;

	while ((p = path_next(ue, p)) && p->teid != teid && p->left != teid)
		;
	return p;
}

bool path_up(const struct path *p) { return gtpu_port_connected(p->teid); }

bool path_prepare(struct ue *ue, struct path *p, struct enb *to, bool forwarding)
{
	path_unprepare(p);
	p->target = gtpu_port_twin(p->teid, to->gtpu_sock, ue);
	p->to_target = forwarding ? gtpu_port_forwarded(p->target, to->gtpu_sock) : 0;
	return p->target && (p->to_target || !forwarding);
}

void path_unprepare(struct path *p)
{
	gtpu_port_free(p->target);
	gtpu_port_free(p->to_target);
	p->target = p->to_target = 0;
	p->forward_teid = 0;
}

void path_go_over(struct ue *ue)
{
	struct gtpu_move move[UE_E_RABS];
	unsigned n = 0;

	for (struct path *p = NULL; (p = path_next(ue, p));) {
		gtpu_port_free(p->left);
		gtpu_port_free(p->forwarded);
		p->left = p->forwarded = 0;
		if (p->teid)
			move[n++] = (struct gtpu_move){p->teid, p->target, p->forward_to,
						       p->forward_teid};
	}
	gtpu_ports_move(move, n);
	for (struct path *p = NULL; (p = path_next(ue, p));)
		*p = (struct path){.teid = p->target, .left = p->teid, .forwarded = p->to_target};
}

void path_settle(struct path *p)
{
	gtpu_port_settle(p->teid);
	gtpu_port_free(p->left);
	gtpu_port_free(p->forwarded);
	p->left = p->forwarded = 0;
}

bool path_settled(const struct path *p) { return !p->left && !p->forwarded; }

void path_close(struct path *p)
{
	path_unprepare(p);
	path_settle(p);
	gtpu_port_free(p->teid);
	p->teid = 0;
}
