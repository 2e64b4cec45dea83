/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars of the configuration. Private to core/config*.c. */
#ifndef CORE_CONFIG_VALUE_H
#define CORE_CONFIG_VALUE_H

#include "core/config.h"

/* Reads text into *out, which is a member (or a list's element) of the row's size. NULL, or what is
 * wrong, as "is not …", in buffer or static. */
const char *config_value_read(const struct config_row *, const char *text, void *out,
			      struct arena *, char *buffer, size_t cap);

/* The row of a list's elements, as if each were a member of its own. */
static inline struct config_row config_item_row(const struct config_row *list)
{
	struct config_row item = *list;

	item.type = list->of;
	item.offset = 0;
	item.min = list->item_min;
	item.max = list->item_max;
	item.preset = NULL;
	return item;
}

#endif
