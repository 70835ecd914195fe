/* Sums of small whole numbers under pulses of one bit: the sixteen sums of four rows are made once for a line, and
   looked up for 32 lanes at once. A lane is a vector in a cycle, or its negative pulses. */

#ifndef NNSREPORT_LOOKUP_H
#define NNSREPORT_LOOKUP_H

#include <immintrin.h>

#include "codes.h"
#include "levels.h"

/* The rows of an octet have two tables, which are made together. */
enum { LOOKUP_WIDTH = WIDEST, LOOKUP_OCTETS = LOOKUP_WIDTH / LANES, SUMS = 1 << QUAD, MOST_REGISTERS = 4, FEW_LANES = 16 };

#define WITH_LOOKUP __attribute__((target("avx2,fma")))

/* A line's rows of a block, one after the other. */
INLINE void pack_lookup(const Packing *packing, int64_t group, int8_t *packed)
{
    for (const int64_t *block = packing->blocks; block < packing->blocks + 2 * packing->block_count; block += 2)
        for (int64_t line = 0; line < packing->lines; line++) {
            const float *from = packing->cells + (group * packing->lines + line) * packing->rows;
            const int64_t end = block[0] + up_to_a_multiple(block[1] - block[0], OCTET);
            for (int64_t row = block[0]; row < end; row++)
                *packed++ = row < block[1] ? (int8_t)from[row] : 0;
        }
}

/* Of 32 vectors. */
WITH_LOOKUP INLINE __m256i levels_of_row(const Tile *tile, const int64_t *block, int64_t row)
{
    if (row >= block[1])
        return _mm256_setzero_si256();
    const uint8_t *levels = tile->levels + tile->rows_at[row];
    const __m128i octets[LOOKUP_OCTETS] = {
        _mm_loadl_epi64((const __m128i *)(levels + tile->octets_at[0])),
        _mm_loadl_epi64((const __m128i *)(levels + tile->octets_at[1])),
        _mm_loadl_epi64((const __m128i *)(levels + tile->octets_at[2])),
        _mm_loadl_epi64((const __m128i *)(levels + tile->octets_at[3])),
    };
    return _mm256_set_m128i(_mm_unpacklo_epi64(octets[2], octets[3]), _mm_unpacklo_epi64(octets[0], octets[1]));
}

/* What a kind of cycle takes its bits from. */
WITH_LOOKUP INLINE __m256i magnitudes(__m256i levels, int kind, int is_signed)
{
    const __m256i nothing = _mm256_setzero_si256();
    const __m256i are_negative = is_signed ? _mm256_cmpgt_epi8(nothing, levels) : nothing;
    if (kind == POSITIVE)
        return _mm256_andnot_si256(are_negative, levels);
    if (kind == NEGATIVE)
        return _mm256_and_si256(are_negative, _mm256_sub_epi8(nothing, levels));
    return levels;
}

#define EACH(bits) _mm256_set1_epi8((char)(bits))
#define HALVES_TOGETHER(upper, lower, mask, shift)                                                                     \
    _mm256_or_si256(                                                                                                   \
        _mm256_and_si256(upper, EACH(mask)), _mm256_slli_epi64(_mm256_and_si256(lower, EACH(mask)), shift))

/* Bits i and 4 + i of four rows, as the halves of bytes: `nibbles[i]`. */
WITH_LOOKUP INLINE void put_bits_together(const __m256i *rows, __m256i *nibbles)
{
    for (int is_odd = 0; is_odd < 2; is_odd++) {
        __m256i own[QUAD];
        for (int row = 0; row < QUAD; row++)
            own[row] = _mm256_srli_epi64(rows[row], is_odd);
        const __m256i upper = HALVES_TOGETHER(own[0], own[1], 0x55, 1), lower = HALVES_TOGETHER(own[2], own[3], 0x55, 1);
        nibbles[is_odd] = HALVES_TOGETHER(upper, lower, 0x33, 2);
        nibbles[is_odd + 2] =
            HALVES_TOGETHER(_mm256_srli_epi64(upper, 2), _mm256_srli_epi64(lower, 2), 0x33, 2);
    }
}

