/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to misbehave on purpose, for tests of the network: `--fault NAME[:ARG]`, one list that makes
 * the enum, the parser and the help. Each says what a right network does. */
#ifndef RANSIM_FAULT_H
#define RANSIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum step { /* as seen by the UE and its eNodeB: what was received or sent last */
	    STEP_NONE,
	    STEP_CONNECT,  /* Attach Request sent */
	    STEP_IDENTITY, /* this and the next three: what the network asks for received */
	    STEP_AUTHENTICATION,
	    STEP_SECURITY_MODE,
	    STEP_ESM_INFORMATION,
	    STEP_ICS,      /* Initial Context Setup Request received, of whatever procedure */
	    STEP_COMPLETE, /* Attach, Tracking Area Update or GUTI Reallocation Complete due */
	    STEP_DETACH,   /* Detach Request sent or received */
	    STEP_RELEASE,  /* UE Context Release Command received */
	    STEP_SERVICE,  /* Service Request sent */
	    STEP_UPDATE,   /* Tracking Area Update Request sent */
	    STEP_MOVE,     /* Path Switch Request or Handover Required sent */
	    STEP_ADMIT,    /* Handover Request received by the target */
	    STEP_COMMAND,  /* Handover Command received by the source */
	    STEP_LEAVE,    /* gone from the source, of which the fault is; the target tells then */
	    STEP_NOTIFY,   /* Handover Notify due */
	    STEP_PAGING,   /* Paging received */
	    STEP_COUNT
};

enum fault_arg { FAULT_PLAIN, FAULT_NUMBER, FAULT_STEP };

/* clang-format off */
#define FAULTS(F)                                                                                  \
	F(WRONG_K, "wrong-k", PLAIN, "USIM with another K: MAC failure, cause 20")                 \
	F(WRONG_RES, "wrong-res", PLAIN, "wrong RES: Authentication Reject")                       \
	F(MAC_FAILURE, "mac-failure", PLAIN, "answers cause 20 though AUTN is right")              \
	F(NON_EPS, "non-eps", PLAIN, "answers cause 26")                                           \
	F(SQN_AHEAD, "sqn-ahead", NUMBER,                                                          \
	  "USIM N sequence numbers ahead: synch failure with AUTS")                                \
	F(NAS_REPLAY, "nas-replay", PLAIN, "sends each protected message twice: second discarded") \
	F(NAS_BAD_MAC, "nas-bad-mac", PLAIN,                                                       \
	  "each protected message first with a wrong MAC: discarded")                              \
	F(NAS_PLAIN, "nas-plain", PLAIN, "each protected message first in plain: discarded")       \
	F(CAPS_MISMATCH, "caps-mismatch", PLAIN, "Security Mode Reject, cause 23")                 \
	F(SILENT_AT, "silent-at", STEP, "no answer at the step: network's timers and retries")     \
	F(ICS_FAILURE, "ics-failure", PLAIN, "Initial Context Setup Failure")                      \
	F(DROP_AT, "drop-at", STEP, "aborts the SCTP association at the step")                     \
	F(DOUBLE_ATTACH, "double-attach", STEP, "another Attach Request at the step of an attach") \
	F(SAME_ATTACH, "same-attach", STEP, "the same Attach Request again at the step")           \
	F(UNKNOWN_GUTI, "unknown-guti", PLAIN, "attaches, updates with a GUTI nobody gave") \
	F(UNKNOWN_PLMN, "unknown-plmn", PLAIN, "S1 Setup with PLMN 99999: Failure, unknown PLMN")  \
	F(UNKNOWN_TAC, "unknown-tac", NUMBER, "S1 Setup with this TAC")                            \
	F(GARBAGE, "garbage", NUMBER, "N damaged S1AP messages after S1 Setup")                    \
	F(WRONG_MME_ID, "wrong-mme-id", PLAIN,                                                     \
	  "uplink NAS first with an unknown MME-UE-S1AP-ID: Error Indication")                     \
	F(UNPAGED, "unpaged", PLAIN, "does not answer paging")                                     \
	F(ERAB_FAILURE, "e-rab-failure", PLAIN, "refuses E-RABs but that of the attach")            \
	F(ERAB_SILENT, "e-rab-silent", PLAIN, "no E-RAB Setup, Release Response")                          \
	F(REJECT_BEARER, "reject-bearer", NUMBER, "refuses bearers with this ESM cause")            \
	F(SILENT_BEARER, "silent-bearer", PLAIN, "no answer to bearer requests: T3485 and so on")    \
	F(SILENT_RELEASE, "silent-release", PLAIN, "no UE Context Release Complete")               \
	F(UNDELIVERED, "undelivered", NUMBER,                                                      \
	  "NAS messages for it come back: NAS Non Delivery Indication, this radio cause")          \
	F(DEAF, "deaf", PLAIN, "NAS messages for it are lost on the air, nobody told")             \
	F(MODIFY_FAILURE, "modify-failure", NUMBER,                                                \
	  "UE Context Modification Failure, this radio cause")                                     \
	F(X2_CAPS, "x2-caps", PLAIN,                                                               \
	  "Path Switch Request with other UE security capabilities: put right")                    \
	F(X2_UNKNOWN, "x2-unknown", PLAIN, "with an unknown MME-UE-S1AP-ID: Failure")              \
	F(X2_NO_BEARER, "x2-no-bearer", PLAIN, "with an E-RAB that is none: Failure, detach")      \
	F(X2_TWINS, "x2-twins", PLAIN, "with one E-RAB twice: Failure")                            \
	F(HO_DIRECT, "ho-direct", PLAIN, "S1 handovers have a direct forwarding path")             \
	F(HO_UNKNOWN, "ho-unknown", PLAIN, "to an eNodeB that is none: Preparation Failure")       \
	F(HO_REFUSE, "ho-refuse", PLAIN, "target: Handover Failure")                               \
	F(HO_PARTLY, "ho-partly", NUMBER, "target, of X2 too: takes all E-RABs but this")          \
	F(HO_SILENT, "ho-silent", PLAIN, "target: no answer to Handover Request")                  \
	F(HO_STAY, "ho-stay", PLAIN, "source: no reaction to Handover Command")                    \
	F(HO_LOST, "ho-lost", PLAIN, "the UE never arrives: no Handover Notify")                   \
	F(HO_NOTIFY_SOURCE, "ho-notify-source", PLAIN,                                             \
	  "Handover Notify asks that the source is told: Handover Success")                        \
	F(MUTATE, "mutate", NUMBER,                                                                \
	  "one in N messages mutated: octets, fields, order; of all eNodeBs and UEs")

/* clang-format on */
enum fault {
#define F(id, name, arg, help) FAULT_##id,
	FAULTS(F)
#undef F
		FAULT_COUNT
};

struct faults {
	uint64_t on; /* bit per enum fault */
	uint32_t arg[FAULT_COUNT];
};

static inline bool fault_on(const struct faults *f, enum fault which) { return f->on >> which & 1; }
static inline bool fault_at(const struct faults *f, enum fault which, enum step s)
{
	return fault_on(f, which) && f->arg[which] == (uint32_t)s;
}

/* Adds NAME[:ARG]; "none" clears. False if the name or argument is not known. */
bool fault_parse(struct faults *, const char *spec);
void fault_help(FILE *);
const char *step_name(enum step);
bool step_parse(const char *, enum step *);

#endif
