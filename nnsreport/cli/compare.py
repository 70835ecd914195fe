"""``nnsreport compare``: what differs between runs, by how much, and whether it is significant and fair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import OutputFormat, printable
from nnsreport.errors import RuleFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nnsreport.reports.comparison import Comparison
    from nnsreport.reports.comparison.rules import Rule


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="A B [MORE]...",
            help="Run folders, logs, run identifiers or SLURM job ids; A is the base that each other is compared with.",
            show_default=False,
        ),
    ],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write the comparison as an HTML page.")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="RULE",
            help="Exit with 1 when this is true of B - A: METRIC[@SELECTOR=VALUE,...] OP THRESHOLD, such as "
            "'accuracy<-0.5pp' or 'read_latency@layer=layer3>+2%'. May be given several times.",
        ),
    ] = None,
    runs_folder: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="Where runs are kept; else NNSREPORT_RUNS, else ./runs."),
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show equal rows and every layer too.")] = False,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="How to print: json and csv have every row.")
    ] = OutputFormat.TABLE,
) -> None:
    """Compare runs or logs: settings, comparability, and every number with its interval."""
    from nnsreport.jobs import load
    from nnsreport.reports.comparison import compare_many
    from nnsreport.reports.comparison.rules import parse_rule

    rules = [parse_rule(text) for text in fail_on or ()]
    comparisons = compare_many([load(argument, runs_folder) for argument in runs])
    _print(comparisons, output, show_all=show_all)
    if html is not None:
        _write_pages(comparisons, html)
    _apply(rules, comparisons)


def _print(comparisons: Sequence[Comparison], output: OutputFormat, *, show_all: bool) -> None:
    if output is OutputFormat.TABLE:
        from nnsreport.cli.comparison_table import print_comparison
        from nnsreport.cli.terminal import console

        target = console()
        for position, comparison in enumerate(comparisons):
            if position:
                target.print()
            print_comparison(comparison, target, show_all=show_all)
        return
    from nnsreport.reports.comparison.export import to_csv, to_json

    typer.echo(to_json(comparisons) if output is OutputFormat.JSON else to_csv(comparisons), nl=False)


def _write_pages(comparisons: Sequence[Comparison], path: Path) -> None:
    from nnsreport.reports.page import comparison_page

    for position, comparison in enumerate(comparisons, start=1):
        # One page a comparison: the first run against the second, the third, ...
        target = path if len(comparisons) == 1 else path.with_stem(f"{path.stem}-{position}")
        write_output(target, comparison_page(comparison).encode(), option="--html")
        typer.echo(f"wrote {printable(str(target))}", err=True)


def _apply(rules: Sequence[Rule], comparisons: Sequence[Comparison]) -> None:
    from nnsreport.reports.comparison.verdict import evaluate, failure

    failures: list[str] = []
    for comparison in comparisons:
        for rule in rules:
            verdict = evaluate(rule, comparison)
            for sentence in verdict.left_out:
                typer.echo(printable(f"rule {rule.text!r} could not judge {sentence}"), err=True)
            if not verdict.holds:
                failures.append(printable(failure(verdict, comparison)))
    if failures:
        raise RuleFailed("; ".join(failures))
