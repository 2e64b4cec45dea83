/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM with a random nonce of 96 bits: a few billion blobs before two could share one, far
 * above what a store of subscribers writes (SP 800-38D 8.3 allows 2^32 under one key). The key and
 * a context per thread stay in memory; nothing of them is ever logged. */
#include "security/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "security/crypto.h"

enum { KEY_LEN = 32, NONCE_LEN = 12, TAG_LEN = 16 };

static uint8_t key[KEY_LEN];
static bool loaded;
static EVP_CIPHER *gcm;

static int hex_digit(int c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* 32 octets as they are, or 64 hex digits with an optional end of line. */
static bool key_parse(const uint8_t *text, size_t n)
{
	if (n == KEY_LEN) {
		memcpy(key, text, KEY_LEN);
		return true;
	}
	while (n > 2 * KEY_LEN && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (n != 2 * KEY_LEN)
		return false;
	for (size_t i = 0; i < KEY_LEN; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static int key_create(const char *path, char *error, size_t cap)
{
	int err = 0, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char text[2 * KEY_LEN + 2];

	if (fd < 0) {
		err = -errno;
		snprintf(error, cap, "%s: cannot create the key: %s", path, strerror(errno));
		return err;
	}
	crypto_random(key, KEY_LEN);
	for (unsigned i = 0; i < KEY_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", key[i]);
	text[2 * KEY_LEN] = '\n';
	if (write(fd, text, 2 * KEY_LEN + 1) != 2 * KEY_LEN + 1 || fsync(fd)) {
		err = errno ? -errno : -EIO;
		snprintf(error, cap, "%s: cannot write the key: %s", path, strerror(-err));
		unlink(path);
	}
	crypto_wipe(text, sizeof(text));
	close(fd);
	return err;
}

static int key_read(int fd, const char *path, bool credential, char *error, size_t cap)
{
	uint8_t text[2 * KEY_LEN + 8];
	struct stat st;
	ssize_t n;
	int err = 0;

	if (fstat(fd, &st)) {
		err = -errno;
		snprintf(error, cap, "%s: %s", path, strerror(-err));
	} else if (!S_ISREG(st.st_mode)) {
		err = -EINVAL;
		snprintf(error, cap, "%s: the key is not a file", path);
	} else if (!credential && st.st_mode & 077) {
		err = -EACCES;
		snprintf(error, cap, "%s: mode %04o lets others read the key, expected 0600", path,
			 (unsigned)st.st_mode & 07777);
	} else if ((n = read(fd, text, sizeof(text))) < 0) {
		err = -errno;
		snprintf(error, cap, "%s: %s", path, strerror(-err));
	} else if (!key_parse(text, (size_t)n)) {
		err = -EINVAL;
		snprintf(error, cap, "%s: expected 32 octets or 64 hex digits", path);
	}
	crypto_wipe(text, sizeof(text));
	return err;
}

int secret_load_key(const char *path, char *error, size_t cap)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	bool credential = !path;
	char name[4096];
	int fd, err;

	secret_drop_key();
	if (credential && !directory) {
		snprintf(error, cap, "no key file configured and no CREDENTIALS_DIRECTORY set");
		return -ENOENT;
	}
	if (credential) {
		snprintf(name, sizeof(name), "%s/mcored.key", directory);
		path = name;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		err = key_read(fd, path, credential, error, cap);
		close(fd);
	} else if (errno == ENOENT && !credential) {
		err = key_create(path, error, cap);
	} else {
		err = -errno;
		snprintf(error, cap, "%s: %s", path, strerror(-err));
	}
	if (!err && !gcm && !(gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL))) {
		err = -ENOTSUP;
		snprintf(error, cap, "OpenSSL has no AES-256-GCM");
	}
	loaded = !err;
	if (err)
		crypto_wipe(key, sizeof(key));
	return err;
}

void secret_drop_key(void)
{
	crypto_wipe(key, sizeof(key));
	loaded = false;
	EVP_CIPHER_free(gcm);
	gcm = NULL;
}

static _Thread_local EVP_CIPHER_CTX *mine;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_exit;

static void context_free(void *p) { EVP_CIPHER_CTX_free(p); }

static void must(bool ok)
{
	if (ok)
		return;
	fputs("secret: no key loaded, or OpenSSL failed\n", stderr);
	abort();
}

static void context_once(void) { must(!pthread_key_create(&at_exit, context_free)); }

static EVP_CIPHER_CTX *context_here(void)
{
	must(loaded);
	if (!mine) {
		pthread_once(&once, context_once);
		mine = EVP_CIPHER_CTX_new();
		must(mine && !pthread_setspecific(at_exit, mine));
	}
	return mine;
}

void secret_seal(const void *ad, size_t ad_n, const void *plain, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = context_here();
	int len;

	crypto_random(out, NONCE_LEN);
	must(EVP_EncryptInit_ex2(ctx, gcm, key, out, NULL) &&
	     EVP_EncryptUpdate(ctx, NULL, &len, ad, (int)ad_n) &&
	     EVP_EncryptUpdate(ctx, out + NONCE_LEN, &len, plain, (int)n) &&
	     EVP_EncryptFinal_ex(ctx, out + NONCE_LEN + n, &len) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + NONCE_LEN + n));
}

int secret_open(const void *ad, size_t ad_n, const uint8_t *sealed, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = context_here();
	uint8_t tag[TAG_LEN];
	size_t plain_n;
	int len;

	if (n < SECRET_OVERHEAD)
		return -EBADMSG;
	plain_n = n - SECRET_OVERHEAD;
	memcpy(tag, sealed + NONCE_LEN + plain_n, TAG_LEN);
	if (EVP_DecryptInit_ex2(ctx, gcm, key, sealed, NULL) &&
	    EVP_DecryptUpdate(ctx, NULL, &len, ad, (int)ad_n) &&
	    EVP_DecryptUpdate(ctx, out, &len, sealed + NONCE_LEN, (int)plain_n) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) &&
	    EVP_DecryptFinal_ex(ctx, out + plain_n, &len) > 0)
		return 0;
	crypto_wipe(out, plain_n);
	return -EBADMSG;
}
