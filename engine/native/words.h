/* Sums of whole numbers of 16 bits, two rows at a time, in 32 bits: twice as many at once as in single precision. */

#ifndef NNSREPORT_WORDS_H
#define NNSREPORT_WORDS_H

#include <immintrin.h>

#include "codes.h"
#include "levels.h"

/* A pair is of rows whose words lie side by side, as the processor adds them up. */
enum { WORDS_OCTETS = WHOLE_WIDTH / LANES };

#define WITH_WORDS __attribute__((target("avx2,fma")))

/* Cells of a pair of four lines, one line after the other. */
INLINE void pack_words(const Packing *packing, int64_t group, int16_t *packed)
{
    for (const int64_t *block = packing->blocks; block < packing->blocks + 2 * packing->block_count; block += 2)
        for (int64_t line = 0; line < packing->lines; line += LINES) {
            const float *from[LINES];
            find_lines(packing, group, line, from);
            for (int64_t row = block[0]; row < block[1]; row += PAIR)
                for (int64_t own = 0; own < LINES; own++) {
                    *packed++ = (int16_t)from[own][row];
                    *packed++ = row + 1 < block[1] ? (int16_t)from[own][row + 1] : 0;
                }
        }
}

/* Eight bytes of two rows side by side, as words. */
WITH_WORDS INLINE __m256i side_by_side(const uint8_t *upper, const uint8_t *lower, const int is_signed)
{
    const __m128i bytes =
        _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)upper), _mm_loadl_epi64((const __m128i *)lower));
    return is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes);
}

/* Side by side they are also added to the sums of all rows. */
#define LOAD_PAIR(upper, lower, octet)                                                                                 \
    do {                                                                                                               \
        const __m256i pair = side_by_side(upper, lower, is_signed);                                                    \
        _mm256_storeu_si256(pairs + octet, pair);                                                                      \
        sums[octet] = _mm256_add_epi32(sums[octet], _mm256_madd_epi16(pair, _mm256_set1_epi16(1)));                    \
    } while (0)

WITH_WORDS INLINE void load_pairs(
    const Tile *tile, const int64_t *block, __m256i *pairs, int32_t *totals, const int is_signed)
{
    static const uint8_t nothing[LANES];
    const uint8_t *first = tile->levels + tile->octets_at[0], *second = tile->levels + tile->octets_at[1];
    const int64_t *row = tile->rows_at + block[0], *end = tile->rows_at + block[1];
    __m256i sums[WORDS_OCTETS] = {{0}};
    for (; row + 1 < end; row += PAIR, pairs += WORDS_OCTETS) {
        LOAD_PAIR(first + row[0], first + row[1], 0);
        LOAD_PAIR(second + row[0], second + row[1], 1);
    }
    if (row < end) {
        LOAD_PAIR(first + row[0], nothing, 0);
        LOAD_PAIR(second + row[0], nothing, 1);
    }
    for (int64_t octet = 0; octet < WORDS_OCTETS; octet++)
        *(LooseIntegers *)(totals + octet * LANES) += (Integers)sums[octet];
}

WITH_WORDS INLINE void cut_words(const Cycle *cycle, const int16_t *levels, int64_t count, int16_t *pulses)
{
    CUT_ANY(int16_t)
}

#define ADD_PAIR(line)                                                                                                 \
    do {                                                                                                               \
        const __m256i own = _mm256_set1_epi32(cells[line]);                                                            \
        ADD_NOW("vpaddd", sum##line##0, _mm256_madd_epi16(first, own));                                                \
        ADD_NOW("vpaddd", sum##line##1, _mm256_madd_epi16(second, own));                                               \
    } while (0)
#define ADD_CODES_OF_WORDS(line)                                                                                       \
    ADD_CODE((Floats)_mm256_cvtepi32_ps(sum##line##0), line, codes + line * WHOLE_WIDTH);                              \
    ADD_CODE((Floats)_mm256_cvtepi32_ps(sum##line##1), line, codes + line * WHOLE_WIDTH + LANES)

WITH_WORDS INLINE void add_codes_of_words(
    const Job *job, const int32_t *cells, const int16_t *pulses, int64_t pairs, const float *reciprocals, float weight,
    float *codes, Integers *clipped)
{
    const int is_fused = 1;
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0};
    __m256i sum00 = {0}, sum01 = {0}, sum10 = {0}, sum11 = {0}, sum20 = {0}, sum21 = {0}, sum30 = {0}, sum31 = {0};
#pragma GCC unroll 4
    for (int64_t pair = 0; pair < pairs; pair++, cells += LINES, pulses += PAIR * WHOLE_WIDTH) {
        const __m256i first = _mm256_loadu_si256((const __m256i *)pulses);
        const __m256i second = _mm256_loadu_si256((const __m256i *)pulses + 1);
        ADD_PAIR(0);
        ADD_PAIR(1);
        ADD_PAIR(2);
        ADD_PAIR(3);
    }
    ADD_CODES_OF_WORDS(0);
    ADD_CODES_OF_WORDS(1);
    ADD_CODES_OF_WORDS(2);
    ADD_CODES_OF_WORDS(3);
}

WITH_WORDS INLINE void convert_block_of_words(
    const Job *job, const Tile *tile, const int64_t *block, const int32_t *cells, const Room *room, int32_t *totals,
    Integers *clipped)
{
    const int64_t pairs = (block[1] - block[0] + PAIR - 1) / PAIR;
    if (job->is_signed)
        load_pairs(tile, block, room->levels, totals, 1);
    else
        load_pairs(tile, block, room->levels, totals, 0);
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++) {
        const int16_t *pulses = room->levels;
        if (!is_whole(job, cycle)) {
            cut_words(cycle, room->levels, pairs * PAIR * WHOLE_WIDTH, room->pulses);
            pulses = room->pulses;
        }
        for (int64_t line = 0; line < job->lines; line += LINES)
            add_codes_of_words(
                job, cells + line * pairs, pulses, pairs, job->reciprocals + line, cycle->weight,
                room->codes + line * WHOLE_WIDTH, clipped);
    }
}

WITH_WORDS INLINE void convert_tile_of_words(
    const Job *job, int64_t group, int64_t first, int64_t width, const Room *room, Integers *clipped)
{
    const int64_t padded = up_to_a_multiple(job->lines, LINES);
    const int32_t *cells = whole_cells(job, group);
    Tile tile;
    int32_t totals[WHOLE_WIDTH] = {0};
    find_tile(job, group, first, width, room, WORDS_OCTETS, &tile);
    memset(room->codes, 0, padded * WHOLE_WIDTH * sizeof *room->codes);
    for (const int64_t *block = job->blocks; block < job->blocks + 2 * job->block_count; block += 2) {
        convert_block_of_words(job, &tile, block, cells, room, totals, clipped);
        cells += padded * ((block[1] - block[0] + PAIR - 1) / PAIR);
    }
    store_product(job, group, first, width, room->codes, WHOLE_WIDTH, totals, 1);
}

WITH_WORDS static void convert_words(const Job *job, const Room *room, int64_t *clipped)
{
    for (int64_t group = 0; group < job->groups; group++)
        for (int64_t first = 0; first < job->count; first += WHOLE_WIDTH) {
            const int64_t left = job->count - first, width = left < WHOLE_WIDTH ? left : WHOLE_WIDTH;
            Integers of_lanes = {0};
            convert_tile_of_words(job, group, first, width, room, &of_lanes);
            *clipped += lanes_together(of_lanes);
        }
}

#endif
