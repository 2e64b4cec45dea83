/* SPDX-License-Identifier: Apache-2.0 */
/* NAS against the world: messages of real networks, taken out of their S1AP (../shared/vectors),
 * must decode, be written and decode to the same; what we write must be well formed to tshark. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "codec/nas.h"
#include "core/pool.h"
#include "vectors.h"

static struct arena arena;

/* ---- real messages ---- */

struct seen {
	unsigned pdus, messages, ciphered, bad;
	unsigned by_type[0x200];
	enum nas_dir dir;
	const struct vector *vector;
};

static void decode_encode_decode(struct seen *s, struct bytes plain);

/* Messages inside messages */
static void look_inside(struct seen *s, const struct nas_message *m)
{
	for (size_t i = 0; i < m->def->ies.n; i++) {
		const struct ie_row *row = &m->def->ies.row[i];

		if (*(const uint64_t *)m->body >> i & 1 && !strcmp(row->name, "esm"))
			decode_encode_decode(
				s, *(const struct bytes *)((const char *)m->body + row->offset));
	}
}

static void decode_encode_decode(struct seen *s, struct bytes plain)
{
	uint8_t out[4096];
	struct wr w = wr_of(out, sizeof(out));
	struct nas_message m, again;
	int cause = nas_decode(&arena, s->dir, plain, &m);

	if (cause) {
		print_error("line %u: type %02x: %d at %s %02x\n", s->vector->line, m.type, cause,
			    m.fault.row ? m.fault.row->name : "?", m.fault.iei);
		s->bad++;
		return;
	}
	assert_int_equal(nas_encode(&w, m.def, m.body), 0);
	assert_int_equal(nas_decode(&arena, s->dir, bytes_of(out, (size_t)(w.p - out)), &again), 0);
	assert_true(ie_equal(&m.def->ies, m.body, again.body));
	assert_true(m.ebi == again.ebi && m.pti == again.pti);
	s->messages++;
	s->by_type[m.type]++;
	look_inside(s, &m);
}

/* Ciphered with EEA0, a message looks like one: a plain header and a type of its direction. */
static bool readable(const struct seen *s, const struct nas_header *h)
{
	struct bytes b = h->inner;

	if (h->security != NAS_CIPHERED && h->security != NAS_CIPHERED_NEW)
		return true;
	if (b.n < 2)
		return false;
	if (b.p[0] == NAS_PD_EMM)
		return strcmp(nas_type_name(s->dir, b.p[1]), "unknown") != 0;
	return (b.p[0] & 15) == NAS_PD_ESM && b.n > 2 &&
	       strcmp(nas_type_name(s->dir, b.p[2]), "unknown") != 0;
}

static void nas_pdu(struct seen *s, struct bytes pdu)
{
	struct nas_header h;

	s->pdus++;
	assert_int_equal(nas_header_decode(pdu, &h), 0);
	if (readable(s, &h))
		decode_encode_decode(s, h.inner);
	else
		s->ciphered++;
}

/* Length determinant below 16384 (X.691 10.9) */
static size_t per_length(struct rd *r)
{
	uint8_t a = rd_u8(r);

	return a & 0x80 ? (size_t)(a & 0x3f) << 8 | rd_u8(r) : a;
}

/* A NAS-PDU is the last field of an E-RAB item: an octet string that fills the item to its end. */
static void last_octets(struct seen *s, struct rd item)
{
	for (; rd_left(&item) > 3; item.p++) {
		struct rd r = item;
		size_t n = per_length(&r);

		if (n != rd_left(&r) || n < 2 || (*r.p & 15) != NAS_PD_EMM || *r.p >> 4 > 4)
			continue;
		nas_pdu(s, rd_rest(&r));
		return;
	}
}

static void erab_list(struct seen *s, struct rd list)
{
	unsigned n = rd_u8(&list) + 1u;

	for (; n && !list.bad; n--) {
		rd_take(&list, 3);
		last_octets(s, rd_sub(&list, per_length(&list)));
	}
}

static void s1ap(const struct vector *v, void *arg)
{
	enum { NAS_PDU = 26, ERABS_TO_SETUP = 24, ERABS_SETUP_REQ = 16, ERABS_MODIFY = 30 };
	struct seen *s = arg;
	struct rd r = rd_of(v->p, v->n), body;
	uint8_t choice = rd_u8(&r), code = rd_u8(&r);
	unsigned n;

	s->dir = code == 12 || code == 13 ? NAS_UP : NAS_DOWN;
	s->vector = v;
	rd_u8(&r);
	body = rd_sub(&r, per_length(&r));
	rd_u8(&body);
	n = rd_u16(&body);
	for (; n && !body.bad && choice == 0; n--) {
		uint16_t id = rd_u16(&body);
		struct rd value;

		rd_u8(&body);
		value = rd_sub(&body, per_length(&body));
		if (id == NAS_PDU) {
			size_t octets = per_length(&value);

			assert_int_equal(octets, rd_left(&value));
			nas_pdu(s, rd_rest(&value));
		} else if (id == ERABS_TO_SETUP || id == ERABS_SETUP_REQ || id == ERABS_MODIFY) {
			erab_list(s, value);
		}
	}
	assert_false(body.bad);
	arena_reset(&arena);
}

