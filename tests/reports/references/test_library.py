"""The data of the reference library, and how it is read."""

from __future__ import annotations

import re

import pytest

from nnsreport.errors import ReportError
from nnsreport.reports.references import Evidence, Library, Paper, bibliography, bibtex, load_library
from nnsreport.reports.references.library import parse_library
from nnsreport.reports.references.result import Level
from nnsreport.units import unit_scale
from nnsreport.vocabulary import METRICS, Scope

MISSION = (
    "yu2021cim",
    "peng2020neurosimv2",
    "gonugondla2022limits",
    "laubeuf2022dqrc",
    "gonugondla2020precision",
    "joshi2020pcm",
    "mackin2022weightprog",
    "chang2023eupq",
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_the_papers_of_the_mission_come_first_in_their_order(library: Library) -> None:
    assert tuple(library.papers)[:8] == MISSION
    assert [paper.mission for paper in library.papers.values()][:9] == [1, 2, 3, 4, 5, 6, 7, 8, None]


def test_every_paper_has_results_and_every_result_a_paper(library: Library) -> None:
    assert {result.key for result in library.results} == set(library.papers)


def test_every_result_is_read_or_secondary(library: Library) -> None:
    counts = [sum(result.evidence is word for result in library.results) for word in Evidence]
    assert counts == [201, 160]


def test_results_in_the_vocabulary_are_whole(library: Library) -> None:
    mapped = [result for result in library.results if result.metric]
    assert len(mapped) == 140
    for result in mapped:
        assert result.metric in METRICS
        assert result.value_si is not None
        assert result.relation in {"=", "<", ">", "~"}
        assert result.level in Level
        assert result.phase in {"inference", "training"}
        on_network = Scope.NETWORK in METRICS[result.metric].scopes
        assert on_network == (result.level is Level.NETWORK)


def test_values_in_si_are_those_of_the_text(library: Library) -> None:
    for result in library.results:
        if result.value_si is None:
            continue
        number = re.fullmatch(r"[<>~]?(\d+(?:\.\d+)?)", result.value)
        scale = unit_scale(result.unit.removesuffix(" top-1"), METRICS[result.metric].unit)
        assert number, result
        assert scale, result
        assert result.value_si == pytest.approx(float(number[1]) * scale, rel=1e-9), result
        assert not result.value.startswith(tuple("<>~")) or result.relation == result.value[0]


def test_results_without_a_metric_claim_no_number(library: Library) -> None:
    for result in library.results:
        if not result.metric:
            assert (result.value_si, result.relation, result.level) == (None, "", None)


# Numbers looked up by hand in the sources' texts: abstract of Joshi 2020, table 7 of Lu 2021.
@pytest.mark.parametrize(
    ("key", "metric", "conditions", "value_si"),
    [
        ("joshi2020pcm", "accuracy", {"time_s": None, "network": "ResNet-32"}, 0.937),
        ("joshi2020pcm", "accuracy", {"time_s": 86400.0, "compensation": "global"}, 0.926),
        ("joshi2020pcm", "float_accuracy", {}, 0.9387),
        ("lu2021validation", "area", {"network": "VGG-8", "technology_nm": 7, "estimate": ""}, 13.34e-6),
        (
            "lu2021validation",
            "energy_efficiency",
            {"network": "VGG-8", "device": "PCM", "estimate": "pre-layout"},
            68.69e12,
        ),
        ("lu2021validation", "read_latency", {"network": "VGG-8", "device": "FeFET"}, 1.48e-3),
        ("lu2021validation", "leakage_power", {"network": "VGG-8", "technology_nm": 7}, 2.71e-3),
    ],
)
def test_known_numbers(library: Library, key: str, metric: str, conditions: dict[str, object], value_si: float) -> None:
    found = [
        result.value_si
        for result in library.results_of(key)
        if result.metric == metric and all(getattr(result, name) == value for name, value in conditions.items())
    ]
    assert found == [pytest.approx(value_si)]


def test_a_paper_is_found_by_the_beginning_of_its_key(library: Library) -> None:
    assert library.paper("joshi").key == "joshi2020pcm"
    assert library.paper("peng2020neurosimv2").key == "peng2020neurosimv2"  # though another key begins so


@pytest.mark.parametrize(
    ("key", "message"), [("gonugondla", "may mean gonugondla2022limits or"), ("nobody", "is not one of yu2021cim")]
)
def test_a_paper_that_is_not_there_or_not_clear(library: Library, key: str, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        library.paper(key)


def test_bibtex_of_what_is_known() -> None:
    paper = Paper(
        "a2020b",
        "inproceedings",
        ("Ann Bee", "others"),
        "CIM & 5 % of DNNs",
        "Conf_X",
        2020,
        pages="1-9",
        doi="10.1/x_y",
    )
    assert bibtex(paper) == (
        "@inproceedings{a2020b,\n"
        "  author = {Ann Bee and others},\n"
        r"  title = {{CIM \& 5 \% of DNNs}}," + "\n"
        r"  booktitle = {Conf\_X}," + "\n"
        "  year = {2020},\n"
        "  pages = {1--9},\n"
        "  doi = {10.1/x_y},\n"
        "}\n"
    )


def test_bibliography_has_an_entry_for_each_paper(library: Library) -> None:
    text = bibliography(library.papers.values())
    assert re.findall(r"^@\w+\{([^,]+),$", text, flags=re.MULTILINE) == list(library.papers)
    assert text.count("{") == text.count("}")


def test_a_paper_has_one_link() -> None:
    with_doi = Paper("k", "article", ("A B",), "T", "V", 2020, doi="10.1/x", url="https://example.org")
    assert with_doi.link == "https://doi.org/10.1/x"
    assert Paper("k", "article", ("A B",), "T", "V", 2020).link == ""


PAPERS = '[known]\ntype = "article"\nauthors = ["A B"]\ntitle = "T"\nvenue = "V"\nyear = 2020\n'
COLUMNS = [
    *("key", "quantity", "value", "unit", "conditions", "location", "source", "evidence", "metric", "value_si"),
    *("relation", "level", "phase", "process", "estimate", "network", "dataset", "technology_nm", "device"),
    *("weight_bits", "activation_bits", "cell_bits", "adc_bits", "time_s", "compensation", "simulator", "weights"),
    "caveat",
]


def csv_text(**cells: str) -> str:
    row = dict.fromkeys(COLUMNS, "") | {"key": "known", "evidence": "read"} | cells
    return ",".join(COLUMNS) + "\n" + ",".join(row.values()) + "\n"


def test_a_minimal_library() -> None:
    (result,) = parse_library(PAPERS, csv_text(metric="area", value_si="1e-6", technology_nm="22")).results
    assert (result.metric, result.value_si, result.technology_nm, result.level) == ("area", 1e-6, 22, None)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"evidence": "recalled"}, "reference_results.csv:2: cannot read the result: 'recalled'"),
        ({"value_si": "much"}, "cannot read the result: could not convert"),
        ({"level": "wafer"}, "cannot read the result: 'wafer'"),
        ({"key": "unknown"}, "reference_results.csv:2: no paper 'unknown' in papers.toml"),
    ],
)
def test_wrong_rows_are_named(cells: dict[str, str], message: str) -> None:
    with pytest.raises(ReportError, match=message):
        parse_library(PAPERS, csv_text(**cells))
