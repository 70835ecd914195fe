/* Matrices of 16 by 16 of which only the hardware knows which lane holds which element (PTX ISA, "wmma"): all that
   happens to elements in registers is the same for each of a matrix. For devices before sm_80.

   PTX is written here, not mma.h, which CuPy does not bring. */

#ifndef NNSREPORT_OPAQUE_CUH
#define NNSREPORT_OPAQUE_CUH

#include "fragments.cuh"

#if defined(__CUDACC__)

#define EIGHT(constraint, all)                                                                                         \
    constraint(all[0]), constraint(all[1]), constraint(all[2]), constraint(all[3]), constraint(all[4]),                \
        constraint(all[5]), constraint(all[6]), constraint(all[7])
#define FIRST_EIGHT "{%0, %1, %2, %3, %4, %5, %6, %7}"
#define SHAPE ".m16n16k16.shared"

/* An accumulator's registers, as a type of its instructions has them. */
#define ACCUMULATOR_MEMORY(type, letter, registers)                                                                    \
    FUNCTION void store_##type(float *to, int stride, const registers *own)                                            \
    {                                                                                                                  \
        asm volatile("wmma.store.d.sync.aligned.row" SHAPE "." #type                                                   \
                     " [%0], {%2, %3, %4, %5, %6, %7, %8, %9}, %1;" ::"r"(address_of(to)),                         \
                     "r"(stride), EIGHT(letter, own)                                                                   \
                     : "memory");                                                                                      \
    }
#define AS_FLOAT(value) "f"(value)
#define AS_WORD(value) "r"(value)
#define OUT_FLOAT(value) "=f"(value)
#define OUT_WORD(value) "=r"(value)
#define CHANGED_FLOAT(value) "+f"(value)
#define CHANGED_WORD(value) "+r"(value)

ACCUMULATOR_MEMORY(f32, AS_FLOAT, float)
ACCUMULATOR_MEMORY(s32, AS_WORD, uint32_t)

#else

template <class Cell> void load_matrix(uint32_t *own, const Cell *from, int stride)
{
    for (int row = 0; row < SIDE; row++)
        std::memcpy((Cell *)own + row * SIDE, from + row * stride, SIDE * sizeof(Cell));
}

#endif

/* What both kinds of numbers have in common. */
struct Opaque {
    enum { IS_LANED = 0, TOGETHER = 1, ROWS = SIDE };
    struct Rows {
        Address begin;
    };

    METHOD static Rows rows_of_cells(const void *from, int) { return {address_of(from)}; }
    METHOD static Rows rows_of_levels(const void *from, int) { return {address_of(from)}; }
};

/* Numbers of 16 bits with a float's exponent cut short: whole ones up to 2048 are exact. */
struct OpaqueHalves : Opaque {
    typedef uint16_t Cell;
    typedef uint16_t Level;
    typedef float Sum;
    enum { LEVELS_BY_VECTOR = 0, SIGN_AT = 15 };
#if defined(__CUDACC__)
    struct Matrix {
        uint32_t own[8];
    };
#else
    struct Matrix {
        uint32_t own[ELEMENTS / 2];
    };
#endif
    struct Sums {
        Sum own[SUMS_HELD];
    };

    METHOD static Sum nothing() { return 0.0f; }
    METHOD static float value(Sum sum) { return sum; }

#if defined(__CUDACC__)
    METHOD static void load_cells(Matrix &to, const Rows &rows, int offset, int stride)
    {
        asm volatile("wmma.load.a.sync.aligned.row" SHAPE ".f16 " FIRST_EIGHT ", [%8], %9;"
                     : EIGHT(OUT_WORD, to.own)
                     : "r"(rows.begin + offset), "r"(stride)
                     : "memory");
    }

    METHOD static void load_levels(Matrix &to, const Rows &rows, int offset, int stride)
    {
        asm volatile("wmma.load.b.sync.aligned.row" SHAPE ".f16 " FIRST_EIGHT ", [%8], %9;"
                     : EIGHT(OUT_WORD, to.own)
                     : "r"(rows.begin + offset), "r"(stride)
                     : "memory");
    }

    METHOD static void add_product(Sums &sums, const Matrix &cells, const Matrix &pulses)
    {
        asm("wmma.mma.sync.aligned.row.row.m16n16k16.f32.f32 " FIRST_EIGHT
            ", {%8, %9, %10, %11, %12, %13, %14, %15}, {%16, %17, %18, %19, %20, %21, %22, %23}, " FIRST_EIGHT ";"
            : EIGHT(CHANGED_FLOAT, sums.own)
            : EIGHT(AS_WORD, cells.own), EIGHT(AS_WORD, pulses.own));
    }

    METHOD static void store(float *to, int stride, int tile, const float *codes)
    {
        store_f32(to + tile * SIDE * stride, stride, codes);
    }

    METHOD static void load(float *codes, const float *from, int stride)
    {
        asm volatile("wmma.load.c.sync.aligned.row" SHAPE ".f32 " FIRST_EIGHT ", [%8], %9;"
                     : EIGHT(OUT_FLOAT, codes)
                     : "r"(address_of(from)), "r"(stride)
                     : "memory");
    }
#else
    METHOD static void load_cells(Matrix &to, const Rows &rows, int offset, int stride)
    {
        load_matrix(to.own, (const Cell *)(rows.begin + offset), stride);
    }

