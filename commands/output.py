"""How commands speak: tables for people, JSON for programs, one line for what went wrong."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.texts import cleaned

_WIDE = 200
"""Columns where nobody watches: ids stay whole for the next program."""


def say(text: str) -> None:
    """A line on stdout, whole however narrow the terminal is; nothing in it is taken for markup or a control code."""
    _console().print(Text(cleaned(text)), soft_wrap=True)


def complain(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"auzap: {' '.join(cleaned(text).split())}\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Rows for a person to read; `empty` where there are none."""
    if not rows:
        say(empty)
        return
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cleaned("" if cell is None else str(cell))) for cell in row))
    _console().print(shown)


def as_json(value: Sequence[Mapping[str, JsonValue]] | Mapping[str, JsonValue]) -> None:
    """The same for a program."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the shop's clock shows it."""
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"


def secret(value: str | None, what: str) -> str:
    """A secret as it was given: itself, or for `-` the next line of stdin. Raises `typer.BadParameter` when empty."""
    if value == "-":
        value = sys.stdin.readline()
    if not (value := (value or "").strip()):
        raise typer.BadParameter(f"falta {what}: dê um valor, a variável de ambiente, ou - para ler da entrada padrão")
    return value


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