WITH_LOOKUP INLINE void store_places(const __m256i *nibbles, int bit, unsigned char *places)
{
    const __m256i pair = nibbles[bit % QUAD];
    const __m256i place = bit < QUAD ? pair : _mm256_srli_epi64(pair, QUAD);
    _mm256_storeu_si256((__m256i *)places, _mm256_and_si256(place, EACH(SUMS - 1)));
}

WITH_LOOKUP INLINE void put_magnitudes_together(const __m256i *levels, int kind, int is_signed, __m256i *nibbles)
{
    __m256i rows[QUAD];
    for (int row = 0; row < QUAD; row++)
        rows[row] = magnitudes(levels[row], kind, is_signed);
    put_bits_together(rows, nibbles);
}

/* The place of a quad's sum in each lane; cycles are `width` apart, so that a later one overwrites what is too much. */
WITH_LOOKUP INLINE void find_places_of_quad(
    const Job *job, const Tile *tile, const int64_t *block, int64_t quad, int64_t width, unsigned char *places)
{
    __m256i levels[QUAD], nibbles[QUAD], of_negative[QUAD];
    int kind = -1;
    for (int row = 0; row < QUAD; row++)
        levels[row] = levels_of_row(tile, block, quad + row);
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++, places += width) {
        const int is_bipolar = cycle->kind == BIPOLAR, bit = cycle->kind == SIGN_BIT ? 7 : cycle->shift;
        if (cycle->kind != kind) {
            kind = cycle->kind;
            put_magnitudes_together(levels, is_bipolar ? POSITIVE : kind, job->is_signed, nibbles);
            if (is_bipolar)
                put_magnitudes_together(levels, NEGATIVE, job->is_signed, of_negative);
        }
        store_places(nibbles, bit, places);
        if (is_bipolar)
            store_places(of_negative, bit, places += width);
    }
}

/* Where a sum's cells lie in an octet: cell k of a quad is in the sums whose place has bit k. */
WITH_LOOKUP INLINE void find_cells_of_sums(__m256i *cells_of_sums)
{
    for (int cell = 0; cell < QUAD; cell++) {
        int8_t own[2 * SUMS];
        for (int sum = 0; sum < 2 * SUMS; sum++)
            own[sum] = sum >> cell & 1 ? (int8_t)(sum / SUMS * QUAD + cell) : INT8_MIN;
        cells_of_sums[cell] = _mm256_loadu_si256((const __m256i *)own);
    }
}

/* Of the first quad in the lower half, and of the second in the upper. */
WITH_LOOKUP INLINE __m256i tables_of_octet(const int8_t *cells, const __m256i *cells_of_sums)
{
    const __m256i octet = _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)cells));
    const __m256i upper = _mm256_add_epi8(
        _mm256_shuffle_epi8(octet, cells_of_sums[0]), _mm256_shuffle_epi8(octet, cells_of_sums[1]));
    const __m256i lower = _mm256_add_epi8(
        _mm256_shuffle_epi8(octet, cells_of_sums[2]), _mm256_shuffle_epi8(octet, cells_of_sums[3]));
    return _mm256_add_epi8(upper, lower);
}

WITH_LOOKUP INLINE void make_tables(const int8_t *cells, int64_t rows, unsigned char *tables)
{
    __m256i cells_of_sums[QUAD];
    find_cells_of_sums(cells_of_sums);
    for (int64_t row = 0; row < rows; row += OCTET, cells += OCTET, tables += 2 * SUMS)
        _mm256_storeu_si256((__m256i *)tables, tables_of_octet(cells, cells_of_sums));
}

/* Bytes of even lanes, and of odd ones, are added to sums of 16 bits. */
WITH_LOOKUP INLINE void widen(__m256i bytes, __m256i *even, __m256i *odd)
{
    *even = _mm256_add_epi16(*even, _mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8));
    *odd = _mm256_add_epi16(*odd, _mm256_srai_epi16(bytes, 8));
}

WITH_LOOKUP INLINE void store_in_order(__m256i even, __m256i odd, int16_t *sums)
{
    const __m256i lower = _mm256_unpacklo_epi16(even, odd), upper = _mm256_unpackhi_epi16(even, odd);
    _mm256_storeu_si256((__m256i *)sums, _mm256_permute2x128_si256(lower, upper, 0x20));
    _mm256_storeu_si256((__m256i *)(sums + SUMS), _mm256_permute2x128_si256(lower, upper, 0x31));
}

