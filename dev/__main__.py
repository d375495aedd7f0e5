"""`python -m dev` keeps the embedded stack up until Ctrl-C; `python -m dev demo` plays the demonstration on it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from dotenv import dotenv_values
from rich.table import Table

from dev.child import PROJECT
from dev.parts import Part
from dev.stack import DEFAULT_STATE_DIR, Stack
from dev.terminal import DevError, Terminal

app = typer.Typer(add_completion=False, help="O AuZap inteiro nesta máquina: Postgres, Temporal, worker e gateway.")
StateDirOption = Annotated[Path, typer.Option("--state-dir", help="Onde ficam banco, logs e endereços.")]


@app.callback(invoke_without_command=True)
def run(context: typer.Context, state_dir: StateDirOption = DEFAULT_STATE_DIR) -> None:
    """Inicia tudo e fica no ar até Ctrl-C."""
    if context.invoked_subcommand is None:
        _leave(_main(state_dir, _open_shop))


@app.command()
def demo(state_dir: StateDirOption = DEFAULT_STATE_DIR) -> None:
    """Inicia tudo e mostra uma conversa do começo ao fim."""
    _leave(_main(state_dir, _play))


async def _stay(_stack: Stack) -> int:
    await asyncio.Event().wait()
    return 0


async def _open_shop(stack: Stack) -> int:
    """The practice shop is there to be written to; in a database of one's own nothing is put that was not asked for."""
    if Part.POSTGRES in stack.parts:
        from dev.demo import furnish, way_into_the_console
        from storage.database import Database

        database = await Database.connect(stack.env["DATABASE_URL"])
        await furnish(stack, database)
        await database.close()
        stack.report.say(f"Console da loja: {way_into_the_console(stack)}")
    return await _stay(stack)


async def _play(stack: Stack) -> int:
    from dev.demo import play  # not needed by `make run`

    code = await play(stack)
    if code == 0 and sys.stdout.isatty():
        stack.report.say("Tudo continua no ar; Ctrl-C encerra.")
        await _stay(stack)
    return code


def _addresses(stack: Stack) -> Table:
    table = Table.grid(padding=(0, 2))
    urls = stack.urls
    for label, where in (
        ("Celular de treino", urls.practice_phone),
        ("Temporal Web UI", urls.temporal_ui),
        ("Console", f"{urls.gateway}/console"),
        ("Gateway", urls.gateway),
        ("Endereços (source)", str(stack.state.env_file)),
        ("Logs", str(stack.state.logs)),
    ):
        if where is not None:
            table.add_row(label, where)
    return table


def _main(state_dir: Path, body: Callable[[Stack], Awaitable[int]]) -> int:
    terminal = Terminal()
    # The same file that settings.py reads: a key put there counts as set.
    dot_env = {key: value for key, value in dotenv_values(PROJECT / ".env").items() if value is not None}
    stack = Stack(state_dir, report=terminal, environ={**dot_env, **os.environ})

    async def main() -> int:
        task = asyncio.current_task()
        assert task is not None
        signals: list[signal.Signals] = []

        def on_signal(received: signal.Signals) -> None:
            signals.append(received)
            if len(signals) == 1:
                terminal.progress("Encerrando… (Ctrl-C de novo para não esperar)")
                task.cancel()
            else:
                stack.kill()

        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(one, on_signal, one)
        started = time.monotonic()
        try:
            async with stack:
                terminal.say(f"Tudo no ar em {time.monotonic() - started:.1f} s".replace(".", ","))
                terminal.console.print(_addresses(stack))
                return await body(stack)
        except asyncio.CancelledError:
            # Ctrl-C is how one ends it; another signal is told as a shell would.
            return 0 if signals[:1] == [signal.SIGINT] else 128 + (signals[0] if signals else 0)
        except DevError as error:
            terminal.say(str(error))
            return 1
        finally:
            terminal.clear()

    return asyncio.run(main())


def _leave(code: int) -> NoReturn:
    """Exit with this code for certain: an interpreter that used the Temporal SDK may abort in its own clean-up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    app()
