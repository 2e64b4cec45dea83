/* SPDX-License-Identifier: Apache-2.0 */
/* GTP-U peers as the datapath knows them. A list is a page of them: the cursor is a place in it. */
#include "api/http.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include "datapath/datapath.h"

static const char *const paths[] = {
	[DP_PATH_UNKNOWN] = "unknown",   [DP_PATH_UP] = "up",
	[DP_PATH_DOWN] = "down",         [DP_PATH_UNUSED] = "unused",
	[DP_PATH_STRANGER] = "stranger",
};

static json_t *show(const struct dp_peer *p)
{
	struct peer_view v = {
		.state = paths[p->path],
		.tunnels = p->tunnels,
		.resolved = p->resolved,
		.mtu = p->mtu,
		.rtt_us = p->rtt_us,
		.since = p->since,
		.packets_up = p->up.packets,
		.bytes_up = p->up.bytes,
		.packets_down = p->down.packets,
		.bytes_down = p->down.bytes,
		.echo_sent = p->echo_sent,
		.echo_answered = p->echo_answered,
		.failures = p->failures,
		.errors = p->errors,
		.errors_sent = p->errors_sent,
		.unknown_teid = p->unknown_teid,
		.wrong_peer = p->wrong_peer,
	};

	if (IN6_IS_ADDR_V4MAPPED(&p->addr))
		inet_ntop(AF_INET, &p->addr.s6_addr[12], v.address, sizeof v.address);
	else
		inet_ntop(AF_INET6, &p->addr, v.address, sizeof v.address);
	if (p->ifindex > 0 && !if_indextoname((unsigned)p->ifindex, v.device))
		v.device[0] = 0;
	return view_json(peer_rows, &v);
}

void peers_list(struct api_request *r)
{
	struct dp_peer *list;
	json_t *array;
	unsigned n, limit;
	uint64_t from;

	if (!api_config->datapath) {
		api_error(r, 503, "this mcored has no gateway: it forwards nothing");
		return;
	}
	if (!api_page(r, &from, &limit))
		return;
	list = dp_peers(&n);
	if (!list) {
		api_error(r, 500, "out of memory");
		return;
	}
	array = json_array();
	for (; from < n && limit; from++, limit--)
		json_array_append_new(array, show(&list[from]));
	free(list);
	api_reply(r, 200, view_list("peers", array, from < n ? from : 0));
}