static void messages_of_real_networks_come_back_the_same(void **state)
{
	struct seen s = {0};
	unsigned types = 0;

	(void)state;
	if (vectors_each("s1ap", s1ap, &s) < 0)
		skip();
	for (unsigned i = 0; i < 0x200; i++)
		types += s.by_type[i] != 0;
	printf("%u NAS PDUs: %u messages of %u types, %u ciphered, %u bad\n", s.pdus, s.messages,
	       types, s.ciphered, s.bad);
	assert_int_equal(s.bad, 0);
	assert_true(s.messages > 150 && types > 20);
}

/* ---- tshark ---- */

enum { DLT_USER0 = 147, PCAP_MAGIC = (int)0xa1b2c3d4, PER_TYPE = 40 };

static void u32(FILE *f, uint32_t v) { fwrite(&v, 4, 1, f); }

static void pcap_header(FILE *f)
{
	const uint16_t version[2] = {2, 4};

	u32(f, (uint32_t)PCAP_MAGIC);
	fwrite(version, 4, 1, f);
	u32(f, 0);
	u32(f, 0);
	u32(f, 65535);
	u32(f, DLT_USER0);
}

static void per_length_put(struct wr *w, size_t n)
{
	if (n < 128)
		wr_u8(w, (unsigned)n);
	else
		wr_u16(w, 0x8000u | (unsigned)n);
}

/* A packet: the message, as if ciphered with EEA0, in the Downlink or Uplink NAS Transport of S1AP
 * from which tshark takes the direction. */
static void pcap_packet(FILE *f, const struct nas_def *d, struct bytes plain)
{
	static const struct nas_header protected = {.security = NAS_CIPHERED, .mac = 1, .seq = 1};
	bool header = d->type != NAS_SERVICE_REQUEST;
	size_t n = plain.n + (header ? NAS_HEADER_SIZE : 0), octets = n < 128 ? n + 1 : n + 2;
	uint8_t out[5000];
	struct wr w = wr_of(out, sizeof(out));

	wr_u8(&w, 0);
	wr_u8(&w, d->dir & NAS_UP ? 13 : 11);
	wr_u8(&w, 0x40);
	per_length_put(&w, 3 + 6 + 6 + 3 + octets + (octets < 128 ? 1 : 2));
	wr_raw(&w, "\x00\x00\x03\x00\x00\x00\x02\x00\x01\x00\x08\x00\x02\x00\x01\x00\x1a\x00", 18);
	per_length_put(&w, octets);
	per_length_put(&w, n);
	if (header)
		nas_header_encode(&w, &protected);
	wr_bytes(&w, plain);
	assert_false(w.bad);
	u32(f, 0);
	u32(f, 0);
	u32(f, (uint32_t)(w.p - out));
	u32(f, (uint32_t)(w.p - out));
	fwrite(out, (size_t)(w.p - out), 1, f);
}

/* Octet strings of any() are noise, which tshark would take for containers and TFTs. What has a
 * structure of its own gets a legal one, the rest is left out. */
static bool structured(const struct ie_row *row, void *body)
{
	static const struct {
		const char *name;
		struct bytes value;
	} legal[] = {
		{"esm",
		 {(const uint8_t *)"\x52\x01\xc1\x01\x09\x04\x03iot\x05\x01\x0a\x00\x00\x01", 16}},
		{"pco", {(const uint8_t *)"\x80\x00\x0d\x04\x08\x08\x08\x08", 8}},
		{"epco", {(const uint8_t *)"\x80\x00\x0d\x04\x08\x08\x08\x08", 8}},
		{"tft", {(const uint8_t *)"\x21\x10\x01\x02\x30\x11", 6}},
		{"tfa", {(const uint8_t *)"\x21\x10\x01\x02\x30\x11", 6}},
		{"ms_network_capability", {(const uint8_t *)"\xe5\xe0\x3e", 3}},
		{"nas_message_container", {(const uint8_t *)"\x09\x04", 2}},
		{"generic_message_container", {(const uint8_t *)"\x01\x02\x03\x04", 4}},
		{"user_data_container", {(const uint8_t *)"\x45\x00\x00\x14", 4}},
		{"replayed_nas_message_container", {(const uint8_t *)"\x07\x55\x01", 3}},
	};
	struct bytes *value = (struct bytes *)((char *)body + row->offset);

	if (row->type != &nas_type_octets)
		return true;
	for (size_t i = 0; i < sizeof(legal) / sizeof(legal[0]); i++)
		if (!strcmp(legal[i].name, row->name)) {
			*value = legal[i].value;
			return true;
		}
	return false;
}

