"""The stream of an open page: what it shows, as it is at once and whenever it changes, and word of its own end.

Events are named like the topics (`fila`, `historico-<conversation>`) and bring HTML. Besides, `versao` says which
version of the console this is, so that a page of another one knows; `vivo` comes when nothing else does; and `sessao`
says that the operator is signed out, which is looked at whenever one of their sessions ends, and every minute.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.sse import EventSourceResponse, format_sse_event

from console.live import Following, Live, TooManyFollowed
from console.painting import SignedOutMaybe
from console.rendering import Me
from console.signed_in import SignedIn
from console.topics import Topic, TopicKind
from console.version import VERSION
from domain.errors import StorageUnavailable

_MOST_TOPICS = 20
_LATER = "60"
_LONGEST_QUERY = 1_000
_RETRY_MS = (500, 2_500)
"""A page that lost its stream waits so long before it returns: not all of them in the moment a new process is up."""

_SIGN_OF_LIFE = format_sse_event(event="vivo", data_str="1")
"""An event and no comment: of comments browsers tell a page nothing, and it could not tell silence from a cut line."""
_SIGNED_OUT = "Sua sessão terminou, entre de novo."
_OF_A_CONVERSATION = frozenset({TopicKind.TIMELINE, TopicKind.STANDING, TopicKind.CARD})

StillSignedIn = Callable[[Request], Awaitable[bool]]
"""Whether the session that a request came with lasts still."""


@dataclass(frozen=True)
class Pace:
    """Seconds of silence before a sign of life, and between two looks at the session."""

    sign_of_life: float = 15.0
    session: float = 60.0


def topic_named(name: str, signed_in: SignedIn) -> Topic:
    """The topic of an event's name, in the operator's own shop. Raises ValueError for a name that no topic has.

    Whether there is such a conversation is not looked at: its painter finds none in this shop.
    """
    kind_name, _, subject = name.partition("-")
    kind = TopicKind(kind_name)
    if kind in _OF_A_CONVERSATION:
        is_well_formed = subject == str(UUID(subject))
    elif kind is TopicKind.AGENDA:
        is_well_formed = subject == date.fromisoformat(subject).isoformat()
    else:
        is_well_formed = name == kind
    if not is_well_formed:
        raise ValueError(f"not a {kind}'s subject")
    viewer = signed_in.operator.id if kind is TopicKind.STANDING else None
    return Topic(signed_in.organization_id, kind, subject, viewer)


def routes(live: Live, still_signed_in: StillSignedIn, pace: Pace = Pace()) -> APIRouter:
    """The one route, relative to /console."""
    router = APIRouter()

    async def following(me: Me, topicos: Annotated[str, Query(max_length=_LONGEST_QUERY)]) -> AsyncIterator[Following]:
        # Not in the stream itself: one that is cancelled while it sends is finished whenever it is collected.
        wanted = _topics(topicos, me)
        try:
            page = live.follow(wanted, me.operator.id)
        except TooManyFollowed as too_many:
            raise HTTPException(429, "too_many_pages", {"Retry-After": _LATER}) from too_many
        with page:
            yield page

    @router.get("/eventos")
    async def events(request: Request, page: Annotated[Following, Depends(following)]) -> EventSourceResponse:
        """Follow up to 20 topics, named with commas between; 422 for a name that no topic has."""
        return EventSourceResponse(
            _stream(page, lambda: still_signed_in(request), pace),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return router


def _topics(names: str, signed_in: SignedIn) -> tuple[Topic, ...]:
    wanted = tuple(dict.fromkeys(names.split(",")))
    if len(wanted) > _MOST_TOPICS:
        raise HTTPException(422, "too_many_topics")
    try:
        return tuple(topic_named(name, signed_in) for name in wanted)
    except ValueError as error:
        raise HTTPException(422, "malformed_topic") from error


async def _stream(page: Following, still_signed_in: Callable[[], Awaitable[bool]], pace: Pace) -> AsyncIterator[bytes]:
    yield format_sse_event(event="versao", data_str=VERSION, retry=random.randint(*_RETRY_MS))
    look_at = time.monotonic() + pace.session
    while True:
        left = look_at - time.monotonic()
        if left <= 0:
            if not await _lasts(still_signed_in):
                yield format_sse_event(event="sessao", data_str=_SIGNED_OUT)
                return
            look_at = time.monotonic() + pace.session
            continue
        try:
            async with asyncio.timeout(min(left, pace.sign_of_life)):
                event = (await anext(page)).event
        except TimeoutError:
            event = _SIGN_OF_LIFE
        except SignedOutMaybe:
            look_at = time.monotonic()
            continue
        except StopAsyncIteration:  # the process is about to stop: the page will find the next one
            return
        yield event


async def _lasts(still_signed_in: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await still_signed_in()
    except StorageUnavailable:  # nothing is painted meanwhile; looked at again
        return True
