/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, as steps from one version of the schema to the next. A database tells its version by
 * PRAGMA user_version; what is missing is run at start, each step in a transaction of its own. To
 * change the schema, add a step: those that are there were run on somebody's database.
 *
 * An IMSI is an integer key: its digits, with a 1 before them that keeps leading zeros. The view
 * `sims` shows it as digits, to people who open the database with sqlite3. */
#include "store/backend.h"

const char *const schema_steps[] = {
	"CREATE TABLE about (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"
	"CREATE TABLE subscriber ("
	"  imsi INTEGER PRIMARY KEY,"
	"  msisdn TEXT NOT NULL,"
	"  algorithm INTEGER NOT NULL," /* enum auth_algorithm */
	"  keys BLOB NOT NULL,"         /* sealed: lengths, K, OPc */
	"  amf INTEGER NOT NULL,"
	"  sqn INTEGER NOT NULL,"
	"  profile TEXT NOT NULL,"
	"  blocked INTEGER NOT NULL,"
	"  ue4 TEXT,"
	"  ue6 TEXT,"
	"  imeisv TEXT NOT NULL,"
	"  visited TEXT NOT NULL,"
	"  seen INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX subscriber_ue4 ON subscriber (ue4) WHERE ue4 IS NOT NULL;"
	"CREATE UNIQUE INDEX subscriber_ue6 ON subscriber (ue6) WHERE ue6 IS NOT NULL;"
	"CREATE TABLE context (imsi INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
	"CREATE VIEW sims AS SELECT substr(imsi, 2) AS imsi, msisdn, profile, sqn, blocked,"
	"  ue4, ue6, imeisv, visited, datetime(seen, 'unixepoch') AS seen FROM subscriber;",
	"ALTER TABLE subscriber ADD COLUMN access TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
	"CREATE TABLE policy (version INTEGER PRIMARY KEY, author TEXT NOT NULL, time INTEGER NOT "
	"NULL, note TEXT NOT NULL, text TEXT NOT NULL);"
	"CREATE TABLE device_policy (imsi INTEGER PRIMARY KEY, profile TEXT NOT NULL, gate_up "
	"INTEGER "
	"NOT NULL, gate_down INTEGER NOT NULL, quarantine INTEGER NOT NULL, rate_up INTEGER,"
	"  rate_down INTEGER, quota INTEGER);"
	"CREATE TABLE quota_usage (imsi INTEGER NOT NULL, apn TEXT NOT NULL, used INTEGER NOT NULL,"
	"  period INTEGER NOT NULL, PRIMARY KEY (imsi, apn)) WITHOUT ROWID;",
	"ALTER TABLE subscriber ADD COLUMN usage_type INTEGER;", /* UE Usage Type; NULL: none */
	"ALTER TABLE subscriber ADD COLUMN routes TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX subscriber_routes ON subscriber (imsi) WHERE routes != '';",
};

const int schema_version = sizeof schema_steps / sizeof *schema_steps;
