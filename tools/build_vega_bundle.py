"""Build the Vega bundle that pages carry: ``python tools/build_vega_bundle.py``.

The bundle comes out of vl-convert, so that page, figures and Altair use one Vega-Lite. It is kept in the repository
because building it takes seconds and a page must not differ with the installed vl-convert.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

import altair
import vl_convert

from nnsreport.reports.figures import vega_lite_version

FOLDER = Path(__file__).resolve().parent.parent / "reports" / "page"
BUNDLE = FOLDER / "vega-bundle.js"
NOTICE = FOLDER / "vega-bundle.txt"

# The page's Content-Security-Policy forbids eval; vega-embed then needs Vega's expression interpreter.
INTERPRETER = re.compile(r"\.expressionInterpreter\s*\?\?\s*\w+\.expr\s*\?\?\s*\w+")

NOTICE_TEXT = """\
vega-bundle.js
==============

Made by tools/build_vega_bundle.py from vl-convert-python {vl_convert}; not edited by hand.
SHA-256 {digest}

Contents
  Vega        {vega}   BSD-3-Clause   Copyright University of Washington Interactive Data Lab
  Vega-Lite   {vega_lite}   BSD-3-Clause   Copyright University of Washington Interactive Data Lab
  Vega-Embed  {vega_embed}   BSD-3-Clause   Copyright University of Washington Interactive Data Lab
  with vega-interpreter, vega-tooltip, vega-themes and vega-schema-url-parser (BSD-3-Clause, the same holder)
  and what they depend on:
  d3 modules (ISC, Copyright Mike Bostock), d3-delaunay and delaunator (ISC, Mapbox and Observable),
  topojson-client (ISC, Mike Bostock), fast-json-patch (MIT, Joachim Wester), lodash.debounce (MIT, OpenJS Foundation),
  json-stringify-pretty-compact (MIT, Simon Lydell), semver (ISC, Isaac Z. Schlueter and contributors),
  robust-predicates (Unlicense, Vladimir Agafonkin)

BSD 3-Clause License

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
   disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
   disclaimer in the documentation and/or other materials provided with the distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote
   products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

ISC License

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.

MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def problems(bundle: str) -> list[str]:
    """Return why a bundle cannot serve in a page; nothing when it can."""
    found = []
    if not INTERPRETER.search(bundle):
        found.append("vega-embed without the expression interpreter: charts would need unsafe-eval")
    if "window.vegaEmbed" not in bundle:
        found.append("vegaEmbed is not put on the window")
    if "</script" in bundle.lower() or "<!--" in bundle:
        found.append("text that ends or changes an inline script")
    return found


def main() -> int:
    """Write the bundle and its notice."""
    bundle = vl_convert.javascript_bundle(vl_version=vega_lite_version())
    found = problems(bundle)
    for problem in found:
        print(f"vega bundle: {problem}", file=sys.stderr)
    if found:
        return 1
    BUNDLE.write_text(bundle, encoding="utf-8")
    notice = NOTICE_TEXT.format(
        vl_convert=vl_convert.__version__,
        digest=hashlib.sha256(bundle.encode()).hexdigest(),
        vega=vl_convert.get_vega_version(),
        vega_lite=altair.SCHEMA_VERSION.removeprefix("v"),
        vega_embed=vl_convert.get_vega_embed_version(),
    )
    NOTICE.write_text(notice, encoding="utf-8")
    print(f"{BUNDLE}: {len(bundle)} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
