/* Sums of whole numbers that fit in bytes, where no partial sum of 16 bits can overflow: four times as many at once. */

#ifndef NNSREPORT_BYTES_H
#define NNSREPORT_BYTES_H

#include <immintrin.h>

#include "codes.h"
#include "digits.h"
#include "levels.h"

/* A quad is of rows whose bytes lie side by side, as the processor adds them up. */
enum { BYTES_OCTETS = WHOLE_WIDTH / LANES };

#define WITH_BYTES __attribute__((target("avx2,fma")))

/* Cells of a quad of four lines, one line after the other; and behind them the sums of a line's cells in the first two
   rows of all quads, and in the last two, as words. */
INLINE void pack_bytes(const Packing *packing, int64_t group, int8_t *packed)
{
    for (const int64_t *block = packing->blocks; block < packing->blocks + 2 * packing->block_count; block += 2)
        for (int64_t line = 0; line < packing->lines; line += LINES) {
            const float *from[LINES];
            int16_t sums[LINES][2] = {{0}};
            find_lines(packing, group, line, from);
            for (int64_t row = block[0]; row < block[1]; row += QUAD)
                for (int64_t own = 0; own < LINES; own++)
                    for (int64_t next = row; next < row + QUAD; next++) {
                        *packed = next < block[1] ? (int8_t)from[own][next] : 0;
                        sums[own][(next - row) / PAIR] += *packed++;
                    }
            memcpy(packed, sums, sizeof sums);
            packed += sizeof sums;
        }
}

WITH_BYTES INLINE __m128i octet_of_row(const Tile *tile, const int64_t *block, int64_t row, int64_t octet)
{
    static const uint8_t nothing[LANES];
    const uint8_t *levels = row < block[1] ? tile->levels + tile->rows_at[row] + tile->octets_at[octet] : nothing;
    return _mm_loadl_epi64((const __m128i *)levels);
}

WITH_BYTES INLINE void load_quads(const Tile *tile, const int64_t *block, __m128i *quads)
{
    for (int64_t quad = block[0]; quad < block[1]; quad += QUAD)
        for (int64_t octet = 0; octet < BYTES_OCTETS; octet++, quads += 2) {
            const __m128i upper = _mm_unpacklo_epi8(
                octet_of_row(tile, block, quad, octet), octet_of_row(tile, block, quad + 1, octet));
            const __m128i lower = _mm_unpacklo_epi8(
                octet_of_row(tile, block, quad + 2, octet), octet_of_row(tile, block, quad + 3, octet));
            _mm_storeu_si128(quads, _mm_unpacklo_epi16(upper, lower));
            _mm_storeu_si128(quads + 1, _mm_unpackhi_epi16(upper, lower));
        }
}

/* Pulses of either sign are moved up to begin at zero: by so much. */
INLINE int moved_up(const Cycle *cycle) { return cycle->kind == BIPOLAR ? cycle->mask : 0; }

WITH_BYTES INLINE void cut_bytes(
    const Cycle *cycle, const uint32_t *levels, const int is_signed, int64_t count, uint32_t *pulses)
{
    const int shift = cycle->kind == SIGN_BIT ? 7 : cycle->shift;
    const uint32_t mask = (cycle->kind == SIGN_BIT ? 1 : cycle->mask & UINT8_MAX) * UINT32_C(0x01010101);
    const __m256i up = _mm256_set1_epi8((char)moved_up(cycle));
    if (cycle->kind == MAGNITUDE || cycle->kind == SIGN_BIT) {
        for (int64_t index = 0; index < count; index++)
            pulses[index] = levels[index] >> shift & mask;
        return;
    }
    if (is_signed)
        cut_int8_t(cycle, (const int8_t *)levels, count * QUAD, (int8_t *)pulses);
    else
        cut_uint8_t(cycle, (const uint8_t *)levels, count * QUAD, (uint8_t *)pulses);
    for (int64_t index = 0; index < count; index += LANES) {
        __m256i *own = (__m256i *)(pulses + index);
        _mm256_storeu_si256(own, _mm256_add_epi8(_mm256_loadu_si256(own), up));
    }
}