/* Add up the sums of quads in so many registers of lanes; `together` of them fit in a byte. */
WITH_LOOKUP INLINE void look_up(
    const unsigned char *tables, const unsigned char *places, int64_t quads, int64_t lanes, int64_t together,
    int16_t *sums, const int registers)
{
    __m256i even[MOST_REGISTERS], odd[MOST_REGISTERS], bytes[MOST_REGISTERS];
    for (int own = 0; own < registers; own++)
        even[own] = odd[own] = _mm256_setzero_si256();
    for (int64_t quad = 0; quad < quads;) {
        const int64_t end = quad + together < quads ? quad + together : quads;
        for (int own = 0; own < registers; own++)
            bytes[own] = _mm256_setzero_si256();
        for (; quad < end; quad++, tables += SUMS, places += lanes) {
            const __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)tables));
#pragma GCC unroll 4
            for (int own = 0; own < registers; own++) {
                const __m256i place = _mm256_loadu_si256((const __m256i *)(places + own * LOOKUP_WIDTH));
                ADD_NOW("vpaddb", bytes[own], _mm256_shuffle_epi8(table, place));
            }
        }
#pragma GCC unroll 4
        for (int own = 0; own < registers; own++)
            widen(bytes[own], even + own, odd + own);
    }
#pragma GCC unroll 4
    for (int own = 0; own < registers; own++)
        store_in_order(even[own], odd[own], sums + own * LOOKUP_WIDTH);
}

/* Up to 16 lanes are half a register: the other one is for the next quad. */
WITH_LOOKUP INLINE void look_up_octets(
    const int8_t *cells, const unsigned char *places, int64_t octets, int64_t together, int16_t *sums)
{
    __m256i cells_of_sums[QUAD], even = _mm256_setzero_si256(), odd = _mm256_setzero_si256();
    find_cells_of_sums(cells_of_sums);
    for (int64_t octet = 0; octet < octets;) {
        const int64_t end = octet + together < octets ? octet + together : octets;
        __m256i bytes = _mm256_setzero_si256();
        for (; octet < end; octet++, cells += OCTET, places += 2 * FEW_LANES) {
            const __m256i place = _mm256_loadu_si256((const __m256i *)places);
            ADD_NOW("vpaddb", bytes, _mm256_shuffle_epi8(tables_of_octet(cells, cells_of_sums), place));
        }
        widen(bytes, &even, &odd);
    }
    const __m256i both = _mm256_add_epi16(
        _mm256_permute2x128_si256(even, odd, 0x20), _mm256_permute2x128_si256(even, odd, 0x31));
    const __m128i of_even = _mm256_castsi256_si128(both), of_odd = _mm256_extracti128_si256(both, 1);
    _mm_storeu_si128((__m128i *)sums, _mm_unpacklo_epi16(of_even, of_odd));
    _mm_storeu_si128((__m128i *)(sums + LANES), _mm_unpackhi_epi16(of_even, of_odd));
}

WITH_LOOKUP INLINE void sum_line(
    const Room *room, const int8_t *cells, int64_t quads, int64_t lanes, int64_t together)
{
    if (lanes == FEW_LANES) {
        look_up_octets(cells, room->places, (quads + 1) / 2, together, room->sums);
        return;
    }
    make_tables(cells, QUAD * quads, room->tables);
    for (int64_t lane = 0; lane < lanes; lane += MOST_REGISTERS * LOOKUP_WIDTH) {
        const unsigned char *places = room->places + lane;
        int16_t *sums = room->sums + lane;
        switch ((lanes - lane) / LOOKUP_WIDTH) {
        case 1:
            look_up(room->tables, places, quads, lanes, together, sums, 1);
            break;
        case 2:
            look_up(room->tables, places, quads, lanes, together, sums, 2);
            break;
        case 3:
            look_up(room->tables, places, quads, lanes, together, sums, 3);
            break;
        default:
            look_up(room->tables, places, quads, lanes, together, sums, MOST_REGISTERS);
        }
    }
}

WITH_LOOKUP INLINE __m128i octet_of_lanes(const int16_t *sums)
{
    return _mm_loadu_si128((const __m128i *)sums);
}

