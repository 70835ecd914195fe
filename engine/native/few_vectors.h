/* Few vectors leave most of a tile empty. The pulses of all their cycles side by side are more vectors, of one cycle. */

#ifndef NNSREPORT_FEW_VECTORS_H
#define NNSREPORT_FEW_VECTORS_H

#include "codes.h"
#include "digits.h"
#include "levels.h"

/* Up to here every whole number is one of single precision, so that codes may be added up in any order. */
#define LARGEST_EXACT 16777216.0

typedef struct {
    int64_t width, lanes, stride; /* room for the vectors, those of all cycles in whole tiles, and from row to row */
    unsigned char *levels;        /* (rows, width): of a group, with zeros behind the last vector */
    unsigned char *cut;           /* (rows, width): the pulses of a cycle */
    unsigned char *pulses;        /* (groups, rows, stride), of the type of levels */
    int64_t *rows_at, *lanes_at;
    float *codes;                 /* (groups, lines, lanes) */
    float *sums;                  /* (lines, WIDEST): of a group, added up over cycles */
    Cycle all;                    /* how the pulses of any cycle are cut out of what they are */
} Few;

INLINE int is_sum_exact(const Job *job)
{
    const double largest = job->high > -job->low ? job->high : -job->low;
    double weights = 0.0;
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++)
        weights += cycle->weight < 0.0f ? -cycle->weight : cycle->weight;
    return largest * weights * (double)job->block_count <= LARGEST_EXACT;
}

/* Vectors come in so many. */
INLINE int64_t width_of_few(const Job *job) { return job->whole && !is_looked_up(job) ? WHOLE_WIDTH : LANES; }

INLINE int64_t lanes_of_few(const Job *job)
{
    return up_to_a_multiple(job->count * job->cycle_count, width_of_few(job));
}

/* Lanes that must be saved for each row, times lines, so that gathering it costs less. Where sums are looked up, cycles
   are side by side anyway, and only conversions are saved, of which a block's rows have one; more tiles would need their
   tables again. */
enum { LEAST_SAVED_WHOLE = 4096, LEAST_SAVED_FLOATS = 2048, LEAST_SAVED_CONVERSIONS = 64 };

INLINE int is_worth_spreading(const Job *job)
{
    const int64_t saved = up_to_a_multiple(job->count, width_of_few(job)) * job->cycle_count - lanes_of_few(job);
    if (is_looked_up(job))
        return lanes_of_few(job) <= WIDEST && job->lines * saved * job->block_count >= LEAST_SAVED_CONVERSIONS * job->rows;
    return job->lines * saved >= (job->whole ? LEAST_SAVED_WHOLE : LEAST_SAVED_FLOATS);
}

INLINE int are_few_vectors(const Job *job)
{
    if (job->cycle_count < 2 || job->count < 1 || job->count >= WIDEST)
        return 0;
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++)
        if (cycle->shift < 0 || cycle->shift >= 8 * job->bytes)
            return 0;
    return is_worth_spreading(job) && is_sum_exact(job);
}

/* Behind a cycle's vectors lie those of the next one, which is copied later, or zeros. */
INLINE void put_beside(const Few *few, const unsigned char *from, unsigned char *to, int64_t rows, const int64_t bytes)
{
    for (int64_t row = 0; row < rows; row++, from += few->width * bytes, to += few->stride * bytes)
        for (int64_t octet = 0; octet < few->width * bytes; octet += LANES)
            memcpy(to + octet, from + octet, LANES);
}

#define SPREAD(type)                                                                                                   \
    do {                                                                                                               \
        const type *from = (const type *)job->levels;                                                                  \
        type *levels = (type *)few->levels;                                                                            \
        for (int64_t row = 0; row < job->rows; row++)                                                                  \
            for (int64_t vector = 0; vector < job->count; vector++)                                                    \
                levels[row * few->width + vector] = from[rows_at[row] + job->vectors_at[vector]];                      \
        for (int64_t cycle = 0; cycle < job->cycle_count; cycle++) {                                                   \
            cut_##type(job->cycles + cycle, levels, job->rows * few->width, (type *)few->cut);                         \
            put_beside(few, few->cut, pulses + cycle * job->count * sizeof(type), job->rows, sizeof(type));            \
        }                                                                                                              \
    } while (0)

