"""The Temporal CLI: found, downloaded by the SDK, or built from the Go module proxy, and kept in the user's cache."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.child import PROJECT, run_to_end, spawn, sweep
from dev.temporal_build import build_temporal
from dev.terminal import DevError, Quiet, Report

CLI_VERSION = "1.9.1"
SERVER_AT_LEAST = (1, 32, 0)
GO_MODULE = PROJECT / "dev" / "temporal"
DOWNLOAD_STALL_SECONDS = 30.0

# Makes a binary somewhere in the cache directory, or says None: (cache, report, environment, Go module).
Source = Callable[[Path, Report, Mapping[str, str], Path], Awaitable[Path | None]]


@dataclass(frozen=True)
class TemporalBinary:
    """A usable `temporal` and the version of the server inside it."""

    path: Path
    server: str


def cache_dir(environ: Mapping[str, str]) -> Path:
    """Where the binary is kept for all clones of one user."""
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    return Path(base) / "auzap" / "temporal" / CLI_VERSION


async def find_temporal(
    report: Report | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    go_module: Path = GO_MODULE,
    sources: Sequence[Source] | None = None,
) -> TemporalBinary:
    """The binary: cached, on PATH, downloaded, or built, whichever works first.

    Raises DevError when none does. Two processes never build at once.
    """
    report, environ = report or Quiet(), os.environ if environ is None else environ
    if (found := await _already_here(environ)) is not None:
        return found
    cache = cache_dir(environ)
    cache.mkdir(parents=True, exist_ok=True)
    async with _only_one(cache / "lock", report):
        if (found := await _already_here(environ)) is not None:
            return found
        for source in (download_by_sdk, build_temporal) if sources is None else sources:
            candidate = await source(cache, report, environ, go_module)
            if candidate is not None and await inspect_binary(candidate, environ) is not None:
                os.replace(candidate, cache / "temporal")
                break
    if (found := await _already_here(environ)) is not None:
        return found
    raise DevError(
        f"Não consegui obter o servidor do Temporal (CLI {CLI_VERSION}).\n"
        "O download falhou e a compilação também; o que ela disse está em\n"
        f"  {cache / 'build.log'}\n"
        "Instale o `temporal` dessa versão no PATH, ou libere o acesso à internet, e tente de novo."
    )


async def inspect_binary(path: Path, environ: Mapping[str, str]) -> TemporalBinary | None:
    """The binary at `path`, or None if it does not run or is too old."""
    try:
        async with asyncio.timeout(30):
            code, output = await run_to_end([str(path), "--version"], env=environ)
    except (OSError, TimeoutError):
        return None
    match = re.search(r"Server (\d+)\.(\d+)\.(\d+)", output)
    if code != 0 or match is None or tuple(map(int, match.groups())) < SERVER_AT_LEAST:
        return None
    return TemporalBinary(path, ".".join(match.groups()))


async def _already_here(environ: Mapping[str, str]) -> TemporalBinary | None:
    candidates = [str(cache_dir(environ) / "temporal"), shutil.which("temporal", path=environ.get("PATH", ""))]
    for candidate in candidates:
        if candidate is not None and Path(candidate).is_file():
            found = await inspect_binary(Path(candidate), environ)
            if found is not None:
                return found
    return None


@contextlib.asynccontextmanager
async def _only_one(path: Path, report: Report) -> AsyncIterator[None]:
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                report.progress("Outro processo já está preparando o servidor do Temporal; esperando…")
                await asyncio.sleep(0.5)
        yield


def _size(directory: Path) -> int:
    total = 0
    for file in directory.rglob("*"):
        with contextlib.suppress(OSError):  # the SDK renames its partial files
            total += file.stat().st_size
    return total


async def download_by_sdk(cache: Path, report: Report, environ: Mapping[str, str], _go_module: Path) -> Path | None:
    """What the SDK downloads, or None; given up when nothing arrives for 30 seconds."""
    for old in cache.glob("download-*"):
        shutil.rmtree(old)
    directory = Path(tempfile.mkdtemp(dir=cache, prefix="download-"))
    process = await spawn([sys.executable, "-m", "dev.temporal_download", str(directory)], env=environ)
    size, last_growth = 0, time.monotonic()
    try:
        while process.returncode is None and time.monotonic() - last_growth < DOWNLOAD_STALL_SECONDS:
            report.progress(f"Baixando o servidor do Temporal… {size / 1e6:.0f} MB")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 0.5)
            if (now := _size(directory)) != size:
                size, last_growth = now, time.monotonic()
    finally:
        sweep(process.pid)
        await process.wait()
    for file in directory.rglob("*"):
        if file.is_file() and os.access(file, os.X_OK) and await inspect_binary(file, environ) is not None:
            return file
    shutil.rmtree(directory)
    return None
