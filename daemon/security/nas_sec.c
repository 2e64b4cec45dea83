/* SPDX-License-Identifier: Apache-2.0 */
/* A protected NAS message: security header type and protocol discriminator, MAC (4 octets),
 * sequence number, then the plain message or its ciphertext. The MAC covers sequence number and
 * (ciphered) message; COUNT is the sequence number below an overflow counter of 16 bits that both
 * sides keep (24.301 4.4.3.1). */
#include "security/nas_sec.h"

#include <errno.h>
#include <string.h>

#include "security/crypto.h"
#include "security/kdf.h"

enum {
	PD_EMM = 7,
	MAC_AT = 1,
	SEQUENCE_AT = 5,
	NAS_BEARER = 0, /* 33.401 8.1 */
	SERVICE_REQUEST_LEN = 4,
};

int nas_security_derive(struct nas_security *s, uint8_t eea, uint8_t eia)
{
	if (eea > EEA3 || eia > EIA3 || eia == EIA0)
		return -EINVAL;
	s->eea = eea;
	s->eia = eia;
	kdf_algorithm_key(s->kasme, KDF_NAS_ENC, eea, s->knas_enc);
	kdf_algorithm_key(s->kasme, KDF_NAS_INT, eia, s->knas_int);
	s->ul_count = s->dl_count = 0;
	s->valid = true;
	return 0;
}

void nas_security_null(struct nas_security *s)
{
	*s = (struct nas_security){.valid = true, .eea = EEA0, .eia = EIA0};
	crypto_random(s->kasme, sizeof(s->kasme));
}

void nas_security_wipe(struct nas_security *s)
{
	crypto_wipe(s, sizeof(*s));
	s->ksi = NAS_KSI_NONE;
}

static int select_from(const uint8_t *preference, size_t n, uint8_t caps, uint8_t lowest)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t alg = preference[i];

		if (alg >= lowest && alg <= 3 && caps & 0x80 >> alg)
			return alg;
	}
	return -ENOENT;
}

int nas_select_eea(const uint8_t *preference, size_t n, uint8_t caps)
{
	return select_from(preference, n, caps, EEA0);
}

int nas_select_eia(const uint8_t *preference, size_t n, uint8_t caps)
{
	return select_from(preference, n, caps, EIA1);
}

static uint32_t *count_of(struct nas_security *s, enum nas_direction dir)
{
	return dir == NAS_UPLINK ? &s->ul_count : &s->dl_count;
}

static bool is_ciphered(enum nas_sec_header h)
{
	return h == NAS_SEC_CIPHERED || h == NAS_SEC_CIPHERED_NEW;
}

static bool is_protected(enum nas_sec_header h)
{
	return h >= NAS_SEC_INTEGRITY && h <= NAS_SEC_CIPHERED_NEW;
}

/* Of a valid context EIA0 is what nas_security_null made: 33.401 B.1 has it as zeros. */
static int mac_of(const struct nas_security *s, enum nas_direction dir, uint32_t count,
		  const uint8_t *in, size_t bits, uint8_t mac[4])
{
	if (s->eia == EIA0) {
		memset(mac, 0, 4);
		return 0;
	}
	return eia_mac(s->eia, s->knas_int, count, NAS_BEARER, dir, in, bits, mac);
}

static bool mac_matches(const struct nas_security *s, enum nas_direction dir, uint32_t count,
			struct bytes msg)
{
	uint8_t mac[4];

	return !mac_of(s, dir, count, msg.p + SEQUENCE_AT, 8 * (size_t)(msg.n - SEQUENCE_AT),
		       mac) &&
	       crypto_equal(mac, msg.p + MAC_AT, 4);
}

int nas_protect(struct nas_security *s, enum nas_direction dir, enum nas_sec_header header,
		struct bytes plain, struct wr *w)
{
	uint32_t *count = count_of(s, dir);
	uint8_t *msg;

	if (!s->valid || !is_protected(header))
		return -EINVAL;
	if (*count >= NAS_COUNT_END)
		return -EOVERFLOW;
	msg = wr_take(w, NAS_SEC_HEADER_LEN + (size_t)plain.n);
	if (!msg)
		return -ENOSPC;
	msg[0] = (uint8_t)(header << 4 | PD_EMM);
	msg[SEQUENCE_AT] = (uint8_t)*count;
	if (eea_crypt(is_ciphered(header) ? s->eea : EEA0, s->knas_enc, *count, NAS_BEARER, dir,
		      plain.p, msg + NAS_SEC_HEADER_LEN, 8 * (size_t)plain.n) ||
	    mac_of(s, dir, *count, msg + SEQUENCE_AT, 8 * ((size_t)plain.n + 1), msg + MAC_AT))
		return -EINVAL;
	++*count;
	return 0;
}

