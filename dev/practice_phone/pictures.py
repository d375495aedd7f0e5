"""What the engine's image messages show, beside their rows in the store."""

from __future__ import annotations

from dev.practice_phone.records import Picture
from dev.practice_phone.store import Store


def save_picture(store: Store, webhook_key: str, message_id: str, picture: Picture) -> None:
    """Keeps what a message shows; an id is used once a shop."""
    store.connection.execute(
        "insert into pictures (webhook_key, message_id, mimetype, content) values (?, ?, ?, ?)",
        (webhook_key, message_id, picture.mimetype, picture.content),
    )


def picture_of(store: Store, webhook_key: str, message_id: str) -> Picture | None:
    """What a message shows; only the engine's image messages show anything."""
    query = "select mimetype, content from pictures where webhook_key = ? and message_id = ?"
    row = store.connection.execute(query, (webhook_key, message_id)).fetchone()
    return None if row is None else Picture(mimetype=row["mimetype"], content=row["content"])
