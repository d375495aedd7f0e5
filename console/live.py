"""The live console: what changes in a shop is painted once and sent to every open page that shows it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from console.painting import Following as Following
from console.painting import Painted, Painter, Painting
from console.topics import Topic, TopicKind
from domain.errors import AuZapError
from domain.ids import OperatorId, OrganizationId
from storage import changes
from storage.changes import Change, ChangeKind
from storage.notifications import hear

__all__ = ["Following", "Live", "Painted", "Painter"]

_AT_ONCE = 4
"""Paintings at once in one process, of all shops: the pool of connections is the webhooks' too."""
_MINUTE = 60.0
_MOST_PAGES, _MOST_TOPICS = 100, 200
"""Of one operator at once: far more than a person opens. Every part costs a painting whenever its shop changes, and the
paintings of all shops take turns."""

_CONVERSATION = frozenset({TopicKind.TIMELINE, TopicKind.STANDING, TopicKind.CARD})
"""Topics whose subject is a conversation."""
_OF_THE_CLOCK = frozenset({TopicKind.QUEUE, TopicKind.STANDING, TopicKind.DASHBOARD, TopicKind.BADGE})
"""What looks different when a deadline or the day has passed, though no row changed."""


class TooManyFollowed(AuZapError):
    """An operator's open pages follow so much already."""


def touches(change: Change, topic: Topic) -> bool:
    """Whether a change in the topic's shop may have changed what the topic shows."""
    if not isinstance(change.kind, ChangeKind):
        return True
    match change.kind:
        case ChangeKind.CONVERSATION | ChangeKind.HANDOFF:
            if topic.kind in _CONVERSATION:
                return topic.subject == change.subject
            return topic.kind in (TopicKind.CONVERSATIONS, TopicKind.QUEUE, TopicKind.DASHBOARD, TopicKind.BADGE)
        case ChangeKind.BOOKING:  # the subject is a contact, whose conversations are not known here
            return topic.kind in (TopicKind.AGENDA, TopicKind.CARD, TopicKind.TIMELINE, TopicKind.DASHBOARD)
        case ChangeKind.ALERT:
            return topic.kind in (TopicKind.QUEUE, TopicKind.DASHBOARD, TopicKind.BADGE, TopicKind.STUCK)
        case ChangeKind.STUCK:  # the subject is a workflow, of whatever conversation
            return topic.kind in (
                TopicKind.STUCK,
                TopicKind.STANDING,
                TopicKind.DASHBOARD,
                TopicKind.BADGE,
                TopicKind.QUEUE,
            )
        case ChangeKind.SESSION:  # changes nothing that is shown, but who may see it
            return False
        case _:
            assert_never(change.kind)


class Live:
    """Follows the database's notifications on one connection, and paints what open pages show."""

    def __init__(self, database_url: str, painters: Mapping[TopicKind, Painter]) -> None:
        self._database_url = database_url
        self._painters = painters
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._shops: dict[OrganizationId, dict[Topic, Painting]] = {}
        self._pages: dict[Following, tuple[Topic, ...]] = {}
        self._has_ended = False

    async def run(self) -> None:
        """Listen until cancelled; every page's stream ends with that."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(hear(self._database_url, changes.CHANNEL, self._heard, self._touch_all))
                both.create_task(self._follow_the_clock())
        finally:
            self.end()

    def end(self) -> None:
        """End the stream of every page, and of every page to come: the process is about to stop."""
        self._has_ended = True
        for page in tuple(self._pages):
            page.end()

    @property
    def pages(self) -> int:
        """How many follow something."""
        return len(self._pages)

    def follow(self, topics: Sequence[Topic], viewer: OperatorId | None = None) -> Following:
        """Each topic as it is now, and again whenever it has changed; to be used as a context, which ends it.

        A kind that nobody paints stays as its page shows it. Raises `TooManyFollowed` when the viewer's pages would
        follow more than anybody looks at.
        """
        wanted = tuple(dict.fromkeys(topic for topic in topics if topic.kind in self._painters))
        if viewer is not None:
            theirs = [followed for page, followed in self._pages.items() if page.viewer == viewer]
            if len(theirs) >= _MOST_PAGES or len({*wanted, *(one for page in theirs for one in page)}) > _MOST_TOPICS:
                raise TooManyFollowed(f"{len(theirs)} pages")
        page = Following(self._leave, viewer)
        self._pages[page] = wanted
        for topic in self._pages[page]:
            shop = self._shops.setdefault(topic.organization_id, {})
            if topic not in shop:
                shop[topic] = Painting(topic, self._painters[topic.kind], self._at_once)
            shop[topic].join(page)
        if self._has_ended:
            page.end()
        return page

    def _leave(self, page: Following) -> None:
        for topic in self._pages.pop(page, ()):
            shop = self._shops[topic.organization_id]
            if shop[topic].leave(page):
                del shop[topic]
            if not shop:
                del self._shops[topic.organization_id]

    def _heard(self, payload: str) -> None:
        change = changes.read(payload)
        if change is None:
            self._touch_all()
            return
        if change.kind is ChangeKind.SESSION:
            for page in self._pages:
                if str(page.viewer) == change.subject:
                    page.doubt()
        for topic, painting in self._shops.get(change.organization, {}).items():
            if touches(change, topic):
                painting.touch()

    def _touch_all(self, concerned: Callable[[Topic], bool] = lambda _topic: True) -> None:
        for shop in self._shops.values():
            for topic, painting in shop.items():
                if concerned(topic):
                    painting.touch()

    async def _follow_the_clock(self) -> None:
        while True:
            await asyncio.sleep(_MINUTE)
            self._touch_all(lambda topic: topic.kind in _OF_THE_CLOCK)
