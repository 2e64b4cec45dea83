/* SPDX-License-Identifier: Apache-2.0 */
/* From TFTs to elements of `tfts`. Private to datapath/ and its tests. */
#ifndef DATAPATH_TFT_RULE_H
#define DATAPATH_TFT_RULE_H

#include <mcore/tft_rule.h>
#include "codec/tft.h"

struct tft_rule tft_rule_of(const struct tft_filter *, uint32_t slot, uint32_t next);

#endif
