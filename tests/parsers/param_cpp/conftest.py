"""Fixtures for the tests of Param.cpp."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers.param_cpp.parameters import ParameterFile, parameters_of
from nnsreport.parsers.reading import lines_of


@pytest.fixture(scope="session")
def sample(test_data: Path) -> Path:
    """A file in the manner of a Param.cpp."""
    return test_data / "neurosim" / "inputs" / "Param.cpp"


@pytest.fixture(scope="session")
def read() -> Callable[..., ParameterFile]:
    """Return a function that reads the lines of a constructor."""

    def read_body(body: str, *, version: str | None = None, before: str = "") -> ParameterFile:
        text = f"{before}Param::Param() {{\n{body}\n}}\n"
        return parameters_of(lines_of(text.encode()), version=version)

    return read_body


@pytest.fixture(scope="session")
def problems(read: Callable[..., ParameterFile]) -> Callable[..., list[str]]:
    """Return a function that gives the problems of a constructor, but not that its version is unknown."""

    def problems_of(body: str, **options: str) -> list[str]:
        return [str(problem) for problem in read(body, **options).problems if "no known version" not in problem.message]

    return problems_of
