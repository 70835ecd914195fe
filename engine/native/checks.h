/* Whether arrays are as long as their shapes say, and everything lies inside of them. Needs Python.h before it. */

#ifndef NNSREPORT_CHECKS_H
#define NNSREPORT_CHECKS_H

#include "job.h"

enum {
    PRODUCT, LEVELS, ROWS_AT, VECTORS_AT, CELLS, WHOLE, RECIPROCALS, VALUES, GAINS, SCALES, CYCLES, BLOCKS, BUFFERS
};

INLINE void least_and_greatest(const int64_t *numbers, int64_t count, int64_t *least, int64_t *greatest)
{
    *least = *greatest = count ? numbers[0] : 0;
    for (int64_t index = 0; index < count; index++) {
        *least = numbers[index] < *least ? numbers[index] : *least;
        *greatest = numbers[index] > *greatest ? numbers[index] : *greatest;
    }
}

INLINE int are_levels_inside(const Job *job, int64_t levels)
{
    int64_t first_row, last_row, first_vector, last_vector;
    least_and_greatest(job->rows_at, job->groups * job->rows, &first_row, &last_row);
    least_and_greatest(job->vectors_at, job->count, &first_vector, &last_vector);
    const int is_any = job->groups && job->rows && job->count;
    return !is_any || (first_row >= 0 && first_vector >= 0 && last_row < levels && last_vector < levels - last_row);
}

INLINE int are_blocks_inside(const int64_t *blocks, int64_t count, int64_t rows)
{
    for (const int64_t *block = blocks; block < blocks + 2 * count; block += 2)
        if (block[0] < 0 || block[0] > block[1] || block[1] > rows)
            return 0;
    return 1;
}

INLINE int is_adding(const Job *job)
{
    if (job->adding == AS_WORDS || job->adding == AS_BYTES)
        return 1;
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++)
        if (cycle->shift < 0 || cycle->shift >= OCTET)
            return 0;
    return job->adding == LOOKED_UP && job->largest >= 1 && QUAD * job->largest <= INT8_MAX;
}

INLINE int is_consistent(const Job *job, const Py_buffer *buffers)
{
    if (job->slices < 1 || job->lines % job->slices || (job->bytes != 1 && job->bytes != 2) || !is_adding(job))
        return 0;
    const int64_t cells = job->groups * job->lines * job->rows, columns = job->groups * job->lines / job->slices;
    const int64_t lengths[BUFFERS] = {
        [PRODUCT] = columns * job->count * 4,
        [LEVELS] = buffers[LEVELS].len,
        [ROWS_AT] = job->groups * job->rows * 8,
        [VECTORS_AT] = job->count * 8,
        [CELLS] = cells * 4,
        [WHOLE] = job->whole
            ? job->groups * bytes_of_whole(job->blocks, job->block_count, job->lines, job->adding)
            : 0,
        [RECIPROCALS] = (job->lines + LINES) * 4,
        [VALUES] = job->slices * 4,
        [GAINS] = job->gains ? columns * 4 : 0,
        [SCALES] = job->gains ? columns * 4 : 0,
        [CYCLES] = job->cycle_count * (int64_t)sizeof(Cycle),
        [BLOCKS] = job->block_count * 16,
    };
    for (int index = 0; index < BUFFERS; index++)
        if (buffers[index].len != lengths[index])
            return 0;
    return (!job->whole || job->bytes == 1) && are_blocks_inside(job->blocks, job->block_count, job->rows) &&
        are_levels_inside(job, buffers[LEVELS].len / job->bytes);
}

#endif
