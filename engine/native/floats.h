/* Sums of any conductances and pulses, in single precision. */

#ifndef NNSREPORT_FLOATS_H
#define NNSREPORT_FLOATS_H

#include "codes.h"

enum { FLOATS_WIDTH = 3 * LANES };

INLINE void pack_cells(const Job *job, int64_t group, float *packed)
{
    const float *cells = job->cells + group * job->lines * job->rows;
    for (int64_t line = 0; line < job->lines; line += LINES)
        for (int64_t row = 0; row < job->rows; row++)
            for (int64_t own = line; own < line + LINES; own++)
                *packed++ = own < job->lines ? cells[own * job->rows + row] : 0.0f;
}

#define LOAD_LEVELS(type)                                                                                              \
    for (int64_t row = block[0]; row < block[1]; row++, levels += FLOATS_WIDTH) {                                             \
        const type *from = (const type *)job->vectors + (group * job->rows + row) * job->count + first;                \
        if (width == FLOATS_WIDTH) /* a loop of known length is fast */                                                       \
            for (int64_t index = 0; index < FLOATS_WIDTH; index++)                                                            \
                levels[index] = from[index];                                                                           \
        else                                                                                                           \
            for (int64_t index = 0; index < FLOATS_WIDTH; index++)                                                            \
                levels[index] = index < width ? from[index] : 0;                                                       \
    }

INLINE void load_levels(
    const Job *job, int64_t group, const int64_t *block, int64_t first, int64_t width, int32_t *levels)
{
    if (job->bytes == 1 && !job->is_signed) {
        LOAD_LEVELS(uint8_t)
    }
    else if (job->bytes == 1) {
        LOAD_LEVELS(int8_t)
    }
    else if (!job->is_signed) {
        LOAD_LEVELS(uint16_t)
    }
    else {
        LOAD_LEVELS(int16_t)
    }
}

#define CUT(pulse)                                                                                                     \
    for (int64_t index = 0; index < count; index++) {                                                                  \
        int32_t level = levels[index];                                                                                 \
        pulses[index] = (float)(pulse);                                                                                \
    }                                                                                                                  \
    break

INLINE void cut_pulses(const Cycle *cycle, const int32_t *levels, int64_t count, float *pulses)
{
    const int32_t shift = cycle->shift, mask = cycle->mask;
    switch (cycle->kind) {
    case MAGNITUDE:
        CUT((level >> shift) & mask);
    case BIPOLAR:
        CUT(level < 0 ? -((-level >> shift) & mask) : (level >> shift) & mask);
    case SIGN_BIT:
        CUT(level < 0);
    case POSITIVE:
        CUT(((level > 0 ? level : 0) >> shift) & mask);
    default:
        CUT(((level < 0 ? -level : 0) >> shift) & mask);
    }
}

#define ADD_ROW(line)                                                                                                  \
    sum##line##0 += cells[line] * first;                                                                               \
    sum##line##1 += cells[line] * second;                                                                              \
    sum##line##2 += cells[line] * third
#define ADD_CODES(line)                                                                                                \
    ADD_CODE(sum##line##0, line, codes + line * FLOATS_WIDTH);                                                         \
    ADD_CODE(sum##line##1, line, codes + line * FLOATS_WIDTH + LANES);                                                 \
    ADD_CODE(sum##line##2, line, codes + line * FLOATS_WIDTH + 2 * LANES)

INLINE void add_codes(
    const Job *job, const float *cells, const float *pulses, int64_t rows, const float *reciprocals, float weight,
    float *codes, Integers *clipped, const int is_fused)
{
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0};
    Floats sum00 = {0}, sum01 = {0}, sum02 = {0}, sum10 = {0}, sum11 = {0}, sum12 = {0};
    Floats sum20 = {0}, sum21 = {0}, sum22 = {0}, sum30 = {0}, sum31 = {0}, sum32 = {0};
    for (int64_t row = 0; row < rows; row++, cells += LINES, pulses += FLOATS_WIDTH) {
        const Floats first = LOAD(pulses), second = LOAD(pulses + LANES), third = LOAD(pulses + 2 * LANES);
        ADD_ROW(0);
        ADD_ROW(1);
        ADD_ROW(2);
        ADD_ROW(3);
    }
    ADD_CODES(0);
    ADD_CODES(1);
    ADD_CODES(2);
    ADD_CODES(3);
}

INLINE void convert_tile(
    const Job *job, int64_t group, int64_t first, int64_t width, const Room *room, Integers *clipped, const int is_fused)
{
    const int64_t padded = up_to_a_multiple(job->lines, LINES);
    memset(room->codes, 0, padded * FLOATS_WIDTH * sizeof *room->codes);
    for (int64_t index = 0; index < job->block_count; index++) {
        const int64_t *block = job->blocks + 2 * index, rows = block[1] - block[0];
        load_levels(job, group, block, first, width, room->levels);
        for (int64_t cycle = 0; cycle < job->cycle_count; cycle++) {
            cut_pulses(job->cycles + cycle, room->levels, rows * FLOATS_WIDTH, room->pulses);
            for (int64_t line = 0; line < padded; line += LINES)
                add_codes(
                    job, (float *)room->cells + line * job->rows + block[0] * LINES, room->pulses, rows,
                    job->reciprocals + line, job->cycles[cycle].weight, room->codes + line * FLOATS_WIDTH, clipped, is_fused);
        }
    }
    store_codes(job, group, first, width, room->codes, FLOATS_WIDTH);
}

INLINE void convert_floats(const Job *job, const Room *room, int64_t *clipped, const int is_fused)
{
    for (int64_t group = 0; group < job->groups; group++) {
        pack_cells(job, group, room->cells);
        for (int64_t first = 0; first < job->count; first += FLOATS_WIDTH) {
            const int64_t left = job->count - first, width = left < FLOATS_WIDTH ? left : FLOATS_WIDTH;
            Integers of_lanes = {0};
            convert_tile(job, group, first, width, room, &of_lanes, is_fused);
            *clipped += lanes_together(of_lanes);
        }
    }
}

#endif
