"""One HTTP exchange with a provider, and what is certain after it went wrong.

Before the request was written nothing was sent (`ChannelUnavailable`); from then until an answer was read nobody knows
(`SendOutcomeUnknown`). Nothing is repeated here: Temporal does that.
"""

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
from pydantic import JsonValue

from channels.reading import LONGEST_ID, text_at
from domain.errors import ChannelError, ChannelRefused, ChannelUnavailable, SendOutcomeUnknown

TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=5.0)
_LONGEST_WAIT = 3_600.0
_LARGEST_ANSWER = 4 * 1024 * 1024
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_IMPOSSIBLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError)


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart form with one file."""

    fields: Mapping[str, str]
    file_name: str
    content: bytes
    mimetype: str


async def sent(
    client: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], body: JsonValue, timeout: httpx.Timeout
) -> httpx.Response:
    """The answer to a POST that sends a message, whatever its status; raises a `ChannelError` when there is none."""
    return await _exchanged(client, "POST", url, headers, body, timeout, lost=SendOutcomeUnknown)


async def asked(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: JsonValue = None,
    timeout: httpx.Timeout,
) -> httpx.Response:
    """The answer to a question that changes nothing, so that it can always be asked again."""
    return await _exchanged(client, method, url, headers, body, timeout, lost=ChannelUnavailable)


async def uploaded(
    client: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], form: Form, timeout: httpx.Timeout
) -> httpx.Response:
    """The answer to a file that is handed over and sends nothing yet, so that it can always be handed over again."""
    return await _exchanged(client, "POST", url, headers, form, timeout, lost=ChannelUnavailable)


async def _exchanged(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: JsonValue | Form,
    timeout: httpx.Timeout,
    *,
    lost: type[SendOutcomeUnknown] | type[ChannelUnavailable],
) -> httpx.Response:
    # httpx's timeouts are per read: a provider that answers a byte at a time would hold the sender for ever.
    whole = sum(part or 0.0 for part in (timeout.pool, timeout.connect, timeout.write, timeout.read)) or None
    try:
        async with asyncio.timeout(whole):
            if isinstance(body, Form):
                files = {"file": (body.file_name, body.content, body.mimetype)}
                request = client.build_request(
                    method, url, headers=dict(headers), data=dict(body.fields), files=files, timeout=timeout
                )
            else:
                request = client.build_request(method, url, headers=dict(headers), json=body, timeout=timeout)
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                return await _read(response)
            finally:
                await response.aclose()
    except _NOT_BEGUN as error:
        raise ChannelUnavailable(f"the provider cannot be reached: {type(error).__name__}") from error
    except _IMPOSSIBLE as error:
        raise ChannelRefused(
            f"the instance's address or token is no valid HTTP: {type(error).__name__}", code="misconfigured"
        ) from None  # the cause quotes the header, and with it the token, into logs and histories
    except (httpx.HTTPError, TimeoutError) as error:
        raise lost(f"no answer: {type(error).__name__}") from error


async def _read(response: httpx.Response) -> httpx.Response:
    """`response` with its body, as far as one can be that a provider means."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            body.clear()
            break
    return httpx.Response(response.status_code, headers=_without_coding(response.headers), content=bytes(body))


def _without_coding(headers: httpx.Headers) -> httpx.Headers:
    left = headers.copy()
    for name in ("content-encoding", "content-length", "transfer-encoding"):
        left.pop(name, None)
    return left


def json_of(response: httpx.Response) -> object:
    """The JSON in `response`, or None where it is none: providers' proxies answer pages."""
    try:
        found: object = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return found


def sent_id(response: httpx.Response, *path: str) -> str:
    """The provider's id of the message `response` says was sent; raises `SendOutcomeUnknown` where it names none."""
    found = text_at(json_of(response), *path, longest=LONGEST_ID + 1)
    if found and len(found) <= LONGEST_ID:
        return found
    raise SendOutcomeUnknown(f"HTTP {response.status_code} without an id")


def refused(response: httpx.Response, *, asking: bool = False) -> ChannelError:
    """Which of our errors a status is that means the same with every provider."""
    status = response.status_code
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ChannelRefused(f"HTTP {status}: the instance's token is not accepted", code="unauthorized")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ChannelUnavailable("HTTP 429", retry_after=retry_after(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT or status < HTTPStatus.OK:
        if asking:
            return ChannelUnavailable(f"HTTP {status}", retry_after=retry_after(response))
        return SendOutcomeUnknown(f"HTTP {status}")
    return ChannelRefused(f"HTTP {status}", code=f"http_{status}")


def retry_after(response: httpx.Response) -> float | None:
    """Seconds the provider asks to wait, from 0 to an hour; it may say seconds or an HTTP date."""
    said = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            at = parsedate_to_datetime(said)
        except ValueError:
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None
