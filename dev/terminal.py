"""What the embedded stack tells the person at the terminal, in Portuguese."""

from __future__ import annotations

import time
from typing import Protocol

from rich.console import Console
from rich.status import Status

LINE_EVERY_SECONDS = 15.0


class DevError(Exception):
    """The stack cannot go on; its text is Portuguese, for the person at the terminal, shown without a trace."""


class Report(Protocol):
    """Where the stack says what it does."""

    def say(self, text: str) -> None:
        """A line that stays."""

    def progress(self, text: str) -> None:
        """The state of a long step, replaced by the next one."""


class Quiet:
    """A report that nobody reads, for tests and benchmarks."""

    def say(self, text: str) -> None: ...

    def progress(self, text: str) -> None: ...


class Terminal:
    """A report on a console: a moving status line at a terminal, plain lines every 15 seconds elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._status: Status | None = None
        self._last_line = time.monotonic() - LINE_EVERY_SECONDS

    def say(self, text: str) -> None:
        self.clear()
        self.console.print(text, markup=False, soft_wrap=True)

    def progress(self, text: str) -> None:
        if self.console.is_terminal:
            if self._status is None:
                self._status = self.console.status(text)
                self._status.start()
            self._status.update(text)
        elif time.monotonic() - self._last_line >= LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            self.console.print(text, markup=False, soft_wrap=True)

    def clear(self) -> None:
        """Take the status line away, so that others may write to the console."""
        if self._status is not None:
            self._status.stop()
            self._status = None
