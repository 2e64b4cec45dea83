/* SPDX-License-Identifier: Apache-2.0 */
/* An independent decoder reads what we encode: random legal messages of every type go into a pcap
 * file, tshark must find neither malformed nor undecodable parts in them, and the same IEs. What
 * S1AP carries for others (NAS, RRC, LPPa) is random octets here, so their dissectors are off. Of
 * messages so long that they go in fragments (X.691 10.9.3.8) it must read the same octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "codec/s1ap.h"
#include "core/pool.h"

enum { CDMA2000_SECTOR_ID = 72 }; /* foreign, too, but mandatory: made empty */
enum { SEEDS = 40, MOST = 8192, FRAMES = 128 * SEEDS };

/* IEs whose octets are coded by others' rules, into which tshark looks: left out. */
/* clang-format off */
static const uint16_t foreign[] = {
	119,		/* Warning Message Contents: pages of SMS characters */
	132, 133,	/* MS Classmarks */
	135, 136,	/* NAS Security Parameters from and to E-UTRAN */
	309, 310,	/* Inter-system SON Configuration Transfer: NGAP */
	316,		/* MDT Configuration NR: NGAP */
};
/* clang-format on */
/* What tshark says about values that are well coded and make no sense. */
static const char *const nonsense[] = {"MCC contains non-decimal digits",
				       "MNC contains non-decimal digits", "Malformed IMSI",
				       "Trailing stray characters"};

enum { NONSENSE = sizeof(nonsense) / sizeof(*nonsense) };

static struct arena arena;
static struct {
	const struct s1ap_msg *msg;
	uint64_t have;
} frames[FRAMES];

static void put32(FILE *f, uint32_t v) { fwrite(&v, 4, 1, f); }

static bool is_foreign(const struct per_row *row)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (row->id == foreign[i] && row->presence != PER_M)
			return true;
	return false;
}

static void prune(const struct per_type *t, void *v)
{
	uint64_t *have = v;
	struct per_list *list = v;
	uint8_t *choice = v;

	switch (t->kind) {
	case PER_SEQUENCE:
	case PER_PROTOCOL_IES:
		for (unsigned i = 0; i < t->n; i++) {
			if (t->rows[i].presence != PER_M && !(*have >> i & 1))
				continue;
			if (t->rows[i].id == CDMA2000_SECTOR_ID)
				((struct bytes *)(void *)((char *)v + t->rows[i].offset))->n = 0;
			else if (is_foreign(&t->rows[i]))
				*have &= ~((uint64_t)1 << i);
			else
				prune(t->rows[i].type, (char *)v + t->rows[i].offset);
		}
		break;
	case PER_LIST:
	case PER_CONTAINERS:
		for (uint32_t i = 0; i < list->n; i++)
			prune(t->of, (char *)list->v + (size_t)i * t->of->size);
		break;
	case PER_CHOICE:
		prune(t->rows[*choice].type, (char *)v + t->rows[*choice].offset);
		break;
	}
}

static void *legal(const struct s1ap_msg *m, uint64_t seed)
{
	static uint8_t inner[1 << 16];
	struct s1ap_reroute_nas_request *reroute;
	void *body = s1ap_any(&arena, m, seed);

	prune(&m->body, body);
	if (m == &s1ap_reroute_nas_request_msg) {
		const struct s1ap_msg *initial = &s1ap_initial_ue_message_msg;
		struct wr w = wr_of(inner, sizeof(inner));

		assert_int_equal(s1ap_encode(initial, legal(initial, seed), &w), 0);
		reroute = body;
		reroute->s1_message = bytes_of(inner, (size_t)(w.p - inner));
	}
	return body;
}

/* Link type 147 is the first of those left to users, which tshark is told to take for S1AP. */
static void write_head(FILE *f)
{
	put32(f, 0xa1b2c3d4);
	put32(f, 4 << 16 | 2);
	put32(f, 0);
	put32(f, 0);
	put32(f, 1 << 18); /* octets of a frame at most */
	put32(f, 147);
}

static void write_frame(FILE *f, unsigned number, const struct s1ap_msg *m, const void *body)
{
	static uint8_t buf[1 << 18];
	struct wr w = wr_of(buf, sizeof(buf));

	assert_int_equal(s1ap_encode(m, body, &w), 0);
	put32(f, number);
	put32(f, 0);
	put32(f, (uint32_t)(w.p - buf));
	put32(f, (uint32_t)(w.p - buf));
	fwrite(buf, 1, (size_t)(w.p - buf), f);
}

static unsigned write_pcap(FILE *f)
{
	unsigned n = 0;

	write_head(f);
	for (const struct s1ap_msg *m = s1ap_msg_next(NULL); m; m = s1ap_msg_next(m))
		for (uint64_t seed = 1; seed <= SEEDS && n < FRAMES; seed++) {
			const void *body = legal(m, seed * 7919);

			write_frame(f, ++n, m, body);
			frames[n - 1].msg = m;
			frames[n - 1].have = *(const uint64_t *)body;
			arena_reset(&arena);
		}
	return n;
}

static FILE *tshark(const char *pcap, const char *fields)
{
	static const char *const others[] = {"nas-eps",    "nas-5gs", "lppa",  "lte_rrc",
					     "nr-rrc",     "ranap",   "bssgp", "gsm_map",
					     "gsm_a.dtap", "a21",     "gcsna"};
	char command[2048];
	int n = snprintf(
		command, sizeof(command),
		"tshark -n -r %s -o 'uat:user_dlts:\"User 0 (DLT=147)\",\"s1ap\",\"0\","
		"\"\",\"0\",\"\"' -o s1ap.dissect_container:FALSE -T fields -E separator=/t "
		"-e frame.number -e s1ap.procedureCode -e s1ap.id -e _ws.malformed "
		"-e _ws.expert.message %s 2>/dev/null",
		pcap, fields);

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		n += snprintf(command + n, sizeof(command) - (size_t)n, " --disable-protocol %s",
			      others[i]);
	return popen(command, "r");
}

