/* What a launch works on. */

#ifndef NNSREPORT_CUDA_JOB_CUH
#define NNSREPORT_CUDA_JOB_CUH

#include "lanes.cuh"

/* How a cycle cuts pulses out of levels, as in ../native/job.h; here, a sign bit is a magnitude of one bit. */
enum Kind { MAGNITUDE, BIPOLAR, SIGN_BIT, POSITIVE, NEGATIVE };

struct Cycle {
    int32_t kind, shift, mask;
    float weight;
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

/* Groups of all trials lie one after the other: those of the first, then those of the second. */
struct Job {
    const void *vectors; /* (groups, rows, count), of `bytes` each; those of one trial where all see the same */
    int bytes, is_signed;
    int has_sign_apart; /* levels are kept as magnitude and sign, not as two's complement */
    const void *cells; /* (groups, parts, tiles * SIDE, places), zero where there is no cell */
    const float *reciprocals; /* (trials, tiles) */
    const Cycle *cycles; /* (cycle_count), and one more of weight 0 */
    const Block *blocks;
    float *codes; /* (groups, lines, count) */
    int64_t *clipped; /* (trials) */
    int64_t groups_of_trial, groups_of_vectors, lines, columns, rows, count, places, tiles, tiles_of_slice;
    int cycle_count, block_count;
    float low, high;
    const int64_t *numbers; /* (count): which vectors these are */
    Stream streams[MOST_TRIALS];
};

#endif
