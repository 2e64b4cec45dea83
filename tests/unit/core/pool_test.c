/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct thing {
	uint64_t a, b;
	char text[40];
};

static void objects_are_zeroed_also_the_second_time(void **state)
{
	static const struct thing zero;
	static struct mem_pool pool = MEM_POOL(thing);
	struct thing *thing;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		thing = pool_get(&pool);
		assert_memory_equal(thing, &zero, sizeof(zero));
		memset(thing, 0xff, sizeof(*thing));
		pool_put(&pool, thing);
	}
}

static void a_second_round_takes_nothing_from_the_system(void **state)
{
	static struct mem_pool pool = MEM_POOL(thing);
	static struct thing *things[5000];
	uint64_t bytes = 0;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 5000; i++) {
			things[i] = pool_get(&pool);
			things[i]->a = i;
		}
		for (unsigned i = 0; i < 5000; i++)
			assert_int_equal(things[i]->a, i);
		if (round)
			assert_int_equal(pool.bytes, bytes);
		bytes = pool.bytes;
		for (unsigned i = 0; i < 5000; i++)
			pool_put(&pool, things[i]);
	}
	assert_int_equal(pool.in_use, 0);
	assert_int_equal(pool.peak, 5000);
}

static void the_limit_refuses_and_counts(void **state)
{
	static struct mem_pool pool = MEM_POOL(thing);
	struct thing *a, *b;

	(void)state;
	pool.limit = 2;
	a = pool_get(&pool);
	b = pool_get(&pool);
	assert_null(pool_get(&pool));
	assert_int_equal(pool.refused, 1);
	pool_put(&pool, a);
	a = pool_get(&pool);
	assert_non_null(a);
	pool_put(&pool, a);
	pool_put(&pool, b);
	pool_put(&pool, NULL);
	assert_int_equal(pool.in_use, 0);
}

static void used_pools_can_be_listed(void **state)
{
	static struct mem_pool listed = {.name = "listed", .size = 24},
			       unused = {.name = "unused", .size = 8};
	unsigned found = 0;

	(void)state;
	pool_put(&listed, pool_get(&listed));
	pool_put(&listed, pool_get(&listed));
	for (struct mem_pool *p = pool_next(NULL); p; p = pool_next(p)) {
		found += p == &listed;
		assert_ptr_not_equal(p, &unused);
	}
	assert_int_equal(found, 1);
}

static void an_arena_gives_aligned_memory_of_any_size(void **state)
{
	struct arena arena = {0};

	(void)state;
	for (size_t n = 0; n < 200000; n = n * 2 + 1) {
		char *p = arena_alloc(&arena, n);
		assert_int_equal((uintptr_t)p % 16, 0);
		memset(p, 0xaa, n);
		char *zeroed = arena_zalloc(&arena, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(zeroed[i], 0);
	}
	assert_string_equal(arena_copy(&arena, "text", 5), "text");
	arena_free(&arena);
	assert_int_equal(arena.total, 0);
}

static void reset_keeps_the_first_block_alone(void **state)
{
	struct arena arena = {0};
	void *first = arena_alloc(&arena, 100);
	size_t total = arena.total;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		arena_alloc(&arena, 50000);
	assert_true(arena.total > total);
	arena_reset(&arena);
	assert_int_equal(arena.total, total);
	assert_ptr_equal(arena_alloc(&arena, 100), first);
	arena_free(&arena);
	arena_reset(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_round_takes_nothing_from_the_system),
		cmocka_unit_test(used_pools_can_be_listed),
		cmocka_unit_test(an_arena_gives_aligned_memory_of_any_size),
		cmocka_unit_test(reset_keeps_the_first_block_alone),
		cmocka_unit_test(objects_are_zeroed_also_the_second_time),
		cmocka_unit_test(the_limit_refuses_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
