"""Reading JSON that a stranger wrote: nothing in it has to be there, nothing has to be of the type one expects.

Every accessor takes any value and answers an empty one where the wanted one is not; only `identifier` insists.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from domain.errors import UnreadableBody
from domain.events import Malformed
from domain.texts import cleaned

LONGEST_ID = 255
LONGEST_NAME = 120
LONGEST_TYPE = 100
"""Characters of `messages.provider_type`."""
LONGEST_TEXT = 65_536
"""Characters WhatsApp itself allows in one text."""
LARGEST_PAYLOAD = 64 * 1024
"""Bytes of a malformed event that are kept."""
DEEPEST = 32
"""Levels of nesting that are looked at; a real message with a quoted album inside wrappers has about fifteen."""

_WHATSAPP_BEGAN = datetime(2009, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_LARGEST_SECONDS = 10**11  # the year 5138: whatever is larger counts milliseconds
_LARGEST_INTEGER = 2**63


class EventUnreadable(Exception):
    """One event lacks what it cannot do without; the text says what. Becomes a `Malformed`, never leaves a parser."""


def decoded(raw: bytes) -> JsonValue:
    """The JSON in a webhook's body; raises `UnreadableBody` for whatever is none, however it is broken."""
    try:
        value: JsonValue = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # ValueError: bad UTF-8, bad JSON, integers of thousands of digits
        raise UnreadableBody("the body is not JSON") from error
    return value


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is no JSON")


def object_at(value: object, *path: str) -> Mapping[str, object]:
    """The JSON object at the end of `path`, or an empty one."""
    found = value_at(value, *path)
    return found if isinstance(found, dict) else {}


def list_at(value: object, *path: str) -> Sequence[object]:
    """The JSON array at the end of `path`, or an empty one."""
    found = value_at(value, *path)
    return found if isinstance(found, list) else []


def value_at(value: object, *path: str) -> object:
    """Whatever is at the end of `path`, or None."""
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def text_at(value: object, *path: str, longest: int = LONGEST_TEXT) -> str:
    """The cleaned text at the end of `path`, or an empty one."""
    found = value_at(value, *path)
    return cleaned(found[:longest]) if isinstance(found, str) else ""


def first_text(value: object, paths: Iterable[tuple[str, ...]]) -> str:
    """The first of `paths` that leads to a text that is not empty."""
    return next((text for path in paths if (text := text_at(value, *path))), "")


def name_at(value: object, *path: str) -> str | None:
    """The name a person gave themselves, in one line of at most 120 characters, or None."""
    return " ".join(text_at(value, *path, longest=4 * LONGEST_NAME).split())[:LONGEST_NAME].strip() or None


def type_name(value: object) -> str:
    """A provider's name for a type of message, fit to be stored."""
    return (cleaned(value[:LONGEST_TYPE]) if isinstance(value, str) else "") or "unknown"


def identifier(value: object, name: str) -> str:
    """`value` as an id; raises `EventUnreadable` when there is none or it is longer than 255 characters."""
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) and _is_sane(value) else value
    if not isinstance(found, str):
        raise EventUnreadable(f"{name} is missing")
    if len(found) > LONGEST_ID:
        raise EventUnreadable(f"{name} is longer than {LONGEST_ID} characters")
    if not (found := cleaned(found)):
        raise EventUnreadable(f"{name} is empty")
    return found


def integer(value: object) -> int | None:
    """A whole number, however it was written: 7, 7.0, "7", or a 64-bit one as `{low, high, unsigned}`."""
    if isinstance(value, dict):
        low, high = value.get("low"), value.get("high")
        if not isinstance(low, int) or not isinstance(high, int):
            return None
        value = (high << 32) + (low & 0xFFFFFFFF) if _is_sane(high) and _is_sane(low) else None
    if isinstance(value, str):
        digits = value.strip()
        value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and _is_sane(value) else None


def flag(value: object) -> bool:
    """Whether `value` says yes; "true" and 1 do."""
    return value is True or value == 1 or value == "true"


def moment(value: object, received_at: datetime) -> datetime:
    """The time in `value`, seconds or milliseconds since 1970, or `received_at` where it is missing or cannot be.

    It cannot be before WhatsApp was, nor later than now by more than clocks differ.
    """
    at = time_of(value)
    return at if at is not None and _WHATSAPP_BEGAN <= at <= received_at + _CLOCKS_DIFFER_BY else received_at


def time_of(value: object) -> datetime | None:
    """The time in `value`, seconds or milliseconds since 1970, or None when it is no such number."""
    seconds = integer(value)
    if seconds is None or seconds < 0:
        return None
    divisor = 1_000 if seconds >= _LARGEST_SECONDS else 1
    if seconds // divisor >= _LARGEST_SECONDS:
        return None
    return datetime.fromtimestamp(seconds / divisor, UTC)


def leaves(value: object, depth: int = DEEPEST) -> Iterator[str]:
    """Every text anywhere in `value`."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner, depth - 1)


def malformed(problem: str, event: object) -> Malformed:
    """`event` kept as JSON that every store takes: valid, without NUL or surrogates, at most 64 KiB.

    Where it is larger, its beginning is kept as one text: `{"cut": "…", "bytes": 123456}`.
    """
    whole = json.dumps(_storable(event, DEEPEST), ensure_ascii=False)
    size = len(whole.encode())
    if size > LARGEST_PAYLOAD:
        # A character takes four bytes at most, and quotes and backslashes double when the JSON is quoted once more.
        beginning = whole[: LARGEST_PAYLOAD // 4 - 64]
        whole = json.dumps({"cut": beginning, "bytes": size}, ensure_ascii=False)
    return Malformed(problem=problem, payload=whole)


def _storable(value: object, depth: int) -> JsonValue:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if _is_sane(value) else "(a number too large to keep)"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not depth:
        return "(nested too deeply to keep)"
    if isinstance(value, dict):
        return {cleaned(str(key)): _storable(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner, depth - 1) for inner in value]
    return f"({type(value).__name__})"


def _is_sane(number: int) -> bool:
    return -_LARGEST_INTEGER <= number < 2 * _LARGEST_INTEGER