    METHOD static void load_levels(Matrix &to, const Rows &rows, int offset, int stride)
    {
        load_matrix(to.own, (const Level *)(rows.begin + offset), stride);
    }

    METHOD static void as_floats(const Matrix &halves, float *floats)
    {
        for (int index = 0; index < ELEMENTS; index++)
            floats[index] = float_of_half(halves.own[index / 2] >> index % 2 * 16 & 0xFFFFu);
    }

    METHOD static void add_product(Sums &sums, const Matrix &cells, const Matrix &pulses)
    {
        float first[ELEMENTS], second[ELEMENTS];
        as_floats(cells, first);
        as_floats(pulses, second);
        for (int index = 0; index < ELEMENTS; index++)
            for (int row = 0; row < SIDE; row++)
                sums.own[index] += first[index / SIDE * SIDE + row] * second[row * SIDE + index % SIDE];
    }

    METHOD static void store(float *to, int stride, int tile, const float *codes)
    {
        for (int row = 0; row < SIDE; row++)
            std::memcpy(to + (tile * SIDE + row) * stride, codes + row * SIDE, SIDE * sizeof(float));
    }

    METHOD static void load(float *codes, const float *from, int stride)
    {
        for (int row = 0; row < SIDE; row++)
            std::memcpy(codes + row * SIDE, from + row * stride, SIDE * sizeof(float));
    }
#endif
};

/* Whole numbers of 8 bits, summed up exactly. Levels lie vector by vector, as bytes cannot be turned on loading. */
struct OpaqueBytes : Opaque {
    typedef int8_t Cell;
    typedef uint8_t Level;
    typedef uint32_t Sum;
    enum { LEVELS_BY_VECTOR = 1, SIGN_AT = 7 };
#if defined(__CUDACC__)
    struct Matrix {
        uint32_t own[2];
    };
#else
    struct Matrix {
        uint32_t own[ELEMENTS / 4];
    };
#endif
    struct Sums {
        Sum own[SUMS_HELD];
    };

    /* The bits of 1.5 * 2^23: what is added to them is, read as a float's bits, added to that. */
    METHOD static Sum nothing() { return 0x4B400000u; }
    METHOD static float value(Sum sum) { return float_of_bits(sum) - 12582912.0f; }

#if defined(__CUDACC__)
    METHOD static void load_cells(Matrix &to, const Rows &rows, int offset, int stride)
    {
        asm volatile("wmma.load.a.sync.aligned.row" SHAPE ".s8 {%0, %1}, [%2], %3;"
                     : "=r"(to.own[0]), "=r"(to.own[1])
                     : "r"(rows.begin + offset), "r"(stride)
                     : "memory");
    }

    METHOD static void load_levels(Matrix &to, const Rows &rows, int offset, int stride)
    {
        asm volatile("wmma.load.b.sync.aligned.col" SHAPE ".s8 {%0, %1}, [%2], %3;"
                     : "=r"(to.own[0]), "=r"(to.own[1])
                     : "r"(rows.begin + offset), "r"(stride)
                     : "memory");
    }

    METHOD static void add_product(Sums &sums, const Matrix &cells, const Matrix &pulses)
    {
        asm("wmma.mma.sync.aligned.row.col.m16n16k16.s32.s8.s8.s32 " FIRST_EIGHT ", {%8, %9}, {%10, %11}, " FIRST_EIGHT
            ";"
            : EIGHT(CHANGED_WORD, sums.own)
            : "r"(cells.own[0]), "r"(cells.own[1]), "r"(pulses.own[0]), "r"(pulses.own[1]));
    }

    /* Codes keep the places that sums of whole numbers have. */
    METHOD static void store(float *to, int stride, int tile, const float *codes)
    {
        uint32_t bits[SUMS_HELD];
        EACH (index, SUMS_HELD)
            bits[index] = bits_of_float(codes[index]);
        store_s32(to + tile * SIDE * stride, stride, bits);
    }
#else
    METHOD static void load_cells(Matrix &to, const Rows &rows, int offset, int stride)
    {
        load_matrix(to.own, (const Cell *)(rows.begin + offset), stride);
    }

    METHOD static void load_levels(Matrix &to, const Rows &rows, int offset, int stride)
    {
        load_matrix(to.own, (const Level *)(rows.begin + offset), stride);
    }

    METHOD static void add_product(Sums &sums, const Matrix &cells, const Matrix &pulses)
    {
        const int8_t *first = (const int8_t *)cells.own, *second = (const int8_t *)pulses.own;
        for (int index = 0; index < ELEMENTS; index++)
            for (int row = 0; row < SIDE; row++)
                sums.own[index] += first[index / SIDE * SIDE + row] * second[index % SIDE * SIDE + row];
    }

    METHOD static void store(float *to, int stride, int tile, const float *codes)
    {
        OpaqueHalves::store(to, stride, tile, codes);
    }
#endif
};

#endif
