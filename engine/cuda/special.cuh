/* Functions that are one instruction of a GPU's special function units, with the greatest errors that PTX ISA states:
   lg2.approx 2^-22, absolute between 1/2 and 2 and relative elsewhere; sqrt.approx 2^-23, relative; sin.approx and
   cos.approx 2^-20.5, absolute, up to 2 pi. On a processor they are exact, but for the share of those errors that a
   test asks for. */

#ifndef NNSREPORT_CUDA_SPECIAL_CUH
#define NNSREPORT_CUDA_SPECIAL_CUH

#include "lanes.cuh"

#if defined(__CUDACC__)

#define SPECIAL(name, instruction)                                                                                     \
    FUNCTION float name(float value)                                                                                   \
    {                                                                                                                  \
        float result;                                                                                                  \
        asm(instruction ".approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(value));                                        \
        return result;                                                                                                 \
    }

SPECIAL(logarithm, "lg2")
SPECIAL(root, "sqrt")
SPECIAL(sine, "sin")
SPECIAL(cosine, "cos")

#else

inline double share_of_error[4] = {0.0, 0.0, 0.0, 0.0};

FUNCTION float logarithm(float value)
{
    const double exact = log2(value), greatest = value > 0.5f && value < 2.0f ? 1.0 : fabs(exact);
    return (float)(exact + share_of_error[0] * 0x1p-22 * greatest);
}

FUNCTION float root(float value) { return (float)(sqrt(value) * (1.0 + share_of_error[1] * 0x1p-23)); }
FUNCTION float sine(float value) { return (float)(sin(value) + share_of_error[2] * M_SQRT2 * 0x1p-21); }
FUNCTION float cosine(float value) { return (float)(cos(value) + share_of_error[3] * M_SQRT2 * 0x1p-21); }

#endif

#endif
