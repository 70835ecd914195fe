/* Matrices of 16 by 16 of which it is documented which lane holds which element (PTX ISA, "mma.sync", m16n8k16 and
   m16n8k32, and "ldmatrix"). For sm_80 and newer.

   A lane has `lane / 4`, its row, and `lane % 4`, its place in it. Of a matrix of sums it holds eight elements: of its
   row and of that eight further, of two neighbouring vectors in each half of the matrix. Lines are packed (see
   packing.py) so that in two matrices these are four lines in succession, which share a counter of the generator. */

#ifndef NNSREPORT_LANED_CUH
#define NNSREPORT_LANED_CUH

#include "fragments.cuh"

enum { QUARTER = 4, HALF_SIDE = SIDE / 2, BYTES_OF_ROW = 16 };

/* Where each lane reads eight neighbouring halves, or sixteen bytes. */
struct LaneRows {
    Address of_lane[LANE_COPIES];
};

#if defined(__CUDACC__)

#define FOUR_WORDS(all) "=r"(all[0]), "=r"(all[1]), "=r"(all[2]), "=r"(all[3])

FUNCTION void load_four(uint32_t *own, const LaneRows &rows, int offset)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : FOUR_WORDS(own)
                 : "r"(rows.of_lane[0] + offset)
                 : "memory");
}

FUNCTION void load_four_turned(uint32_t *own, const LaneRows &rows, int offset)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : FOUR_WORDS(own)
                 : "r"(rows.of_lane[0] + offset)
                 : "memory");
}

#define ADD_PRODUCT(instruction, changed)                                                                              \
    asm("mma.sync.aligned." instruction " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"             \
        : changed(sums[0]), changed(sums[1]), changed(sums[2]), changed(sums[3])                                       \
        : "r"(cells[0]), "r"(cells[1]), "r"(cells[2]), "r"(cells[3]), "r"(pulses[0]), "r"(pulses[1]))
#define CHANGED_SUM(value) "+f"(value)
#define CHANGED_WHOLE(value) "+r"(value)

FUNCTION void add_halves(float *sums, const uint32_t *cells, const uint32_t *pulses)
{
    ADD_PRODUCT("m16n8k16.row.col.f32.f16.f16.f32", CHANGED_SUM);
}

FUNCTION void add_bytes(int32_t *sums, const uint32_t *cells, const uint32_t *pulses)
{
    ADD_PRODUCT("m16n8k32.row.col.s32.s8.u8.s32", CHANGED_WHOLE);
}

#else

/* Four matrices of 8 by 8 halves, of which lanes 0 to 7 give the rows of the first; lane by lane as documented. */
FUNCTION void load_four(uint32_t *own, const LaneRows &rows, int offset)
{
    for (int matrix = 0; matrix < 4; matrix++)
        for (int lane = 0; lane < LANES; lane++) {
            const unsigned char *row = rows.of_lane[matrix * 8 + lane / 4] + offset;
            std::memcpy(own + AT(matrix, lane), row + lane % 4 * 4, 4);
        }
}

FUNCTION void load_four_turned(uint32_t *own, const LaneRows &rows, int offset)
{
    for (int matrix = 0; matrix < 4; matrix++)
        for (int lane = 0; lane < LANES; lane++) {
            const uint16_t *low = (const uint16_t *)(rows.of_lane[matrix * 8 + lane % 4 * 2] + offset);
            const uint16_t *high = (const uint16_t *)(rows.of_lane[matrix * 8 + lane % 4 * 2 + 1] + offset);
            own[AT(matrix, lane)] = low[lane / 4] | (uint32_t)high[lane / 4] << 16;
        }
}

/* Elements a0 to a7, b0 to b3 and c0 to c3 of a lane, at the rows and columns that PTX ISA gives for m16n8k16. */
FUNCTION void add_halves(float *sums, const uint32_t *cells, const uint32_t *pulses)
{
    float first[16][16], second[16][8];
    for (int lane = 0; lane < LANES; lane++) {
        const int group = lane >> 2, thread = lane % 4;
        for (int i = 0; i < 8; i++) {
            const int row = i < 2 || (i >= 4 && i < 6) ? group : group + 8;
            const int column = thread * 2 + (i & 1) + (i >= 4 ? 8 : 0);
            first[row][column] = float_of_half(cells[AT(i / 2, lane)] >> i % 2 * 16 & 0xFFFFu);
        }
        for (int i = 0; i < 4; i++)
            second[thread * 2 + (i & 1) + (i >= 2 ? 8 : 0)][group] =
                float_of_half(pulses[AT(i / 2, lane)] >> i % 2 * 16 & 0xFFFFu);
    }
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 16; k++)
                sums[AT(i, lane)] += first[(lane >> 2) + (i < 2 ? 0 : 8)][k] * second[k][lane % 4 * 2 + (i & 1)];
}

