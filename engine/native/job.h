/* What is to be computed, and the sizes of the tiles that it is cut into. */

#ifndef NNSREPORT_JOB_H
#define NNSREPORT_JOB_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 4, LANES = 8 };

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
    const void *whole;    /* likewise, where cells are whole numbers, of `whole_bytes` each; or NULL */
    int whole_bytes, is_narrow; /* narrow: no sum of half a block's rows exceeds 16 bits */
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

/* Where a tile is worked on. */
typedef struct {
    void *cells;            /* of one group, in the order in which they are needed */
    void *levels;           /* (rows of a block, width of a tile) */
    void *pulses;           /* likewise */
    float *codes;           /* (lines, width of a tile) */
    unsigned char *staged;  /* (rows, width of a tile): levels whose places are scattered */
    int64_t *staged_rows;   /* where each row of them begins */
} Room;

INLINE int64_t up_to_a_multiple(int64_t number, int64_t of) { return (number + of - 1) / of * of; }

/* Behind the last line the last one is repeated: its reciprocal is zero there, so that nothing comes of it. */
INLINE int64_t line_at(const Job *job, int64_t group, int64_t line)
{
    return group * job->lines + (line < job->lines ? line : job->lines - 1);
}

INLINE int64_t lanes_together(Integers lanes)
{
    int64_t total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += lanes[lane];
    return total;
}

#endif
