/* What is to be computed, and the sizes of the tiles that it is cut into. */

#ifndef NNSREPORT_JOB_H
#define NNSREPORT_JOB_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 4, LANES = 8 };
/* Rows of whole numbers that are added up at once: of bytes, and of words. */
enum { QUAD = 4, PAIR = 2 };

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
    int is_narrow;        /* bytes: no sum of half a block's rows exceeds 16 bits; else words */
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

/* Where a tile is worked on. */
typedef struct {
    float *cells;           /* of one group, in the order in which they are needed; none for whole numbers */
    void *levels;           /* (rows of a block, width of a tile) */
    void *pulses;           /* likewise */
    float *codes;           /* (lines, width of a tile) */
    unsigned char *staged;  /* (rows, width of a tile): levels whose places are scattered */
    int64_t *staged_rows;   /* where each row of them begins */
} Room;

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

/* Of a group's packed whole numbers, where rows of a block are filled up to quads of bytes or pairs of words. */
INLINE int64_t bytes_of_whole(const int64_t *blocks, int64_t block_count, int64_t lines, int is_narrow)
{
    int64_t bytes = 0;
    for (const int64_t *block = blocks; block < blocks + 2 * block_count; block += 2)
        bytes += is_narrow ? up_to_a_multiple(block[1] - block[0], QUAD)
                           : 2 * up_to_a_multiple(block[1] - block[0], PAIR);
    return up_to_a_multiple(lines, LINES) * bytes;
}

INLINE const int32_t *whole_cells(const Job *job, int64_t group)
{
    const int64_t bytes = bytes_of_whole(job->blocks, job->block_count, job->lines, job->is_narrow);
    return (const int32_t *)((const char *)job->whole + group * bytes);
}

INLINE int64_t lanes_together(Integers lanes)
{
    int64_t total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += lanes[lane];
    return total;
}

#endif