INLINE void spread_pulses(const Job *job, const Few *few)
{
    for (int64_t group = 0; group < job->groups; group++) {
        const int64_t *rows_at = job->rows_at + group * job->rows;
        unsigned char *pulses = few->pulses + group * job->rows * few->stride * job->bytes;
        if (job->bytes == 1 && !job->is_signed)
            SPREAD(uint8_t);
        else if (job->bytes == 1)
            SPREAD(int8_t);
        else if (!job->is_signed)
            SPREAD(uint16_t);
        else
            SPREAD(int16_t);
    }
}

/* Pulses of either sign are cut out of themselves with as many bits as the longest; others are there as they are. */
INLINE Cycle cycle_of_pulses(const Job *job)
{
    Cycle all = {MAGNITUDE, 0, is_looked_up(job) ? 1 : -1, 1.0f};
    for (const Cycle *cycle = job->cycles; cycle < job->cycles + job->cycle_count; cycle++)
        if (cycle->kind == BIPOLAR && job->whole && job->adding != AS_WORDS) {
            all.mask = all.kind == BIPOLAR && all.mask > cycle->mask ? all.mask : cycle->mask;
            all.kind = BIPOLAR;
        }
    return all;
}

/* What gives the codes of every cycle. */
INLINE Job all_cycles_of(const Job *job, const Few *few)
{
    static const float once[] = {1.0f};
    for (int64_t row = 0; row < job->groups * job->rows; row++)
        few->rows_at[row] = row * few->stride;
    for (int64_t lane = 0; lane < few->lanes; lane++)
        few->lanes_at[lane] = lane;
    Job all = *job;
    all.levels = few->pulses;
    all.rows_at = few->rows_at;
    all.vectors_at = few->lanes_at;
    all.count = few->lanes;
    all.cycles = &few->all;
    all.cycle_count = 1;
    all.slices = 1;
    all.values = once;
    all.gains = NULL;
    all.reference = 0.0f;
    all.product = few->codes;
    return all;
}

INLINE void put_cycles_together(const Job *job, const Few *few, const Room *room)
{
    const float *codes = few->codes;
    float *sums = few->sums;
    for (int64_t group = 0; group < job->groups; group++) {
        Tile tile;
        int32_t totals[WIDEST] = {0};
        memset(sums, 0, job->lines * WIDEST * sizeof *sums);
        for (int64_t line = 0; line < job->lines; line++, codes += few->lanes)
            for (int64_t cycle = 0; cycle < job->cycle_count; cycle++)
                for (int64_t vector = 0; vector < job->count; vector++)
                    sums[line * WIDEST + vector] += job->cycles[cycle].weight * codes[cycle * job->count + vector];
        find_tile(job, group, 0, job->count, room, WIDEST / LANES, &tile);
        if (job->reference != 0.0f)
            sum_levels(job, &tile, WIDEST / LANES, totals, 0);
        store_product(job, group, 0, job->count, sums, WIDEST, totals, 0);
    }
}

INLINE int make_few(const Job *job, Few *few)
{
    const size_t rows = job->groups * job->rows, lines = job->groups * job->lines;
    few->all = cycle_of_pulses(job);
    few->lanes = lanes_of_few(job);
    few->width = up_to_a_multiple(job->count, LANES);
    few->stride = few->lanes + few->width; /* at least as far as a copy of the last cycle reaches */
    few->levels = calloc(job->rows * few->width + LANES, job->bytes);
    few->cut = malloc((job->rows * few->width + LANES) * job->bytes);
    few->pulses = calloc(rows * few->stride + LANES, job->bytes);
    few->rows_at = malloc((rows + 1) * sizeof *few->rows_at);
    few->lanes_at = malloc(few->lanes * sizeof *few->lanes_at);
    few->codes = malloc((lines * few->lanes + 1) * sizeof *few->codes);
    few->sums = malloc((job->lines + 1) * WIDEST * sizeof *few->sums);
    return few->levels && few->cut && few->pulses && few->rows_at && few->lanes_at && few->codes && few->sums;
}

INLINE void leave_few(Few *few)
{
    free(few->levels);
    free(few->cut);
    free(few->pulses);
    free(few->rows_at);
    free(few->lanes_at);
    free(few->codes);
    free(few->sums);
}

#endif
