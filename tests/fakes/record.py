"""What a fake provider was asked, and what it sent."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP

from fastapi import Request
from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: JsonValue


@dataclass(frozen=True, slots=True)
class SentText:
    """One message that went out: a text, or an image with `text` as its caption.

    `raw` is what the provider was given; `at` is seconds since 1970.
    """

    provider_id: str
    instance: str
    to: str
    text: str
    at: int
    raw: Mapping[str, JsonValue] = field(default_factory=dict)
    image: bytes | None = None


class Record:
    """Requests and sent messages, in order, with a way to wait for them."""

    def __init__(self) -> None:
        self.requests: list[RecordedRequest] = []
        self.sent: list[SentText] = []
        self._changed = asyncio.Condition()

    async def keep_request(self, request: Request) -> dict[str, JsonValue]:
        """Note `request`; its JSON object, an empty one if it has none."""
        raw = await request.body()
        content_type = request.headers.get("content-type", "")
        if content_type.startswith("multipart/form-data"):
            body: JsonValue = _form(content_type, raw)
        else:
            body = await request.json() if raw else None
        self.requests.append(RecordedRequest(request.method, request.url.path, dict(request.headers), body))
        async with self._changed:
            self._changed.notify_all()
        return body if isinstance(body, dict) else {}

    async def keep_sent(self, message: SentText) -> None:
        """Note that `message` went out."""
        self.sent.append(message)
        async with self._changed:
            self._changed.notify_all()

    async def wait_for_sent(self, count: int, *, timeout: float = 15.0) -> list[SentText]:
        """All sent messages, as soon as there are `count`; raises `TimeoutError` after `timeout` seconds."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= count)
        return list(self.sent)

    async def wait_for_requests(self, count: int, *, timeout: float = 15.0) -> list[RecordedRequest]:
        """All requests, as soon as there are `count`."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.requests) >= count)
        return list(self.requests)


def _form(content_type: str, raw: bytes) -> dict[str, JsonValue]:
    """A multipart form; a file as `{name, mimetype, base64}`."""
    form = BytesParser(policy=HTTP).parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + raw)
    found: dict[str, JsonValue] = {}
    for part in form.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if (file_name := part.get_filename()) is None:
            found[name] = content.decode()
        else:
            encoded = base64.b64encode(content).decode()
            found[name] = {"name": file_name, "mimetype": part.get_content_type(), "base64": encoded}
    return found


def decoded_image(encoded: object, mimetype: object) -> bytes | None:
    """The picture in strict base64, or None where it is none: not of a type, empty, or with `data:` before it."""
    if not isinstance(encoded, str) or mimetype not in ("image/png", "image/jpeg"):
        return None
    try:
        picture = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    starts = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
    return picture if picture.startswith(starts[str(mimetype)]) else None
