"""The embedded Postgres, for real."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import psycopg
import pytest

from dev.ports import Ports
from dev.postgres import EmbeddedPostgres, end_leftover


async def up(server: EmbeddedPostgres) -> None:
    """Start it and wait for it."""
    await server.start()
    async with asyncio.timeout(30):
        while not await server.ready():
            assert server.child.pid is not None, server.child.log_tail()
            await asyncio.sleep(0.02)


async def test_it_keeps_its_data_through_a_kill(tmp_path: Path) -> None:
    """Both drivers take its URL; after `kill -9`, and a pid file whose number another process has, the row is there."""
    server = EmbeddedPostgres(
        tmp_path / "data", port=Ports().take(), passwords=("owner", "app"), log=tmp_path / "log", durable=False
    )
    try:
        await up(server)
        connection = await asyncpg.connect(server.urls.owner)
        await connection.execute("create table dogs as select 'Rex' as name")
        await connection.execute("checkpoint")  # this server does not wait for the disk, but a kill is no power cut
        assert await connection.fetchval("select lower('ÇÃO') || current_setting('timezone')") == "çãoUTC"
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.urls.owner.replace("owner@", "guess@"))

        assert server.child.pid is not None
        os.kill(server.child.pid, signal.SIGKILL)
        await server.child.wait()
        (tmp_path / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path / 'data'}\n")
        await up(server)

        with psycopg.connect(server.urls.owner) as again:
            assert again.execute("select name from dogs").fetchall() == [("Rex",)]
    finally:
        await server.child.stop()


async def test_a_stranger_with_the_pid_in_a_stale_file_is_left_alone(tmp_path: Path) -> None:
    """Only a Postgres on this data directory is ended; the file goes."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (tmp_path / "postmaster.pid").write_text(f"{stranger.pid}\n")

        await end_leftover(tmp_path)

        assert stranger.poll() is None
        assert not (tmp_path / "postmaster.pid").exists()
        stranger.communicate(b"\n")


async def test_a_leftover_server_is_ended_first(tmp_path: Path) -> None:
    """A server that outlived its stack still holds the data directory: the next start ends it and takes over."""
    first, second = (
        EmbeddedPostgres(
            tmp_path / "data", port=Ports().take(), passwords=("owner", "app"), log=tmp_path / name, durable=False
        )
        for name in ("first.log", "second.log")
    )
    try:
        await up(first)

        await up(second)

        async with asyncio.timeout(10):
            assert await first.child.wait() == 0
    finally:
        await first.child.stop()
        await second.child.stop()
