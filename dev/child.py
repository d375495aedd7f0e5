"""A process of the stack: started, logged to a file, ended whole, and never outliving the process that started it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec a child may hardly do more than one call.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def tether(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel ends it when its parent is gone (Linux; elsewhere nothing)."""
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def die_with_parent() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return die_with_parent


async def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path = PROJECT,
    stdout: int | IO[bytes] = asyncio.subprocess.DEVNULL,
    stderr: int | IO[bytes] = asyncio.subprocess.STDOUT,
    death_signal: signal.Signals = signal.SIGKILL,
    user: str | None = None,
) -> asyncio.subprocess.Process:
    """Start `command` in a session of its own, tethered to this process; must be called on the main thread's loop,
    because the tether is tied to the thread that forks."""
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=tether(death_signal),
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
    )


async def run_to_end(command: Sequence[str], *, env: Mapping[str, str], user: str | None = None) -> tuple[int, str]:
    """Run a short command; its exit code and what it wrote. Cancelled, it takes the command's whole group with it."""
    process = await spawn(command, env=env, stdout=asyncio.subprocess.PIPE, user=user)
    try:
        output, _ = await process.communicate()
    except BaseException:
        sweep(process.pid)
        await process.wait()
        raise
    return process.returncode or 0, output.decode(errors="replace")


def sweep(group: int) -> None:
    """Kill what is left of a process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def how_it_ended(returncode: int) -> str:
    """The end of a process in a few Portuguese words."""
    return f"sinal {-returncode}" if returncode < 0 else f"código {returncode}"


class Child:
    """One long-running process, which can be started again after it ended.

    `grace` is in seconds: how long a `stop` waits before it kills.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
        grace: float = 10.0,
        user: str | None = None,
    ) -> None:
        self.command, self.env, self.log = list(command), dict(env), log
        self.stop_signal, self.death_signal, self.grace, self.user = stop_signal, death_signal, grace, user
        self._process: asyncio.subprocess.Process | None = None
        self._log_mode = "wb"

    @property
    def pid(self) -> int | None:
        """Its process id, while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def returncode(self) -> int | None:
        """The exit code of its last run, or minus the signal; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start it, or start it again."""
        with self.log.open(self._log_mode) as log:
            self._log_mode = "ab"  # a restart must not hide why it was needed
            self._process = await spawn(
                self.command, env=self.env, stdout=log, death_signal=self.death_signal, user=self.user
            )

    async def wait(self) -> int:
        """Wait for its end; the exit code, or minus the signal."""
        assert self._process is not None, "not started"
        returncode = await self._process.wait()
        sweep(self._process.pid)
        return returncode

    async def stop(self) -> None:
        """Ask it to end, then make it end; afterwards nothing of its process group is left."""
        process = self._process
        if process is None:
            return
        try:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(self.stop_signal)
                await asyncio.wait_for(process.wait(), self.grace)
        except TimeoutError:
            pass
        finally:
            sweep(process.pid)
            await process.wait()

    def kill(self) -> None:
        """End it and its group at once, without waiting."""
        if self.pid is not None:
            sweep(self.pid)

    def log_tail(self, lines: int = 20) -> str:
        """The last lines it wrote."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
