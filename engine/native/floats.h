/* Sums of any conductances and pulses, in single precision. */

#ifndef NNSREPORT_FLOATS_H
#define NNSREPORT_FLOATS_H

#include "codes.h"
#include "levels.h"

/* Vectors of a tile, in eights: as many as leave registers for sums, or what is left. */
enum { MOST_OCTETS = FLOATS_WIDTH / LANES };

/* A few tiles take cells as they lie; more of them pay for having those of four lines side by side. */
enum { TILES_WITHOUT_PACKING = 2 };

/* Block by block, as they are read. */
INLINE void pack_cells(const Packing *packing, int64_t group, float *packed)
{
    for (const int64_t *block = packing->blocks; block < packing->blocks + 2 * packing->block_count; block += 2)
        for (int64_t line = 0; line < packing->lines; line += LINES) {
            const float *from[LINES];
            find_lines(packing, group, line, from);
            for (int64_t row = block[0]; row < block[1]; row++)
                for (int64_t own = 0; own < LINES; own++)
                    *packed++ = from[own][row];
        }
}

INLINE void load_levels(
    const Job *job, const Tile *tile, const int64_t *block, int32_t *to, const int64_t octets, const int is_fused)
{
    FOR_ROWS_OF_ANY_TYPE(block[0], block[1], octets, *(LooseIntegers *)to = levels; to += LANES)
}

