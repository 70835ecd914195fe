/* One standard normal number a conversion, as nnsreport.engine.random.normal_rows numbers them. */

#ifndef NNSREPORT_CUDA_NOISE_CUH
#define NNSREPORT_CUDA_NOISE_CUH

#include "job.cuh"
#include "box_muller.h"

enum { WORDS = 4, ROUNDS = 10, COLUMN_BITS = 40 };
enum : uint32_t {
    FIRST_FACTOR = 0xD2511F53u,
    SECOND_FACTOR = 0xCD9E8D57u,
    FIRST_INCREMENT = 0x9E3779B9u,
    SECOND_INCREMENT = 0xBB67AE85u
};

FUNCTION void philox(uint32_t *words, uint32_t key0, uint32_t key1)
{
    UNROLL
    for (int round = 0; round < ROUNDS; round++, key0 += FIRST_INCREMENT, key1 += SECOND_INCREMENT) {
        const uint64_t first = (uint64_t)FIRST_FACTOR * words[0], second = (uint64_t)SECOND_FACTOR * words[2];
        words[0] = (uint32_t)(second >> 32) ^ words[1] ^ key0;
        words[2] = (uint32_t)(first >> 32) ^ words[3] ^ key1;
        words[1] = (uint32_t)second;
        words[3] = (uint32_t)first;
    }
}

/* Of four rows from a multiple of four on. */
FUNCTION void normals_of_rows(const Stream &stream, int64_t row, int64_t column, float *normals)
{
    const uint64_t counter = (uint64_t)(row / WORDS) << COLUMN_BITS | (uint64_t)column;
    uint32_t words[WORDS] = {(uint32_t)counter, (uint32_t)(counter >> 32), stream.upper[0], stream.upper[1]};
    philox(words, stream.key[0], stream.key[1]);
    box_muller(words[0], words[1], &normals[0], &normals[1]);
    box_muller(words[2], words[3], &normals[2], &normals[3]);
}

/* Row of a line in the table of normal numbers, where each block of word lines begins at a multiple of four. */
FUNCTION int64_t first_row(const Job &job, int block, int cycle, int64_t group, int64_t line)
{
    const int64_t rows = job.cycle_count * job.groups_of_trial * job.lines;
    return block * parts_of(rows, WORDS) * WORDS + (cycle * job.groups_of_trial + group) * job.lines + line;
}

/* A lane has a column, and every other four rows of it; where lines begin within such four, the first have fewer. */
FUNCTION void add_noise(
    const Job &job, const Stream &stream, int lane, int64_t row, int64_t first_vector, float *sums,
    const float *variances, int stride)
{
    const int64_t vector = first_vector + lane % SIDE;
    const int64_t column = vector < job.count ? job.numbers[vector] : 0;
    for (int64_t quad = row / WORDS + lane / SIDE; quad * WORDS < row + SIDE; quad += LANES / SIDE) {
        float normals[WORDS];
        normals_of_rows(stream, quad * WORDS, column, normals);
        EACH (word, WORDS) {
            const int line = (int)(quad * WORDS - row) + word, place = line * stride + lane % SIDE;
            if (line >= 0 && line < SIDE)
                sums[place] += PRODUCT(square_root(fmaxf(variances[place] * stream.variance_scale, 0.0f)), normals[word]);
        }
    }
}

#endif
