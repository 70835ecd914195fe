"""From a page of blocks to one HTML file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nnsreport.reports.charts import ChartSpec
from nnsreport.reports.page.blocks import Page
from nnsreport.reports.page.embedding import asset, content_security_policy, inline_asset, json_for_script

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

_STYLE = "page.css"
_SCRIPTS = ("vega-bundle.js", "page.js")


def render(page: Page) -> str:
    """Return a page as one self-contained HTML file.

    Parameters
    ----------
    page : Page
        All of its texts are escaped.

    Returns
    -------
    str
        The same for the same page: no time, no random name.
    """
    has_charts = any(block.kind == "figure" for section in page.sections for block in section.blocks)
    scripts = _SCRIPTS if has_charts else _SCRIPTS[1:]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            policy=content_security_policy(tuple(asset(name) for name in scripts), (asset(_STYLE),)),
            style=inline_asset(_STYLE),
            scripts=[inline_asset(name) for name in scripts],
        )
    )


def chart_json(chart: ChartSpec) -> Markup:
    """Return the specification of a chart for the page, as text for a script element."""
    from nnsreport.reports.charts.theme import screen_spec

    return json_for_script(screen_spec(chart))


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nnsreport.reports.page", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["chart_json"] = chart_json
    return environment