/* IEs of release 17 are "extraneous data" to tshark 4.0; of the first two,
 * whose values it shows right, it counts an octet too few. */
static bool known_to_tshark(const struct ie_row *row)
{
	static const char *const unknown[] = {
		"ss_code",
		"lcs_indicator",
		"forbidden_tai_roaming",
		"forbidden_tai_regional",
		"imsi_offset",
		"lower_bound_timer",
		"ue_request_type",
		"additional_request_result",
		"paging_restriction",
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (!strcmp(unknown[i], row->name))
			return false;
	return true;
}

/* Which message and, if it is there alone, which optional IE a packet has. */
struct label {
	const struct nas_def *def;
	const struct ie_row *row;
};
static struct label labels[8192];
static unsigned written;

/* A random message with the optional IEs of the mask that have a structure we can give. */
static void write_message(FILE *f, struct ie_any *any, const struct nas_def *d, uint64_t mask,
			  const struct ie_row *alone)
{
	uint64_t *have = arena_zalloc(&arena, d->ies.size);
	uint8_t out[4096];
	struct wr w = wr_of(out, sizeof(out));
	bool there = !alone;

	ie_make_any(&d->ies, any, have);
	*have &= mask;
	for (size_t i = 0; i < d->ies.n; i++) {
		const struct ie_row *row = &d->ies.row[i];

		if (!known_to_tshark(row) || !structured(row, have))
			*have &= ~(UINT64_C(1) << i);
		there |= row == alone && *have >> i & 1;
	}
	if (!there)
		return;
	assert_int_equal(nas_encode(&w, d, have), 0);
	pcap_packet(f, d, bytes_of(out, (size_t)(w.p - out)));
	labels[written++] = (struct label){d, alone};
	assert_true(written < sizeof(labels) / sizeof(labels[0]));
}

/* Each optional IE alone a few times, so that a remark tells which it is, then all together. */
static void write_messages(FILE *f)
{
	struct ie_any any = {.seed = 5, .arena = &arena};

	for (size_t i = 0; i < nas_n_defs; i++) {
		const struct ie_table *t = &nas_defs[i]->ies;

		for (size_t row = 0; row < t->n; row++)
			for (unsigned k = 0; k < 10 && t->row[row].presence != IE_M; k++)
				write_message(f, &any, nas_defs[i], UINT64_C(1) << row,
					      &t->row[row]);
		for (unsigned k = 0; k < PER_TYPE; k++)
			write_message(f, &any, nas_defs[i], UINT64_MAX, NULL);
		arena_reset(&arena);
	}
}

static void what_we_write_is_well_formed_to_tshark(void **state)
{
	char path[] = "/tmp/nas_wire_XXXXXX", command[512], line[4096];
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w"), *t;
	unsigned lines = 0, bad = 0;

	(void)state;
	if (system("command -v tshark >/dev/null 2>&1")) {
		printf("# skipped: no tshark\n");
		fclose(f);
		unlink(path);
		skip();
	}
	pcap_header(f);
	write_messages(f);
	fclose(f);
	snprintf(command, sizeof(command),
		 "tshark -r %s -o 'uat:user_dlts:\"User 0 "
		 "(DLT=147)\",\"s1ap\",\"0\",\"\",\"0\",\"\"' "
		 "-o nas-eps.null_decipher:TRUE -T fields -e frame.number -e _ws.malformed -e "
		 "_ws.expert.message 2>/dev/null",
		 path);
	t = popen(command, "r");
	assert_non_null(t);
	while (fgets(line, sizeof(line), t)) {
		struct label *l = &labels[lines++];

		if (lines <= written && line[strspn(line, "0123456789\t\n")]) {
			print_error("%s %s: %s", l->def->name, l->row ? l->row->name : "*", line);
			bad++;
		}
	}
	pclose(t);
	if (getenv("KEEP"))
		printf("%s\n", path);
	else
		unlink(path);
	printf("%u messages, %u with remarks by tshark\n", written, bad);
	assert_int_equal(lines, written);
	assert_int_equal(bad, 0);
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_real_networks_come_back_the_same),
		cmocka_unit_test(what_we_write_is_well_formed_to_tshark),
	};

	return cmocka_run_group_tests(tests, NULL, free_arena);
}
