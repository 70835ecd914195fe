"""Expressions: checked against worked examples, an oracle of our own and, where there is one, a C++ compiler."""

from __future__ import annotations

import math
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.parsers.param_cpp.evaluation import Evaluation
from nnsreport.parsers.param_cpp.parameters import ParameterFile
from nnsreport.parsers.param_cpp.program import parse_program
from nnsreport.parsers.param_cpp.values import Result, Unknown


def evaluate(text: str) -> Result:
    evaluation = Evaluation({}, {}, {})
    evaluation.run(parse_program([f"Param::Param() {{ x = {text}; }}"], [1]).statements)
    return evaluation.settings[-1].value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7/2", 3),
        ("-7/2", -3),
        ("7/-2", -3),
        ("-7%4", -3),
        ("7%-4", 3),
        ("1/2*2.0", 0.0),
        ("2.0*1/2", 1.0),
        ("(double)5/3", 5 / 3),
        ("(double)(5/3)", 1.0),
        ("double(5)/3", 5 / 3),
        ("static_cast<double>(5)/3", 5 / 3),
        ("(int)2.9", 2),
        ("(int)-2.9", -2),
        ("(bool)0.1", True),
        ("(float)0.1", 0.10000000149011612),
        ("0.1f", 0.10000000149011612),
        ("1e9", 1e9),
        (".5e-3", 0.0005),
        ("5.", 5.0),
        ("010", 8),
        ("0x1F", 31),
        ("0b101", 5),
        ("1'000'000", 1_000_000),
        ("3000000000", 3_000_000_000),
        ("10L", 10),
        ("true + true", 2),
        ("true", True),
        ("!5", False),
        ("~5", -6),
        ("1 << 5", 32),
        ("6 & 3 | 8 ^ 1", 11),
        ("1 + 2 * 3 - 4", 3),
        ("2 - 3 - 4", -5),
        ("1 < 2 == 1", True),
        ("0 ? 1 : 0 ? 2 : 3", 3),
        ("1 ? 1 : 2.5", 1.0),
        ("0 && 1/0", False),
        ("1 || 1/0", True),
        ("1.0/0", math.inf),
        ("-1/0.0", -math.inf),
        ("pow(2, 8) - 1", 255.0),
        ("std::pow(2, 0.5)", math.sqrt(2)),
        ("pow(10, 400)", math.inf),
        ("pow(-10, 401)", -math.inf),
        ("pow(0, -1)", math.inf),
        ("log(0)", -math.inf),
        ("log10(1e6) + log2(8)", 9.0),
        ("ceil(7/2)", 3.0),
        ("ceil(7/2.0)", 4.0),
        ("floor(-0.5)", -1.0),
        ("round(2.5)", 3.0),
        ("round(-0.49999999999999994)", 0.0),
        ("abs(-3)", 3),
        ("abs(-3.5)", 3.5),
        ("min(2, 3) + max(2.5, 3.5)", 5.5),
        ("sqrt(2) * sqrt(2)", math.sqrt(2) * math.sqrt(2)),
        ("'A'", 65),
        ('"SGD"', "SGD"),
        ('(char*) "SGD"', "SGD"),
        ("y = 3", 3),
    ],
)
def test_value(text: str, value: object) -> None:
    found = evaluate(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["sqrt(-1)", "pow(-8, 1.0/3)", "0.0/0"])
def test_not_a_number(text: str) -> None:
    found = evaluate(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1/0", "an integer is divided by zero"),
        ("5 % 0", "an integer is divided by zero"),
        ("2147483647 + 1", "the integer overflows"),
        ("-2147483647 - 2", "the integer overflows"),
        ("100000*100000", "the integer overflows"),
        ("99999999999999999999", "the integer overflows"),
        ("(int)1e10", "the integer overflows"),
        ("(int)(0.0/0)", "nan is no integer"),
        ("10u", "unsigned numbers are not evaluated"),
        ("(unsigned)5", "conversions to unsigned are not evaluated"),
        ("(long long)5", "conversions to long long are not evaluated"),
        ("1 << 40", "the shift is out of range"),
        ("1.5 % 2", "% is applied to a double"),
        ('"a" + 1', r"\+ is applied to a text"),
        ("atoi(argv[1])", "it calls atoi, which is known only to the running program"),
        ("argv[1]", r"argv\[1\] is known only to the running program"),
        ("tech->vdd * 2", "tech->vdd is known only to the running program"),
        ("other * 2", "other is not set before in this file"),
        ("1 + missing / 0", "missing is not set before in this file"),
        ("pow(2)", "pow is called with unsuitable arguments"),
        ("max(1, 2.5)", "min and max want two numbers of one type"),
        ("0x", "0x is no number"),
        ("1.2.3", "1.2.3 is no number"),
        ("22nm", "22nm is no number"),
    ],
)
def test_reason_why_there_is_no_value(text: str, reason: str) -> None:
    found = evaluate(text)
    assert isinstance(found, Unknown)
    assert re.fullmatch(reason, found.reason)


