"""A painter for tests: it can be watched, held up, and told to fail; and a live console that paints with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from console.live import Live, Painted
from console.painting import Following
from console.topics import Topic, TopicKind


class Easel:
    """Paints `html`, and notes every topic it was asked for."""

    def __init__(self, html: str = "") -> None:
        self.html: str | None = html or None
        self.asked: list[Topic] = []
        self.failing = False
        self.free = asyncio.Event()
        self.free.set()
        self._news = asyncio.Event()

    async def paint(self, topic: Topic) -> str:
        """What `html` says when the painting begins; without it, another picture each time."""
        self.asked.append(topic)
        self._news.set()
        painted = self.html or f"<p>{len(self.asked)}</p>"
        if self.failing:
            raise RuntimeError("out of paint")
        await self.free.wait()
        return painted

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until what was asked makes this true."""
        async with asyncio.timeout(15):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def at_rest(self, *, seconds: float = 0.4) -> int:
        """How often it was asked, once it is asked no more: nothing came for longer than any pause between two."""
        while True:
            self._news.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return len(self.asked)


@asynccontextmanager
async def live_console(database_url: str, easel: Easel) -> AsyncIterator[Live]:
    """A live console of which every part is painted by the one easel; it listens when the context begins."""
    live = Live(database_url, dict.fromkeys(TopicKind, easel.paint))
    running = asyncio.create_task(live.run())
    try:
        yield live
    finally:
        running.cancel()
        await asyncio.wait([running])


async def nothing(page: Following, *, seconds: float = 0.4) -> bool:
    """Whether the page is given nothing for so long."""
    try:
        async with asyncio.timeout(seconds):
            await anext(page)
    except TimeoutError:
        return True
    return False


async def the_next(page: Following) -> Painted:
    """What the page is given next; TimeoutError when nothing comes."""
    async with asyncio.timeout(15):
        return await anext(page)
