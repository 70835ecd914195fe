/* Reads the numbers of a text that is known but for these: compares what is between them, and converts them on the way. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "decimals.h"

enum Kind { NUMBER, WHOLE, FREE };
enum { WIDEST = 32 };

/* Skips what C++ prints for a double. Returns 1 with its value, 0 if that needs more than one rounding, -1 if there is
   no number. */
static int skip_number(Place *place, int64_t exponent, double *value)
{
    const int is_negative = place->at < place->end && *place->at == '-';
    place->at += is_negative;
    if (place->end - place->at >= 3 && (!memcmp(place->at, "inf", 3) || !memcmp(place->at, "nan", 3))) {
        place->at += 3;
        return 0;
    }
    int64_t number = 0, decimals = 0;
    const int64_t before = skip_digits(place, &number);
    if (!before)
        return -1;
    if (place->end - place->at >= 2 && *place->at == '.' && is_digit((Place){place->at + 1, place->end})) {
        place->at++;
        decimals = skip_digits(place, &number);
    }
    const int64_t power = exponent + skip_exponent(place) - decimals;
    return round_once(number, before + decimals, power, is_negative, value);
}

static int skip_whole_number(Place *place, double *value)
{
    int64_t number = 0;
    const int64_t digits = skip_digits(place, &number);
    *value = digits && digits <= MOST_DIGITS ? (double)number : NAN;
    return digits ? digits <= MOST_DIGITS : -1;
}

static int skip_line(Place *place)
{
    const char *end = memchr(place->at, '\n', place->end - place->at);
    place->at = end ? end : place->end;
    return end ? 1 : -1;
}

static int skip_hole(Place *place, int kind, int64_t exponent, double *value)
{
    switch (kind) {
    case NUMBER:
        return skip_number(place, exponent, value);
    case WHOLE:
        return skip_whole_number(place, value);
    default:
        return skip_line(place);
    }
}

typedef struct {
    Place text;
    const char *pieces;
    const int64_t *ends; /* of each piece */
    const int8_t *kinds;
    const int64_t *exponents;
    double *values;
    int64_t *spans; /* begin and end of each hole */
    int64_t holes;
} Form;

/* Returns how many numbers need a closer look, which are nan; -1 if the text is of another form. */
static int64_t fill_in(const Form *form)
{
    Place place = form->text;
    int64_t begin = 0, left = 0;
    for (int64_t hole = 0; hole <= form->holes; hole++) {
        const int64_t length = form->ends[hole] - begin;
        if (place.end - place.at < length || memcmp(place.at, form->pieces + begin, length))
            return -1;
        place.at += length;
        begin = form->ends[hole];
        if (hole == form->holes)
            break;
        form->spans[2 * hole] = place.at - form->text.at;
        form->values[hole] = NAN;
        const int found = skip_hole(&place, form->kinds[hole], form->exponents[hole], form->values + hole);
        form->spans[2 * hole + 1] = place.at - form->text.at;
        const int64_t width = form->spans[2 * hole + 1] - form->spans[2 * hole];
        if (found < 0 || (form->kinds[hole] != FREE && width > WIDEST))
            return -1;
        left += !found;
    }
    return place.at == place.end ? left : -1;
}

enum { TEXT, PIECES, ENDS, KINDS, EXPONENTS, VALUES, SPANS, BUFFERS };

static PyObject *fill(PyObject *self, PyObject *arguments)
{
    (void)self;
    Py_buffer buffers[BUFFERS];
    if (!PyArg_ParseTuple(
            arguments, "y*y*y*y*y*w*w*", &buffers[TEXT], &buffers[PIECES], &buffers[ENDS], &buffers[KINDS],
            &buffers[EXPONENTS], &buffers[VALUES], &buffers[SPANS]))
        return NULL;
    const char *text = buffers[TEXT].buf;
    const Form form = {
        {text, text + buffers[TEXT].len}, buffers[PIECES].buf, buffers[ENDS].buf,  buffers[KINDS].buf,
        buffers[EXPONENTS].buf,           buffers[VALUES].buf, buffers[SPANS].buf, buffers[KINDS].len,
    };
    const Py_ssize_t holes = buffers[KINDS].len;
    int is_right = buffers[ENDS].len == (holes + 1) * 8 && buffers[EXPONENTS].len == holes * 8 &&
                   buffers[VALUES].len == holes * 8 && buffers[SPANS].len == holes * 16;
    for (int64_t hole = 0, begin = 0; is_right && hole <= holes; begin = form.ends[hole++])
        is_right = begin <= form.ends[hole] && form.ends[hole] <= buffers[PIECES].len;
    int64_t left = -1;
    if (is_right) {
        Py_BEGIN_ALLOW_THREADS
        left = fill_in(&form);
        Py_END_ALLOW_THREADS
    }
    else
        PyErr_SetString(PyExc_ValueError, "arrays are not as long as their shapes say");
    for (int index = 0; index < BUFFERS; index++)
        PyBuffer_Release(&buffers[index]);
    return is_right ? PyLong_FromLongLong(left) : NULL;
}

static PyMethodDef methods[] = {
    {"fill", fill, METH_VARARGS, "Read the numbers of a text of a known form."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_filling", "Reads texts of known forms.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__filling(void) { return PyModule_Create(&module); }
