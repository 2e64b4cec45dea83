/* SPDX-License-Identifier: Apache-2.0 */
/* Between s1ap_tables.c and s1ap.c. */
#ifndef CODEC_S1AP_IMPL_H
#define CODEC_S1AP_IMPL_H

#include "codec/s1ap.h"

enum { S1AP_PROCEDURES = 70 }; /* highest procedure code known, plus one */

extern const struct s1ap_msg *const s1ap_by_code[S1AP_PROCEDURES][3];

#endif
