"""`python -m bench`: speed and memory of the whole engine on this machine, against what it promises.

A missed target is printed, not an error: machines differ. The exit code is 0 unless something broke.
"""

import asyncio
import dataclasses
import json
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.agenda import OLD, OLD_QUICK, AgendaFigures, measure_agenda
from bench.figures import Run, targets
from bench.running import QUICK, Sizes, run_once
from bench.tables import machine, show, show_agenda
from dev.terminal import DevError, Terminal


class Where(StrEnum):
    """Where Temporal and Postgres keep what they are given."""

    MEMORY = "memory"
    DISK = "disk"
    BOTH = "both"


def main(
    quick: Annotated[bool, typer.Option(help="Two minutes instead of seven, with rougher figures.")] = False,
    storage: Annotated[Where, typer.Option(help="Where Temporal and Postgres keep their data.")] = Where.BOTH,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
) -> None:
    """Measure webhook-to-send times, a burst, CPU a message and memory, on a fresh stack on loopback."""
    console = Console(width=max(Console().width, 120), highlight=False)
    host = machine()
    console.print("  ".join(f"{name} {value}" for name, value in host.items()), markup=False)
    kinds = {Where.MEMORY: (False,), Where.DISK: (True,), Where.BOTH: (False, True)}[storage]
    try:
        agenda, runs = asyncio.run(_measure(console, QUICK if quick else Sizes(), kinds))
    except asyncio.CancelledError:
        _leave(130)
    except DevError as error:
        console.print(str(error), markup=False)
        _leave(1)
    if json_file is not None:
        found = {"machine": host, "agenda": dataclasses.asdict(agenda), "runs": [_as_json(run) for run in runs]}
        json_file.write_text(json.dumps(found, indent=2) + "\n")
    _leave(0)


async def _measure(console: Console, sizes: Sizes, kinds: tuple[bool, ...]) -> tuple[AgendaFigures, list[Run]]:
    task = asyncio.current_task()
    assert task is not None
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, task.cancel)
    terminal = Terminal(console)
    try:
        agenda = await measure_agenda(OLD_QUICK if sizes is QUICK else OLD, terminal.progress)
    finally:
        terminal.clear()
    show_agenda(console, agenda)
    runs: list[Run] = []
    for lasting in kinds:
        terminal = Terminal(console)
        try:
            run = await run_once(sizes, lasting=lasting, report=terminal)
        finally:
            terminal.clear()
        show(console, run)
        runs.append(run)
    return agenda, runs


def _as_json(run: Run) -> dict[str, object]:
    held = [{**dataclasses.asdict(target), "holds": target.holds} for target in targets(run)]
    return {**dataclasses.asdict(run), "targets": held}


def _leave(code: int) -> None:
    """Exit with this code for certain, whatever the libraries' own clean-up does."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    typer.run(main)