/* Elements a0 to a15, b0 to b7 and c0 to c3 likewise, for m16n8k32. */
FUNCTION void add_bytes(int32_t *sums, const uint32_t *cells, const uint32_t *pulses)
{
    int8_t first[16][32];
    uint8_t second[32][8];
    for (int lane = 0; lane < LANES; lane++) {
        const int group = lane >> 2, thread = lane % 4;
        for (int i = 0; i < 16; i++) {
            const int row = i < 4 || (i >= 8 && i < 12) ? group : group + 8;
            const int column = thread * 4 + (i & 3) + (i >= 8 ? 16 : 0);
            first[row][column] = (int8_t)(cells[AT(i / 4, lane)] >> i % 4 * 8);
        }
        for (int i = 0; i < 8; i++)
            second[thread * 4 + (i & 3) + (i >= 4 ? 16 : 0)][group] = (uint8_t)(pulses[AT(i / 4, lane)] >> i % 4 * 8);
    }
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 32; k++)
                sums[AT(i, lane)] += first[(lane >> 2) + (i < 2 ? 0 : 8)][k] * second[k][lane % 4 * 2 + (i & 1)];
}

#endif

/* What both kinds of numbers have in common. */
struct Laned {
    enum { IS_LANED = 1, TOGETHER = 2 };
    struct Matrix {
        uint32_t own[HELD(4 * LANES)];
    };

    typedef LaneRows Rows;

    /* Of 16 rows, and of the second half of their columns. */
    METHOD static Rows rows_of_cells(const void *from, int bytes_of_row)
    {
        Rows rows;
        EACH_LANE (lane)
            rows.of_lane[AT(0, lane)] = address_of(from) + lane % SIDE * bytes_of_row + lane / SIDE * BYTES_OF_ROW;
        return rows;
    }

    METHOD static void load_cells(Matrix &to, const Rows &rows, int offset, int) { load_four(to.own, rows, offset); }

    /* Of lines in the order of their numbers: of two matrices, a lane's row has four. */
    METHOD static void store(float *to, int stride, int tile, const float *codes)
    {
        EACH_LANE (lane)
            EACH (element, SUMS_OF_LANE) {
                const int line = tile / 2 * 2 * SIDE + lane / QUARTER * 4 + tile % 2 * 2 + element / 2 % 2;
                const int vector = element / 4 * HALF_SIDE + lane % QUARTER * 2 + element % 2;
                to[line * stride + vector] = codes[AT(element, lane)];
            }
    }
};

/* Numbers of 16 bits with a float's exponent cut short: whole ones up to 2048 are exact. */
struct Halves : Laned {
    typedef uint16_t Cell;
    typedef uint16_t Level;
    typedef float Sum;
    enum { ROWS = 16, LEVELS_BY_VECTOR = 0, SIGN_AT = 15 };
    struct Sums {
        Sum own[SUMS_HELD];
    };

    METHOD static Sum nothing() { return 0.0f; }
    METHOD static float value(Sum sum) { return sum; }

    /* They lie as cells do, row by row. */
    METHOD static Rows rows_of_levels(const void *from, int bytes_of_row) { return rows_of_cells(from, bytes_of_row); }

    METHOD static void load_levels(Matrix &to, const Rows &rows, int offset, int)
    {
        load_four_turned(to.own, rows, offset);
    }

    METHOD static void add_product(Sums &sums, const Matrix &cells, const Matrix &pulses)
    {
        add_halves(sums.own, cells.own, pulses.own);
        add_halves(sums.own + HELD(4 * LANES), cells.own, pulses.own + HELD(2 * LANES));
    }
};

/* Whole numbers of 8 bits, summed up exactly, 32 rows at once. Levels lie vector by vector, as bytes cannot be turned
   on loading. */
struct Bytes : Laned {
    typedef int8_t Cell;
    typedef uint8_t Level;
    typedef int32_t Sum;
    enum { ROWS = 32, LEVELS_BY_VECTOR = 1, SIGN_AT = 7 };
    struct Sums {
        Sum own[SUMS_HELD];
    };

    METHOD static Sum nothing() { return 0; }
    METHOD static float value(Sum sum) { return (float)sum; }

    /* Of eight vectors, of the second half of their rows, and of eight further vectors. */
    METHOD static Rows rows_of_levels(const void *from, int bytes_of_vector)
    {
        Rows rows;
        EACH_LANE (lane) {
            const int vector = lane % HALF_SIDE + lane / SIDE * HALF_SIDE, half = lane / HALF_SIDE % 2;
            rows.of_lane[AT(0, lane)] = address_of(from) + vector * bytes_of_vector + half * BYTES_OF_ROW;
        }
        return rows;
    }

    METHOD static void load_levels(Matrix &to, const Rows &rows, int offset, int) { load_four(to.own, rows, offset); }

    METHOD static void add_product(Sums &sums, const Matrix &cells, const Matrix &pulses)
    {
        add_bytes(sums.own, cells.own, pulses.own);
        add_bytes(sums.own + HELD(4 * LANES), cells.own, pulses.own + HELD(2 * LANES));
    }
};

#endif
