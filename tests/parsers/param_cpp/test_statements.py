"""Statements: what is run, what is not, and what hand edits do to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.errors import LogError
from nnsreport.parsers.param_cpp import ParameterFile, read_param_cpp

Read = Callable[..., ParameterFile]
Problems = Callable[..., list[str]]

MEND = "mend the line: C++ does not compile it so"


def test_sample(sample: Path) -> None:
    found = read_param_cpp(sample, version="1.4")
    assert found.is_whole
    assert found.problems == ()
    assert found.versions == ("1.4",)
    expected = {
        "technode": 22,
        "sizingfactor_MUX": 110.0,
        "newswitchmatrixsizeratio": 14.0,
        "wireWidth": 40,
        "featuresize": 40 * 1e-9,
        "conventionalParallel": 1,
        "conventionalSequential": 0,
        "parallelRead": 1,
        "numColMuxed": 8,
        "levelOutput": 32,
        "cellBit": 2,
        "dumcolshared": 32.0,
        "resistanceOff": 1.7e6,
        "maxConductance": 1 / 100e3,
        "readVoltage": 0.55,
        "resistanceAccess": 25e3,
        "alpha": 1.44,
        "AR": 1.9,
        "numRowParallel": 128,
        "globalBusType": False,
        "tileBufferType": True,
    }
    assert {name: found.values[name] for name in expected} == expected
    assert all(type(found.values[name]) is type(value) for name, value in expected.items())


def test_source_of_a_value(sample: Path) -> None:
    found = read_param_cpp(sample, version="1.4").parameters
    lines = sample.read_text().splitlines()
    for parameter in found.values():
        assert parameter.name in lines[parameter.line - 1]
    assert (found["resistanceOff"].expression, found["resistanceOff"].line) == ("100e3*17", 62)
    assert found["Rho"].expression == "*= (1 + 0.00451*abs(temp - 300))"
    assert found["resistanceOn"].comment == "6e3;"
    assert found["memcelltype"].comment == "1: SRAM, 2: RRAM, 3: FeFET"
    assert found["sizingfactor_MUX"].note == "replaces 1.0 of line 30"
    assert found["resistanceAccess"].note == "with IR_DROP_TOLERANCE = 0.25 of constant.h"
    assert found["Metal0"].is_derived
    assert not found["resistanceOff"].is_derived


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("a = 1; // a = 2;\n/* a = 3;\n a = 4; */", {"a": 1}),
        ('s = "// no comment; b = 1"; a = 2;', {"s": "// no comment; b = 1", "a": 2}),
        ("a = b = 3;", {"a": 3, "b": 3}),
        ("a = 1, b = 2;", {"a": 1, "b": 2}),
        ("a = 5; a -= 2; a *= 3; ++a; a--; a /= 2;", {"a": 4}),
        ("this->a = 1; param->b = this->a + 1;", {"a": 1, "b": 2}),
        ("const int tech = 8; int u, v = 2;\na = tech + v;", {"a": 10}),
        ("auto x = 1.5; float f = 0.1; a = x; b = (f == 0.1);", {"a": 1.5, "b": False}),
        ("switch (2) { case 1: a = 1; case 2: a = 2; case 3: b = 3; break; default: a = 9; }", {"a": 2, "b": 3}),
        ("switch (7) { default: a = 9; break; case 1: a = 1; }", {"a": 9}),
        ("switch (7) { case 1: a = 1; }\nb = 1;", {"b": 1}),
        ("if (0) a = 1; else if (1) { a = 2; if (a == 2) b = 3; } else a = 4;", {"a": 2, "b": 3}),
        ("a = 1; return; a = 2;", {"a": 1}),
        ("if (a = 3) b = a;", {"a": 3, "b": 3}),
        ('puts("x"); printf("%d\\n", 3); a = 1;;', {"a": 1}),
    ],
)
def test_what_is_run(read: Read, body: str, values: dict[str, object]) -> None:
    assert read(body).values == values


@pytest.mark.parametrize(
    ("before", "values"),
    [
        ("#define A 5\n#define B (A*2)\n", {"x": 10}),
        ("const int B = 4;\nstatic double unused = 1;\nvoid f(int n) { B = 9; }\n", {"x": 4}),
        ("#if 0\n#define B 1\n#elif 2 > 1\n#define B 2\n#else\n#define B 3\n#endif\n", {"x": 2}),
        ("#ifdef NO\n#define B 1\n#endif\n#ifndef NO\n#define B 7\n#endif\n", {"x": 7}),
        ("#if defined(NO) || !defined(Q)\n#define B 6\n#endif\n", {"x": 6}),
        ("#define B C\n#define C B\n", {}),
    ],
)
def test_macros_and_globals(read: Read, before: str, values: dict[str, object]) -> None:
    assert read("x = B;", before=before).values == values


def test_initializers_of_the_constructor(read: Read) -> None:
    from nnsreport.parsers.param_cpp.parameters import parameters_of
    from nnsreport.parsers.reading import lines_of

    found = parameters_of(lines_of(b"Param::Param(int n) : a(2), b{a*3} {\n c = b;\n}\n"))
    assert found.values == {"a": 2, "b": 6, "c": 6}


def test_types_of_the_version_decide(read: Read) -> None:
    found = read("technode = 22; clkFreq = 1; pipeline = 2; numColMuxed = 17/2.;", version="1.4")
    assert found.values == {"technode": 22, "clkFreq": 1.0, "pipeline": True, "numColMuxed": 8}
    assert [type(value) for value in found.values.values()] == [int, float, bool, int]
    assert [problem.message for problem in found.problems] == ["numColMuxed is a whole number: 8.5 becomes 8"]


def test_what_depends_on_the_unknown(read: Read) -> None:
    found = read(
        "n = atoi(argv[2]);\nif (n > 2) { a = 1; } else { b = 2; }\nswitch (n) { case 1: c = 1; }\n"
        "for (int i = 0; i < 3; i++) { d = i; }\ne = n + 1;\nif (0) f = 2;\nwhile (1) g = 3;\nh = 1;"
    )
    assert found.values == {"h": 1}
    notes = {name: parameter.note for name, parameter in found.parameters.items()}
    assert notes["n"] == "it calls atoi, which is known only to the running program"
    assert notes["a"] == notes["b"] == f"the condition on line 3: {notes['n']}"
    assert notes["c"] == f"the switch on line 4: {notes['n']}"
    assert notes["d"] == notes["g"] == "it is set in a loop, which is not run here"
    assert notes["e"] == notes["n"]
    assert notes["f"] == "it is set only under a condition that does not hold"
    assert found.parameters["n"].expression == "atoi(argv[2])"
    assert found.parameters["f"].expression == "2"


def test_sequential_sram_takes_its_mux_from_the_command_line(read: Read) -> None:
    body = "memcelltype = 1;\nnumColMuxed = 8;\nif (memcelltype == 1) { numColMuxed = numColPerSynapse; }"
    assert read(body).parameters["numColMuxed"].value is None
    assert read(body.replace("type = 1", "type = 2")).values["numColMuxed"] == 8


@pytest.mark.parametrize(
    ("body", "value", "problem"),
    [
        ("a = 22 // nm\nb = 2;", 22, "line 2: ; is missing at the end of the line; add it: C++ does not compile it so"),
        ("a = 22", 22, "line 2: ; is missing at the end of the line; add it: C++ does not compile it so"),
        ("a = 22;\na = 7;", 7, "line 3: a is set twice, on lines 2 and 3: 7 holds; delete the line that is not meant"),
        (
            "a = 22 nm;",
            None,
            f"line 2: 'a = 22 nm;' cannot be read: ; is missing before 'nm'; {MEND}",
        ),
        (
            "a = ;",
            None,
            f"line 2: 'a = ;' cannot be read: ';' stands where a value belongs; {MEND}",
        ),
        (
            "a = (1;",
            None,
            f"line 2: 'a = (1;' cannot be read: ) is missing before ';'; {MEND}",
        ),
        ("a = 2,2;", None, None),
        ('a = "x;\nb = 1;', None, 'line 2: a text does not end on its line; close it with "'),
        (
            "a = 1 @ 2;",
            None,
            f"line 2: 'a = 1 @ 2;' cannot be read: ; is missing before '@'; {MEND}",
        ),
        ("#if X > 1\n#endif\n#else\na = 1;", 1, "line 4: #else has no #if; remove it"),
        ("#if 1\na = 1;", 1, "line 2: #if has no #endif; close it with #endif"),
        (
            "#if f(2)\nb = 1;\n#endif\na = 1;",
            1,
            "line 2: #if f(2) cannot be decided from this file: its lines are left out; write #if 0 or #if 1",
        ),
        ("#inculde <x>\na = 1;", 1, "line 2: #inculde is no directive; remove it"),
    ],
)
def test_hand_edits(read: Read, problems: Problems, body: str, value: object, problem: str | None) -> None:
    found = read(body)
    if problem is not None:
        assert problem in problems(body)
    if value is None and "a" in found.parameters:
        assert found.parameters["a"].note or body == "a = 2,2;"
    if value is not None:
        assert found.values["a"] == value


def test_what_follows_damage_is_read(read: Read) -> None:
    found = read("a = 1 2;\nif ((b == 1 { c = 3; }\nd = 4;\nelse { e = 5; }\ncase 3: f = 6;\ng = 7;")
    assert found.values == {"d": 4, "g": 7}
    assert found.parameters["c"].note == "the statement on line 3 that holds it cannot be read"
    assert found.parameters["a"].value is None


def test_a_brace_too_many_and_one_too_few(read: Read) -> None:
    many = read("if (1) { a = 1; }\n}\nb = 2;")
    assert many.values == {"a": 1, "b": 2}
    assert "a } too many ends the constructor before its last lines" in [p.message for p in many.problems]
    few = read("if (1) { a = 1;\nb = 2;")
    assert few.values == {"a": 1, "b": 2}
    assert not few.is_whole
    assert any("it is cut off" in problem.message for problem in few.problems)


def test_a_local_variable_hides_the_parameter(read: Read) -> None:
    found = read("technode = 22;\nint temp = 350;", version="1.4")
    assert found.values == {"technode": 22}
    assert [str(p) for p in found.problems] == [
        "line 3: temp is declared anew: the parameter of that name is not set; remove the type before the name"
    ]


def test_a_piece_of_a_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "Param.cpp"
    path.write_text("technode = 7;\nmemcelltype = 1;\noperationmode = 2;\n")
    found = read_param_cpp(path)
    assert found.values == {"technode": 7, "memcelltype": 1, "operationmode": 2}
    assert not found.is_whole
    assert (
        "there is no constructor" in found.problems[0].message
        or "there is no constructor" in found.problems[-1].message
    )


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_and_bytes(sample: Path, tmp_path: Path, ends: str) -> None:
    path = tmp_path / "Param.cpp"
    text = sample.read_text().replace("// Hz", "// fréquence µ")
    path.write_bytes(text.replace("\n", ends).encode("latin-1"))
    found = read_param_cpp(path, version="1.4")
    assert found.values == read_param_cpp(sample, version="1.4").values
    assert [p.message for p in found.problems] == ["has bytes that are not UTF-8; they are shown as �"]


def test_version_that_is_not_known(sample: Path) -> None:
    with pytest.raises(LogError, match=r"there is no version '9' of Param\.cpp; use one of 1\.0, 1\.1"):
        read_param_cpp(sample, version="9")
    with pytest.raises(LogError, match="no such file"):
        read_param_cpp(sample.with_name("none.cpp"))
