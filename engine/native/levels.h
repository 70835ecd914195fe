/* Levels of a tile of vectors: where they are, their sums, and the pulses that cycles cut out of them. */

#ifndef NNSREPORT_LEVELS_H
#define NNSREPORT_LEVELS_H

#include "room.h"

/* The level of a row in vector 8 i + j of a tile is `rows_at[row] + octets_at[i] + j` levels from the first. */
typedef struct {
    const unsigned char *levels;
    const int64_t *rows_at;
    int64_t octets_at[WIDEST / LANES];
} Tile;

INLINE int are_side_by_side(const int64_t *places)
{
    int64_t apart = 0;
    for (int64_t index = 1; index < LANES; index++)
        apart |= places[index] - places[0] - index;
    return !apart;
}

#define STAGE(type)                                                                                                    \
    do {                                                                                                               \
        type *to = (type *)room->staged;                                                                               \
        for (int64_t row = 0; row < job->rows; row++, to += octets * LANES) {                                          \
            const type *from = (const type *)job->levels + tile->rows_at[row];                                            \
            for (int64_t index = 0; index < width; index++)                                                            \
                to[index] = from[at[index]];                                                                           \
            memset(to + width, 0, (octets * LANES - width) * sizeof *to);                                              \
        }                                                                                                              \
    } while (0)

/* Find a tile's levels, or copy them to where those of eight vectors lie side by side. */
INLINE void find_tile(
    const Job *job, int64_t group, int64_t first, int64_t width, const Room *room, const int64_t octets, Tile *tile)
{
    const int64_t *at = job->vectors_at + first;
    int is_scattered = width < octets * LANES;
    tile->levels = job->levels;
    tile->rows_at = job->rows_at + group * job->rows;
    for (int64_t octet = 0; octet < octets && !is_scattered; octet++) {
        tile->octets_at[octet] = at[octet * LANES];
        is_scattered = !are_side_by_side(at + octet * LANES);
    }
    if (!is_scattered)
        return;
    if (job->bytes == 1)
        STAGE(uint8_t);
    else
        STAGE(uint16_t);
    for (int64_t octet = 0; octet < octets; octet++)
        tile->octets_at[octet] = octet * LANES;
    for (int64_t row = 0; row < job->rows; row++)
        room->staged_rows[row] = row * octets * LANES;
    tile->levels = room->staged;
    tile->rows_at = room->staged_rows;
}

/* Eight levels as integers of 32 bits: one instruction, which compilers do not find. */
#if defined(__x86_64__)
#define WIDEN_AT_ONCE(instruction, levels, wide)                                                                       \
    if (is_fused) {                                                                                                    \
        __asm__(instruction " %1, %0" : "=x"(wide) : "m"(*levels));                                                    \
        return wide;                                                                                                   \
    }
#else
#define WIDEN_AT_ONCE(instruction, levels, wide)
#endif
#define DEFINE_WIDENED(type, instruction)                                                                              \
    INLINE Integers widened_##type(const type (*levels)[LANES], const int is_fused)                                    \
    {                                                                                                                  \
        Integers wide;                                                                                                 \
        WIDEN_AT_ONCE(instruction, levels, wide)                                                                       \
        for (int64_t index = 0; index < LANES; index++)                                                                \
            wide[index] = (*levels)[index];                                                                            \
        return wide;                                                                                                   \
    }
DEFINE_WIDENED(uint8_t, "vpmovzxbd")
DEFINE_WIDENED(int8_t, "vpmovsxbd")
DEFINE_WIDENED(uint16_t, "vpmovzxwd")
DEFINE_WIDENED(int16_t, "vpmovsxwd")

/* Rows one after the other, octet by octet; `use` is what is done with the `levels` of each. */
#define FOR_ROWS(type, first, end, octets, use)                                                                        \
    for (int64_t row = first; row < end; row++) {                                                                      \
        const type *own = (const type *)tile->levels + tile->rows_at[row];                                                \
        for (int64_t octet = 0; octet < octets; octet++) {                                                             \
            const Integers levels = widened_##type((const type (*)[LANES])(own + tile->octets_at[octet]), is_fused);   \
            use;                                                                                                       \
        }                                                                                                              \
    }
#define FOR_ROWS_OF_ANY_TYPE(first, end, octets, use)                                                                  \
    if (job->bytes == 1 && !job->is_signed)                                                                            \
        FOR_ROWS(uint8_t, first, end, octets, use)                                                                     \
    else if (job->bytes == 1)                                                                                          \
        FOR_ROWS(int8_t, first, end, octets, use)                                                                      \
    else if (!job->is_signed)                                                                                          \
        FOR_ROWS(uint16_t, first, end, octets, use)                                                                    \
    else                                                                                                               \
        FOR_ROWS(int16_t, first, end, octets, use)

INLINE void sum_levels(const Job *job, const Tile *tile, const int64_t octets, int32_t *totals, const int is_fused)
{
    memset(totals, 0, octets * LANES * sizeof *totals);
    FOR_ROWS_OF_ANY_TYPE(0, job->rows, octets, *(LooseIntegers *)(totals + octet * LANES) += levels)
}

/* Whether a cycle applies levels as they are. */
INLINE int is_whole(const Job *job, const Cycle *cycle)
{
    const int32_t all = job->bytes == 1 && !job->is_signed ? UINT8_MAX : -1;
    return cycle->kind == MAGNITUDE && cycle->shift == 0 && (cycle->mask & all) == all;
}

#define CUT(type, pulse)                                                                                               \
    for (int64_t index = 0; index < count; index++) {                                                                  \
        const int32_t level = levels[index];                                                                           \
        pulses[index] = (type)(pulse);                                                                                 \
    }                                                                                                                  \
    break
#define CUT_ANY(type)                                                                                                  \
    const int32_t shift = cycle->shift, mask = cycle->mask;                                                            \
    switch (cycle->kind) {                                                                                             \
    case MAGNITUDE:                                                                                                    \
        CUT(type, (level >> shift) & mask);                                                                            \
    case BIPOLAR:                                                                                                      \
        CUT(type, level < 0 ? -((-level >> shift) & mask) : (level >> shift) & mask);                                  \
    case SIGN_BIT:                                                                                                     \
        CUT(type, level < 0);                                                                                          \
    case POSITIVE:                                                                                                     \
        CUT(type, ((level > 0 ? level : 0) >> shift) & mask);                                                          \
    default:                                                                                                           \
        CUT(type, ((level < 0 ? -level : 0) >> shift) & mask);                                                         \
    }

#endif
