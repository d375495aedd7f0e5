"""Keeps shops, chats, messages and waiting webhooks in SQLite, so that a restart loses nothing.

One process owns the file. Calls are short and synchronous: they run on the event loop's thread.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from dev.practice_phone.records import (
    Author,
    Chat,
    Connection,
    Delivery,
    Instance,
    Jid,
    Kind,
    Message,
    Preset,
)

FILE_NAME = "practice_phone.sqlite3"

_SCHEMA = """
create table if not exists revision (value integer not null);
insert into revision select 0 where not exists (select 1 from revision);
create table if not exists instances (
    webhook_key text primary key, token text not null unique, shop_name text not null, shop_phone text not null,
    gateway_url text, presets text not null, connection text not null, revision integer not null
);
create table if not exists chats (
    webhook_key text not null references instances, jid text not null, name text not null, revision integer not null,
    primary key (webhook_key, jid)
);
create table if not exists webhooks (
    id integer primary key autoincrement, webhook_key text not null references instances, lane text not null,
    body text not null, event text not null, state text not null, attempts integer not null default 0,
    trouble text, created_at integer not null
);
create index if not exists webhooks_by_lane on webhooks (webhook_key, lane, state, id);
create table if not exists messages (
    seq integer primary key autoincrement, revision integer not null, webhook_key text not null, jid text not null,
    message_id text not null, author text not null, kind text not null, body text not null, at integer not null,
    delivery text not null, webhook_id integer,
    unique (webhook_key, message_id), foreign key (webhook_key, jid) references chats (webhook_key, jid)
);
create table if not exists pictures (
    webhook_key text not null, message_id text not null, mimetype text not null, content blob not null,
    primary key (webhook_key, message_id),
    foreign key (webhook_key, message_id) references messages (webhook_key, message_id));
