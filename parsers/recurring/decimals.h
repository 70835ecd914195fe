/* Decimal numbers as they are printed, to the doubles that are nearest to them. */

#ifndef NNSREPORT_DECIMALS_H
#define NNSREPORT_DECIMALS_H

#include <stdint.h>

enum { MOST_DIGITS = 15, EXACT_POWER = 22 };

typedef struct {
    const char *at, *end;
} Place;

/* All powers of ten that a double holds exactly. */
static const double POWERS[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static int is_digit(Place place) { return place.at < place.end && *place.at >= '0' && *place.at <= '9'; }

static int64_t skip_digits(Place *place, int64_t *number)
{
    int64_t count = 0;
    for (; is_digit(*place); place->at++, count++)
        if (count < MOST_DIGITS + 1) /* of more, the number is not used */
            *number = *number * 10 + (*place->at - '0');
    return count;
}

/* Skips e-05 or e+123, and returns its value; 0 where there is none. */
static int64_t skip_exponent(Place *place)
{
    Place next = *place;
    if (next.end - next.at < 4 || *next.at != 'e' || (next.at[1] != '-' && next.at[1] != '+'))
        return 0;
    const int is_negative = next.at[1] == '-';
    int64_t value = 0, count = 0;
    for (next.at += 2; count < 3 && is_digit(next); next.at++, count++)
        value = value * 10 + (*next.at - '0');
    if (count < 2)
        return 0;
    *place = next;
    return is_negative ? -value : value;
}

/* Gives an integer times a power of ten; returns 0 if that needs more than one rounding. An integer of up to 15 digits
   times or by an exact power of ten is rounded once (W. D. Clinger, 'How to Read Floating Point Numbers Accurately',
   PLDI 1990). */
static int round_once(int64_t number, int64_t digits, int64_t power, int is_negative, double *value)
{
    if (digits > MOST_DIGITS || power > EXACT_POWER || power < -EXACT_POWER)
        return 0;
    const double size = power < 0 ? (double)number / POWERS[-power] : (double)number * POWERS[power];
    *value = is_negative ? -size : size;
    return 1;
}

#endif
