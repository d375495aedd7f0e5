"""Brings a database to the newest revision, and makes the role the app connects as.

The migrations run as the owner (`DATABASE_OWNER_URL`). The app connects with `DATABASE_URL`, as a login role that
owns no table and cannot bypass row-level security; it gets its rights through the group role `auzap_app`.
"""

import contextlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from alembic import command, op
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine, pool

from domain.errors import Misconfigured

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x617A_6170  # "auzap": two processes that migrate at once take turns


def migrate(owner_url: str, app_url: str) -> None:
    """Make the app's role, then run the revisions that are missing. Safe to run again, and by many at once."""
    with psycopg.connect(owner_url, autocommit=True) as lock:
        lock.execute("select pg_advisory_lock(%s)", [_LOCK])
        _make_app_role(lock, app_url)
        engine = create_engine(_sqlalchemy_url(owner_url), poolclass=pool.NullPool)
        with engine.connect() as connection:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(_MIGRATIONS))
            command.upgrade(config, "head")


def run_sql_beside(revision_file: str) -> None:
    """Run the `.sql` file that lies beside a revision's `.py` file, as it is."""
    statements = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    cursor = op.get_bind().connection.cursor()
    cursor.execute(statements)
    cursor.close()


def _make_app_role(connection: psycopg.Connection, app_url: str) -> None:
    url = urlsplit(app_url)
    if not url.username:
        raise Misconfigured(
            "DATABASE_URL has to name the user the app connects as, e.g. postgresql://auzap:secret@host/auzap"
        )
    name, password = unquote(url.username), unquote(url.password or "")
    # A member of the owner's role has the owner's rights: the tables' policies are not for it.
    roles = {
        row[0]: row[1]
        for row in connection.execute(
            """select r.rolname, r.rolbypassrls or pg_has_role(r.oid, current_user, 'member')
                      or exists (select from pg_roles s where s.rolsuper and pg_has_role(r.oid, s.oid, 'member'))
               from pg_roles r"""
        )
    }
    if "auzap_app" not in roles:
        # Roles belong to the whole server, the lock to this database: another database's first migration may be faster.
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute("create role auzap_app nologin")
    if name not in roles:
        connection.execute(
            sql.SQL("create role {} login password {} in role auzap_app").format(
                sql.Identifier(name), sql.Literal(password)
            )
        )
        return
    if roles[name]:
        raise Misconfigured(
            f"the role {name} in DATABASE_URL may bypass row-level security; give the app a plain role of its own"
        )
    connection.execute(sql.SQL("grant auzap_app to {}").format(sql.Identifier(name)))


def _sqlalchemy_url(url: str) -> str:
    return "postgresql+psycopg://" + url.partition("://")[2]
