"""The embedded stack: Postgres, Temporal, the practice servers, worker and gateway, up together and down together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from dev import environment, temporal_server
from dev.child import PROJECT, Child
from dev.environment import Urls
from dev.parts import ALL_PARTS, ENDING_ORDER, PREFERRED_PORTS, TITLES, Part
from dev.ports import LOOPBACK, Ports
from dev.postgres import DatabaseUrls, EmbeddedPostgres
from dev.state import StateDir
from dev.supervisor import Supervised
from dev.temporal_binary import find_temporal
from dev.terminal import Quiet, Report

DEFAULT_STATE_DIR = PROJECT / ".dev"
_WORKER_GRACE_SECONDS = 30.0


class Stack:
    """An async context manager: inside it the stack is up; it ends whole, whatever happens.

    `overrides` are environment variables for every process, stronger than the person's; `commands` replaces the command
    line of a part; `lasting=False` is for tests: random ports, Temporal in memory, a Postgres that does not wait for
    the disk, no Web UI. `urls` and `env` are set once inside. DevError when it cannot start.
    """

    def __init__(
        self,
        state_dir: Path = DEFAULT_STATE_DIR,
        *,
        overrides: Mapping[str, str] | None = None,
        services: Collection[Part] = ALL_PARTS,
        commands: Mapping[Part, Sequence[str]] | None = None,
        lasting: bool = True,
        report: Report | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.state = StateDir(state_dir)
        self.report: Report = report or Quiet()
        self.urls: Urls
        self.env: dict[str, str] = {}
        self._overrides, self._commands, self._lasting = dict(overrides or {}), dict(commands or {}), lasting
        self._inherited = environment.inherited(os.environ if environ is None else environ)
        self._inherited[environment.STACK_MARK] = str(self.state.path)
        self._parts = set(services)
        self._running: dict[Part, Supervised] = {}
        self._ports: dict[str, int] = {}
        self._free = Ports()
        self._on_exit = contextlib.AsyncExitStack()
        self._http: httpx.AsyncClient

    @property
    def parts(self) -> frozenset[Part]:
        """What this stack runs itself."""
        return frozenset(self._parts)

    @property
    def pids(self) -> dict[str, int]:
        """The process id of every part that runs."""
        return {part: pid for part, one in self._running.items() if (pid := one.child.pid) is not None}

    async def __aenter__(self) -> Self:
        try:
            self.state.create()
            self._on_exit.enter_context(self.state.lock())
            self._on_exit.callback(self.state.forget_addresses)
            self._http = await self._on_exit.enter_async_context(httpx.AsyncClient(trust_env=False))
            self._on_exit.push_async_callback(self._all_down)
            await self._all_up()
        except BaseExceptionGroup as group:
            await self._on_exit.aclose()
            raise _first(group) from None
        except BaseException:
            await self._on_exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._on_exit.aclose()

    def kill(self) -> None:
        """End every process at once, for one who cannot wait."""
        for one in self._running.values():
            one.child.kill()

    async def _all_up(self) -> None:
        settings = {**self._inherited, **self._overrides}
        database = environment.external_database(settings)
        if database is not None:
            self._parts.discard(Part.POSTGRES)
        if settings.get("OPENAI_API_KEY"):
            self._parts.discard(Part.PRACTICE_MODEL)
        postgres = self._embedded_postgres() if Part.POSTGRES in self._parts else None
        self.urls = self._choose_urls(postgres.urls if postgres else database)
        secret_key = settings.get("AUZAP_SECRET_KEY") or self.state.secret("secret-key", environment.new_secret_key)
        shared = {
            **environment.addresses(self.urls, secret_key, str(self.state.path)),
            **{key: value for key, value in self._overrides.items() if key != "OPENAI_API_KEY"},
        }
        self.env = {**self._inherited, **shared, **self._overrides}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._temporal_up())
            group.create_task(self._database_up(postgres))
            for part in (Part.PRACTICE_MODEL, Part.PRACTICE_PHONE):
                group.create_task(self._program_up(part))
        self.state.write_env(shared)
        async with asyncio.TaskGroup() as group:
            for part in (Part.WORKER, Part.GATEWAY):
                group.create_task(self._program_up(part))

    async def _all_down(self) -> None:
        for parts in ENDING_ORDER:
            ending = [self._running[part].down() for part in parts if part in self._running]
            for result in await asyncio.gather(*ending, return_exceptions=True):
                if isinstance(result, Exception):
                    self.report.say(f"Ao encerrar: {result}")

    def _port(self, name: str) -> int:
        if name not in self._ports:
            self._ports[name] = self._free.take(PREFERRED_PORTS.get(name, 0) if self._lasting else 0)
        return self._ports[name]

    def _choose_urls(self, database: DatabaseUrls | None) -> Urls:
        def http(name: str) -> str:
            return f"http://{LOOPBACK}:{self._port(name)}"

        return Urls(
            gateway=http(Part.GATEWAY),
            temporal_address=f"{LOOPBACK}:{self._port('temporal')}",
            temporal_namespace=temporal_server.NAMESPACE,
            temporal_ui=http("temporal-ui") if self._lasting and Part.TEMPORAL in self._parts else None,
            practice_phone=http(Part.PRACTICE_PHONE) if Part.PRACTICE_PHONE in self._parts else None,
            practice_model=http(Part.PRACTICE_MODEL) if Part.PRACTICE_MODEL in self._parts else None,
            database=database.app if database else None,
            database_owner=database.owner if database else None,
        )

    def _embedded_postgres(self) -> EmbeddedPostgres:
        passwords = [self.state.secret(f"postgres-{who}", lambda: secrets.token_hex(24)) for who in ("owner", "app")]
        return EmbeddedPostgres(
            self.state.path / "postgres",
            port=self._port(Part.POSTGRES),
            passwords=(passwords[0], passwords[1]),
            log=self.state.logs / "postgres.log",
            durable=self._lasting,
        )

    async def _database_up(self, postgres: EmbeddedPostgres | None) -> None:
        if postgres is not None:
            self.report.progress("Iniciando o Postgres…")
            await self._up(Part.POSTGRES, postgres.child, postgres.ready, start=postgres.start)
        if Part.MIGRATIONS in self._parts and self.urls.database and self.urls.database_owner:
            self.report.progress("Preparando as tabelas…")
            # Imported late: Alembic is slow to load, and meanwhile Postgres starts.
            from storage.migrate import migrate

            await asyncio.to_thread(migrate, self.urls.database_owner, self.urls.database)

    async def _temporal_up(self) -> None:
        if Part.TEMPORAL not in self._parts:
            return
        binary = await find_temporal(self.report, environ=self._inherited)
        self.report.progress("Iniciando o Temporal…")
        db_file = self.state.path / "temporal.db" if self._lasting else None
        missing = temporal_server.prepare_db(db_file, binary.server) if db_file else {}
        command = temporal_server.start_command(
            binary,
            port=self._port("temporal"),
            http_port=self._port("temporal-http"),
            metrics_port=self._port("temporal-metrics"),
            ui_port=self._port("temporal-ui") if self._lasting else None,
            db_file=db_file,
        )
        child = Child(command, env=temporal_server.server_env(self._inherited), log=self.state.logs / "temporal.log")
        await self._up(
            Part.TEMPORAL, child, lambda: temporal_server.server_ready(self._http, self._port("temporal-http"))
        )
        await temporal_server.create_search_attributes(binary, self.urls.temporal_address, missing, self._inherited)
        if db_file:
            temporal_server.note_db(db_file, binary.server)

    async def _program_up(self, part: Part) -> None:
        if part not in self._parts:
            return
        self.report.progress(f"Iniciando {TITLES[part]}…")
        env = dict(self.env)
        if part in (Part.WORKER, Part.GATEWAY):
            env.pop("DATABASE_OWNER_URL", None)  # they must not be able to bypass row-level security
        child = Child(
            self._commands.get(part) or self._own_command(part),
            env=env,
            log=self.state.logs / f"{part}.log",
            grace=_WORKER_GRACE_SECONDS if part is Part.WORKER else 10.0,
        )
        if part is Part.WORKER:
            await self._worker_up(child)
        else:
            await self._up(part, child, lambda: self._healthy(f"http://{LOOPBACK}:{self._port(part)}/health"))

    def _own_command(self, part: Part) -> list[str]:
        if part in (Part.WORKER, Part.GATEWAY):
            return [sys.executable, str(PROJECT / f"{part}.py")]
        command = [sys.executable, "-m", f"dev.{part.replace('-', '_')}", "--port", str(self._port(part))]
        if part is Part.PRACTICE_PHONE:
            command += ["--gateway-url", self.urls.gateway, "--state-dir", str(self.state.path)]
            command += ["--temporal-ui-url", self.urls.temporal_ui] if self.urls.temporal_ui else []
        return command

    async def _up(
        self,
        part: Part,
        child: Child,
        ready: Callable[[], Awaitable[bool]],
        *,
        start: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        one = Supervised(
            TITLES[part],
            child,
            ready,
            report=self.report,
            changed=lambda: self.state.write_pids(self.pids),
            start=start,
        )
        self._running[part] = one
        await one.up()

    async def _healthy(self, url: str) -> bool:
        try:
            return (await self._http.get(url, timeout=5)).status_code == 200
        except httpx.HTTPError:
            return False

    async def _worker_up(self, child: Child) -> None:
        if Part.TEMPORAL not in self._parts:
            await self._up(Part.WORKER, child, lambda: asyncio.sleep(0, result=True))
            return
        before = 0

        async def start() -> None:
            nonlocal before
            before = await temporal_server.polls_so_far(self._http, self._port("temporal-metrics"))
            await child.start()

        async def polling() -> bool:
            if child.pid is None or not temporal_server.connected(child.pid, self._port("temporal")):
                return False
            now = await temporal_server.polls_so_far(self._http, self._port("temporal-metrics"))
            # Less than before: the server was started anew too. None at all: a server that counts in another way.
            return now != before or now == 0

        await self._up(Part.WORKER, child, polling, start=start)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
