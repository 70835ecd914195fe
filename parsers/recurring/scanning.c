/* Reads consecutive lines that each have one of some forms, up to the first that has none of them. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <string.h>

#include "decimals.h"

typedef struct {
    char *names;     /* of each line's form */
    int64_t *counts; /* of each line's numbers */
    double *values;
    int64_t lines, numbers;
} Found;

static int skip_character(Place *place, char wanted)
{
    const int is_there = place->at < place->end && *place->at == wanted;
    place->at += is_there;
    return is_there;
}

static void skip_blanks(Place *place)
{
    while (skip_character(place, ' '))
        ;
}

static int skip_whole_number(Place *place, double *value)
{
    int64_t number = 0;
    const int64_t digits = skip_digits(place, &number);
    *value = (double)number;
    return digits && digits <= MOST_DIGITS;
}

/* What is in the form behind %: a sign or not, digits before the point or *, a point, digits behind it, e or f. */
static int skip_fixed_number(Place *place, const char **form, double *value)
{
    const int may_be_negative = **form == '-';
    *form += may_be_negative;
    const char *hole = *form;
    if (hole[0] == '\n' || hole[1] != '.' || hole[2] == '\n' || hole[3] == '\n')
        return 0; /* no hole at all */
    const char before = hole[0], behind = hole[2], kind = hole[3];
    *form += 4;
    const int is_negative = may_be_negative && skip_character(place, '-');
    int64_t number = 0, power = 0;
    const int64_t digits = skip_digits(place, &number);
    if (!digits || (before != '*' && digits != before - '0') || !skip_character(place, '.'))
        return 0;
    const int64_t decimals = skip_digits(place, &number);
    if (decimals != behind - '0')
        return 0;
    if (kind == 'e') {
        const char *mantissa = place->at;
        power = skip_exponent(place);
        if (place->at - mantissa != 4) /* e-05 */
            return 0;
    }
    return round_once(number, digits + decimals, power - decimals, is_negative, value);
}

/* Numbers as NumPy prints them in an array, such as -1. or 2.5e-03; one or more, with blanks between. */
static int skip_row(Place *place, Found *found)
{
    int64_t count = 0;
    for (skip_blanks(place);; count++) {
        Place next = *place;
        const int is_negative = skip_character(&next, '-');
        int64_t number = 0;
        const int64_t digits = skip_digits(&next, &number);
        if (!digits)
            return count && !is_negative;
        if (!skip_character(&next, '.'))
            return 0;
        const int64_t decimals = skip_digits(&next, &number);
        const int64_t power = skip_exponent(&next) - decimals;
        const char *end = next.at;
        skip_blanks(&next);
        const int is_apart = next.at > end || next.at == next.end || *next.at == ']' || *next.at == '\n';
        if (!is_apart || !round_once(number, digits + decimals, power, is_negative, found->values + found->numbers))
            return 0;
        found->numbers++;
        *place = next;
    }
}

static int skip_hole(Place *place, const char **form, Found *found)
{
    switch (**form) {
    case 'r':
        ++*form;
        return skip_row(place, found);
    case 'd':
        ++*form;
        return skip_whole_number(place, found->values + found->numbers++);
    default:
        return skip_fixed_number(place, form, found->values + found->numbers++);
    }
}

/* Skips a line and its end, if it has a form. */
static int skip_line(Place *place, const char *form, Found *found)
{
    while (*form != '\n') {
        if (form[0] == '%' && form[1] != '%') {
            form++;
            if (!skip_hole(place, &form, found))
                return 0;
            continue;
        }
        form += *form == '%';
        if (!skip_character(place, *form++))
            return 0;
    }
    skip_blanks(place);
    return skip_character(place, '\n');
}

/* Forms are lines: a name of one character, and the text. */
static int skip_line_of_any(Place *place, Place forms, Found *found)
{
    const int64_t before = found->numbers;
    for (const char *form = forms.at, *end; form < forms.end; form = end + 1) {
        end = memchr(form, '\n', forms.end - form);
        Place next = *place;
        if (skip_line(&next, form + 1, found)) {
            found->names[found->lines] = *form;
            found->counts[found->lines++] = found->numbers - before;
            *place = next;
            return 1;
        }
        found->numbers = before;
    }
    return 0;
}

static int64_t count_lines(Place text)
{
    int64_t lines = 0;
    for (const char *at = text.at; (at = memchr(at, '\n', text.end - at)); at++)
        lines++;
    return lines;
}

static PyObject *scan(PyObject *self, PyObject *arguments)
{
    (void)self;
    Place text, forms;
    Py_ssize_t length, size;
    if (!PyArg_ParseTuple(arguments, "y#y#", &text.at, &length, &forms.at, &size))
        return NULL;
    text.end = text.at + length;
    forms.end = forms.at + size;
    if (!size || forms.end[-1] != '\n') {
        PyErr_SetString(PyExc_ValueError, "forms must be lines, each with its end");
        return NULL;
    }
    const int64_t lines = count_lines(text);
    Found found = {
        PyMem_Malloc(lines + 1), PyMem_Malloc((lines + 1) * 8), PyMem_Malloc((length / 2 + 16) * 8), 0, 0,
    };
    PyObject *result = NULL;
    if (found.names && found.counts && found.values) {
        while (text.at < text.end && skip_line_of_any(&text, forms, &found))
            ;
        result = Py_BuildValue(
            "y#y#y#", found.names, (Py_ssize_t)found.lines, (const char *)found.counts, (Py_ssize_t)found.lines * 8,
            (const char *)found.values, (Py_ssize_t)found.numbers * 8);
    }
    else
        PyErr_NoMemory();
    PyMem_Free(found.names);
    PyMem_Free(found.counts);
    PyMem_Free(found.values);
    return result;
}

static PyMethodDef methods[] = {
    {"scan", scan, METH_VARARGS, "Read lines that have one of some forms."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_scanning", "Reads lines of known forms.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__scanning(void) { return PyModule_Create(&module); }
