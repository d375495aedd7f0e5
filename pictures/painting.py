"""What a chart looks like on a phone: large words, few lines, Brazilian numbers. Imported only by `python -m pictures`.

Pixels are of a picture 1080 wide, which a phone shows at about a third of that.
"""

import io
import textwrap
from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.typing import RcKeyType

from domain.charts import Chart, ChartUnit
from domain.texts import cleaned

WIDTH, HEIGHT = 1080, 720
_DOTS_PER_INCH = 100
_INK, _SOFT, _LINE = "#14211d", "#5b6b66", "#dfe5e2"
_COLOURS = ("#0b7a5e", "#a5dcc9", "#e0a030", "#3b74b8", "#c2513f", "#7b5ea7", "#6b7f3a", "#4d4d4d")
_SHADES = LinearSegmentedColormap.from_list("shades", ("#f1f6f4", "#7cc4ad", "#0b7a5e", "#064536"))
_TITLE_SIZE, _WORD_SIZE, _SMALL_SIZE = 25, 18, 14
_TITLE_LINE, _TITLE_LINES = 44, 2
_LONGEST_UPRIGHT = 10
"""Characters of a label that fits under a bar; where one is longer, bars lie down and labels stand beside them."""
_LONGEST_LABEL = 20
_CHARACTER_PIXELS = 15
_ROOM_PIXELS = {False: 930, True: 520}
"""Pixels for all labels of an axis: side by side under the bars, or below each other beside them."""
_MOST_VALUES = 12
_MOST_PRICES = 7
"""Bars side by side that leave room for `R$` before their values."""
_MILLIONS_FROM = 10_000_000
_MOST_CELLS = 70

_STYLE: dict[RcKeyType, object] = {
    "font.family": "DejaVu Sans",  # comes with the library: the same letters on every machine
    "font.size": _WORD_SIZE,
    "text.parse_math": False,  # R$ is money here
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _SOFT,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "axes.axisbelow": True,
}


