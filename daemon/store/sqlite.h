/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the SQLite backend share: its two connections, the loop's and the writer
 * thread's. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>
#include "store/backend.h"

extern sqlite3 *sqlite_reader, *sqlite_writer;

/* The integer key of an IMSI: 1 and its digits (of an IMEI: 2); and back. */
sqlite3_int64 sqlite_imsi_key(imsi_t imsi);
imsi_t sqlite_imsi_of_key(sqlite3_int64 key);
/* A negative errno for SQLite's result; 0 for success, a row, or the end. */
int sqlite_errno_of(int rc);

#endif
