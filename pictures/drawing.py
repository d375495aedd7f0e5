"""From a chart to its PNG, drawn by a child process: the worker neither loads the library nor waits for it."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from domain.charts import Chart
from domain.errors import PictureNotDrawn

MIMETYPE = "image/png"
_TIMEOUT_SECONDS = 20.0
_FOR_THE_INTERPRETER = ("LD_LIBRARY_PATH", "PYTHONPATH")
_AT_ONCE = 2
"""A child takes a processor for a second, and a hundred megabytes."""
_PROJECT = Path(__file__).parent.parent


class Drawing(Protocol):
    """Whoever can draw."""

    async def drawn(self, chart: Chart) -> bytes:
        """The chart as a PNG, the same bytes for the same chart. Raises `PictureNotDrawn`."""
        ...


class ChildDrawing:
    """Draws in a child process, two at a time; a drawing that is given up, or takes too long, is killed."""

    def __init__(self, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._timeout = timeout_seconds
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def drawn(self, chart: Chart) -> bytes:
        """The chart as a PNG, the same bytes for the same chart. Raises `PictureNotDrawn`."""
        async with self._places:
            try:
                # A home that cannot be written to is no obstacle: the library keeps its files here.
                with tempfile.TemporaryDirectory(prefix="auzap-pictures-", ignore_cleanup_errors=True) as scratch:
                    return await self._from_child(chart, scratch)
            except OSError as error:
                raise PictureNotDrawn(f"no process could be started: {type(error).__name__}") from error

    async def _from_child(self, chart: Chart, scratch: str) -> bytes:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pictures",
            cwd=_PROJECT,
            env=_environment(scratch),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._timeout):
                picture, problem = await child.communicate(chart.model_dump_json().encode())
        except TimeoutError as error:
            raise PictureNotDrawn(f"not drawn within {self._timeout} s") from error
        finally:
            if child.returncode is None:
                child.kill()
                await child.communicate()
        if child.returncode or not picture:
            raise PictureNotDrawn(f"exit {child.returncode}: {problem[-100:].decode(errors='replace')}")
        return picture


def _environment(scratch: str) -> dict[str, str]:
    """What the child is told: where to write, to use the letters it brings, and none of the worker's secrets."""
    kept = {name: os.environ[name] for name in _FOR_THE_INTERPRETER if name in os.environ}
    return {**kept, "HOME": scratch, "MPLCONFIGDIR": scratch, "MPL_IGNORE_SYSTEM_FONTS": "1"}
