"""Pages in a real browser without network: charts, themes, print, and texts that attack."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader

from nnsreport.reports.comparison import compare_runs
from nnsreport.reports.page import comparison_page, report_page
from nnsreport.reports.run_data import RunData

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"


def figures(dom: str) -> list[str]:
    """Return the elements of each chart, in the order of the page."""
    return re.findall(r'<figure class="chart".*?</figure>', dom, flags=re.DOTALL)


def tags_of(dom: str) -> set[str]:
    """Return the names of all elements, as a parser of HTML sees them."""
    found: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.add(tag)  # type: ignore[method-assign]
    parser.feed(dom)
    return found


def brightness(png: bytes) -> float:
    return ImageStat.Stat(Image.open(io.BytesIO(png)).convert("L")).mean[0]


@pytest.mark.parametrize("which", ["drift_run", "neurosim_run"])
def test_every_chart_draws_its_marks_and_the_console_stays_empty(
    browser: Any, which: str, request: pytest.FixtureRequest
) -> None:
    visit = browser.visit(report_page([request.getfixturevalue(which)]))
    charts = figures(visit.dom)
    assert visit.console == ()
    assert 'data-charts="done"' in visit.dom
    assert len(charts) >= 3
    for chart in charts:
        assert 'data-state="drawn"' in chart
        assert len(re.findall(r'<g class="mark-(?:rect|symbol|line|area|rule)', chart)) >= 2
        assert "<path" in chart
    assert "NaN" not in "".join(re.findall(r'\sd="([^"]*)"', visit.dom))


def test_a_comparison_page_works_without_charts(browser: Any, make_drift_run: Callable[..., RunData]) -> None:
    page = comparison_page(compare_runs(make_drift_run(), make_drift_run("38905700", offset=-0.05)))
    visit = browser.visit(page)
    assert visit.console == ()
    assert 'data-charts="done"' in visit.dom
    assert len(page) < 300_000  # the Vega bundle is not carried for nothing


def test_light_and_dark_differ_in_page_and_charts(browser: Any, drift_page: str) -> None:
    light, dark = browser.screenshot(drift_page, LIGHT), browser.screenshot(drift_page, DARK)
    assert brightness(light) > 200
    assert brightness(dark) < 60


def test_a_chosen_theme_overrules_the_readers_preference(browser: Any, drift_page: str) -> None:
    forced = drift_page.replace('<html lang="en">', '<html lang="en" data-theme="dark">')
    # The page's own script starts from what is stored, so the attribute is tested on a page without scripts.
    without_scripts = re.sub(r"<script>.*?</script>", "", forced, flags=re.DOTALL)
    assert brightness(browser.screenshot(without_scripts, LIGHT)) < 60


def test_hostile_texts_are_shown_and_never_run(
    browser: Any, hostile_run: RunData, text_of: Callable[[str], str]
) -> None:
    visit = browser.visit(report_page([hostile_run]))
    title = re.search(r"<title>(.*?)</title>", visit.dom, flags=re.DOTALL)
    assert title is not None
    assert title.group(1) != "owned"
    assert "img" not in tags_of(visit.dom)
    assert visit.console == ()
    shown = text_of(visit.dom)
    assert "<script>document.title='owned'</script>" in shown
    assert "{{ 7 * 7 }} {% raw %}" in shown
    assert all('data-state="drawn"' in chart for chart in figures(visit.dom))


def test_a_script_that_is_not_ours_is_refused(browser: Any, drift_page: str) -> None:
    tampered = drift_page.replace("</body>", "<script>document.title='owned'</script></body>")
    visit = browser.visit(tampered)
    assert "<title>owned" not in visit.dom
    assert any("Content Security Policy" in line for line in visit.console)


def test_a_chart_that_fails_says_so_and_opens_its_data(browser: Any, drift_page: str) -> None:
    broken = drift_page.replace('<script type="application/json">{', '<script type="application/json">{{', 1)
    charts = figures(browser.visit(broken).dom)
    failed = [chart for chart in charts if 'data-state="failed"' in chart]
    assert len(failed) == 1
    assert "could not be drawn" in failed[0]
    assert re.search(r"<details[^>]*open", failed[0])


def test_the_printed_page_is_light_and_has_the_numbers(browser: Any, drift_page: str) -> None:
    reader = PdfReader(io.BytesIO(browser.pdf(drift_page)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "92.41" in text
    assert "Accuracy against time after programming" in text
    assert "Theme:" not in text


def test_a_phone_needs_no_sideways_scrolling(browser: Any, drift_page: str) -> None:
    narrow = browser.screenshot(drift_page, LIGHT, width=500, height=2600)
    wide = browser.screenshot(drift_page, LIGHT, width=1280, height=2600)
    image = Image.open(io.BytesIO(narrow)).convert("RGB")
    assert image.size == (500, 2600)
    # Beyond a page too wide for its window, the last columns would hold text instead of the page's margin.
    margin = image.crop((494, 300, 500, 2600))
    assert ImageChops.difference(margin, Image.new("RGB", margin.size, margin.getpixel((2, 100)))).getbbox() is None
    assert narrow != wide