/* Levels that are pulses as they are. */
INLINE void load_pulses(
    const Job *job, const Tile *tile, const int64_t *block, float *to, const int64_t octets, const int is_fused)
{
    FOR_ROWS_OF_ANY_TYPE(
        block[0], block[1], octets, LOAD(to) = __builtin_convertvector(levels, Floats); to += LANES)
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
    ADD_CODE(sum##line##0, line, codes + line * octets * LANES);                                                       \
    if (octets > 1)                                                                                                    \
        ADD_CODE(sum##line##1, line, codes + line * octets * LANES + LANES);                                           \
    if (octets > 2)                                                                                                    \
        ADD_CODE(sum##line##2, line, codes + line * octets * LANES + 2 * LANES)

/* Four lines or one. Sums of lines and eights that there are not are of zeros, and left out by the compiler. */
INLINE void add_codes(
    const Job *job, const float *const *cells, const int64_t step, const float *pulses, int64_t rows,
    const float *reciprocals, float weight, float *codes, Integers *clipped, const int64_t lines, const int64_t octets,
    const int is_fused)
{
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0}, none = {0};
    Floats sum00 = {0}, sum01 = {0}, sum02 = {0}, sum10 = {0}, sum11 = {0}, sum12 = {0};
    Floats sum20 = {0}, sum21 = {0}, sum22 = {0}, sum30 = {0}, sum31 = {0}, sum32 = {0};
    for (int64_t row = 0; row < rows; row++, pulses += octets * LANES) {
        const Floats first = LOAD(pulses);
        const Floats second = octets > 1 ? (Floats)LOAD(pulses + LANES) : none;
        const Floats third = octets > 2 ? (Floats)LOAD(pulses + 2 * LANES) : none;
        ADD_ROW(0);
        if (lines == 1)
            continue;
        ADD_ROW(1);
        ADD_ROW(2);
        ADD_ROW(3);
    }
    ADD_CODES(0);
    if (lines == 1)
        return;
    ADD_CODES(1);
    ADD_CODES(2);
    ADD_CODES(3);
}

#define ADD_CELL(line) sum##line += cells[line][row] * eight
#define ADD_CODES_OF_EIGHT(line) ADD_CODE(sum##line, line, codes + line * LANES)

/* Eight lines of a tile of one eight: sums of four would wait for each other. */
INLINE void add_codes_of_eight(
    const Job *job, const float *const *cells, const float *pulses, int64_t rows, const float *reciprocals,
    float weight, float *codes, Integers *clipped, const int is_fused)
{
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0};
    Floats sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0}, sum4 = {0}, sum5 = {0}, sum6 = {0}, sum7 = {0};
    for (int64_t row = 0; row < rows; row++, pulses += LANES) {
        const Floats eight = LOAD(pulses);
        ADD_CELL(0);
        ADD_CELL(1);
        ADD_CELL(2);
        ADD_CELL(3);
        ADD_CELL(4);
        ADD_CELL(5);
        ADD_CELL(6);
        ADD_CELL(7);
    }
    ADD_CODES_OF_EIGHT(0);
    ADD_CODES_OF_EIGHT(1);
    ADD_CODES_OF_EIGHT(2);
    ADD_CODES_OF_EIGHT(3);
    ADD_CODES_OF_EIGHT(4);
    ADD_CODES_OF_EIGHT(5);
    ADD_CODES_OF_EIGHT(6);
    ADD_CODES_OF_EIGHT(7);
}

/* `packed` are the group's cells, or NULL. Returns how many lines were converted. */
INLINE int64_t convert_lines(
    const Job *job, int64_t group, const int64_t *block, const float *packed, int64_t line, float weight,
    const Room *room, Integers *clipped, const int64_t octets, const int is_fused)
{
    const int64_t rows = block[1] - block[0];
    const float *cells[2 * LINES], *reciprocals = job->reciprocals + line;
    float *codes = room->codes + line * octets * LANES;
    if (packed) {
        for (int64_t own = 0; own < LINES; own++)
            cells[own] = packed + line * rows + own;
        add_codes(job, cells, LINES, room->pulses, rows, reciprocals, weight, codes, clipped, LINES, octets, is_fused);
        return LINES;
    }
    const Packing packing = packing_of(job);
    find_lines(&packing, group, line, cells);
    find_lines(&packing, group, line + LINES, cells + LINES);
    for (int64_t own = 0; own < 2 * LINES; own++)
        cells[own] += block[0];
    if (octets == 1 && job->lines - line > LINES) {
        add_codes_of_eight(job, cells, room->pulses, rows, reciprocals, weight, codes, clipped, is_fused);
        return 2 * LINES;
    }
    if (job->lines == 1)
        add_codes(job, cells, 1, room->pulses, rows, reciprocals, weight, codes, clipped, 1, octets, is_fused);
    else
        add_codes(job, cells, 1, room->pulses, rows, reciprocals, weight, codes, clipped, LINES, octets, is_fused);
    return LINES;
}

INLINE void convert_block(
    const Job *job, int64_t group, const Tile *tile, const int64_t *block, const float *packed, const Room *room,
    Integers *clipped, const int64_t octets, const int is_fused)
{
    const int64_t rows = block[1] - block[0];
    const int are_pulses = job->cycle_count == 1 && is_whole(job, job->cycles);
    if (are_pulses)
        load_pulses(job, tile, block, room->pulses, octets, is_fused);
    else
        load_levels(job, tile, block, room->levels, octets, is_fused);
    for (int64_t cycle = 0; cycle < job->cycle_count; cycle++) {
        if (!are_pulses)
            cut_pulses(job->cycles + cycle, room->levels, rows * octets * LANES, room->pulses);
        const float weight = job->cycles[cycle].weight;
        for (int64_t line = 0; line < job->lines;)
            line += convert_lines(job, group, block, packed, line, weight, room, clipped, octets, is_fused);
    }
}

INLINE void convert_tile(
    const Job *job, int64_t group, int64_t first, int64_t width, const float *packed, const Room *room,
    Integers *clipped, const int64_t octets, const int is_fused)
{
    Tile tile;
    int32_t totals[FLOATS_WIDTH] = {0};
    find_tile(job, group, first, width, room, octets, &tile);
    if (job->reference != 0.0f)
        sum_levels(job, &tile, octets, totals, is_fused);
    memset(room->codes, 0, up_to_a_multiple(job->lines, LINES) * octets * LANES * sizeof *room->codes);
    for (const int64_t *block = job->blocks; block < job->blocks + 2 * job->block_count; block += 2) {
        convert_block(job, group, &tile, block, packed, room, clipped, octets, is_fused);
        if (packed)
            packed += (block[1] - block[0]) * up_to_a_multiple(job->lines, LINES);
    }
    store_product(job, group, first, width, room->codes, octets * LANES, totals, is_fused);
}

/* So many eights are next of the vectors that are left: three, unless that leaves one alone. */
INLINE int64_t octets_next(int64_t left)
{
    const int64_t octets = up_to_a_multiple(left, LANES) / LANES;
    if (octets == MOST_OCTETS + 1)
        return MOST_OCTETS - 1;
    return octets < MOST_OCTETS ? octets : MOST_OCTETS;
}

/* Cells of some columns that stay in the second cache, and a tile's pulses of a block in the first. */
enum { NEAR_CELLS = 1 << 16, NEAR_PULSES = 1 << 14 };

/* Where cells of all columns do not stay in a cache from tile to tile, columns are converted a few at a time. Those of
   several slices lie apart, and are left together; several cycles have the cells of a block one after the other. Pulses
   are made again for each part, which takes too long where they do not stay in a cache either. */
INLINE int64_t lines_together(const Job *job)
{
    const int64_t near = NEAR_CELLS / (job->rows + 1) / LINES * LINES;
    const int are_pulses_near = longest_block(job->blocks, job->block_count) * FLOATS_WIDTH <= NEAR_PULSES;
    if (job->slices > 1 || job->cycle_count > 1 || job->count <= FLOATS_WIDTH || !are_pulses_near || !near)
        return job->lines;
    return near;
}

/* Some lines of a group: all of them, or those of as many columns. */
INLINE Job part_of(const Job *job, int64_t group, int64_t first, int64_t lines)
{
    const int64_t column = group * (job->lines / job->slices) + first;
    Job part = *job;
    part.groups = 1;
    part.lines = lines;
    part.rows_at += group * job->rows;
    part.cells += (group * job->lines + first) * job->rows;
    part.reciprocals += first;
    part.product += column * job->count;
    if (job->gains) {
        part.gains += column;
        part.scales += column;
    }
    return part;
}

INLINE void convert_part(const Job *job, int is_packed, const Room *room, int64_t *clipped, const int is_fused)
{
    const Packing packing = packing_of(job);
    const float *packed = is_packed ? room->cells : NULL;
    if (packed)
        pack_cells(&packing, 0, room->cells);
    for (int64_t first = 0, width; first < job->count; first += width) {
        const int64_t left = job->count - first, octets = octets_next(left);
        Integers of_lanes = {0};
        width = left < octets * LANES ? left : octets * LANES;
        if (octets == MOST_OCTETS)
            convert_tile(job, 0, first, width, packed, room, &of_lanes, MOST_OCTETS, is_fused);
        else if (octets > 1)
            convert_tile(job, 0, first, width, packed, room, &of_lanes, 2, is_fused);
        else
            convert_tile(job, 0, first, width, packed, room, &of_lanes, 1, is_fused);
        *clipped += lanes_together(of_lanes);
    }
}

INLINE void convert_floats(const Job *job, const Room *room, int64_t *clipped, const int is_fused)
{
    const int64_t together = lines_together(job);
    const int is_packed = together >= job->lines && job->lines > 1 && job->count > TILES_WITHOUT_PACKING * FLOATS_WIDTH;
    for (int64_t group = 0; group < job->groups; group++)
        for (int64_t first = 0; first < job->lines; first += together) {
            const int64_t left = job->lines - first;
            const Job part = part_of(job, group, first, left < together ? left : together);
            convert_part(&part, is_packed, room, clipped, is_fused);
        }
}

#endif
