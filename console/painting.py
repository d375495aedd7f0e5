"""One part of the console, painted once for all the pages that show it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType

import structlog
from fastapi.sse import format_sse_event

from console.topics import Topic, TopicKind
from domain.errors import StorageUnavailable
from domain.ids import OperatorId

Painter = Callable[[Topic], Awaitable[str]]
"""The HTML of a topic as it is now."""

_log = structlog.get_logger()

_PAUSE = 0.05
"""Seconds between two paintings of a part: what changes all the time must not be painted all the time."""
_LONG_PAUSES = {TopicKind.CONVERSATIONS: 0.15, TopicKind.DASHBOARD: 0.25}
"""The parts that every message of the shop changes; with the painting and the way it must stay below 300 ms."""
_AGAIN = 1.0
"""Seconds after which a painting that failed is tried again, though nothing changed."""
_LONGEST = 10.0
"""Seconds after which a painting counts as failed."""


@dataclass(frozen=True)
class Painted:
    """A topic's HTML."""

    topic: Topic
    html: str

    @cached_property
    def event(self) -> bytes:
        """As a server-sent event: the same bytes for every page."""
        return format_sse_event(event=self.topic.name, data_str=self.html)


class SignedOutMaybe(Exception):
    """Whoever reads has to look at the session before anything more is given out."""


class Following:
    """One open page: the newest HTML of each of its parts that it was not given yet, in the order they changed.

    A page that reads slowly skips what is outdated: there is never more than one painting of a part waiting for it.
    Waiting for the next may be cancelled without losing it.
    """

    def __init__(self, leave: Callable[["Following"], None], viewer: OperatorId | None = None) -> None:
        self.viewer = viewer
        self._leave = leave
        self._is_doubted = False
        self._waiting: dict[Topic, Painted] = {}
        self._newest: dict[Topic, Painted] = {}
        self._news = asyncio.Event()
        self._has_ended = False

    def give(self, painted: Painted) -> None:
        """To be read next, unless it is what this page was given last."""
        if self._newest.get(painted.topic) is not painted:
            self._newest[painted.topic] = self._waiting[painted.topic] = painted
            self._news.set()

    def doubt(self) -> None:
        """The viewer may have been signed out: the next thing that is read is `SignedOutMaybe`, once."""
        self._is_doubted = True
        self._news.set()

    def end(self) -> None:
        """Nothing comes any more."""
        self._has_ended = True
        self._news.set()

    def __enter__(self) -> "Following":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self)

    def __aiter__(self) -> "Following":
        return self

    async def __anext__(self) -> Painted:
        while not self._has_ended:
            if self._is_doubted:
                self._is_doubted = False
                raise SignedOutMaybe
            if self._waiting:
                return self._waiting.pop(next(iter(self._waiting)))
            self._news.clear()
            await self._news.wait()
        raise StopAsyncIteration


class Painting:
    """A topic somebody follows: each change of it causes one painting, and those during a painting one more."""

    def __init__(self, topic: Topic, painter: Painter, at_once: asyncio.Semaphore) -> None:
        self._topic = topic
        self._painter = painter
        self._at_once = at_once
        self._pause = _LONG_PAUSES.get(topic.kind, _PAUSE)
        self._touched = asyncio.Event()
        self._painted: Painted | None = None
        self._followers: set[Following] = set()
        self._work = asyncio.create_task(self._paint_on_every_touch())

    def touch(self) -> None:
        """It has changed, or may have."""
        self._touched.set()

    def join(self, following: Following) -> None:
        """The page is given what is painted from now on, beginning at once."""
        self._followers.add(following)
        self.touch()

    def leave(self, following: Following) -> bool:
        """Whether nobody is left; nothing is painted any more then."""
        self._followers.discard(following)
        if self._followers:
            return False
        self._work.cancel()
        return True

    async def _paint_on_every_touch(self) -> None:
        while True:
            await self._touched.wait()
            async with self._at_once:
                self._touched.clear()
                succeeded = await self._paint()
            await asyncio.sleep(self._pause)
            if not succeeded:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_AGAIN):
                        await self._touched.wait()
                self.touch()

    async def _paint(self) -> bool:
        try:
            async with asyncio.timeout(_LONGEST):
                html = await self._painter(self._topic)
        except (StorageUnavailable, TimeoutError) as away:
            _log.warning("[CONSOLE] Not painted", topic=self._topic.kind, error=type(away).__name__)
            return False
        except Exception:  # whatever it is, the page stays open and the next painting may succeed
            _log.exception("[CONSOLE] Not painted", topic=self._topic.kind)
            return False
        if self._painted is None or self._painted.html != html:
            self._painted = Painted(self._topic, html)
        for following in self._followers:
            following.give(self._painted)
        return True
