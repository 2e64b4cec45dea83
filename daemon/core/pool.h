/* SPDX-License-Identifier: Apache-2.0 */
/* Typed, named pools of equal objects, and arenas for what lives as long as one turn of the loop.
 * A pool grows in chunks, without a ceiling but the configured one, and never gives memory back to
 * the system: a second round of the same load allocates nothing. `mcorectl memory` lists pools.
 * Under AddressSanitizer objects come from malloc, so that use after free is seen. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool_object;

struct mem_pool {
	const char *name;
	size_t size;                    /* of an object */
	uint64_t limit;                 /* most objects in use; 0: none */
	uint64_t in_use, peak, refused; /* refused: pool_get at the limit */
	uint64_t bytes;                 /* taken from the system */
	struct pool_object *free;
	struct mem_pool *next; /* of all pools */
	void *chunks;
};

#define MEM_POOL(type)                                                                             \
	{                                                                                          \
		.name = #type, .size = sizeof(struct type)                                         \
	}

/* A zeroed object, or NULL at the limit or out of memory. */
void *pool_get(struct mem_pool *);
/* NULL is allowed. */
void pool_put(struct mem_pool *, void *);
/* All pools that were used, for listing: start with NULL. */
struct mem_pool *pool_next(const struct mem_pool *);

/* Bump allocator. A zeroed struct arena is empty. Memory is aligned to 16 and not zeroed. */
struct arena {
	struct arena_block *block;
	size_t used, total;
};
/* Aborts when memory is gone: what is asked for is bounded by message sizes. */
void *arena_alloc(struct arena *, size_t n);
void *arena_zalloc(struct arena *, size_t n);
void *arena_copy(struct arena *, const void *p, size_t n);
void arena_reset(struct arena *); /* keeps the first block */
void arena_free(struct arena *);

/* Reset at the end of each turn of the loop. What must live longer is copied by its owner. */
extern struct arena turn_arena;

#endif
