/* SPDX-License-Identifier: Apache-2.0 */
/* Pools and arenas. A pool carves chunks of about CHUNK_SIZE into objects and keeps those that are
 * not in use on a list through their own first word; chunks are linked to each other so that a leak
 * checker finds every object. Pools register themselves with their first object. An arena is a
 * stack of blocks, the newest first; the oldest stays for the next round.
 *
 * Only the loop's thread may call this, except for arenas that another thread owns. */
#include "core/pool.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
enum { OBJECTS_FROM_MALLOC = 1 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { OBJECTS_FROM_MALLOC = 0 };
#endif

enum { ALIGNMENT = 16, CHUNK_SIZE = 64 * 1024, BLOCK_SIZE = 64 * 1024 };

struct pool_object {
	struct pool_object *next;
};

struct chunk {
	struct chunk *next;
	alignas(ALIGNMENT) char objects[];
};

struct arena_block {
	struct arena_block *older;
	size_t cap;
	alignas(ALIGNMENT) char memory[];
};

struct arena turn_arena;

static struct mem_pool *all_pools;

static size_t round_up(size_t n) { return (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

static void pool_grow(struct mem_pool *pool)
{
	size_t size = round_up(pool->size);
	size_t count = size < CHUNK_SIZE ? CHUNK_SIZE / size : 1;
	struct chunk *chunk = malloc(sizeof(*chunk) + count * size);

	if (!chunk)
		return;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->bytes += sizeof(*chunk) + count * size;
	for (size_t i = count; i-- > 0;) {
		struct pool_object *object = (void *)(chunk->objects + i * size);
		object->next = pool->free;
		pool->free = object;
	}
}

static void *pool_take(struct mem_pool *pool)
{
	struct pool_object *object;

	if (OBJECTS_FROM_MALLOC) {
		object = calloc(1, pool->size);
		if (object)
			pool->bytes += pool->size;
		return object;
	}
	if (!pool->free)
		pool_grow(pool);
	object = pool->free;
	if (object) {
		pool->free = object->next;
		memset(object, 0, pool->size);
	}
	return object;
}

void *pool_get(struct mem_pool *pool)
{
	void *object = NULL;

	if (!pool->limit || pool->in_use < pool->limit)
		object = pool_take(pool);
	if (!object) {
		pool->refused++;
		return NULL;
	}
	if (!pool->peak) {
		pool->next = all_pools;
		all_pools = pool;
	}
	if (++pool->in_use > pool->peak)
		pool->peak = pool->in_use;
	return object;
}

void pool_put(struct mem_pool *pool, void *p)
{
	struct pool_object *object = p;

	if (!p)
		return;
	pool->in_use--;
	if (OBJECTS_FROM_MALLOC) {
		pool->bytes -= pool->size;
		free(p);
		return;
	}
	object->next = pool->free;
	pool->free = object;
}

struct mem_pool *pool_next(const struct mem_pool *pool) { return pool ? pool->next : all_pools; }

static void arena_grow(struct arena *arena, size_t n)
{
	size_t cap = n > BLOCK_SIZE ? n : BLOCK_SIZE;
	struct arena_block *block = malloc(sizeof(*block) + cap);

	if (!block)
		abort();
	ASAN_POISON_MEMORY_REGION(block->memory, cap);
	block->older = arena->block;
	block->cap = cap;
	arena->block = block;
	arena->used = 0;
	arena->total += cap;
}

void *arena_alloc(struct arena *arena, size_t n)
{
	char *p;

	if (n > SIZE_MAX / 2)
		abort();
	if (!arena->block || arena->block->cap - arena->used < round_up(n))
		arena_grow(arena, round_up(n));
	p = arena->block->memory + arena->used;
	arena->used += round_up(n);
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return p;
}

void *arena_zalloc(struct arena *arena, size_t n) { return memset(arena_alloc(arena, n), 0, n); }

void *arena_copy(struct arena *arena, const void *p, size_t n)
{
	void *copy = arena_alloc(arena, n);

	if (n)
		memcpy(copy, p, n);
	return copy;
}

static void arena_drop_newest(struct arena *arena)
{
	struct arena_block *block = arena->block;

	arena->block = block->older;
	arena->total -= block->cap;
	ASAN_UNPOISON_MEMORY_REGION(block->memory, block->cap);
	free(block);
}

void arena_reset(struct arena *arena)
{
	if (!arena->block)
		return;
	while (arena->block->older)
		arena_drop_newest(arena);
	arena->used = 0;
	ASAN_POISON_MEMORY_REGION(arena->block->memory, arena->block->cap);
}

void arena_free(struct arena *arena)
{
	while (arena->block)
		arena_drop_newest(arena);
	arena->used = 0;
}