/* The lowest COUNT from `next` on whose low bits are seq (24.301 4.4.3.1). */
static uint32_t estimate(uint32_t next, uint8_t seq, unsigned width)
{
	uint32_t span = 1u << width, count = (next & ~(span - 1)) | seq;

	return count < next ? count + span : count;
}

int nas_unprotect(struct nas_security *s, enum nas_direction dir, struct bytes msg, struct arena *a,
		  struct bytes *plain)
{
	uint32_t *next = count_of(s, dir), count;
	enum nas_sec_header header = msg.n ? msg.p[0] >> 4 : NAS_SEC_PLAIN;

	if (!s->valid || msg.n <= NAS_SEC_HEADER_LEN || (msg.p[0] & 0xf) != PD_EMM ||
	    !is_protected(header))
		return -EINVAL;
	count = estimate(*next, msg.p[SEQUENCE_AT], 8);
	if (count >= NAS_COUNT_END || !mac_matches(s, dir, count, msg)) {
		if (count >= 0x100 && mac_matches(s, dir, count - 0x100, msg))
			return -EALREADY;
		return count >= NAS_COUNT_END ? -EOVERFLOW : -EBADMSG;
	}
	*plain = bytes_of(msg.p + NAS_SEC_HEADER_LEN, msg.n - NAS_SEC_HEADER_LEN);
	if (is_ciphered(header) && s->eea != EEA0) {
		uint8_t *out = arena_alloc(a, plain->n);

		if (eea_crypt(s->eea, s->knas_enc, count, NAS_BEARER, dir, plain->p, out,
			      8 * (size_t)plain->n))
			return -EINVAL;
		plain->p = out;
	}
	*next = count + 1;
	return 0;
}

struct bytes nas_inner_unchecked(struct bytes msg)
{
	enum nas_sec_header header = msg.n ? msg.p[0] >> 4 : NAS_SEC_PLAIN;

	if (msg.n <= NAS_SEC_HEADER_LEN || !is_protected(header) || is_ciphered(header))
		return (struct bytes){0};
	return bytes_of(msg.p + NAS_SEC_HEADER_LEN, msg.n - NAS_SEC_HEADER_LEN);
}

int nas_service_request(struct nas_security *s, struct wr *w)
{
	uint8_t mac[4], *msg;

	if (!s->valid)
		return -EINVAL;
	if (s->ul_count >= NAS_COUNT_END)
		return -EOVERFLOW;
	msg = wr_take(w, SERVICE_REQUEST_LEN);
	if (!msg)
		return -ENOSPC;
	msg[0] = NAS_SEC_SERVICE_REQUEST << 4 | PD_EMM;
	msg[1] = (uint8_t)((unsigned)s->ksi << 5 | (s->ul_count & 0x1f));
	if (mac_of(s, NAS_UPLINK, s->ul_count, msg, 16, mac))
		return -EINVAL;
	memcpy(msg + 2, mac + 2, 2);
	s->ul_count++;
	return 0;
}

static bool short_mac_matches(const struct nas_security *s, uint32_t count, struct bytes msg)
{
	uint8_t mac[4];

	return !mac_of(s, NAS_UPLINK, count, msg.p, 16, mac) && crypto_equal(mac + 2, msg.p + 2, 2);
}

int nas_service_request_check(struct nas_security *s, struct bytes msg)
{
	uint32_t count;

	if (!s->valid || msg.n != SERVICE_REQUEST_LEN ||
	    msg.p[0] != (NAS_SEC_SERVICE_REQUEST << 4 | PD_EMM))
		return -EINVAL;
	if (msg.p[1] >> 5 != s->ksi)
		return -ENOKEY;
	count = estimate(s->ul_count, msg.p[1] & 0x1f, 5);
	if (count >= NAS_COUNT_END || !short_mac_matches(s, count, msg)) {
		if (count >= 0x20 && short_mac_matches(s, count - 0x20, msg))
			return -EALREADY;
		return count >= NAS_COUNT_END ? -EOVERFLOW : -EBADMSG;
	}
	s->ul_count = count + 1;
	return 0;
}

void nas_kenb(const struct nas_security *s, uint8_t kenb[32])
{
	kdf_kenb(s->kasme, s->ul_count ? s->ul_count - 1 : 0, kenb);
}