def test_long_expressions_are_refused_in_words(read: Callable[..., ParameterFile]) -> None:
    for text in ("1" + "+1" * 5000, "(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1 ? " * 3000 + "1"):
        found = read(f"x = {text};\ny = 2;")
        assert found.parameters["x"].value is None
        assert found.values["y"] == 2
        assert any("has more than" in problem.message for problem in found.problems)


integers = st.integers(-1000, 1000)


def _truncated(left: int, right: int) -> int:
    return math.trunc(Fraction(left, right))


@st.composite
def expression(draw: st.DrawFn, depth: int = 4) -> tuple[str, int | float]:
    """Draw C++ text with the value that it has by definition, computed on the way."""
    if depth == 0 or draw(st.booleans()):
        if draw(st.booleans()):
            value = draw(integers)
            return (str(value) if value >= 0 else f"({value})"), value
        real = draw(st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6))
        return f"({real!r})" if "." in repr(real) or "e" in repr(real) else f"({real!r}.0)", real
    operator = draw(st.sampled_from(["+", "-", "*", "/", "%", "?"]))
    (left_text, left), (right_text, right) = draw(expression(depth - 1)), draw(expression(depth - 1))
    if operator == "?":
        chosen = left if left < right else right
        is_real = isinstance(left, float) or isinstance(right, float)
        text = f"({left_text} < {right_text} ? {left_text} : {right_text})"
        return text, float(chosen) if is_real else chosen
    if isinstance(left, float) or isinstance(right, float):
        operator = "*" if operator == "%" or (operator == "/" and right == 0) else operator
    elif operator in "/%" and right == 0:
        operator = "-"
    return f"({left_text} {operator} {right_text})", _apply(operator, left, right)


def _apply(operator: str, left: float, right: float) -> float:
    if isinstance(left, int) and isinstance(right, int):
        quotient = _truncated(left, right) if operator in "/%" else 0
        return {"+": left + right, "-": left - right, "*": left * right, "/": quotient, "%": left - right * quotient}[
            operator
        ]
    real = {"+": left + right, "-": left - right, "*": left * right}
    return float(real[operator]) if operator != "/" else left / right


@settings(max_examples=300, deadline=None)
@given(expression())
def test_equals_the_value_by_definition(drawn: tuple[str, int | float]) -> None:
    text, value = drawn
    found = evaluate(text)
    if isinstance(found, Unknown):
        assert found.reason == "the integer overflows" or "more than" in found.reason
        return
    assert type(found) is type(value)
    assert found == value or (math.isnan(found) and math.isnan(value))  # type: ignore[arg-type]


def _random_expression(random_number: random.Random, depth: int) -> str:
    if depth == 0 or random_number.random() < 0.2:
        return random_number.choice(["1", "7", "3", "-2", "2.5", "1e-3", "0x10", "0.1f", "true", "100", "(double)7"])
    left, right = (_random_expression(random_number, depth - 1) for _ in range(2))
    form = random_number.choice(
        [
            *(f"({{}} {operator} {{}})" for operator in ("+", "-", "*", "/", "<", ">=", "==", "!=", "&&", "||")),
            "(int)({} / {})",
            "pow({}, (int){})",
            "ceil({}) + floor({})",
            "({0} < {1} ? {0} : {1})",
            "-({} - {})",
            "!({} - {})",
            "fabs({}) + abs((int){})",
            "sqrt(fabs({})) * (bool){}",
        ]
    )
    return form.format(left, right)


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no g++ to compare with")
def test_equals_what_a_compiler_computes(tmp_path: Path) -> None:
    random_number = random.Random(20261123)
    known = {}
    for _ in range(400):
        text = _random_expression(random_number, 3)
        value = evaluate(text)
        # An int cast of a number that is too large is undefined in C++, and a division by zero ends the program.
        if not isinstance(value, Unknown | str) and not (isinstance(value, float) and not math.isfinite(value)):
            known[text] = value
    assert len(known) > 250
    lines = "\n".join(f'std::printf("%.17g\\n", (double)({text}));' for text in known)
    (tmp_path / "main.cpp").write_text(
        f"#include <cmath>\n#include <cstdio>\n#include <cstdlib>\nusing namespace std;\nint main() {{\n{lines}\n}}\n"
    )
    subprocess.run(["g++", "-O0", "-w", "main.cpp", "-o", "main"], cwd=tmp_path, check=True, timeout=120)
    printed = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True, timeout=20).stdout
    for (text, value), line in zip(known.items(), printed.split(), strict=True):
        assert float(line) == float(value), text