/* Pulses of either sign have sums of their own. Behind the last vector of a tile lie lanes of the next cycle, which must
   not be counted as clipped. */
WITH_LOOKUP INLINE void add_codes_of_lanes(
    const Job *job, const int16_t *sums, int64_t width, const float *reciprocals, float *codes, Integers *clipped,
    const int is_full)
{
    static const int32_t are_left[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const int is_fused = 1;
    const Floats low = job->low - (Floats){0}, high = job->high - (Floats){0};
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++, sums += width) {
        const int64_t negative = cycle->kind == BIPOLAR ? width : 0;
        const float weight = cycle->weight;
        for (int64_t vector = 0; vector < (is_full ? LOOKUP_WIDTH : width); vector += LANES) {
            __m128i octet = octet_of_lanes(sums + vector);
            if (negative)
                octet = _mm_sub_epi16(octet, octet_of_lanes(sums + negative + vector));
            __m256i own = _mm256_cvtepi16_epi32(octet);
            if (!is_full && width - vector < LANES)
                own &= _mm256_loadu_si256((const __m256i *)(are_left + LANES - (width - vector)));
            ADD_CODE((Floats)_mm256_cvtepi32_ps(own), 0, codes + vector);
        }
        sums += negative;
    }
}

WITH_LOOKUP INLINE void convert_block_of_lanes(
    const Job *job, const Tile *tile, const int64_t *block, const int8_t *cells, int64_t width, const Room *room,
    Integers *clipped)
{
    const int64_t rows = block[1] - block[0], used = bits_of_vector(job) * width;
    const int64_t lanes = used <= FEW_LANES ? FEW_LANES : up_to_a_multiple(used, LOOKUP_WIDTH);
    const int64_t quads = (rows + QUAD - 1) / QUAD, filled = up_to_a_multiple(rows, OCTET);
    for (int64_t quad = 0; quad < (lanes == FEW_LANES ? filled / QUAD : quads); quad++)
        find_places_of_quad(job, tile, block, block[0] + quad * QUAD, width, room->places + quad * lanes);
    for (int64_t line = 0; line < job->lines; line++, cells += filled) {
        sum_line(room, cells, quads, lanes, INT8_MAX / (QUAD * job->largest));
        float *codes = room->codes + line * LOOKUP_WIDTH;
        if (width == LOOKUP_WIDTH)
            add_codes_of_lanes(job, room->sums, width, job->reciprocals + line, codes, clipped, 1);
        else
            add_codes_of_lanes(job, room->sums, width, job->reciprocals + line, codes, clipped, 0);
    }
}

WITH_LOOKUP INLINE void convert_tile_of_lanes(
    const Job *job, int64_t group, int64_t first, int64_t width, const Room *room, Integers *clipped)
{
    const int8_t *cells = whole_cells(job, group);
    Tile tile;
    int32_t totals[LOOKUP_WIDTH] = {0};
    find_tile(job, group, first, width, room, LOOKUP_OCTETS, &tile);
    if (job->reference != 0.0f)
        sum_levels(job, &tile, LOOKUP_OCTETS, totals, 1);
    memset(room->codes, 0, job->lines * LOOKUP_WIDTH * sizeof *room->codes);
    for (const int64_t *block = job->blocks; block < job->blocks + 2 * job->block_count; block += 2) {
        convert_block_of_lanes(job, &tile, block, cells, width, room, clipped);
        cells += job->lines * up_to_a_multiple(block[1] - block[0], OCTET);
    }
    store_product(job, group, first, width, room->codes, LOOKUP_WIDTH, totals, 1);
}

WITH_LOOKUP static void convert_lanes(const Job *job, const Room *room, int64_t *clipped)
{
    for (int64_t group = 0; group < job->groups; group++)
        for (int64_t first = 0; first < job->count; first += LOOKUP_WIDTH) {
            const int64_t left = job->count - first, width = left < LOOKUP_WIDTH ? left : LOOKUP_WIDTH;
            Integers of_lanes = {0};
            convert_tile_of_lanes(job, group, first, width, room, &of_lanes);
            *clipped += lanes_together(of_lanes);
        }
}

#endif
