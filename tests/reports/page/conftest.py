"""A headless Chromium without network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

_REQUIRED = "NNSREPORT_REQUIRE_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# The proxy does not exist: whatever a page asks of a network fails, and the console says so.
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--proxy-server=127.0.0.1:9",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser made of a page."""

    dom: str
    console: tuple[str, ...]


class Browser:
    """Opens pages in a fresh Chromium each."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._visits = 0

    def visit(self, html: str, *options: str) -> Visit:
        """Return the page's elements after its scripts ran, and what it wrote to the console."""
        done = self._run(html, "--dump-dom", *options)
        return Visit(done.stdout, tuple(line for line in done.stderr.splitlines() if "CONSOLE" in line))

    def screenshot(self, html: str, *options: str, width: int = 1280, height: int = 1600) -> bytes:
        """Return a PNG of the page's top."""
        target = self._folder / f"shot-{self._visits}.png"
        self._run(html, f"--screenshot={target}", f"--window-size={width},{height}", *options)
        return target.read_bytes()

    def pdf(self, html: str) -> bytes:
        """Return the page as printed."""
        target = self._folder / f"print-{self._visits}.pdf"
        self._run(html, f"--print-to-pdf={target}", "--no-pdf-header-footer")
        return target.read_bytes()

    def _run(self, html: str, *options: str) -> subprocess.CompletedProcess[str]:
        self._visits += 1
        page = self._folder / f"page-{self._visits}.html"
        page.write_text(html, encoding="utf-8")
        profile = self._folder / f"profile-{self._visits}"
        command = [self._program, *_OPTIONS, f"--user-data-dir={profile}", *options, page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        shutil.rmtree(profile, ignore_errors=True)
        return done


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Chromium; the test is skipped without it, or fails where it is required."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        reason = f"no Chromium found (looked for {', '.join(_NAMES)} on PATH)"
        if os.environ.get(_REQUIRED):
            pytest.fail(f"{reason}, and {_REQUIRED} is set")
        pytest.skip(f"{reason}; install it to check pages in a browser")
    return Browser(program, tmp_path_factory.mktemp("chromium"))


@pytest.fixture(scope="session")
def drift_page(drift_run: object) -> str:
    """The report of an own run."""
    from nnsreport.reports.page import report_page

    return report_page([drift_run])  # type: ignore[list-item]


@pytest.fixture(scope="session")
def text_of() -> Callable[[str], str]:
    """The visible text of an HTML file, tags taken away and entities resolved."""
    from html.parser import HTMLParser

    class Text(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.parts: list[str] = []
            self.inside = ""

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.inside = tag

        def handle_endtag(self, tag: str) -> None:
            self.inside = ""

        def handle_data(self, data: str) -> None:
            if self.inside not in {"script", "style"}:
                self.parts.append(data)

    def text(html: str) -> str:
        parser = Text()
        parser.feed(html)
        return " ".join(" ".join(parser.parts).split())

    return text
