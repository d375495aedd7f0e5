"""From a chart to a picture: a real PNG, always the same, whatever stands in the chart; no burden on the worker."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
from matplotlib.image import imread

from domain.charts import Chart, ChartUnit, Series
from domain.errors import PictureNotDrawn
from pictures.drawing import ChildDrawing


def chart(
    values: Sequence[float],
    *more: Sequence[float],
    labels: Sequence[str] = (),
    name: str = "Feito",
    title: str = "Receita da semana",
    unit: ChartUnit = ChartUnit.REAIS,
    heat: bool = False,
    stacked: bool = False,
) -> Chart:
    """A chart with one series, or several."""
    return Chart(
        title=title,
        labels=tuple(labels) or tuple(f"{n + 1:02}/11" for n in range(len(values))),
        series=tuple(Series(name=name, values=tuple(row)) for row in (values, *more)),
        unit=unit,
        heat=heat,
        stacked=stacked,
    )


WEEK = chart((900.5, 1200, 0, 730, 1500), (0, 0, 0, 100, 900), stacked=True)
HOSTILE = "$x_1^2$ \\frac{} <b>&'\" %s {0} 🐶🐱 漢字 \u202e\x00 " + "W" * 100


def pixels(picture: bytes) -> np.ndarray:
    """The picture decoded: rows of pixels of four parts each, from 0 to 1."""
    return np.asarray(imread(BytesIO(picture), format="png"))


def ink(picture: bytes) -> float:
    """The share of pixels that are not white."""
    return float((pixels(picture)[..., :3].min(axis=2) < 0.9).mean())


async def test_a_chart_becomes_a_picture_for_a_phone() -> None:
    """A PNG of 1080 by 720, small enough for any channel, with bars in two colours and room around them."""
    picture = await ChildDrawing().drawn(WEEK)
    found = pixels(picture)
    assert found.shape[:2] == (720, 1080)
    assert len(picture) < 300_000
    assert 0.1 < ink(picture) < 0.7
    for colour in ((11, 122, 94), (165, 220, 201)):
        assert (np.abs(found[..., :3] * 255 - colour).max(axis=2) < 2).mean() > 0.005, colour
    edges = (found[:8], found[-8:], found[:, :8], found[:, -8:])
    assert all((edge[..., :3] > 0.99).all() for edge in edges), "something runs over the edge"


async def test_the_same_chart_is_the_same_picture() -> None:
    """A retry sends the same bytes; another value makes another picture."""
    drawing = ChildDrawing()
    first, second = await asyncio.gather(drawing.drawn(WEEK), drawing.drawn(WEEK))
    assert first == second
    assert await drawing.drawn(chart((900.5, 1200, 0, 730, 1501), (0, 0, 0, 100, 900), stacked=True)) != first


@pytest.mark.parametrize(
    "drawable",
    [
        chart((1234.56,)),
        chart((0,)),
        chart((0, 0, 0), unit=ChartUnit.PERCENT),
        chart([0.01] * 62),
        chart([1e12 + n for n in range(62)]),
        chart(range(62), range(62), range(62)),
        chart((1, 2), labels=("Dra. Beatriz Figueiredo de Albuquerque e Silva", "Zé 🐶")),
        chart([5] * 62, labels=[f"Profissional de nome comprido {n}" for n in range(62)]),
        chart((3, 4), labels=(HOSTILE, ""), name=HOSTILE, title=HOSTILE[:200]),
        chart((3, 4), (1, 2), labels=(HOSTILE, "x"), name="_" + HOSTILE, title="🐶"),
        chart(*[[n * 1.5 for n in range(62)]] * 20),
        chart(*[[n * 1.5 for n in range(62)]] * 20, name=HOSTILE, heat=True),
        chart((0, 120, 50.5), (100, 0, 3), heat=True, unit=ChartUnit.PERCENT),
        chart((0,), heat=True),
    ],
    ids=lambda drawable: f"{len(drawable.series)}x{len(drawable.labels)}-{'heat' if drawable.heat else 'bars'}",
)
async def test_whatever_stands_in_a_chart_is_drawn(drawable: Chart) -> None:
    """One bar or 62, nothing but zeros, names that are long, markup, formulas or in other scripts: a picture."""
    picture = await ChildDrawing().drawn(drawable)
    assert pixels(picture).shape[:2] == (720, 1080)
    assert ink(picture) > 0.002


async def test_higher_values_have_higher_bars() -> None:
    """The picture says what the figures say: twice as much is twice as high."""
    found = pixels(await ChildDrawing().drawn(chart((500, 1000))))
    green = np.abs(found[..., :3] * 255 - (11, 122, 94)).max(axis=2) < 2
    columns = green.sum(axis=0)
    half = len(columns) // 2
    assert columns[:half].max() * 2 == pytest.approx(columns[half:].max(), abs=4)


def children() -> list[psutil.Process]:
    """Processes that draw for this one."""
    return [child for child in psutil.Process().children() if "pictures" in _command(child)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has ended in this moment
        return ""


@pytest.fixture
def never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that hangs: what does not kill it waits for ten minutes."""
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


@pytest.mark.usefixtures("never_ends")
async def test_a_drawing_that_takes_too_long_is_killed() -> None:
    """It is not waited for, and no process stays behind."""
    async with asyncio.timeout(15):
        with pytest.raises(PictureNotDrawn, match="within"):
            await ChildDrawing(timeout_seconds=0.5).drawn(WEEK)
    assert children() == []


async def test_a_drawing_that_is_given_up_is_killed(never_ends: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The activity is cancelled: its child goes with it, and the next chart is drawn."""
    drawing = ChildDrawing()
    given_up = asyncio.create_task(drawing.drawn(WEEK))
    async with asyncio.timeout(15):
        while not children():
            await asyncio.sleep(0.005)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
    assert children() == []
    monkeypatch.undo()
    assert await drawing.drawn(WEEK)


async def test_only_two_are_drawn_at_a_time() -> None:
    """Many charts at once do not take the machine."""
    drawing = ChildDrawing()
    drawn = asyncio.gather(*(drawing.drawn(chart((n,))) for n in range(5)))
    most = 0
    while not drawn.done():
        most = max(most, len(children()))
        await asyncio.sleep(0.01)
    assert most == 2
    assert len(set(await drawn)) == 5


async def test_a_failure_names_what_went_wrong_and_nothing_of_the_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error ends up in logs: the kind of the failure, never a customer's words."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PictureNotDrawn, match="exit 1"):
        await ChildDrawing().drawn(WEEK)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(PictureNotDrawn, match="FileNotFoundError"):
        await ChildDrawing().drawn(WEEK)
    monkeypatch.undo()
    spoiled = subprocess.run(
        [sys.executable, "-m", "pictures"], input=b'{"title": "Maria da Silva"}', capture_output=True, check=False
    )
    assert (spoiled.returncode, spoiled.stdout, spoiled.stderr) == (1, b"", b"ValidationError")


async def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the container: only the temporary directory is used, and it is left as it was."""
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert await ChildDrawing().drawn(WEEK)
    assert os.listdir(tmp_path) == []


def test_the_worker_does_not_load_the_library() -> None:
    """A hundred megabytes stay with the child: nothing that the worker imports brings the library in."""
    loaded = "import sys, worker; sys.exit(any(name in sys.modules for name in ('matplotlib', 'numpy', 'PIL')))"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
