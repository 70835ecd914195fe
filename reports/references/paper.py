"""A paper or program of the reference library, and its BibTeX entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LATEX_SPECIALS = str.maketrans({"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"})


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of a publication.

    Attributes
    ----------
    key : str
        By which results and BibTeX name it, such as ``joshi2020pcm``.
    type : str
        ``article``, ``inproceedings`` or ``software``.
    authors : tuple of str
        Given name first; ``others`` at the end where not all are known.
    title, venue : str
        As printed.
    year : int
        Of publication.
    volume, number, pages, doi, url : str
        Empty where not known.
    mission : int or None
        Number among the eight papers that reports stand beside.
    """

    key: str
    type: str
    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    volume: str = ""
    number: str = ""
    pages: str = ""
    doi: str = ""
    url: str = ""
    mission: int | None = None

    @property
    def short_name(self) -> str:
        """First author's family name and year, such as ``Joshi 2020``."""
        return f"{self.authors[0].split()[-1]} {self.year}"

    @property
    def link(self) -> str:
        """Address of the publication; empty where not known."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


def bibtex(paper: Paper) -> str:
    """Return a paper's BibTeX entry.

    Parameters
    ----------
    paper : Paper
        Fields that are not known are left out.

    Returns
    -------
    str
        With a final newline. Titles are in double braces, so that their capitals stay.
    """
    kind = "misc" if paper.type == "software" else paper.type
    place = {"article": "journal", "inproceedings": "booktitle", "misc": "howpublished"}[kind]
    fields = {
        "author": " and ".join(paper.authors),
        "title": f"{{{paper.title}}}",
        place: paper.venue,
        "year": str(paper.year),
        "volume": paper.volume,
        "number": paper.number,
        "pages": paper.pages.replace("-", "--"),
        "doi": paper.doi,
        "url": paper.url,
    }
    verbatim = {"doi", "url"}
    lines = [
        f"  {name} = {{{text if name in verbatim else text.translate(_LATEX_SPECIALS)}}},"
        for name, text in fields.items()
        if text
    ]
    return "\n".join((f"@{kind}{{{paper.key},", *lines, "}")) + "\n"


def bibliography(papers: Iterable[Paper]) -> str:
    """Return the BibTeX entries of several papers.

    Parameters
    ----------
    papers : iterable of Paper
        In the order wanted.

    Returns
    -------
    str
        Entries separated by empty lines.
    """
    return "\n".join(bibtex(paper) for paper in papers)
