/* What is to be computed, and the sizes of the tiles that it is cut into. */

#ifndef NNSREPORT_JOB_H
#define NNSREPORT_JOB_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 4, LANES = 8 };
/* Vectors of a tile: of floats; of bytes and words, whose products need registers of their own; and at most. */
enum { FLOATS_WIDTH = 3 * LANES, WHOLE_WIDTH = 2 * LANES, WIDEST = 4 * LANES };
/* Rows of whole numbers that are added up at once: as bytes, and as words; and whose sums are made at once. */
enum { QUAD = 4, PAIR = 2, OCTET = 8 };
/* How whole numbers are added up: as words, as bytes, or by looking up sums. */
enum Adding { AS_WORDS, AS_BYTES, LOOKED_UP };

typedef float Floats __attribute__((vector_size(4 * LANES)));
typedef int32_t Integers __attribute__((vector_size(4 * LANES)));
/* In memory, where it need not be aligned. */
typedef float Loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t LooseIntegers __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

/* How a cycle cuts pulses out of levels. */
enum Pulse { MAGNITUDE, BIPOLAR, SIGN_BIT, POSITIVE, NEGATIVE };

typedef struct {
    int32_t kind, shift, mask;
    float weight;
} Cycle;

typedef struct {
    /* A row of a group in a vector is `rows_at[group * rows + row] + vectors_at[vector]` levels from here. */
    const unsigned char *levels;
    const int64_t *rows_at, *vectors_at;
    int bytes, is_signed; /* of a level */
    const float *cells;   /* (groups, lines, rows) */
    const void *whole;    /* the same from `pack`, where they are whole numbers; or NULL */
    int adding, largest;  /* how, and the greatest magnitude of a whole number */
    const float *reciprocals;   /* (lines + LINES), the last of them zero */
    const Cycle *cycles;
    const int64_t *blocks;       /* (block_count, 2) */
    const float *values;         /* (slices) */
    const float *gains, *scales; /* (groups, columns); or NULL, where slices are added up and no more */
    float reference;             /* what the sum of a vector's levels counts for, after gains and before scales */
    float *product;              /* (groups, columns, count) */
    int64_t groups, lines, slices, rows, count, cycle_count, block_count;
    float low, high;
} Job;

/* Whole numbers to be brought into the order in which they are needed. */
typedef struct {
    const float *cells; /* (groups, lines, rows) */
    const int64_t *blocks;
    int64_t groups, lines, rows, block_count;
} Packing;

INLINE int64_t up_to_a_multiple(int64_t number, int64_t of) { return (number + of - 1) / of * of; }

/* Behind the last line the last one is repeated: its reciprocal is zero there, so that nothing comes of it. */
INLINE void find_lines(const Packing *packing, int64_t group, int64_t first, const float **lines)
{
    for (int64_t own = 0; own < LINES; own++) {
        const int64_t line = first + own < packing->lines ? first + own : packing->lines - 1;
        lines[own] = packing->cells + (group * packing->lines + line) * packing->rows;
    }
}

INLINE Packing packing_of(const Job *job)
{
    const Packing packing = {job->cells, job->blocks, job->groups, job->lines, job->rows, job->block_count};
    return packing;
}

INLINE int64_t longest_block(const int64_t *blocks, int64_t block_count)
{
    int64_t longest = 0;
    for (const int64_t *block = blocks; block < blocks + 2 * block_count; block += 2)
        longest = block[1] - block[0] > longest ? block[1] - block[0] : longest;
    return longest;
}

/* Of a group's packed whole numbers, where rows of a block are filled up to pairs of words, or quads or octets of
   bytes, and lines to fours unless sums are looked up. Behind the quads lie the sums of a line's cells. */
INLINE int64_t bytes_of_whole(const int64_t *blocks, int64_t block_count, int64_t lines, int adding)
{
    const int64_t together = adding == AS_WORDS ? PAIR : adding == AS_BYTES ? QUAD : OCTET;
    int64_t rows = 0;
    for (const int64_t *block = blocks; block < blocks + 2 * block_count; block += 2)
        rows += up_to_a_multiple(block[1] - block[0], together) + (adding == AS_BYTES ? QUAD : 0);
    return up_to_a_multiple(lines, adding == LOOKED_UP ? 1 : LINES) * rows * (adding == AS_WORDS ? 2 : 1);
}

INLINE const void *whole_cells(const Job *job, int64_t group)
{
    return (const char *)job->whole + group * bytes_of_whole(job->blocks, job->block_count, job->lines, job->adding);
}

INLINE int is_looked_up(const Job *job) { return job->whole && job->adding == LOOKED_UP; }

/* Bits that a vector applies to each word line: two in a cycle of pulses of either sign. */
INLINE int64_t bits_of_vector(const Job *job)
{
    int64_t count = job->cycle_count;
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++)
        count += cycle->kind == BIPOLAR;
    return count;
}

INLINE int64_t lanes_together(Integers lanes)
{
    int64_t total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += lanes[lane];
    return total;
}

#endif
