"""Draw the figures of docs/engine*.md from the engine itself.

python tools/draw_effects.py            # brings docs/images/effects up to date
python tools/draw_effects.py FOLDER     # draws elsewhere
"""

from __future__ import annotations

import sys
from pathlib import Path

from effect_figures import compensation, converters, devices, mapping, quantization, sram, wires
from effect_figures.drawing import draw

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images" / "effects"
PAGES = (quantization, mapping, devices, wires, converters, sram, compensation)


def main(arguments: list[str]) -> None:
    """Write every figure into a folder."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        for figure in page.figures():
            path = folder / f"{figure.name}.svg"
            path.write_bytes(draw(figure))
            print(f"wrote {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
