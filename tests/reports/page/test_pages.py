"""Pages as text: structure, safety, stability, origins of numbers."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from nnsreport.errors import ReportError
from nnsreport.reports.comparison import compare_runs
from nnsreport.reports.page import comparison_page, report_page
from nnsreport.reports.page.embedding import asset, content_security_policy, json_for_script
from nnsreport.reports.run_data import RunData

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Checks nesting and collects what accessibility needs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.tables: list[list[str]] = []
        self.header_cells_without_scope = 0
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if values.get("id"):
            self.ids.append(values["id"] or "")
        if tag == "table":
            self.tables.append([])
        elif self.tables:
            self.tables[-1].append(tag)
        if tag == "th" and "scope" not in values:
            self.header_cells_without_scope += 1
        for name in ("src", "href"):
            if values.get(name):
                self.addresses.append(values[name] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    assert parsed.open == []
    return parsed


@pytest.fixture(scope="module")
def pages(drift_run: RunData, neurosim_run: RunData, hostile_run: RunData, drift_page: str) -> dict[str, str]:
    return {
        "own": drift_page,
        "log": report_page([neurosim_run]),
        "mixed": report_page([drift_run, neurosim_run]),
        "hostile": report_page([hostile_run]),
        "comparison": comparison_page(compare_runs(drift_run, neurosim_run)),
    }


def test_pages_are_well_nested_with_ordered_headings_and_distinct_ids(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        parsed = outline(html)
        assert parsed.headings.count(1) == 1, name
        assert all(after - before <= 1 for before, after in zip(parsed.headings, parsed.headings[1:], strict=False))
        assert len(set(parsed.ids)) == len(parsed.ids), name


def test_tables_have_captions_and_scopes(pages: dict[str, str]) -> None:
    for html in pages.values():
        parsed = outline(html)
        assert parsed.tables
        assert all(tags[0] == "caption" for tags in parsed.tables)
        assert parsed.header_cells_without_scope == 0


def test_landmarks_and_skip_link(pages: dict[str, str]) -> None:
    for html in pages.values():
        for part in ('<a class="skip" href="#content">', "<header", "<nav", '<main id="content"', "<footer"):
            assert part in html


def test_nothing_is_fetched_and_links_leave_by_https_only(pages: dict[str, str]) -> None:
    for html in pages.values():
        parsed = outline(html)
        assert "<link" not in html.split("<script", maxsplit=1)[0]
        assert all(address.startswith(("#", "https://")) for address in parsed.addresses)


def test_the_policy_names_exactly_the_scripts_and_styles_of_the_page(pages: dict[str, str]) -> None:
    for html in pages.values():
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
        assert policy is not None
        text = policy.group(1).replace("&#39;", "'")
        assert "unsafe" not in text
        assert text.startswith("default-src 'none'; ")
        inline = re.findall(r"<(script|style)>(.*?)</\1>", html, flags=re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for _, body in inline]
        assert sorted(re.findall(r"sha256-([^']+)", text)) == sorted(digests)


def test_the_same_runs_make_the_same_bytes(make_drift_run: Callable[..., RunData], drift_page: str) -> None:
    assert report_page([make_drift_run()]) == drift_page


def test_hostile_texts_are_escaped_everywhere(pages: dict[str, str], text_of: Callable[[str], str]) -> None:
    html = pages["hostile"]
    assert "<script>document.title" not in html
    assert "img" not in outline(html).tags
    assert "{{ 7 * 7 }} {% raw %}" in text_of(html)
    for data in re.findall(r'<script type="application/json">(.*?)</script>', html, flags=re.DOTALL):
        assert not set(data) & set("<>&")
        json.loads(data)


def test_numbers_of_a_log_have_their_line(pages: dict[str, str], text_of: Callable[[str], str]) -> None:
    text = text_of(pages["log"])
    assert "89.31 % line 47" in text  # accuracy
    assert "20.7641 mm² line 109" in text  # area of the chip
    assert "4.95534 µs line 61" in text  # latency of layer 1
    assert "DenseNet40 line 3" in text  # a setting


def test_states_and_problems_come_first(
    drift_run: RunData, neurosim_run: RunData, text_of: Callable[[str], str]
) -> None:
    broken = dataclasses.replace(drift_run, state="failed", problems=("a", "b", "c", "the fourth problem"))
    text = text_of(report_page([broken]))
    assert "38905658 failed" in text.split("Key numbers")[0]
    assert "4 problems found" in text.split("Key numbers")[0]
    assert "the fourth problem" in text.split("Problems")[-1]
    assert "state-incomplete" in report_page([dataclasses.replace(neurosim_run, state="incomplete")])


def test_key_numbers_of_an_own_run(drift_page: str, text_of: Callable[[str], str]) -> None:
    summary = text_of(drift_page).split("Key numbers")[1].split("Accuracy against time")[0]
    assert "Accuracy after 25 s · no compensation 91.70 %" in summary
    assert "Accuracy after 1 month · global drift compensation 87.60 %" in summary
    assert "Float accuracy 92.41 %" in summary
    assert "4 trials · 1,000 images" in summary


def test_published_results_carry_evidence_place_and_reasons(
    pages: dict[str, str], text_of: Callable[[str], str]
) -> None:
    text = text_of(pages["own"])
    assert "Comparison with published results" in text
    assert "Joshi 2020" in text
    assert "published value not available" in text
    assert "not comparable" in text
    assert "Fig. 4d" in text


def test_several_runs_are_compared_and_their_settings_marked(
    make_drift_run: Callable[..., RunData], text_of: Callable[[str], str]
) -> None:
    html = report_page([make_drift_run(), make_drift_run("38905700", seed=8, offset=-0.05)])
    text = text_of(html)
    assert "Comparison of runs" in text
    assert re.search(r"run\.seed 7 8 differs", text)
    assert not re.search(r"adc\.bits 8 8 differs", text)
    assert 'class="mark outcome-worse">- worse' in html


def test_every_outcome_of_a_comparison_is_a_word(pages: dict[str, str], text_of: Callable[[str], str]) -> None:
    text = text_of(pages["comparison"])
    for word in ("better", "within noise", "not comparable", "only in A"):
        assert word in text


def test_a_title_replaces_the_runs_name(drift_run: RunData) -> None:
    assert "<h1>Drift &amp; noise</h1>" in report_page([drift_run], "Drift & noise")


def test_no_run_is_an_error() -> None:
    with pytest.raises(ReportError, match="no run to report"):
        report_page([])


def test_policy_allows_no_network() -> None:
    policy = content_security_policy(("a",), ("b",))
    assert "connect-src" not in policy  # falls back to default-src 'none'
    assert "http" not in policy


def test_json_cannot_end_its_element() -> None:
    text = json_for_script({"a": "</script><!-- & \u2028"})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!-- & \u2028"}


def test_the_bundle_is_the_recorded_one_with_the_interpreter() -> None:
    bundle = asset("vega-bundle.js")
    assert hashlib.sha256(bundle.encode()).hexdigest() in asset("vega-bundle.txt")
    assert "expressionInterpreter" in bundle
    assert "</script" not in bundle.lower()


def test_the_bundles_vega_lite_is_the_one_altair_writes_for() -> None:
    import altair

    assert re.search(rf"Vega-Lite +{re.escape(altair.SCHEMA_VERSION.removeprefix('v'))} ", asset("vega-bundle.txt"))
