"""The Temporal dev server: how it is started, tuned, and given our search attributes.

Its defaults make every hop take about 50 ms and every short timer a second; the settings below are measured.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil

from dev.child import run_to_end
from dev.ports import LOOPBACK
from dev.temporal_binary import TemporalBinary
from dev.terminal import DevError
from workflows.search_attributes import ALL_SEARCH_ATTRIBUTES

NAMESPACE = "default"
_DYNAMIC_CONFIG = (
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    "history.visibilityProcessorMaxPollRPS=1000",
    'history.timerProcessorMaxTimeShift="50ms"',
    "system.enableActivityEagerExecution=true",
    "matching.enableFairness=true",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    "frontend.WorkflowTimeSkippingEnabled=true",
)
_POLLS = re.compile(
    rf'^service_requests{{namespace="{NAMESPACE}",operation="Poll(?:Workflow|Activity)TaskQueue",'
    r'service_name="frontend"} (\S+)$',
    re.MULTILINE,
)
_SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")


def dev_server_args() -> list[str]:
    """What any dev server of ours gets; also the `dev_server_extra_args` of the SDK's test environments."""
    arguments = [f"--dynamic-config-value={setting}" for setting in _DYNAMIC_CONFIG]
    return arguments + [f"--search-attribute={name}={kind}" for name, kind in ALL_SEARCH_ATTRIBUTES]


def start_command(
    binary: TemporalBinary, *, port: int, http_port: int, metrics_port: int, ui_port: int | None, db_file: Path | None
) -> list[str]:
    """The whole command line; without `db_file` everything is kept in memory, without `ui_port` there is no Web UI."""
    command = [str(binary.path), "server", "start-dev", f"--ip={LOOPBACK}", f"--port={port}"]
    command += [f"--http-port={http_port}", f"--metrics-port={metrics_port}", "--log-level=warn"]
    command += ["--headless"] if ui_port is None else [f"--ui-port={ui_port}", "--ui-disable-news-fetch"]
    if db_file is not None:
        command += [f"--db-filename={db_file}", *(f"--sqlite-pragma={pragma}" for pragma in _SQLITE_PRAGMAS)]
    return command + dev_server_args()


def server_env(env: Mapping[str, str]) -> dict[str, str]:
    """The server's environment: half of the cores for it, unless the person's GOMAXPROCS says otherwise.

    It shares the machine with worker, gateway and Postgres. With every core its threads spin while they look for work,
    at a quarter of what a burst costs it on two cores.
    """
    return {"GOMAXPROCS": str(max(1, (os.cpu_count() or 1) // 2)), **env}


def prepare_db(db_file: Path, server: str) -> dict[str, str]:
    """Make `db_file` fit for a server of this version; the search attributes that still have to be created in it.

    The server never migrates its file and ignores `--search-attribute` on an existing one. So a file written by another
    version, or with an attribute of another type, is dropped; a note beside it says what it was written with.
    """
    note_file = _note_file(db_file)
    attributes = dict(ALL_SEARCH_ATTRIBUTES)
    if db_file.exists():
        try:
            note = json.loads(note_file.read_text())
            known: dict[str, str] = note["attributes"]
            fits = note["server"] == server and all(attributes[name] == known[name] for name in known)
        except (FileNotFoundError, ValueError, KeyError):
            fits = False
        if fits:
            return {name: kind for name, kind in attributes.items() if name not in known}
    for suffix in ("", "-wal", "-shm"):
        db_file.with_name(db_file.name + suffix).unlink(missing_ok=True)
    note_file.unlink(missing_ok=True)
    return {}


def note_db(db_file: Path, server: str) -> None:
    """Remember what `db_file` was written with; to be called once the server has all its attributes."""
    note_file = _note_file(db_file)
    note_file.write_text(json.dumps({"server": server, "attributes": dict(ALL_SEARCH_ATTRIBUTES)}))


def _note_file(db_file: Path) -> Path:
    return db_file.with_name(db_file.name + ".json")


async def create_search_attributes(
    binary: TemporalBinary, address: str, attributes: Mapping[str, str], env: Mapping[str, str]
) -> None:
    """Create search attributes on a running server; one that is there already is left as it is."""
    for name, kind in attributes.items():
        command = [str(binary.path), "operator", "search-attribute", "create", "--address", address]
        code, output = await run_to_end([*command, "--name", name, "--type", kind], env=env)
        if code != 0 and "already exists" not in output:
            raise DevError(f"O Temporal não aceitou o atributo de busca {name}:\n{output.strip()}")


async def server_ready(http: httpx.AsyncClient, http_port: int) -> bool:
    """Whether the server takes calls and has its namespace."""
    return await _get(http, f"http://{LOOPBACK}:{http_port}/api/v1/namespaces/{NAMESPACE}") is not None


async def polls_so_far(http: httpx.AsyncClient, metrics_port: int) -> int:
    """How often workers have asked this server for tasks: it rises when a worker gets going.

    The list of workers that the server keeps would say more, but often learns of one only after a minute.
    """
    metrics = await _get(http, f"http://{LOOPBACK}:{metrics_port}/metrics") or ""
    return int(sum(float(count) for count in _POLLS.findall(metrics)))


def connected(pid: int, port: int) -> bool:
    """Whether this process has a connection to that port of this machine."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.AccessDenied:  # not every system tells; the polls have to do
        return True
    except psutil.NoSuchProcess:
        return False
    return any(c.status == psutil.CONN_ESTABLISHED and c.raddr and c.raddr.port == port for c in connections)


async def _get(http: httpx.AsyncClient, url: str) -> str | None:
    try:
        response = await http.get(url, timeout=5)
    except httpx.HTTPError:
        return None
    return response.text if response.status_code == 200 else None
