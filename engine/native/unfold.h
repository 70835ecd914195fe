/* Images unfolded into columns: short rows, which a copy of any number of axes spends most of its time between. */

#ifndef NNSREPORT_UNFOLD_H
#define NNSREPORT_UNFOLD_H

#include <stdint.h>
#include <string.h>

#include "job.h"

/* Axes of the result, outermost first: channel, kernel row and column, image, output row and column. Steps are in bytes
   of the image, which is padded. */
enum { CHANNEL, KERNEL_ROW, KERNEL_COLUMN, IMAGE, OUTPUT_ROW, OUTPUT_COLUMN, UNFOLD_AXES };

typedef struct {
    int64_t sizes[UNFOLD_AXES], steps[UNFOLD_AXES];
    int64_t bytes; /* of an element */
    const char *images;
    char *columns;
} Unfold;

/* Of a length known to the compiler, a copy is one or two instructions. */
INLINE void copy_row(char *to, const char *from, int64_t length)
{
    switch (length) {
    case 8: memcpy(to, from, 8); break;
    case 16: memcpy(to, from, 16); break;
    case 32: memcpy(to, from, 32); break;
    case 64: memcpy(to, from, 64); break;
    default: memcpy(to, from, length);
    }
}

INLINE void copy_apart(char *to, const char *from, int64_t count, int64_t step, int64_t bytes)
{
    for (int64_t index = 0; index < count; index++)
        memcpy(to + index * bytes, from + index * step, bytes);
}

INLINE void unfold_plane(const Unfold *unfold, const char *plane, char *to)
{
    const int64_t count = unfold->sizes[OUTPUT_COLUMN], step = unfold->steps[OUTPUT_COLUMN], bytes = unfold->bytes;
    for (int64_t row = 0; row < unfold->sizes[OUTPUT_ROW]; row++, to += count * bytes) {
        const char *from = plane + row * unfold->steps[OUTPUT_ROW];
        if (step == bytes)
            copy_row(to, from, count * bytes);
        else if (bytes == 1)
            copy_apart(to, from, count, step, 1);
        else if (bytes == 4)
            copy_apart(to, from, count, step, 4);
        else
            copy_apart(to, from, count, step, bytes);
    }
}

static void unfold_all(const Unfold *unfold)
{
    const int64_t *sizes = unfold->sizes, *steps = unfold->steps;
    const int64_t plane = sizes[OUTPUT_ROW] * sizes[OUTPUT_COLUMN] * unfold->bytes;
    char *to = unfold->columns;
    for (int64_t channel = 0; channel < sizes[CHANNEL]; channel++)
        for (int64_t row = 0; row < sizes[KERNEL_ROW]; row++)
            for (int64_t column = 0; column < sizes[KERNEL_COLUMN]; column++) {
                const char *from = unfold->images + channel * steps[CHANNEL] + row * steps[KERNEL_ROW]
                                   + column * steps[KERNEL_COLUMN];
                for (int64_t image = 0; image < sizes[IMAGE]; image++, to += plane)
                    unfold_plane(unfold, from + image * steps[IMAGE], to);
            }
}

/* Whether all that is read lies in the images and all that is written in the columns. */
static int is_inside(const Unfold *unfold, int64_t image_bytes, int64_t column_bytes)
{
    int64_t last = 0, count = 1;
    for (int axis = 0; axis < UNFOLD_AXES; axis++) {
        if (unfold->sizes[axis] < 1 || unfold->steps[axis] < 0)
            return 0;
        last += (unfold->sizes[axis] - 1) * unfold->steps[axis];
        count *= unfold->sizes[axis];
    }
    return unfold->bytes > 0 && last + unfold->bytes <= image_bytes && count * unfold->bytes == column_bytes;
}

#endif
