/* What a launch works on. */

#ifndef NNSREPORT_CUDA_JOB_CUH
#define NNSREPORT_CUDA_JOB_CUH

#include "lanes.cuh"

/* How a cycle cuts pulses out of levels, as in ../native/job.h; here, a sign bit is a magnitude of one bit. */
enum Kind { MAGNITUDE, BIPOLAR, SIGN_BIT, POSITIVE, NEGATIVE };

struct Cycle {
    int32_t kind, shift, mask;
    uint32_t bits; /* of a word of levels, that stay where digits are left in their places */
    float weight;
    float unit, reciprocal; /* what a pulse is multiplied by then; else 1 */
};

/* Rows that are read together: `begin` to `end` of activations, from `place` on of packed cells. */
struct Block {
    int32_t begin, end, place;
};

/* Of noise: what one trial draws from. */
struct Stream {
    uint32_t key[2], upper[2];
    float variance_scale; /* from sums of variances to those of sums of cells */
};

enum { MOST_TRIALS = 64 };

/* Groups of all trials lie one after the other: those of the first, then those of the second.

   A thread block has some columns, with all their slices: lines slice by slice, each filled up to `columns_of_block`,
   which are read in as many passes as they take. */
struct Job {
    const void *vectors; /* (groups, rows, count), of `bytes` each; those of one trial where all see the same */
    int bytes, is_signed;
    int has_sign_apart; /* levels are kept as magnitude and sign, not as two's complement */
    const void *cells; /* (groups, parts, blocks of columns * passes * lines of a pass, places), zero where is no cell */
    const float *reciprocals; /* (trials, slices), of the converter's steps */
    const float *values; /* (slices): what a code counts for */
    const float *gains, *scales; /* (groups, columns); or null, where slices are added up and no more */
    const Cycle *cycles; /* (cycle_count), and one more of weight 0 */
    const Block *blocks;
    float *product; /* (groups, columns, count) */
    int64_t *clipped; /* (trials) */
    int64_t groups_of_trial, groups_of_vectors, columns, rows, count, places, padded_lines;
    int slices, columns_of_block, passes, cycle_count, block_count;
    float low, high;
    float reference; /* times the sum of a vector's levels, subtracted */
    const int64_t *numbers; /* (count): which vectors these are */
    Stream streams[MOST_TRIALS];
};

/* Which tile a thread block has. */
struct Place {
    int64_t first_vector, first_column, group; /* the group of all trials */
    int64_t first_line; /* of packed cells */

    METHOD int64_t trial(const Job &job) const { return group / job.groups_of_trial; }
};

#endif