/* The message's own IEs must be among those tshark lists (which go deeper), in order. */
static bool same_ies(unsigned frame, char *ids)
{
	const struct per_type *body = &frames[frame].msg->body;

	/* tshark 4.0 has no S1 Removal yet and lists nothing */
	if (!*ids && frames[frame].msg->procedure == s1ap_s1_removal_request_msg.procedure)
		return true;
	for (unsigned i = 0; i < body->n; i++) {
		char *id;

		if (!(frames[frame].have >> i & 1))
			continue;
		do {
			id = strsep(&ids, ",");
			if (!id)
				return false;
		} while (strtoul(id, NULL, 10) != body->rows[i].id);
	}
	return true;
}

static bool only_nonsense(char *experts)
{
	char *text;

	while ((text = strsep(&experts, ",")) && *text) {
		size_t i = 0;

		while (i < NONSENSE && strcmp(text, nonsense[i]) != 0)
			i++;
		if (i == NONSENSE)
			return false;
	}
	return true;
}

static void tshark_reads_what_we_encode(void **state)
{
	char path[] = "/tmp/s1ap-XXXXXX", *line = NULL;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	unsigned written = write_pcap(f), read = 0, wrong = 0;
	size_t cap = 0;

	(void)state;
	fclose(f);
	f = tshark(path, "");
	while (getline(&line, &cap, f) > 0) {
		char *rest = line, *column[5];
		unsigned frame = read++;
		char all[512];

		rest[strcspn(rest, "\n")] = 0;
		snprintf(all, sizeof(all), "%s", line);
		for (unsigned i = 0; i < 5; i++)
			column[i] = rest ? strsep(&rest, "\t") : NULL;
		assert_true(frame < written && column[4]);
		if (!strchr(column[3], '[') && only_nonsense(column[4]) &&
		    strtoul(column[1], NULL, 10) == frames[frame].msg->procedure &&
		    same_ies(frame, column[2]))
			continue;
		wrong++;
		print_message("frame %u %s: %s\n", frame + 1, frames[frame].msg->name, all);
	}
	free(line);
	pclose(f);
	if (!wrong)
		unlink(path);
	assert_int_equal(read, written);
	assert_int_equal(wrong, 0);
}

/* Hex digits, as tshark prints octets. */
static bool same_octets(const char *hex, struct bytes b)
{
	static const char digits[] = "0123456789abcdef";

	for (uint32_t i = 0; i < b.n; i++)
		if (hex[2 * i] != digits[b.p[i] >> 4] || hex[2 * i + 1] != digits[b.p[i] & 15])
			return false;
	return !hex[2 * (size_t)b.n];
}

static void tshark_reads_fragments(void **state)
{
	static const uint32_t lengths[] = {16383, 16384, 16385, 32768, 49152,  65535,
					   65536, 65537, 70000, 81920, 131072, 131073};
	enum { LENGTHS = sizeof(lengths) / sizeof(*lengths), LONGEST = 131073 };
	static uint8_t octets[LONGEST];
	char path[] = "/tmp/s1ap-XXXXXX", *line = NULL;
	FILE *f = fdopen(mkstemp(path), "w");
	unsigned read = 0, wrong = 0;
	size_t cap = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + i / 251);
	write_head(f);
	for (unsigned i = 0; i < LENGTHS; i++) {
		struct s1ap_ue_capability_info_indication c = {0};
		struct s1ap_handover_required *h = legal(&s1ap_handover_required_msg, 1 + i);

		S1AP_SET(&c, mme_ue_s1ap_id, 1);
		S1AP_SET(&c, enb_ue_s1ap_id, 1);
		S1AP_SET(&c, ue_radio_capability, bytes_of(octets, lengths[i]));
		h->has.source_to_target_transparent_container_secondary = 0;
		h->source_to_target_transparent_container = bytes_of(octets, lengths[i]);
		write_frame(f, 2 * i + 1, &s1ap_ue_capability_info_indication_msg, &c);
		write_frame(f, 2 * i + 2, &s1ap_handover_required_msg, h);
		arena_reset(&arena);
	}
	fclose(f);
	f = tshark(path, "-e s1ap.UERadioCapability -e s1ap.Source_ToTarget_TransparentContainer");
	while (getline(&line, &cap, f) > 0) {
		char *rest = line, *column[7];
		unsigned frame = read++;

		rest[strcspn(rest, "\n")] = 0;
		for (unsigned i = 0; i < 7; i++)
			column[i] = rest ? strsep(&rest, "\t") : NULL;
		assert_true(frame < 2 * LENGTHS && column[6]);
		if (!*column[3] && only_nonsense(column[4]) &&
		    same_octets(column[5 + frame % 2], bytes_of(octets, lengths[frame / 2])))
			continue;
		wrong++;
		print_message("frame %u, %u octets: malformed '%s' expert '%s'\n", frame + 1,
			      lengths[frame / 2], column[3], column[4]);
	}
	free(line);
	pclose(f);
	if (!wrong)
		unlink(path);
	assert_int_equal(read, 2 * LENGTHS);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tshark_reads_what_we_encode),
					   cmocka_unit_test(tshark_reads_fragments)};
	int failed;

	if (system("command -v tshark >/dev/null 2>&1") != 0) {
		printf("# skipped: tshark is not there\n");
		return 0;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
