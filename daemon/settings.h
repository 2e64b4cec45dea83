/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file as a struct, and from it the configuration of each role. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "core/config.h"
#include "datapath/datapath.h"
#include "hss/hss.h"
#include "mme/mme.h"
#include "pgw/pgw.h"
#include "sgw/sgw.h"

struct settings_network {
	const char *name;
	uint32_t table;
	const char **interface; /* names */
	unsigned interfaces;
};

struct settings_apn {
	const char *name, *network; /* "": the common one */
	struct config_prefix ipv4, ipv6;
	struct in6_addr *dns;
	unsigned dns_n;
	uint16_t mtu;
	enum dp_breakout breakout;
	bool has_gateway;
	struct in6_addr gateway;
	const char *device;
	const char **bearer; /* names of rules */
	unsigned bearers;
	bool bearer_requests;
};

struct settings_bearer {
	const char *name;
	uint8_t qci, arp;
	bool may_preempt, preemptable;
	uint64_t gbr_up, gbr_down, mbr_up, mbr_down;
	struct tft_filter *filter;
	unsigned filters;
};

struct settings_dscp {
	uint8_t qci, dscp;
};

struct settings_profile_apn {
	const char *name;
	enum pdn_type type;
	uint8_t qci, arp;
	bool may_preempt, preemptable;
	uint64_t up, down;
	const char **bearer; /* names of rules */
	unsigned bearers;
};

struct settings_profile {
	const char *name;
	uint64_t up, down;
	struct settings_profile_apn *apn;
	unsigned apns;
};

struct settings_cpus {
	uint16_t first, last;
};

struct settings_interface {
	const char *name;
	enum dp_role role;
};

struct mcored_settings {
	/* roles */
	struct { /* a list of words */
		uint8_t *v;
		unsigned n;
	} roles;
	enum log_level log_level;
	const char *store_path, *store_key;
	const char *api_socket, *api_group;
	struct mme_config mme;
	struct in6_addr *s1_address;
	unsigned s1_addresses;
	struct in_addr gtpu, control;
	struct in6_addr gtpu6;
	struct dp_echo echo;
	enum dp_mode mode;
	const char *object, *pin_dir;
	bool ue_to_ue, ue_to_access;
	uint32_t extra_slots;
	struct settings_cpus *cpu;
	unsigned cpus;
	uint32_t cpu_queue;
	struct dp_hold hold;
	struct settings_interface *interface;
	unsigned interfaces;
	struct settings_network *network;
	unsigned networks;
	struct settings_apn *apn;
	unsigned apns;
	struct settings_bearer *bearer;
	unsigned bearers;
	uint64_t gbr_up, gbr_down;
	struct settings_dscp *dscp;
	unsigned dscps;
	struct settings_profile *profile;
	unsigned profiles;
};

/* The place of a network in pgw.networks, from 1 on; 0: the common one, or there is none of that name. */
unsigned settings_network_of(const struct mcored_settings *, const char *name);

/* Reads and checks. 0, or -EINVAL or an errno after every mistake was printed to stderr. */
int settings_load(const char *path, struct mcored_settings *out, struct arena *);
/* A commented sample of all keys. */
void settings_print_schema(void);
/* Names the changed keys that only a restart takes up, in the log. */
void settings_diff(const struct mcored_settings *was, const struct mcored_settings *is);

/* What the roles want. The structs point into settings. */
void settings_datapath(const struct mcored_settings *, struct dp_config *);
void settings_pgw(const struct mcored_settings *, struct pgw_config *);
/* *profile is allocated in the arena. */
void settings_hss(const struct mcored_settings *, struct hss_config *, struct arena *);

#endif
