"""``nnsreport papers``: the reference library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nnsreport.cli.terminal import OutputFormat, console, print_table, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nnsreport.reports.references import Library, Paper, PublishedResult


def papers(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]",
            help="Paper whose results to list, such as joshi2020pcm; its beginning is enough.",
            show_default=False,
        ),
    ] = None,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Print BibTeX entries instead.")] = False,
    output: Annotated[OutputFormat, typer.Option("--format", help="How to print.")] = OutputFormat.TABLE,
) -> None:
    """List the papers of the reference library, or the published results of one with their evidence."""
    from nnsreport.reports.references import bibliography, load_library

    library = load_library()
    chosen = [library.paper(key)] if key is not None else list(library.papers.values())
    if bibtex:
        typer.echo(bibliography(chosen), nl=False)
    elif output is not OutputFormat.TABLE:
        _print_data(library, chosen, output)
    elif key is None:
        _print_papers(library, chosen)
    else:
        _print_results(chosen[0], library.results_of(chosen[0].key))


def _print_data(library: Library, chosen: Sequence[Paper], output: OutputFormat) -> None:
    from nnsreport.reports.references.export import to_csv, to_json

    results = [result for paper in chosen for result in library.results_of(paper.key)]
    typer.echo(to_json(chosen, results) if output is OutputFormat.JSON else to_csv(results), nl=False)


def _print_papers(library: Library, chosen: Sequence[Paper]) -> None:
    rows = []
    for paper in chosen:
        results = library.results_of(paper.key)
        read = sum(result.evidence == "read" for result in results)
        rows.append((paper.key, paper.short_name, paper.title, f"{read}", f"{len(results) - read}"))
    columns = ("key", "name", "title", "read", "secondary")
    print_table(console(), columns, rows, right=("read", "secondary"))


def _print_results(paper: Paper, results: Sequence[PublishedResult]) -> None:
    target = console()
    target.print(printable(f"{', '.join(paper.authors)}: {paper.title}. {paper.venue}, {paper.year}."))
    if paper.link:
        target.print(printable(paper.link))
    target.print()
    rows = [
        (result.quantity, result.published_text, result.conditions, result.location, result.evidence.value)
        for result in results
    ]
    print_table(target, ("quantity", "value", "conditions", "place", "evidence"), rows)
    target.print()
    for word in sorted({result.evidence for result in results}):
        target.print(f"{word.value}: {word.meaning}")
