/* Variants of the kernel, and what each has in shared memory. */

#ifndef NNSREPORT_CUDA_SHAPE_CUH
#define NNSREPORT_CUDA_SHAPE_CUH

#include "noise.cuh"
#include "pulses.cuh"

/* Rows in shared memory at a time. */
enum { CHUNK = 128, SCRATCH_STRIDE = SIDE + 4 };

/* PARTS: matrices that a cell's number is the sum of. SQUARES: those of a squared pulse; 0 without noise. IN_PLACE:
   digits are not moved where they are cut. CLIPS: sums may lie outside the converter's range. */
template <
    class NUMBERS, int PARTS_OF_CELLS, int PARTS_OF_SQUARES, int TILES_OF_LINES, int TILES_OF_VECTORS,
    int CYCLES_AT_ONCE, int ARE_IN_PLACE, int ARE_CLIPPED>
struct Shape {
    typedef NUMBERS Numbers;
    enum {
        PARTS = PARTS_OF_CELLS,
        SQUARES = PARTS_OF_SQUARES,
        IS_NOISY = SQUARES > 0,
        IN_PLACE = ARE_IN_PLACE,
        CLIPS = ARE_CLIPPED,
        IS_WHOLE = PARTS == 1 && !IS_NOISY,
        ALL_PARTS = PARTS + 2 * IS_NOISY, /* variances are in two parts */
        LINE_TILES = TILES_OF_LINES,
        VECTOR_TILES = TILES_OF_VECTORS,
        CYCLES = CYCLES_AT_ONCE,
        LINES_OF_PASS = LINE_TILES * SIDE,
        VECTORS_OF_WARP = VECTOR_TILES * SIDE,
        VECTORS_OF_BLOCK = WARPS * VECTORS_OF_WARP,
        /* On a multiprocessor at once, for whose registers the compiler has to make room; without noise two sets of
           vectors take more than it could. */
        BLOCKS_AT_ONCE = Numbers::IS_LANED && (VECTOR_TILES == 1 || IS_NOISY) ? 3 : 2,
        /* Matrices whose lines have one step of the converter in each lane. */
        QUADS = LINE_TILES / Numbers::TOGETHER,
        /* 16 bytes more than needed, so that the eight rows of an instruction begin in different banks; multiples of 16
           bytes are what the tensor cores' loads ask of a row (CUDA C++ Programming Guide, load_matrix_sync). */
        CELL_STRIDE = CHUNK + 16 / sizeof(typename Numbers::Cell),
        LEVEL_STRIDE = (Numbers::LEVELS_BY_VECTOR ? (int)CHUNK : (int)VECTORS_OF_BLOCK) +
            16 / sizeof(typename Numbers::Level),
        LEVEL_ROWS = Numbers::LEVELS_BY_VECTOR ? (int)VECTORS_OF_BLOCK : (int)CHUNK
    };
};

struct alignas(32) Scratch {
    float sums[SIDE * SCRATCH_STRIDE];
};

/* What noise is added in where nobody knows which lane has which element. */
template <bool IS_NEEDED> struct NoiseScratch {
    Scratch noise[WARPS][2];
};
template <> struct NoiseScratch<false> {};

/* Rows that are multiplied; in the end codes lie here. */
template <class S> struct alignas(32) Staged {
    typename S::Numbers::Cell cells[S::ALL_PARTS][S::LINES_OF_PASS * S::CELL_STRIDE];
    typename S::Numbers::Level levels[S::LEVEL_ROWS * S::LEVEL_STRIDE];
};

template <class S> struct alignas(32) Shared : NoiseScratch<S::IS_NOISY && !S::Numbers::IS_LANED> {
    Staged<S> staged;
    int64_t numbers[S::VECTORS_OF_BLOCK]; /* which vectors these are */
    int32_t totals[S::VECTORS_OF_BLOCK]; /* sums of their levels */
    static_assert(sizeof(Staged<S>) >= sizeof(float) * S::LINES_OF_PASS * WARPS * SIDE, "codes have no room");
};

#endif
