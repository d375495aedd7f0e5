"""The queue: who waits for a person, whoever is due first on top, and who is being served."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from console.lines import Badge, last_words, named, second_name, short_time
from console.live import Painter
from console.parts import Parts
from console.rendering import Me, fragment, page
from console.topics import Topic, TopicKind
from domain.conversation import Audience
from domain.dates import ago, ahead
from domain.handoffs import HandoffState
from domain.ids import ConversationId, DeedId, OrganizationId
from domain.texts import cleaned
from operating import alerting
from operating.deeds import Deed
from storage import alerts, inbox, organizations
from storage.database import Database
from storage.inbox import Waiting

_CARDS = 60
"""More than that nobody looks at, and every change of a card is sent to every open console."""
_MINUTE = timedelta(minutes=1)
_SOON = timedelta(minutes=5)
_BACK = "/console/fila"


@dataclass(frozen=True)
class Entry:
    """An open hand-over as the queue shows it. `who` has it, empty while nobody has; `next_step` is what happens at
    `next_at` unless somebody acts; `may_be_taken` while no operator has it, unless it is Aurora's. Words of times are
    as the shop's clock shows them."""

    id: ConversationId
    name: str
    phone: str
    is_owner: bool
    who: str
    may_be_taken: bool
    reason: str
    since: datetime
    since_word: str
    since_when: str
    deadline: Badge | None
    next_at: datetime | None
    next_when: str
    next_step: str
    said: str
    unread: int


@dataclass(frozen=True)
class Shown:
    """What the queue's templates are made of; `overlooked` are conversation, name, and since when."""

    waiting: tuple[Entry, ...]
    served: tuple[Entry, ...]
    more: int
    overlooked: tuple[tuple[ConversationId, str, str], ...]


def routes(parts: Parts) -> APIRouter:
    """Everything under /fila."""
    routes = APIRouter(prefix="/fila")

    @routes.get("")
    async def show(me: Me) -> Response:
        """The queue, live from its first moment on."""
        queue = await _now(parts.database, me.organization_id, me.zone)
        return page(me, "fila.html", topics=[Topic(me.organization_id, TopicKind.QUEUE)], queue=queue)

    @routes.post("/{conversation_id}/ciente")
    async def take_notice(me: Me, conversation_id: UUID, deed: Annotated[UUID | None, Form()] = None) -> Response:
        """Whoever waits too long is known to do so: the banner goes, the deadlines stay. Done twice, noted once."""
        done = Deed(DeedId(deed or uuid4()), me.operator)
        await alerting.acknowledge_waiting(parts.database, me.organization_id, done, ConversationId(conversation_id))
        return RedirectResponse(_BACK, 303)

    return routes


def painter(parts: Parts) -> Painter:
    """The inside of the queue's live part, the same for all who look: its forms are filled in by the page's script."""

    async def paint(topic: Topic) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            zone = (await organizations.get(tenant, topic.organization_id)).zone
        queue = await _now(parts.database, topic.organization_id, zone)
        return fragment("_fila.html", csrf="", queue=queue)

    return paint


async def _now(database: Database, shop: OrganizationId, zone: ZoneInfo) -> Shown:
    now = datetime.now(UTC)
    async with database.tenant(shop) as tenant:
        found = await inbox.queue(tenant, now, _CARDS)
        overlooked = await alerts.overlooked(tenant)
    entries = [(one.state, _entry(one, now, zone)) for one in found.shown]
    return Shown(
        waiting=tuple(entry for state, entry in entries if state is HandoffState.WAITING),
        served=tuple(entry for state, entry in entries if state is not HandoffState.WAITING),
        more=found.more,
        overlooked=tuple(
            (one.conversation_id, named(one.name, one.phone), ago(one.waiting_since, now)) for one in overlooked
        ),
    )


def _entry(one: Waiting, now: datetime, zone: ZoneInfo) -> Entry:
    since = one.waiting_since or one.opened_at
    detail = " ".join(cleaned(one.detail).split())
    coming = one.due if one.due and one.due.at > now else None
    return Entry(
        id=one.conversation_id,
        name=named(one.name, one.phone),
        phone=second_name(one.name, one.phone),
        is_owner=one.audience is Audience.OWNER,
        who="" if one.state is HandoffState.WAITING else one.operator or "celular da loja",
        may_be_taken=one.operator_id is None and one.audience is Audience.CUSTOMER,
        reason=f"{one.reason.portuguese}: {detail}" if detail else one.reason.portuguese,
        since=since,
        since_word=_since(one, now),
        since_when=short_time(since, now, zone),
        deadline=_deadline(one, now),
        next_at=coming.at if coming else None,
        next_when=short_time(coming.at, now, zone) if coming else "",
        next_step=coming.kind.portuguese if coming else "",
        said=last_words(one.said, one.said_as, one.said_by, one.said_by_operator),
        unread=one.unread_count,
    )


def _since(one: Waiting, now: datetime) -> str:
    if one.waiting_since is None:
        return f"aberta {ago(one.opened_at, now)}"
    return f"espera {ago(one.waiting_since, now)}" if now - one.waiting_since >= _MINUTE else "chegou agora mesmo"


def _deadline(one: Waiting, now: datetime) -> Badge | None:
    """How much time is left for an answer; None while nobody waits for one."""
    if one.waiting_since is None:
        return None
    if one.due and one.due.at <= now:
        return Badge("vence agora" if now - one.due.at < _MINUTE else f"atrasada {ago(one.due.at, now)}", "late")
    if one.is_overdue:
        return Badge("atrasada", "late")
    if one.due is None:
        return Badge("sem prazo ainda", "plain")
    return Badge(f"vence {ahead(one.due.at, now)}", "waiting" if one.due.at - now <= _SOON else "plain")
