/* Sums of any conductances and pulses, in single precision. */

#ifndef NNSREPORT_FLOATS_H
#define NNSREPORT_FLOATS_H

#include "codes.h"
#include "levels.h"

enum { FLOATS_OCTETS = FLOATS_WIDTH / LANES };

/* A few tiles take cells as they lie; more of them pay for having those of four lines side by side. */
enum { TILES_WITHOUT_PACKING = 2 };

INLINE void pack_cells(const Packing *packing, int64_t group, float *packed)
{
    for (int64_t line = 0; line < packing->lines; line += LINES) {
        const float *from[LINES];
        find_lines(packing, group, line, from);
        for (int64_t row = 0; row < packing->rows; row++)
            for (int64_t own = 0; own < LINES; own++)
                *packed++ = from[own][row];
    }
}

INLINE void load_levels(const Job *job, const Tile *tile, const int64_t *block, int32_t *to, const int is_fused)
{
    FOR_ROWS_OF_ANY_TYPE(
        block[0], block[1], FLOATS_OCTETS, *(LooseIntegers *)to = levels; to += LANES)
}

/* Levels that are pulses as they are. */
INLINE void load_pulses(const Job *job, const Tile *tile, const int64_t *block, float *to, const int is_fused)
{
    FOR_ROWS_OF_ANY_TYPE(
        block[0], block[1], FLOATS_OCTETS, LOAD(to) = __builtin_convertvector(levels, Floats); to += LANES)
}

INLINE void cut_pulses(const Cycle *cycle, const int32_t *levels, int64_t count, float *pulses)
{
    CUT_ANY(float)
}

#define ADD_ROW(line)                                                                                                  \
    sum##line##0 += cells[line][row * step] * first;                                                                   \
    sum##line##1 += cells[line][row * step] * second;                                                                  \
    sum##line##2 += cells[line][row * step] * third
#define ADD_CODES(line)                                                                                                \
    ADD_CODE(sum##line##0, line, codes + line * FLOATS_WIDTH);                                                         \
    ADD_CODE(sum##line##1, line, codes + line * FLOATS_WIDTH + LANES);                                                 \
    ADD_CODE(sum##line##2, line, codes + line * FLOATS_WIDTH + 2 * LANES)

INLINE void add_codes(
    const Job *job, const float *const *cells, const int64_t step, const float *pulses, int64_t rows,
    const float *reciprocals, float weight, float *codes, Integers *clipped, const int is_fused)
{
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0};
    Floats sum00 = {0}, sum01 = {0}, sum02 = {0}, sum10 = {0}, sum11 = {0}, sum12 = {0};
    Floats sum20 = {0}, sum21 = {0}, sum22 = {0}, sum30 = {0}, sum31 = {0}, sum32 = {0};
    for (int64_t row = 0; row < rows; row++, pulses += FLOATS_WIDTH) {
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

/* `packed` are the group's cells, or NULL. */
INLINE void convert_lines(
    const Job *job, int64_t group, const int64_t *block, const float *packed, int64_t line, float weight,
    const Room *room, Integers *clipped, const int is_fused)
{
    const int64_t rows = block[1] - block[0];
    const float *cells[LINES], *reciprocals = job->reciprocals + line;
    float *codes = room->codes + line * FLOATS_WIDTH;
    if (packed) {
        for (int64_t own = 0; own < LINES; own++)
            cells[own] = packed + line * job->rows + block[0] * LINES + own;
        add_codes(job, cells, LINES, room->pulses, rows, reciprocals, weight, codes, clipped, is_fused);
        return;
    }
    const Packing packing = packing_of(job);
    find_lines(&packing, group, line, cells);
    for (int64_t own = 0; own < LINES; own++)
        cells[own] += block[0];
    add_codes(job, cells, 1, room->pulses, rows, reciprocals, weight, codes, clipped, is_fused);
}

INLINE void convert_block(
    const Job *job, int64_t group, const Tile *tile, const int64_t *block, const float *packed, const Room *room,
    Integers *clipped, const int is_fused)
{
    const int64_t rows = block[1] - block[0];
    const int are_pulses = job->cycle_count == 1 && is_whole(job, job->cycles);
    if (are_pulses)
        load_pulses(job, tile, block, room->pulses, is_fused);
    else
        load_levels(job, tile, block, room->levels, is_fused);
    for (int64_t cycle = 0; cycle < job->cycle_count; cycle++) {
        if (!are_pulses)
            cut_pulses(job->cycles + cycle, room->levels, rows * FLOATS_WIDTH, room->pulses);
        for (int64_t line = 0; line < job->lines; line += LINES)
            convert_lines(job, group, block, packed, line, job->cycles[cycle].weight, room, clipped, is_fused);
    }
}

INLINE void convert_tile(
    const Job *job, int64_t group, int64_t first, int64_t width, const float *packed, const Room *room,
    Integers *clipped, const int is_fused)
{
    Tile tile;
    int32_t totals[FLOATS_WIDTH] = {0};
    find_tile(job, group, first, width, room, FLOATS_OCTETS, &tile);
    if (job->reference != 0.0f)
        sum_levels(job, &tile, FLOATS_OCTETS, totals, is_fused);
    memset(room->codes, 0, up_to_a_multiple(job->lines, LINES) * FLOATS_WIDTH * sizeof *room->codes);
    for (int64_t index = 0; index < job->block_count; index++)
        convert_block(job, group, &tile, job->blocks + 2 * index, packed, room, clipped, is_fused);
    store_product(job, group, first, width, room->codes, FLOATS_WIDTH, totals, is_fused);
}

INLINE void convert_floats(const Job *job, const Room *room, int64_t *clipped, const int is_fused)
{
    const Packing packing = packing_of(job);
    const float *packed = job->count > TILES_WITHOUT_PACKING * FLOATS_WIDTH ? room->cells : NULL;
    for (int64_t group = 0; group < job->groups; group++) {
        if (packed)
            pack_cells(&packing, group, room->cells);
        for (int64_t first = 0; first < job->count; first += FLOATS_WIDTH) {
            const int64_t left = job->count - first, width = left < FLOATS_WIDTH ? left : FLOATS_WIDTH;
            Integers of_lanes = {0};
            convert_tile(job, group, first, width, packed, room, &of_lanes, is_fused);
            *clipped += lanes_together(of_lanes);
        }
    }
}

#endif
