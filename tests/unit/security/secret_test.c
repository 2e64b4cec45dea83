/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed blobs and the key's file. */
#include "hex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "security/secret.h"

static char dir[] = "/tmp/mcore-secret-XXXXXX";
static char path[64];
static char error[256];

static void write_key(const void *text, size_t n, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void an_absent_key_is_made_for_the_owner_alone(void **state)
{
	uint8_t sealed[4 + SECRET_OVERHEAD], out[4];
	struct stat st;

	(void)state;
	unlink(path);
	assert_int_equal(secret_load_key(path, error, sizeof(error)), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	secret_seal("001010000000001", 15, "K...", 4, sealed);
	secret_drop_key();
	assert_int_equal(secret_load_key(path, error, sizeof(error)), 0);
	assert_int_equal(secret_open("001010000000001", 15, sealed, sizeof(sealed), out), 0);
	assert_memory_equal(out, "K...", 4);
}

static void a_blob_opens_only_unchanged_and_in_its_row(void **state)
{
	uint8_t sealed[16 + SECRET_OVERHEAD], out[16], zero[16] = {0};

	(void)state;
	assert_int_equal(secret_load_key(path, error, sizeof(error)), 0);
	secret_seal("1", 1, "0123456789abcdef", 16, sealed);
	for (unsigned bit = 0; bit < 8 * sizeof(sealed); bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(secret_open("1", 1, sealed, sizeof(sealed), out), -EBADMSG);
		assert_memory_equal(out, zero, 16);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(secret_open("2", 1, sealed, sizeof(sealed), out), -EBADMSG);
	assert_int_equal(secret_open("1", 1, sealed, sizeof(sealed) - 1, out), -EBADMSG);
	assert_int_equal(secret_open("1", 1, sealed, SECRET_OVERHEAD - 1, out), -EBADMSG);
	assert_int_equal(secret_open("1", 1, sealed, sizeof(sealed), out), 0);
	assert_memory_equal(out, "0123456789abcdef", 16);
}

static void the_same_text_is_never_sealed_alike(void **state)
{
	uint8_t a[4 + SECRET_OVERHEAD], b[4 + SECRET_OVERHEAD];

	(void)state;
	assert_int_equal(secret_load_key(path, error, sizeof(error)), 0);
	secret_seal("", 0, "same", 4, a);
	secret_seal("", 0, "same", 4, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void keys_come_raw_or_as_hex(void **state)
{
	char text[66];
	uint8_t raw[32], sealed[1 + SECRET_OVERHEAD], out[1];

	(void)state;
	for (unsigned i = 0; i < 32; i++) {
		raw[i] = (uint8_t)(7 * i);
		snprintf(text + 2 * i, 3, "%02X", raw[i]);
	}
	text[64] = '\n';
	write_key(raw, 32, 0600);
	assert_int_equal(secret_load_key(path, error, sizeof(error)), 0);
	secret_seal("", 0, "x", 1, sealed);
	write_key(text, 65, 0400);
	assert_int_equal(secret_load_key(path, error, sizeof(error)), 0);
	assert_int_equal(secret_open("", 0, sealed, sizeof(sealed), out), 0);
}

static void a_key_others_can_read_or_of_odd_length_is_refused(void **state)
{
	(void)state;
	write_key("0123456789abcdef0123456789abcdef", 32, 0640);
	assert_int_equal(secret_load_key(path, error, sizeof(error)), -EACCES);
	assert_non_null(strstr(error, "0640"));
	write_key("short", 5, 0600);
	assert_int_equal(secret_load_key(path, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, path));
	assert_int_equal(secret_load_key("/nonexistent/key", error, sizeof(error)), -ENOENT);
}

static void systemd_credentials_are_read_where_no_path_is_given(void **state)
{
	char name[128];

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(secret_load_key(NULL, error, sizeof(error)), -ENOENT);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(secret_load_key(NULL, error, sizeof(error)), -ENOENT);
	write_key("0123456789abcdef0123456789abcdef", 32, 0440);
	snprintf(name, sizeof(name), "%s/mcored.key", dir);
	assert_int_equal(rename(path, name), 0);
	assert_int_equal(secret_load_key(NULL, error, sizeof(error)), 0);
	unlink(name);
}

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/key", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	secret_drop_key();
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_absent_key_is_made_for_the_owner_alone),
		cmocka_unit_test(a_blob_opens_only_unchanged_and_in_its_row),
		cmocka_unit_test(the_same_text_is_never_sealed_alike),
		cmocka_unit_test(keys_come_raw_or_as_hex),
		cmocka_unit_test(a_key_others_can_read_or_of_odd_length_is_refused),
		cmocka_unit_test(systemd_credentials_are_read_where_no_path_is_given),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
