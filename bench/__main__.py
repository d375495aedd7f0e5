"""`python -m bench`: speed and memory of the whole engine on this machine, against what it promises.

A missed target is printed, not an error: machines differ. The exit code is 0 unless something broke.
"""

import asyncio
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.agenda import OLD, OLD_QUICK, measure_agenda
from bench.big_shop import BIG, BIG_QUICK
from bench.console import SCREENS, SCREENS_QUICK, measure_console
from bench.figures import Run, targets
from bench.handovers import MANY, MANY_QUICK, measure_handovers
from bench.inbox import CROWD, CROWD_QUICK, measure_inbox
from bench.questions import measure_questions
from bench.running import QUICK, Sizes, run_once
from bench.tables import machine, show, show_agenda, show_console, show_handovers, show_inbox, show_questions
from dev.terminal import DevError, Terminal


class Where(StrEnum):
    """Where Temporal and Postgres keep what they are given."""

    MEMORY = "memory"
    DISK = "disk"
    BOTH = "both"


class Part(StrEnum):
    """What is measured."""

    AGENDA = "agenda"
    QUESTIONS = "questions"
    CONSOLE = "console"
    INBOX = "inbox"
    HANDOVERS = "handovers"
    MESSAGES = "messages"


def main(
    quick: Annotated[bool, typer.Option(help="Two minutes instead of twelve, with rougher figures.")] = False,
    only: Annotated[list[Part] | None, typer.Option(help="Measure this part only; may be given again.")] = None,
    storage: Annotated[Where, typer.Option(help="Where Temporal and Postgres keep their data.")] = Where.BOTH,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
) -> None:
    """Measure webhook-to-send times, a burst, CPU a message and memory, on a fresh stack on loopback."""
    console = Console(width=max(Console().width, 120), highlight=False)
    host = machine()
    console.print("  ".join(f"{name} {value}" for name, value in host.items()), markup=False)
    kinds = {Where.MEMORY: (False,), Where.DISK: (True,), Where.BOTH: (False, True)}[storage]
    try:
        found = asyncio.run(_measure(console, frozenset(only or Part), kinds, quick=quick))
    except asyncio.CancelledError:
        _leave(130)
    except DevError as error:
        console.print(str(error), markup=False)
        _leave(1)
    if json_file is not None:
        json_file.write_text(json.dumps({"machine": host, **found}, indent=2) + "\n")
    _leave(0)


async def _measure(
    console: Console, parts: frozenset[Part], kinds: tuple[bool, ...], *, quick: bool
) -> dict[str, object]:
    """The figures of these parts, by name, each shown as soon as it is known; of messages, `runs`."""
    task = asyncio.current_task()
    assert task is not None
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, task.cancel)
    found: dict[str, object] = {}
    for part, measured in _ON_ITS_OWN.items():
        if part in parts:
            found[part] = await measured(console, quick)
    runs = []
    for lasting in kinds if Part.MESSAGES in parts else ():
        with _progress(console) as terminal:
            run = await run_once(QUICK if quick else Sizes(), lasting=lasting, report=terminal)
        show(console, run)
        runs.append(_as_json(run))
    return {**found, "runs": runs}


async def _agenda(console: Console, quick: bool) -> object:
    with _progress(console) as terminal:
        found = await measure_agenda(OLD_QUICK if quick else OLD, terminal.progress)
    show_agenda(console, found)
    return dataclasses.asdict(found)


async def _questions(console: Console, quick: bool) -> object:
    with _progress(console) as terminal:
        found = await measure_questions(BIG_QUICK if quick else BIG, terminal.progress)
    show_questions(console, found)
    return dataclasses.asdict(found)


async def _open_consoles(console: Console, quick: bool) -> object:
    with _progress(console) as terminal:
        found = await measure_console(SCREENS_QUICK if quick else SCREENS, terminal.progress)
    show_console(console, found)
    return dataclasses.asdict(found)


async def _inbox(console: Console, quick: bool) -> object:
    with _progress(console) as terminal:
        found = await measure_inbox(CROWD_QUICK if quick else CROWD, terminal)
    show_inbox(console, found)
    return dataclasses.asdict(found)


async def _handovers(console: Console, quick: bool) -> object:
    with _progress(console) as terminal:
        found = await measure_handovers(MANY_QUICK if quick else MANY, terminal)
    show_handovers(console, found)
    return dataclasses.asdict(found)


_ON_ITS_OWN = {
    Part.AGENDA: _agenda,
    Part.QUESTIONS: _questions,
    Part.CONSOLE: _open_consoles,
    Part.INBOX: _inbox,
    Part.HANDOVERS: _handovers,
}
"""What is measured beside the message path, in this order."""


@contextmanager
def _progress(console: Console) -> Iterator[Terminal]:
    """A line that says what is being done, gone at the end."""
    terminal = Terminal(console)
    try:
        yield terminal
    finally:
        terminal.clear()


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
