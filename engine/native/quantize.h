/* Numbers to levels, in one pass, and to where padding leaves room for them. */

#ifndef NNSREPORT_QUANTIZE_H
#define NNSREPORT_QUANTIZE_H

#include <math.h>

#include "unfold.h"

enum { OUTER, INNER, ROW, QUANTIZE_AXES, AT_ONCE = 2048 };

typedef struct {
    int64_t sizes[QUANTIZE_AXES], columns;                   /* numbers, along three axes and along each row */
    int64_t number_steps[QUANTIZE_AXES], level_steps[QUANTIZE_AXES]; /* in numbers, and in levels */
    int64_t first_level;
    const float *numbers;
    uint8_t *levels; /* or int8_t */
    float scale, low, high;
} Quantize;

/* Return whether any is no number, for which there is no level. */
INLINE int quantize_some(const Quantize *quantize, const float *numbers, int64_t count, uint8_t *levels)
{
    const float scale = quantize->scale, low = quantize->low, high = quantize->high;
    int32_t found = 0;
    for (int64_t index = 0; index < count; index++) {
        const float rounded = rintf(numbers[index] / scale);
        const float above = rounded < low ? low : rounded, level = above > high ? high : above;
        found |= numbers[index] != numbers[index];
        levels[index] = (uint8_t)(int32_t)level;
    }
    return found;
}

/* Rows that lie one behind the other are quantised together: they may be short. */
INLINE int quantize_rows(const Quantize *quantize, const float *numbers, int64_t rows, uint8_t *levels)
{
    const int64_t columns = quantize->columns, count = rows * columns;
    uint8_t together[AT_ONCE];
    if (rows == 1)
        return quantize_some(quantize, numbers, count, levels);
    const int found = quantize_some(quantize, numbers, count, together);
    for (int64_t row = 0; row < rows; row++)
        copy_row((char *)levels + row * quantize->level_steps[ROW], (const char *)together + row * columns, columns);
    return found;
}

INLINE int quantize_all(const Quantize *quantize)
{
    const int64_t *sizes = quantize->sizes, *from = quantize->number_steps, *to = quantize->level_steps;
    const int is_dense = from[ROW] == quantize->columns && quantize->columns <= AT_ONCE;
    const int64_t most = is_dense ? AT_ONCE / quantize->columns : 1;
    int found = 0;
    for (int64_t outer = 0; outer < sizes[OUTER]; outer++)
        for (int64_t inner = 0; inner < sizes[INNER]; inner++)
            for (int64_t row = 0; row < sizes[ROW]; row += most) {
                const int64_t left = sizes[ROW] - row, rows = left < most ? left : most;
                found |= quantize_rows(
                    quantize, quantize->numbers + outer * from[OUTER] + inner * from[INNER] + row * from[ROW], rows,
                    quantize->levels + quantize->first_level + outer * to[OUTER] + inner * to[INNER] + row * to[ROW]);
            }
    return found;
}

/* Whether all numbers and levels lie in their arrays. */
static int is_quantize_inside(const Quantize *quantize, int64_t numbers, int64_t levels)
{
    int64_t last_number = quantize->columns - 1, last_level = quantize->first_level + quantize->columns - 1;
    for (int axis = 0; axis < QUANTIZE_AXES; axis++) {
        if (quantize->sizes[axis] < 1 || quantize->number_steps[axis] < 0 || quantize->level_steps[axis] < 0)
            return 0;
        last_number += (quantize->sizes[axis] - 1) * quantize->number_steps[axis];
        last_level += (quantize->sizes[axis] - 1) * quantize->level_steps[axis];
    }
    return quantize->columns > 0 && quantize->first_level >= 0 && last_number < numbers && last_level < levels;
}

#endif
