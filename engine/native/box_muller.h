/* Two uniform integers to two normal numbers: logarithm, sine and cosine are polynomials of Cephes (S. L. Moshier,
   Methods and Programs for Mathematical Functions, 1989), which differ from NumPy's in the last bits. */

#ifndef NNSREPORT_BOX_MULLER_H
#define NNSREPORT_BOX_MULLER_H

#include <math.h>
#include <stdint.h>
#define SCALAR static inline __attribute__((always_inline))

/* Of a number in (0, 1]. */
SCALAR float logarithm(float value)
{
    union {
        float number;
        int32_t bits;
    } parts = {value};
    /* A mantissa from sqrt(1/2) to sqrt(2), and the exponent that goes with it. */
    const int32_t exponent = (parts.bits - 0x3F3504F3) >> 23;
    parts.bits -= exponent * (1 << 23);
    const float x = parts.number - 1.0f, square = x * x;
    float y = 7.0376836292e-2f;
    y = y * x - 1.1514610310e-1f;
    y = y * x + 1.1676998740e-1f;
    y = y * x - 1.2420140846e-1f;
    y = y * x + 1.4249322787e-1f;
    y = y * x - 1.6668057665e-1f;
    y = y * x + 2.0000714765e-1f;
    y = y * x - 2.4999993993e-1f;
    y = y * x + 3.3333331174e-1f;
    y = y * x * square - 2.12194440e-4f * exponent - 0.5f * square;
    return x + y + 0.693359375f * exponent;
}

/* Of an angle from 0 to 2 pi; the sine and the cosine are those of what is left of a quarter turn, in some order. */
SCALAR void sine_and_cosine(float angle, float *sine, float *cosine)
{
    const int32_t quarter = (int32_t)(angle * 0.636619772367581343f + 0.5f);
    float x = angle - quarter * 1.5703125f;
    x -= quarter * 4.837512969970703125e-4f;
    x -= quarter * 7.54978995489188216e-8f;
    const float square = x * x;
    const float s = ((-1.9515295891e-4f * square + 8.3321608736e-3f) * square - 1.6666654611e-1f) * square * x + x;
    const float c =
        ((2.443315711809948e-5f * square - 1.388731625493765e-3f) * square + 4.166664568298827e-2f) * square * square -
        0.5f * square + 1.0f;
    const float own_sine = quarter & 1 ? c : s, own_cosine = quarter & 1 ? s : c;
    *sine = quarter & 2 ? -own_sine : own_sine;
    *cosine = (quarter + 1) & 2 ? -own_cosine : own_cosine;
}

SCALAR void box_muller(uint32_t first, uint32_t second, float *with_cosine, float *with_sine)
{
    const float uniform = ((float)first + 0.5f) * 0x1p-32f;
    const float radius = sqrtf(-2.0f * logarithm(uniform));
    float sine, cosine;
    sine_and_cosine((float)second * (float)(0x1p-31 * 3.14159265358979323846), &sine, &cosine);
    *with_cosine = radius * cosine;
    *with_sine = radius * sine;
}

#endif
