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
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.agenda import OLD, OLD_QUICK, AgendaFigures, measure_agenda
from bench.big_shop import BIG, BIG_QUICK
from bench.figures import Run, targets
from bench.questions import QuestionFigures, measure_questions
from bench.running import QUICK, Sizes, run_once
from bench.tables import machine, show, show_agenda, show_questions
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
    MESSAGES = "messages"


@dataclass(frozen=True)
class _Found:
    agenda: AgendaFigures | None
    questions: QuestionFigures | None
    runs: list[Run]


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
        agenda, questions = (part and dataclasses.asdict(part) for part in (found.agenda, found.questions))
        runs = [_as_json(run) for run in found.runs]
        figures = {"machine": host, "agenda": agenda, "questions": questions, "runs": runs}
        json_file.write_text(json.dumps(figures, indent=2) + "\n")
    _leave(0)


async def _measure(console: Console, parts: frozenset[Part], kinds: tuple[bool, ...], *, quick: bool) -> _Found:
    task = asyncio.current_task()
    assert task is not None
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, task.cancel)
    agenda: AgendaFigures | None = None
    questions: QuestionFigures | None = None
    runs: list[Run] = []
    if Part.AGENDA in parts:
        with _progress(console) as terminal:
            agenda = await measure_agenda(OLD_QUICK if quick else OLD, terminal.progress)
        show_agenda(console, agenda)
    if Part.QUESTIONS in parts:
        with _progress(console) as terminal:
            questions = await measure_questions(BIG_QUICK if quick else BIG, terminal.progress)
        show_questions(console, questions)
    for lasting in kinds if Part.MESSAGES in parts else ():
        with _progress(console) as terminal:
            run = await run_once(QUICK if quick else Sizes(), lasting=lasting, report=terminal)
        show(console, run)
        runs.append(run)
    return _Found(agenda, questions, runs)


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