create index if not exists messages_by_chat on messages (webhook_key, jid, seq);
create index if not exists messages_by_revision on messages (webhook_key, jid, revision);
create index if not exists messages_by_webhook on messages (webhook_id);
"""
_INSTANCE = "webhook_key, token, shop_name, shop_phone, gateway_url, presets, connection, revision"
_MESSAGE = "seq, revision, message_id, jid, author, kind, body, at, delivery"
_CHAT = """c.jid, c.name, c.revision,
    coalesce((select substr(body, 1, 120) from messages m where m.webhook_key = c.webhook_key and m.jid = c.jid
              order by seq desc limit 1), '') as last_text,
    coalesce((select kind from messages m where m.webhook_key = c.webhook_key and m.jid = c.jid
              order by seq desc limit 1), 'text') as last_kind,
    (select count(*) from messages m where m.webhook_key = c.webhook_key and m.jid = c.jid
        and m.author <> 'customer' and m.delivery <> 'read') as unread"""
_PRESETS = TypeAdapter(tuple[Preset, ...])


class StateDirInUse(Exception):
    """Another practice phone keeps its state in this directory."""


class Store:
    """Shops, chats and messages; every change takes the next revision, which pages use to ask for what they missed."""

    def __init__(self, state_dir: Path) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        path = state_dir / FILE_NAME
        path.touch(mode=0o600)  # holds the tokens
        # WAL with synchronous=normal survives a killed process; a power cut may cost the last moments.
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=1)
        self.connection.row_factory = sqlite3.Row
        try:
            self.connection.execute("pragma locking_mode = exclusive")
            self.connection.execute("pragma journal_mode = wal")
            self.connection.execute("pragma synchronous = normal")
            self.connection.execute("pragma foreign_keys = on")
            self.connection.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            self.connection.close()
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StateDirInUse(str(state_dir)) from error
            raise

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it, or nothing."""
        self.connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def revision(self) -> int:
        """The number of the newest change."""
        return int(self.connection.execute("select value from revision").fetchone()[0])

    def next_revision(self) -> int:
        return int(self.connection.execute("update revision set value = value + 1 returning value").fetchone()[0])

    # Shops

    def save_instance(self, instance: Instance) -> None:
        """Registers a shop or renews its settings, keeping its connection. `sqlite3.IntegrityError`: token taken."""
        presets = _PRESETS.dump_json(instance.presets).decode()
        self.connection.execute(
            f"insert into instances ({_INSTANCE}) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (webhook_key) do update"
            " set token = excluded.token, shop_name = excluded.shop_name, shop_phone = excluded.shop_phone,"
            " gateway_url = excluded.gateway_url, presets = excluded.presets, revision = excluded.revision",
            (
                instance.webhook_key,
                instance.token,
                instance.shop_name,
                instance.shop_phone,
                instance.gateway_url,
                presets,
                instance.connection.value,
                self.next_revision(),
            ),
        )

    def instances(self) -> list[Instance]:
        rows = self.connection.execute(f"select {_INSTANCE} from instances order by shop_name, webhook_key")
        return [_instance(row) for row in rows]

    def instance(self, webhook_key: str) -> Instance | None:
        query = f"select {_INSTANCE} from instances where webhook_key = ?"
        row = self.connection.execute(query, (webhook_key,)).fetchone()
        return None if row is None else _instance(row)

    def set_connection(self, webhook_key: str, state: Connection) -> None:
        self.connection.execute(
            "update instances set connection = ?, revision = ? where webhook_key = ?",
            (state.value, self.next_revision(), webhook_key),
        )

    def touch_instance(self, webhook_key: str) -> None:
        """Shows pages that the state of a shop's webhooks changed."""
        self.connection.execute(
            "update instances set revision = ? where webhook_key = ?", (self.next_revision(), webhook_key)
        )

    # Chats

    def save_chat(self, webhook_key: str, jid: Jid, name: str = "") -> None:
        """Opens a chat, or renews its name (an empty name leaves the one known)."""
        self.connection.execute(
            "insert into chats (webhook_key, jid, name, revision) values (?, ?, ?, ?) on conflict do update set"
            " name = case excluded.name when '' then name else excluded.name end, revision = excluded.revision",
            (webhook_key, jid, name, self.next_revision()),
        )

    def chats(self, webhook_key: str, *, since: int = 0) -> list[Chat]:
        """Chats changed after a revision, oldest change first."""
        query = f"select {_CHAT} from chats c where c.webhook_key = ? and c.revision > ? order by c.revision"
        rows = self.connection.execute(query, (webhook_key, since))
        return [
            Chat(
                jid=Jid(row["jid"]),
                name=row["name"],
                last_text=row["last_text"],
                last_kind=Kind(row["last_kind"]),
                unread=row["unread"],
                revision=row["revision"],
            )
            for row in rows
        ]

    def chat_name(self, webhook_key: str, jid: Jid) -> str:
        row = self.connection.execute(
            "select name from chats where webhook_key = ? and jid = ?", (webhook_key, jid)
        ).fetchone()
        return "" if row is None else str(row["name"])

    # Messages

    def add_message(
        self,
        webhook_key: str,
        jid: Jid,
        *,
        message_id: str,
        author: Author,
        kind: Kind,
        text: str,
        at: datetime,
        delivery: Delivery,
        name: str = "",
    ) -> Message:
        """Adds a message to its chat, which is opened where needed; an id is used once a shop."""
        self.save_chat(webhook_key, jid, name)
        row = self.connection.execute(
            "insert into messages (revision, webhook_key, jid, message_id, author, kind, body, at, delivery)"
            f" values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning {_MESSAGE}",
            (
                self.next_revision(),
                webhook_key,
                jid,
                message_id,
                author.value,
                kind.value,
                text,
                round(at.timestamp() * 1000),
                delivery.value,
            ),
        ).fetchone()
        return _message(row)

    def message(self, webhook_key: str, message_id: str) -> Message | None:
        query = f"select {_MESSAGE} from messages where webhook_key = ? and message_id = ?"
        row = self.connection.execute(query, (webhook_key, message_id)).fetchone()
        return None if row is None else _message(row)

    def messages_after(self, webhook_key: str, jid: Jid, seq: int, limit: int = 500) -> list[Message]:
        """A chat's messages after one of them, in order."""
        query = f"select {_MESSAGE} from messages where webhook_key = ? and jid = ? and seq > ? order by seq limit ?"
        return [_message(row) for row in self.connection.execute(query, (webhook_key, jid, seq, limit))]

    def latest_messages(self, webhook_key: str, jid: Jid, limit: int = 300) -> list[Message]:
        """The end of a chat, oldest change first."""
        query = f"select {_MESSAGE} from messages where webhook_key = ? and jid = ? order by seq desc limit ?"
        found = [_message(row) for row in self.connection.execute(query, (webhook_key, jid, limit))]
        return sorted(found, key=lambda message: message.revision)

    def changed_messages(self, webhook_key: str, jid: Jid, since: int) -> list[Message]:
        """A chat's messages that changed after a revision, oldest change first."""
        query = f"select {_MESSAGE} from messages where webhook_key = ? and jid = ? and revision > ? order by revision"
        return [_message(row) for row in self.connection.execute(query, (webhook_key, jid, since))]

    def last_outbound(self, webhook_key: str, jid: Jid) -> Message | None:
        query = (
            f"select {_MESSAGE} from messages where webhook_key = ? and jid = ? and author <> ?"
            " order by seq desc limit 1"
        )
        row = self.connection.execute(query, (webhook_key, jid, Author.CUSTOMER.value)).fetchone()
        return None if row is None else _message(row)

    def mark_read(self, webhook_key: str, jid: Jid) -> list[Message]:
        """The shop's messages of a chat that were unread until now, in order."""
        query = (
            "select seq from messages where webhook_key = ? and jid = ? and author <> ? and delivery = ? order by seq"
        )
        parameters = (webhook_key, jid, Author.CUSTOMER.value, Delivery.DELIVERED.value)
        read = []
        for row in self.connection.execute(query, parameters).fetchall():
            changed = self.connection.execute(
                f"update messages set delivery = ?, revision = ? where seq = ? returning {_MESSAGE}",
                (Delivery.READ.value, self.next_revision(), row["seq"]),
            ).fetchone()
            read.append(_message(changed))
        if read:
            self.save_chat(webhook_key, jid)
        return read


def _instance(row: sqlite3.Row) -> Instance:
    return Instance(
        webhook_key=row["webhook_key"],
        token=row["token"],
        shop_name=row["shop_name"],
        shop_phone=row["shop_phone"],
        gateway_url=row["gateway_url"],
        presets=_PRESETS.validate_python(json.loads(row["presets"])),
        connection=Connection(row["connection"]),
        revision=row["revision"],
    )


def _message(row: sqlite3.Row) -> Message:
    return Message(
        seq=row["seq"],
        revision=row["revision"],
        id=row["message_id"],
        jid=Jid(row["jid"]),
        author=Author(row["author"]),
        kind=Kind(row["kind"]),
        text=row["body"],
        at=datetime.fromtimestamp(row["at"] / 1000, UTC),
        delivery=Delivery(row["delivery"]),
    )
