"""Draw ink of the sample above what the recogniser reads: `python scripts/make_picture.py` writes docs/reading.png."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import crohme  # noqa: E402
from crohme.datasets.location import sample_folder  # noqa: E402
from crohme.ink.raster import render_ink  # noqa: E402
from inkml_parser.files import replacing  # noqa: E402

FILES = ("sample7_02.inkml", "sample8_03.inkml")
INK = "#1f3a93"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/reading.png"), help="PNG to write")
    parser.add_argument("files", nargs="*", type=Path, help="InkML (two files of the sample)")
    args = parser.parse_args()
    files = args.files or [sample_folder() / "test" / name for name in FILES]
    draw(files, args.output)


def draw(files: list[Path], path: Path) -> None:
    """A column for each file: its ink, the reading typeset, and the reading as LaTeX."""
    from matplotlib.figure import Figure

    recognizer = crohme.load()
    figure = Figure(figsize=(4.4 * len(files), 2.8), dpi=100)
    for column, file in enumerate(files):
        answer = recognizer.recognize(file)
        assert answer.ink is not None
        centre = (column + 0.5) / len(files)
        axes = figure.add_axes((column / len(files) + 0.03, 0.47, 1 / len(files) - 0.06, 0.52))
        axes.imshow(_coloured(render_ink(answer.ink.strokes)), interpolation="antialiased")
        axes.axis("off")
        figure.text(centre, 0.32, _for_mathtext(answer.latex), ha="center", va="center", fontsize=17)
        source = textwrap.fill(answer.latex, 58)
        figure.text(centre, 0.07, source, ha="center", va="center", size=8, family="monospace", parse_math=False)
        print(f"{file}: {answer.latex} ({answer.confidence:.3f})")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as out:
        figure.savefig(out, format="png", facecolor="white")


def _for_mathtext(latex: str) -> str:
    """LaTeX as matplotlib typesets it: it wants no space before a script."""
    return f"${latex.replace(' _ ', '_').replace(' ^ ', '^').replace('frac', 'dfrac')}$"


def _coloured(picture: np.ndarray) -> np.ndarray:
    """Grey ink, `(h, w)` uint8, in blue on white."""
    from matplotlib.colors import to_rgb

    share = picture[..., None] / 255
    mixed: np.ndarray = share + (1 - share) * np.array(to_rgb(INK))
    return mixed


if __name__ == "__main__":
    main()
