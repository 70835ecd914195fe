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

#define INLINE static inline __attribute__((always_inline))

/* How a cycle cuts pulses out of levels. */
enum Pulse { MAGNITUDE, BIPOLAR, SIGN_BIT, POSITIVE, NEGATIVE };

typedef struct {
    int32_t kind, shift, mask;
    float weight;
} Cycle;

typedef struct {
    const unsigned char *vectors; /* (groups, rows, count), of `bytes` each */
    int bytes, is_signed;
    const float *cells;       /* (groups, lines, rows) */
    const int8_t *whole;      /* likewise, where cells are small whole numbers; or NULL */
    const float *reciprocals; /* (lines + LINES) */
    const Cycle *cycles;
    const int64_t *blocks; /* (block_count, 2) */
    float *codes;          /* (groups, lines, count) */
    int64_t groups, lines, rows, count, cycle_count, block_count;
    float low, high;
} Job;

/* Where a tile is worked on. */
typedef struct {
    void *cells;  /* of one group, in the order in which they are needed */
    void *levels; /* (rows of a block, width of a tile) */
    void *pulses; /* likewise */
    float *codes; /* (lines, width of a tile) */
} Room;

INLINE int64_t up_to_a_multiple(int64_t number, int64_t of) { return (number + of - 1) / of * of; }

INLINE void store_codes(
    const Job *job, int64_t group, int64_t first, int64_t width, const float *codes, const int64_t stride)
{
    float *to = job->codes + group * job->lines * job->count + first;
    for (int64_t line = 0; line < job->lines; line++)
        memcpy(to + line * job->count, codes + line * stride, width * sizeof *codes);
}

INLINE int64_t lanes_together(Integers lanes)
{
    int64_t total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += lanes[lane];
    return total;
}

#endif
