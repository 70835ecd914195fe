/* Sums of word-line blocks, converted and added up at once, so that no sum ever leaves the processor's cache.

   NumPy needs a pass over memory for each of: multiply, scale, round, clip, weight, add. Here a tile of sums stays in
   registers through all of them. Every element is computed in the same order whatever the batch is. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "checks.h"
#include "few_vectors.h"
#include "floats.h"
#include "normals.h"
#include "quantize.h"
#include "unfold.h"

#if defined(__x86_64__)
#include "bytes.h"
#include "lookup.h"
#include "words.h"

__attribute__((target("avx2,fma"))) static void convert_fused(const Job *job, const Room *room, int64_t *clipped)
{
    convert_floats(job, room, clipped, 1);
}
#endif

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void draw_fused(const Draws *draws)
{
    draw_all(draws, philox_avx2);
}
#endif

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static int quantize_fused(const Quantize *quantize)
{
    return quantize_all(quantize);
}
#endif

static int quantize_anywhere(const Quantize *quantize)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return quantize_fused(quantize);
#endif
    return quantize_all(quantize);
}

static void draw_anywhere(const Draws *draws)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        draw_fused(draws);
        return;
    }
#endif
    draw_all(draws, philox);
}

static void convert_plain(const Job *job, const Room *room, int64_t *clipped)
{
    convert_floats(job, room, clipped, 0);
}

static void convert_all(const Job *job, const Room *room, int64_t *clipped)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        if (!job->whole)
            convert_fused(job, room, clipped);
        else if (job->adding == LOOKED_UP)
            convert_lanes(job, room, clipped);
        else if (job->adding == AS_BYTES)
            convert_bytes(job, room, clipped);
        else
            convert_words(job, room, clipped);
        return;
    }
#endif
    convert_plain(job, room, clipped);
}

static int convert_in_turn(const Job *job, int64_t *clipped)
{
    Room room;
    const int has_room = make_room(job, &room);
    if (has_room)
        convert_all(job, &room, clipped);
    leave_room(&room);
    return has_room;
}

static int convert_side_by_side(const Job *job, int64_t *clipped)
{
    Few few;
    Room room;
    const int has_few = make_few(job, &few), has_own_room = make_room(job, &room);
    int has_room = has_few && has_own_room;
    if (has_room) {
        spread_pulses(job, &few);
        const Job all = all_cycles_of(job, &few);
        has_room = convert_in_turn(&all, clipped);
    }
    if (has_room)
        put_cycles_together(job, &few, &room);
    leave_room(&room);
    leave_few(&few);
    return has_room;
}

static PyObject *converted(const Job *job, const Py_buffer *buffers)
{
    int64_t clipped = 0;
    int has_room;
    if (!is_consistent(job, buffers)) {
        PyErr_SetString(PyExc_ValueError, "arrays are not as long as their shapes say");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    has_room = are_few_vectors(job) ? convert_side_by_side(job, &clipped) : convert_in_turn(job, &clipped);
    Py_END_ALLOW_THREADS
    return has_room ? PyLong_FromLongLong(clipped) : PyErr_NoMemory();
}

static PyObject *convert(PyObject *self, PyObject *arguments)
{
    (void)self;
    Job job;
    Py_buffer buffers[BUFFERS];
    Py_ssize_t groups, lines, slices, rows, count;
    if (!PyArg_ParseTuple(
            arguments, "w*y*y*y*y*y*y*y*y*y*y*y*(nnnnn)iiiifff", &buffers[PRODUCT], &buffers[LEVELS], &buffers[ROWS_AT],
            &buffers[VECTORS_AT], &buffers[CELLS], &buffers[WHOLE], &buffers[RECIPROCALS], &buffers[VALUES],
            &buffers[GAINS], &buffers[SCALES], &buffers[CYCLES], &buffers[BLOCKS], &groups, &lines, &slices, &rows,
            &count, &job.bytes, &job.is_signed, &job.adding, &job.largest, &job.reference, &job.low, &job.high))
        return NULL;
    job.groups = groups;
    job.lines = lines;
    job.slices = slices;
    job.rows = rows;
    job.count = count;
    job.product = buffers[PRODUCT].buf;
    job.levels = buffers[LEVELS].buf;
    job.rows_at = buffers[ROWS_AT].buf;
    job.vectors_at = buffers[VECTORS_AT].buf;
    job.cells = buffers[CELLS].buf;
    job.whole = buffers[WHOLE].len ? buffers[WHOLE].buf : NULL;
    job.reciprocals = buffers[RECIPROCALS].buf;
    job.values = buffers[VALUES].buf;
    job.gains = buffers[GAINS].len ? buffers[GAINS].buf : NULL;
    job.scales = buffers[SCALES].buf;
    job.cycles = buffers[CYCLES].buf;
    job.cycle_count = buffers[CYCLES].len / sizeof(Cycle);
    job.blocks = buffers[BLOCKS].buf;
    job.block_count = buffers[BLOCKS].len / 16;
    PyObject *result = converted(&job, buffers);
    for (int index = 0; index < BUFFERS; index++)
        PyBuffer_Release(&buffers[index]);
    return result;
}

#if defined(__x86_64__)
WITH_BYTES static void pack_all(const Packing *packing, void *packed, int adding)
{
    for (int64_t group = 0; group < packing->groups; group++) {
        const int64_t bytes = bytes_of_whole(packing->blocks, packing->block_count, packing->lines, adding);
        if (adding == LOOKED_UP)
            pack_lookup(packing, group, (int8_t *)packed + group * bytes);
        else if (adding == AS_BYTES)
            pack_bytes(packing, group, (int8_t *)packed + group * bytes);
        else
            pack_words(packing, group, (int16_t *)packed + group * bytes / 2);
    }
}

static int pack_anywhere(const Packing *packing, void *packed, int adding)
{
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 0;
    pack_all(packing, packed, adding);
    return 1;
}
#else
static int pack_anywhere(const Packing *packing, void *packed, int adding)
{
    (void)packing, (void)packed, (void)adding;
    return 0;
}
#endif

static PyObject *pack(PyObject *self, PyObject *arguments)
{
    (void)self;
    Packing job;
    Py_buffer packed, cells, blocks;
    Py_ssize_t groups, lines, rows;
    int adding, is_packed = 0;
    if (!PyArg_ParseTuple(
            arguments, "w*y*y*(nnn)i", &packed, &cells, &blocks, &groups, &lines, &rows, &adding))
        return NULL;
    job.cells = cells.buf;
    job.blocks = blocks.buf;
    job.groups = groups;
    job.lines = lines;
    job.rows = rows;
    job.block_count = blocks.len / 16;
    const int is_right = lines > 0 && cells.len == groups * lines * rows * 4 && blocks.len % 16 == 0 &&
        are_blocks_inside(job.blocks, job.block_count, rows) &&
        packed.len == groups * bytes_of_whole(job.blocks, job.block_count, lines, adding);
    if (is_right) {
        Py_BEGIN_ALLOW_THREADS
        is_packed = pack_anywhere(&job, packed.buf, adding);
        Py_END_ALLOW_THREADS
    }
    else
        PyErr_SetString(PyExc_ValueError, "arrays are not as long as their shapes say");
    PyBuffer_Release(&packed);
    PyBuffer_Release(&cells);
    PyBuffer_Release(&blocks);
    return is_right ? PyBool_FromLong(is_packed) : NULL;
}

static PyObject *normal_rows(PyObject *self, PyObject *arguments)
{
    (void)self;
    Draws draws;
    Py_buffer numbers, columns;
    Py_ssize_t blocks, first_block;
    if (!PyArg_ParseTuple(
            arguments, "w*y*nn(II)(II)", &numbers, &columns, &blocks, &first_block, &draws.key[0], &draws.key[1],
            &draws.high[0], &draws.high[1]))
        return NULL;
    draws.blocks = blocks;
    draws.first_block = first_block;
    draws.count = columns.len / 8;
    draws.columns = columns.buf;
    draws.numbers = numbers.buf;
    const int is_right = numbers.len == draws.blocks * WORDS * draws.count * (Py_ssize_t)sizeof(float);
    if (is_right) {
        Py_BEGIN_ALLOW_THREADS
        draw_anywhere(&draws);
        Py_END_ALLOW_THREADS
    }
    else
        PyErr_SetString(PyExc_ValueError, "arrays are not as long as their shapes say");
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&columns);
    return is_right ? Py_NewRef(Py_None) : NULL;
}

static PyObject *unfold(PyObject *self, PyObject *arguments)
{
    (void)self;
    Unfold job;
    Py_buffer columns, images;
    long long sizes[UNFOLD_AXES], steps[UNFOLD_AXES], bytes;
    if (!PyArg_ParseTuple(
            arguments, "w*y*(LLLLLL)(LLLLLL)L", &columns, &images, &sizes[0], &sizes[1], &sizes[2], &sizes[3],
            &sizes[4], &sizes[5], &steps[0], &steps[1], &steps[2], &steps[3], &steps[4], &steps[5], &bytes))
        return NULL;
    for (int axis = 0; axis < UNFOLD_AXES; axis++) {
        job.sizes[axis] = sizes[axis];
        job.steps[axis] = steps[axis];
    }
    job.bytes = bytes;
    job.images = images.buf;
    job.columns = columns.buf;
    const int is_right = is_inside(&job, images.len, columns.len);
    if (is_right) {
        Py_BEGIN_ALLOW_THREADS
        unfold_all(&job);
        Py_END_ALLOW_THREADS
    }
    else
        PyErr_SetString(PyExc_ValueError, "arrays are not as long as their shapes say");
    PyBuffer_Release(&columns);
    PyBuffer_Release(&images);
    return is_right ? Py_NewRef(Py_None) : NULL;
}

static PyObject *quantize(PyObject *self, PyObject *arguments)
{
    (void)self;
    Quantize job;
    Py_buffer levels, numbers;
    long long sizes[QUANTIZE_AXES + 1], from[QUANTIZE_AXES], to[QUANTIZE_AXES], first;
    if (!PyArg_ParseTuple(
            arguments, "w*y*(LLLL)(LLL)(LLL)Lfff", &levels, &numbers, &sizes[0], &sizes[1], &sizes[2], &sizes[3],
            &from[0], &from[1], &from[2], &to[0], &to[1], &to[2], &first, &job.scale, &job.low, &job.high))
        return NULL;
    for (int axis = 0; axis < QUANTIZE_AXES; axis++) {
        job.sizes[axis] = sizes[axis];
        job.number_steps[axis] = from[axis];
        job.level_steps[axis] = to[axis];
    }
    job.columns = sizes[QUANTIZE_AXES];
    job.first_level = first;
    job.numbers = numbers.buf;
    job.levels = levels.buf;
    int found = 0;
    const int is_right = is_quantize_inside(&job, numbers.len / 4, levels.len);
    if (is_right) {
        Py_BEGIN_ALLOW_THREADS
        found = quantize_anywhere(&job);
        Py_END_ALLOW_THREADS
    }
    else
        PyErr_SetString(PyExc_ValueError, "arrays are not as long as their shapes say");
    PyBuffer_Release(&levels);
    PyBuffer_Release(&numbers);
    return is_right ? PyBool_FromLong(!found) : NULL;
}

static PyMethodDef methods[] = {
    {"unfold", unfold, METH_VARARGS, "Copy the elements that windows see, one row for each tap."},
    {"quantize", quantize, METH_VARARGS, "Round numbers to levels; return whether all were numbers."},
    {"pack", pack, METH_VARARGS, "Bring whole numbers into the order in which they are needed."},
    {"normal_rows", normal_rows, METH_VARARGS, "Fill a table with standard normal numbers."},
    {"convert", convert, METH_VARARGS, "Sum up blocks, convert, and add up cycles; return how many were clipped."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", "Inner loops of the engine.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void) { return PyModule_Create(&module); }