def png(chart: Chart) -> bytes:
    """The chart as a PNG, the same bytes for the same chart."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / _DOTS_PER_INCH, HEIGHT / _DOTS_PER_INCH), dpi=_DOTS_PER_INCH)
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", w_pad=0.25, h_pad=0.2)
        title = textwrap.wrap(
            _drawable(chart.title), _TITLE_LINE, max_lines=_TITLE_LINES, placeholder="…", break_on_hyphens=False
        )
        figure.suptitle("\n".join(title), x=0.03, ha="left", size=_TITLE_SIZE, weight="bold")
        axes = figure.add_subplot()
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
        axes.tick_params(length=0, pad=8)
        if chart.heat:
            _shade(axes, chart)
        else:
            _raise_bars(figure, axes, chart)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def number(value: float, unit: ChartUnit, *, bare: bool = False) -> str:
    """A value as Brazilians write it, without cents: `R$ 1.234` (`bare`: `1.234`), `R$ 12,3 mi`, `87%`, `12`."""
    whole = f"{value:,.0f}".replace(",", ".")
    if value >= _MILLIONS_FROM:
        whole = f"{value / 1_000_000:.1f} mi".replace(".", ",")
    match unit:
        case ChartUnit.REAIS:
            return whole if bare else f"R$ {whole}"
        case ChartUnit.PERCENT:
            return f"{whole}%"
        case ChartUnit.BOOKINGS:
            return whole


def _raise_bars(figure: Figure, axes: Axes, chart: Chart) -> None:
    """Upright bars; lying ones where labels are long."""
    lying = any(len(_label(label)) > _LONGEST_UPRIGHT for label in chart.labels)
    rows = 1 if chart.stacked else len(chart.series)
    thickness = 0.78 / rows
    base = [0.0] * len(chart.labels)
    for row, series in enumerate(chart.series):
        shift = 0.0 if chart.stacked else (row - (rows - 1) / 2) * thickness
        places = [place + shift for place in range(len(chart.labels))]
        colour = _COLOURS[row % len(_COLOURS)]
        name = _label(series.name).lstrip("_") or "?"  # the library hides names with a line before them
        if lying:
            axes.barh(places, series.values, thickness, left=base, color=colour, label=name)
        else:
            axes.bar(places, series.values, thickness, bottom=base, color=colour, label=name)
        if chart.stacked:
            base = [below + value for below, value in zip(base, series.values, strict=True)]
        elif len(chart.labels) * rows <= _MOST_VALUES:
            _write_values(axes, chart.unit, places, series.values, lying=lying)
    if chart.stacked and len(chart.labels) <= _MOST_VALUES:
        _write_values(axes, chart.unit, list(range(len(chart.labels))), base, lying=lying)
    _name_bars(axes, chart, lying=lying)
    _scale(axes, chart, max(base if chart.stacked else [max(series.values) for series in chart.series]), lying=lying)
    if len(chart.series) > 1:
        figure.legend(
            loc="outside lower center",
            ncols=min(len(chart.series), 4),
            frameon=False,
            fontsize=_WORD_SIZE if len(chart.series) <= 4 else _SMALL_SIZE,
        )


def _write_values(
    axes: Axes, unit: ChartUnit, places: Sequence[float], values: Sequence[float], *, lying: bool
) -> None:
    bare = not lying and (len(places) > _MOST_PRICES or max(values) >= 100_000)
    for place, value in zip(places, values, strict=True):
        if not value:
            continue
        axes.annotate(
            number(value, unit, bare=bare),
            (value, place) if lying else (place, value),
            xytext=(6, 0) if lying else (0, 4),
            textcoords="offset points",
            ha="left" if lying else "center",
            va="center" if lying else "bottom",
            size=_WORD_SIZE if len(places) <= 8 else _SMALL_SIZE,
        )


def _name_bars(axes: Axes, chart: Chart, *, lying: bool) -> None:
    """As many labels as there is room for, evenly; a short one of two words stands in two lines."""
    labels = [_label(label) for label in chart.labels]
    if not lying:
        labels = [label.replace(" ", "\n", 1) for label in labels]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    needed = 26 if lying else (longest + 1) * _CHARACTER_PIXELS
    every = -(-len(labels) * needed // _ROOM_PIXELS[lying])
    places = list(range(0, len(labels), every))
    if lying:
        axes.set_yticks(places, [labels[place] for place in places])
        axes.set_ylim(len(labels) - 0.5, -0.5)  # the first on top
    else:
        axes.set_xticks(places, [labels[place] for place in places])
        beside = max(0.6, 2 - len(labels) / 2)  # a few bars are no walls
        axes.set_xlim(-beside, len(labels) - 1 + beside)


def _scale(axes: Axes, chart: Chart, highest: float, *, lying: bool) -> None:
    """The values' axis, from zero; without numbers where they stand on the bars."""
    room = 1.22 if lying else 1.1
    limit = (highest or (100 if chart.unit is ChartUnit.PERCENT else 1)) * room
    axis = axes.xaxis if lying else axes.yaxis
    if lying:
        axes.set_xlim(0, limit)
    else:
        axes.set_ylim(0, limit)
    if not highest:
        axes.text(0.5, 0.5, "Nada no período", transform=axes.transAxes, ha="center", va="center", color=_SOFT)
    bars = len(chart.labels) * (1 if chart.stacked else len(chart.series))
    if bars <= _MOST_VALUES or not highest:
        axis.set_visible(False)
        return
    axis.set_major_locator(MaxNLocator(3 if lying else 5, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, chart.unit)))
    axis.grid(color=_LINE)


def _shade(axes: Axes, chart: Chart) -> None:
    """Rows by columns; with the values in them where there are few."""
    rows = [series.values for series in chart.series]
    highest = max(max(row) for row in rows)
    top = max(highest, 100.0) if chart.unit is ChartUnit.PERCENT else highest or 1.0
    axes.pcolormesh(rows, cmap=_SHADES, vmin=0, vmax=top, edgecolors="white", linewidth=3)
    axes.set_ylim(len(rows), 0)
    labels = [_label(label) for label in chart.labels]
    longest = max(len(label) for label in labels)
    every = -(-len(labels) * (longest + 1) * _CHARACTER_PIXELS // 800)
    axes.set_xticks([place + 0.5 for place in range(0, len(labels), every)], labels[::every])
    axes.xaxis.tick_top()
    size = _WORD_SIZE if len(rows) <= 12 else _SMALL_SIZE
    axes.set_yticks([place + 0.5 for place in range(len(rows))], [_label(s.name) for s in chart.series], size=size)
    if len(rows) * len(labels) > _MOST_CELLS:
        return
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            axes.text(
                x + 0.5,
                y + 0.5,
                number(value, chart.unit, bare=True),
                ha="center",
                va="center",
                size=_SMALL_SIZE,
                color="white" if value > top * 0.55 else _INK,
            )


def _label(text: str) -> str:
    """A label in one short line."""
    line = " ".join(_drawable(text).split())
    return line if len(line) <= _LONGEST_LABEL else line[: _LONGEST_LABEL - 1].rstrip() + "…"


def _drawable(text: str) -> str:
    """What of a text the letters can write: emoji and other scripts would stand there as boxes."""
    known = get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap()
    return "".join(c for c in cleaned(text) if ord(c) in known or c.isspace()).strip() or "?"
