"""The supervisor, with tiny programs in place of the real ones."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest

from dev.child import PROJECT
from dev.environment import PRACTICE_API_KEY
from dev.parts import Part
from dev.stack import Stack
from dev.terminal import DevError

HEALTHY = """
import http.server, os
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404); self.end_headers()
print("owner" if "DATABASE_OWNER_URL" in os.environ else "app", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["AUZAP_GATEWAY_PORT"])), Healthy).serve_forever()
"""
# Starts a process of its own, and does not listen when asked to end.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""
SLEEPING = "import time; time.sleep(60)"
BROKEN = "raise SystemExit('the settings are wrong')"


def program(text: str) -> list[str]:
    """A command line that runs this text."""
    return [sys.executable, "-c", text]


class Heard:
    """A report that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    def progress(self, text: str) -> None: ...


def small_stack(
    state_dir: Path,
    *,
    heard: Heard | None = None,
    worker: str = SLEEPING,
    gateway: str = HEALTHY,
    overrides: Mapping[str, str] | None = None,
) -> Stack:
    """A worker and a gateway, no servers."""
    return Stack(
        state_dir,
        services=[Part.WORKER, Part.GATEWAY],
        commands={Part.WORKER: program(worker), Part.GATEWAY: program(gateway)},
        lasting=False,
        report=heard,
        overrides=overrides,
        environ={"PATH": os.defpath, "OPENAI_API_KEY": "a person's own"},
    )


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_what_runs_is_written_down_and_gone_afterwards(tmp_path: Path) -> None:
    """Inside, `.dev/env` and `pids.json` tell what runs; outside, neither a file nor a process is left."""
    async with small_stack(tmp_path / "s") as stack:
        pids = json.loads((tmp_path / "s" / "pids.json").read_text())
        exports = (tmp_path / "s" / "env").read_text()

        assert pids == stack.pids
        assert set(pids) == {"worker", "gateway"}
        assert f"export AUZAP_GATEWAY_URL='{stack.urls.gateway}'" in exports
        assert "AUZAP_SECRET_KEY" in exports

    assert not any(lives(pid) for pid in pids.values())
    assert not (tmp_path / "s" / "pids.json").exists()
    assert not (tmp_path / "s" / "env").exists()


async def test_a_persons_api_key_is_passed_on_but_not_written(tmp_path: Path) -> None:
    """OPENAI_API_KEY reaches the processes, and no file."""
    async with small_stack(tmp_path / "s") as stack:
        assert stack.env["OPENAI_API_KEY"] == "a person's own"
        assert "OPENAI" not in (tmp_path / "s" / "env").read_text()


async def test_a_killed_worker_is_started_again(tmp_path: Path) -> None:
    """`kill -9` of the worker is said in Portuguese, and another one takes its place; the gateway stays."""
    heard = Heard()
    async with small_stack(tmp_path / "s", heard=heard) as stack:
        before = stack.pids

        os.kill(before["worker"], signal.SIGKILL)
        await until(lambda: any("voltou" in line for line in heard.lines))

        assert stack.pids["worker"] != before["worker"]
        assert stack.pids["gateway"] == before["gateway"]
        assert json.loads((tmp_path / "s" / "pids.json").read_text()) == stack.pids
        assert heard.lines[0] == "o worker caiu (sinal 9); reiniciando…"


async def test_a_part_that_cannot_start_shows_its_last_words(tmp_path: Path) -> None:
    """The stack does not come up, says why, ends what it had started and frees the directory."""
    stack = small_stack(tmp_path / "s", gateway=BROKEN)

    with pytest.raises(DevError, match=r"o gateway não iniciou \(código 1\)[\s\S]*the settings are wrong"):
        await stack.__aenter__()

    assert stack.pids == {}
    async with small_stack(tmp_path / "s"):
        pass


async def test_a_second_stack_is_refused(tmp_path: Path) -> None:
    """Two stacks never share a state directory, and the first one is not disturbed."""
    async with small_stack(tmp_path / "s") as first:
        with pytest.raises(DevError, match="Já há um AuZap rodando"):
            await small_stack(tmp_path / "s").__aenter__()

        assert len(first.pids) == 2
        assert (tmp_path / "s" / "env").exists()


async def test_stubborn_processes_and_their_children_are_ended(tmp_path: Path) -> None:
    """A worker that ignores the request to end is killed after its grace, with what it started."""
    async with small_stack(tmp_path / "s", worker=STUBBORN) as stack:
        log = tmp_path / "s" / "logs" / "worker.log"
        await until(lambda: log.read_text().strip().isdigit())
        grandchild, worker = int(log.read_text()), stack.pids["worker"]
        stack._running[Part.WORKER].child.grace = 0.2

    assert not lives(worker)
    await until(lambda: not lives(grandchild))


async def test_worker_and_gateway_cannot_become_the_databases_owner(tmp_path: Path) -> None:
    """They get the app's URL only; the owner's, which bypasses row-level security, is in the env file."""
    urls = {"DATABASE_URL": "postgresql://app@db/x", "DATABASE_OWNER_URL": "postgresql://owner@db/x"}
    async with small_stack(tmp_path / "s", overrides=urls) as stack:
        assert stack.urls.database == urls["DATABASE_URL"]
        assert (tmp_path / "s" / "logs" / "gateway.log").read_text().startswith("app")
        assert urls["DATABASE_OWNER_URL"] in (tmp_path / "s" / "env").read_text()


async def test_half_a_database_is_refused(tmp_path: Path) -> None:
    """DATABASE_URL without its owner's URL is an error, never a silent embedded database."""
    with pytest.raises(DevError, match="DATABASE_OWNER_URL"):
        await small_stack(tmp_path / "s", overrides={"DATABASE_URL": "postgresql://app@db/x"}).__aenter__()


def test_a_sourced_env_file_is_no_setting(tmp_path: Path) -> None:
    """In a shell that sourced the addresses of an earlier stack, a new one still runs its own parts."""
    sourced = {
        "AUZAP_STACK": "/earlier",
        "DATABASE_URL": "postgresql://gone",
        "TEMPORAL_ADDRESS": "gone:7233",
        "OPENAI_API_KEY": PRACTICE_API_KEY,
        "OPENAI_MODEL": "the person's choice",
    }

    env = Stack(tmp_path, environ=sourced)._inherited

    assert not {"DATABASE_URL", "TEMPORAL_ADDRESS", "OPENAI_API_KEY"} & set(env)
    assert env["OPENAI_MODEL"] == "the person's choice"


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tie a process to its parent")
def test_no_orphan_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """`kill -9` of the supervisor takes worker and gateway with it, and the next start works."""
    script = f"""
import asyncio, sys
sys.path.insert(0, {str(PROJECT)!r})
from pathlib import Path
from tests.dev.test_stack import small_stack
async def main():
    async with small_stack(Path({str(tmp_path / "s")!r})) as stack:
        print(*stack.pids.values(), flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen(program(script), stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        supervisor.kill()

    assert len(pids) == 2
    asyncio.run(until(lambda: not any(lives(pid) for pid in pids)))

    async def again() -> None:
        async with small_stack(tmp_path / "s"):
            pass

    asyncio.run(again())
