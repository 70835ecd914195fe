"""Every script of the bench has a test here that runs it in small."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
RUN_BY = {"regular_expressions": "parsing_speed"}
"""Scripts that are run by another one."""


def test_every_script_has_a_test(bench: Path) -> None:
    scripts = {path.stem for path in bench.glob("*.py") if '__name__ == "__main__"' in path.read_text(encoding="utf-8")}
    assert set(RUN_BY) <= scripts
    for script in sorted(scripts):
        name = RUN_BY.get(script, script)
        path = TESTS / f"test_{name}.py"
        assert path.is_file(), f"{script} has no test"
        assert name in path.read_text(encoding="utf-8")
    for script, other in RUN_BY.items():
        assert f"{script}.py" in (bench / f"{other}.py").read_text(encoding="utf-8")
