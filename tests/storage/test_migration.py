"""A database is brought to the newest revision, by whoever comes first; the app's role has no power."""

import asyncio
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine

from dev.postgres import DatabaseUrls
from domain.errors import Misconfigured
from storage import migrate as migration
from storage.database import Database
from storage.migrate import migrate


@pytest.fixture
def empty(postgres: DatabaseUrls) -> Iterator[DatabaseUrls]:
    """A database with nothing in it, and a login of its own that does not exist yet."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        owner = f"{postgres.owner.rpartition('/')[0]}/{name}"
        host = owner.rpartition("@")[2]
        yield DatabaseUrls(owner=owner, app=f"postgresql://{name}:s%40cret@{host}")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def revision(urls: DatabaseUrls) -> list[tuple[str]]:
    """What the database says of itself."""
    with psycopg.connect(urls.owner) as connection:
        return connection.execute("select version_num from alembic_version").fetchall()


async def test_twice_is_fine_and_two_at_once_take_turns(empty: DatabaseUrls) -> None:
    """Three processes that start together all find a ready database, and the app can enter it."""
    await asyncio.gather(*(asyncio.to_thread(migrate, empty.owner, empty.app) for _ in range(3)))
    await asyncio.to_thread(migrate, empty.owner, empty.app)
    assert len(revision(empty)) == 1
    opened = await Database.connect(empty.app)
    async with opened.unbound() as unbound:
        assert await unbound.fetchval("select count(*) from contacts") == 0
    await opened.close()


def test_down_is_refused(database_urls: DatabaseUrls) -> None:
    """Nothing before the foundation; nothing is dropped."""
    before = revision(database_urls)
    engine = create_engine(database_urls.owner.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(migration._MIGRATIONS))
        with pytest.raises(RuntimeError, match="another database"):
            command.downgrade(config, "base")
    engine.dispose()
    assert revision(database_urls) == before


@pytest.mark.parametrize("powers", ["superuser", "bypassrls", "in role postgres"])
def test_a_role_with_power_is_refused(empty: DatabaseUrls, powers: str) -> None:
    """A role that could see every shop's rows is not made the app's; nothing is migrated."""
    name = empty.owner.rpartition("/")[2]
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 'x' " + powers).format(sql.Identifier(name)))
    with pytest.raises(Misconfigured, match="row-level security"):
        migrate(empty.owner, empty.app)
    with psycopg.connect(empty.owner) as connection:
        assert connection.execute("select to_regclass('contacts')").fetchone() == (None,)


@pytest.mark.parametrize("app", ["postgresql://127.0.0.1/auzap", "postgresql:///auzap"])
def test_an_address_without_a_user_is_refused(empty: DatabaseUrls, app: str) -> None:
    """The app's role has to be named."""
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        migrate(empty.owner, app)
    with pytest.raises(Misconfigured):
        migrate(empty.owner, empty.owner)