#define ADD_QUAD(line)                                                                                                 \
    do {                                                                                                               \
        const __m256i own = _mm256_set1_epi32(cells[line]);                                                            \
        ADD_NOW("vpaddw", sum##line##0, _mm256_maddubs_epi16(first, own));                                             \
        ADD_NOW("vpaddw", sum##line##1, _mm256_maddubs_epi16(second, own));                                            \
    } while (0)
#define AS_FLOATS(sum) ((Floats)_mm256_cvtepi32_ps(_mm256_madd_epi16(sum, _mm256_set1_epi16(1))))
#define ADD_CODES_OF_BYTES(line)                                                                                       \
    ADD_CODE(AS_FLOATS(sum##line##0), line, codes + line * WHOLE_WIDTH);                                               \
    ADD_CODE(AS_FLOATS(sum##line##1), line, codes + line * WHOLE_WIDTH + LANES)

/* Sums begin with what pulses that were moved up add to them, below zero. */
#define BEGIN_SUMS(line)                                                                                               \
    const __m256i begin##line = _mm256_mullo_epi16(_mm256_set1_epi32(cells[quads * LINES + line]), moved);             \
    __m256i sum##line##0 = begin##line, sum##line##1 = begin##line

WITH_BYTES INLINE void add_codes_of_bytes(
    const Job *job, const int32_t *cells, const uint32_t *pulses, int64_t quads, const float *reciprocals,
    const Cycle *cycle, float *codes, Integers *clipped)
{
    const int is_fused = 1;
    const float weight = cycle->weight;
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0};
    const __m256i moved = _mm256_set1_epi16((short)-moved_up(cycle));
    BEGIN_SUMS(0);
    BEGIN_SUMS(1);
    BEGIN_SUMS(2);
    BEGIN_SUMS(3);
#pragma GCC unroll 4
    for (int64_t quad = 0; quad < quads; quad++, cells += LINES, pulses += WHOLE_WIDTH) {
        const __m256i first = _mm256_loadu_si256((const __m256i *)pulses);
        const __m256i second = _mm256_loadu_si256((const __m256i *)(pulses + LANES));
        ADD_QUAD(0);
        ADD_QUAD(1);
        ADD_QUAD(2);
        ADD_QUAD(3);
    }
    ADD_CODES_OF_BYTES(0);
    ADD_CODES_OF_BYTES(1);
    ADD_CODES_OF_BYTES(2);
    ADD_CODES_OF_BYTES(3);
}

WITH_BYTES INLINE void convert_block_of_bytes(
    const Job *job, const Tile *tile, const int64_t *block, const int32_t *cells, const Room *room, Integers *clipped)
{
    const int64_t quads = (block[1] - block[0] + QUAD - 1) / QUAD;
    load_quads(tile, block, room->levels);
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++) {
        cut_bytes(cycle, room->levels, job->is_signed, quads * WHOLE_WIDTH, room->pulses);
        for (int64_t line = 0; line < job->lines; line += LINES)
            add_codes_of_bytes(
                job, cells + line * (quads + 1), room->pulses, quads, job->reciprocals + line, cycle,
                room->codes + line * WHOLE_WIDTH, clipped);
    }
}

WITH_BYTES INLINE void convert_tile_of_bytes(
    const Job *job, int64_t group, int64_t first, int64_t width, const Room *room, Integers *clipped)
{
    const int64_t padded = up_to_a_multiple(job->lines, LINES);
    const int32_t *cells = whole_cells(job, group);
    Tile tile;
    int32_t totals[WHOLE_WIDTH] = {0};
    find_tile(job, group, first, width, room, BYTES_OCTETS, &tile);
    if (job->reference != 0.0f)
        sum_levels(job, &tile, BYTES_OCTETS, totals, 1);
    memset(room->codes, 0, padded * WHOLE_WIDTH * sizeof *room->codes);
    for (const int64_t *block = job->blocks; block < job->blocks + 2 * job->block_count; block += 2) {
        convert_block_of_bytes(job, &tile, block, cells, room, clipped);
        cells += padded * ((block[1] - block[0] + QUAD - 1) / QUAD + 1);
    }
    store_product(job, group, first, width, room->codes, WHOLE_WIDTH, totals, 1);
}

WITH_BYTES static void convert_bytes(const Job *job, const Room *room, int64_t *clipped)
{
    for (int64_t group = 0; group < job->groups; group++)
        for (int64_t first = 0; first < job->count; first += WHOLE_WIDTH) {
            const int64_t left = job->count - first, width = left < WHOLE_WIDTH ? left : WHOLE_WIDTH;
            Integers of_lanes = {0};
            convert_tile_of_bytes(job, group, first, width, room, &of_lanes);
            *clipped += lanes_together(of_lanes);
        }
}

#endif
