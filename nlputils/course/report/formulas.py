"""Formulas as drawings: TeX becomes vector paths, so that a page needs no MathJax and no network.

Matplotlib's own TeX parser draws what it knows. What it does not know stays TeX, set as code, and
can still be read.
"""

import functools
import html
import re
from collections.abc import Sequence
from typing import Any

# The drawing's unit: so many to the height of the surrounding letters.
_EM = 1000
# Letters of this font are smaller than those of common screen fonts of the same size.
_SCALE = 1.15
_FONT = "stix"
# Spellings that matplotlib's parser lacks, and the ones it has; sizes it chooses by itself.
_SPELLINGS = {
    r"\lVert": r"\Vert",
    r"\rVert": r"\Vert",
    r"\lvert": r"\vert",
    r"\rvert": r"\vert",
    r"\le": r"\leq",
    r"\ge": r"\geq",
    r"\lt": "<",
    r"\gt": ">",
    r"\land": r"\wedge",
    r"\lor": r"\vee",
    r"\tfrac": r"\frac",
    r"\textbf": r"\mathbf",
    r"\texttt": r"\mathtt",
    r"\operatorname*": r"\operatorname",
    **dict.fromkeys((r"\limits", r"\displaystyle", r"\bigl", r"\bigr", r"\big", r"\Big"), ""),
}
_LINES = re.compile(r"\\begin\{(align|aligned|gather|equation|split)(\*?)\}(.*)\\end\{\1\2\}", re.S)


@functools.lru_cache(maxsize=2048)
def formula(tex: str, block: bool = False) -> str:
    """Draw a formula.

    Args:
        tex: TeX without its dollar signs.
        block: Whether it stands on a line of its own.

    Returns:
        HTML: a drawing whose text alternative is the TeX, or the TeX as code where it cannot be
        drawn.
    """
    inner = "".join(_drawn(line, block) for line in _lines(tex))
    return f'<span class="formula">{inner}</span>' if block else inner


def _lines(tex: str) -> Sequence[str]:
    """Split an environment of several lines, which are then drawn one below the other."""
    found = _LINES.fullmatch(tex.strip())
    if not found:
        return [tex]
    return [line.replace("&", "") for line in found[3].split(r"\\") if line.strip()]


def _drawn(line: str, block: bool) -> str:
    known = " ".join(line.split())
    if block:
        known = re.sub(r"\\frac(?![A-Za-z])", r"\\dfrac", known)
    for foreign, own in _SPELLINGS.items():
        known = re.sub(re.escape(foreign) + r"(?![A-Za-z])", own.replace("\\", r"\\"), known)
    try:
        return _svg(f"${known}$", line)
    except ValueError:
        return f'<code class="tex">{html.escape(line.strip())}</code>'


def _svg(text: str, tex: str) -> str:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), text, prop=FontProperties(size=_EM, math_fontfamily=_FONT))
    if not len(path.vertices):
        raise ValueError(f"nothing to draw in {text}")
    box = path.get_extents()
    left, top = round(box.x0) - 20, round(-box.y1) - 20
    width, height = round(box.width) + 40, round(box.height) + 40
    per = _SCALE / _EM
    below = (top + height) * per
    return (
        f'<svg class="tex" role="img" aria-label="{html.escape(" ".join(tex.split()))}" '
        f'viewBox="{left} {top} {width} {height}" '
        f'style="width:{width * per:.3f}em;height:{height * per:.3f}em;'
        f'vertical-align:{-below:.3f}em"><path d="{_strokes(path)}"/></svg>'
    )


def _strokes(path: Any) -> str:
    """Write a matplotlib path in SVG's words; there the vertical axis points down."""
    letters = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
    parts = []
    for points, code in path.iter_segments(simplify=False):
        numbers = [] if letters[code] == "Z" else points.reshape(-1, 2) * (1, -1)
        parts.append(letters[code] + " ".join(f"{x:.0f} {y:.0f}" for x, y in numbers))
    return "".join(parts)
