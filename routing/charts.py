"""The benchmark's pictures: lines over a logarithmic axis, as SVG without scripts or fonts from elsewhere."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pygal
from pygal.style import Style

_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#333333",
    foreground_strong="#111111",
    foreground_subtle="#767676",
    opacity="1",
    font_family="sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    title_font_size=16,
    colors=("#0b6e4f", "#c2410c", "#1d4ed8", "#7e22ce", "#525252"),
)
_TOO_SMALL = 1e-9

Line = Sequence[tuple[float, float]]


def draw(path: Path, title: str, lines: Mapping[str, Line], *, across: str, up: str, log_up: bool = False) -> None:
    """Write a chart of ``lines`` to ``path``. Both axes are marked with round figures; x is logarithmic.

    ``across`` and ``up`` name what x and y are, with their unit. ``log_up`` makes y logarithmic too.
    """
    xs = [x for line in lines.values() for x, _ in line]
    ys = [y for line in lines.values() for _, y in line]
    chart = pygal.XY(
        style=_STYLE,
        js=[],
        width=760,
        height=420,
        title=title,
        x_title=across,
        y_title=up,
        legend_at_bottom=True,
        show_y_guides=True,
        dots_size=3,
        stroke_style={"width": 2.5},
        no_prefix=True,
        disable_xml_declaration=True,
    )
    chart.x_labels = _marks(xs, logarithmic=True)
    chart.y_labels = _marks(ys, logarithmic=log_up)
    for name, line in lines.items():
        chart.add(name, [(_place(x, logarithmic=True), _place(y, logarithmic=log_up)) for x, y in line])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(chart.render(is_unicode=True)), encoding="utf-8")


def _place(value: float, *, logarithmic: bool) -> float:
    return math.log10(max(value, _TOO_SMALL)) if logarithmic else value


def _marks(values: Sequence[float], *, logarithmic: bool) -> list[dict[str, object]]:
    """Return round figures from the least to the greatest value, each at its place."""
    if not logarithmic:
        greatest = max(values, default=1.0)
        step = 10 ** math.floor(math.log10(max(greatest, _TOO_SMALL)))
        step = next((share * step for share in (0.2, 0.5, 1, 2) if greatest / (share * step) <= 8), 2 * step)  # noqa: PLR2004 -- eight marks fit
        rounds = [number * step for number in range(math.ceil(greatest / step) + 1)]
    else:
        least, greatest = max(min(values, default=1.0), _TOO_SMALL), max(*values, 1e-8) if values else 10.0
        exponents = range(math.floor(math.log10(least)), math.ceil(math.log10(greatest)) + 1)
        rounds = [figure * 10.0**exponent for exponent in exponents for figure in (1, 2, 5)]
        rounds = [value for value in rounds if least / 1.01 <= value <= greatest * 1.01] or [least, greatest]
    return [{"label": f"{value:g}", "value": _place(value, logarithmic=logarithmic)} for value in rounds]
