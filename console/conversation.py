"""One conversation: its page and its live parts. What operators do in it is in console.conversation_deeds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from console import standing
from console.chat import Day, days
from console.conversations import PAGE, listed
from console.customer import card_of
from console.live import Painter
from console.parts import Parts
from console.rendering import Me, fragment, page
from console.signed_in import SignedIn
from console.standing import View
from console.topics import Topic, TopicKind
from domain.ids import ConversationId, OrganizationId
from domain.operators import Operator
from storage import inbox, operators, organizations, ready_answers, timeline
from storage import standing as standings
from storage.timeline import Place

_VARY = {"Vary": "HX-Request"}
_GONE = "Esta conversa não existe mais."


@dataclass(frozen=True)
class Typed:
    """What is in the forms under a conversation: after a refusal what was in them, with the ids of the same deeds."""

    reply: str = ""
    reply_deed: str = field(default_factory=lambda: str(uuid4()))
    note: str = ""
    note_deed: str = field(default_factory=lambda: str(uuid4()))
    said: str = ""
    note_said: str = ""
    standing_said: str = ""
    """Why the message, the note, the change of who has it was refused."""
    sent: str = ""
    noted: str = ""
    """What was just taken."""


def place_of(token: str | None) -> Place | None:
    """Where a page of the timeline goes on, as its address says it; None for the newest, or for what is no place."""
    seq, _, micros = (token or "").partition("-")
    if not (seq.isascii() and seq.isdigit() and micros.isascii() and micros.isdigit()):
        return None
    try:
        return Place(seq=min(int(seq), 2**63 - 1), at=datetime.fromtimestamp(int(micros) / 1_000_000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def token_of(place: Place | None) -> str:
    """A place for an address; "" for none."""
    if place is None or place.at is None:
        return ""
    return f"{place.seq}-{round(place.at.timestamp() * 1_000_000)}"


@dataclass(frozen=True)
class History:
    """What `_historico.html` shows; `older` is the place of the next page, for an address, "" at the beginning."""

    conversation_id: ConversationId
    days: tuple[Day, ...]
    older: str
    zone: ZoneInfo


async def history_of(
    parts: Parts, organization_id: OrganizationId, conversation_id: ConversationId, before: Place | None = None
) -> History:
    """The newest entries of a conversation, or the newest before a place."""
    async with parts.database.tenant(organization_id) as tenant:
        shop = await organizations.get(tenant, organization_id)
        found = await timeline.page(tenant, conversation_id, before)
    return History(conversation_id, tuple(days(found.entries, shop.zone)), token_of(found.older), shop.zone)


async def view_for(parts: Parts, me: SignedIn, conversation_id: UUID, *, reads: bool = False) -> View:
    """How the conversation stands; 404 for one that is not the shop's."""
    view = await standing.load(parts, me.organization_id, me.operator, ConversationId(conversation_id), reads=reads)
    if view is None:
        raise HTTPException(404)
    return view


async def shown(
    parts: Parts,
    me: SignedIn,
    view: View,
    *,
    typed: Typed | None = None,
    before: Place | None = None,
    status: int = 200,
) -> Response:
    """The whole page; an older part of the conversation stays as it was."""
    async with parts.database.tenant(me.organization_id) as tenant:
        answers = await ready_answers.listed(tenant)
        beside = listed(await inbox.newest(tenant, limit=PAGE + 1), me.zone)
    subject = str(view.id)
    live = [
        Topic(me.organization_id, TopicKind.STANDING, subject, me.operator.id),
        Topic(me.organization_id, TopicKind.CARD, subject),
        Topic(me.organization_id, TopicKind.CONVERSATIONS),
    ]
    if before is None:
        live.append(Topic(me.organization_id, TopicKind.TIMELINE, subject))
    return page(
        me,
        "conversa.html",
        status=status,
        topics=live,
        view=view,
        typed=typed or Typed(),
        answers=answers,
        listed=beside,
        is_past=before is not None,
        history=await history_of(parts, me.organization_id, view.id, before),
        ficha=await card_of(parts, me.organization_id, view.standing.contact_id, me.zone),
    )


def routes(parts: Parts) -> APIRouter:
    """The page under /conversas/{id}."""
    routes = APIRouter()

    @routes.get("/conversas/{conversation_id}")
    async def show(me: Me, request: Request, conversation_id: UUID, antes: str | None = None) -> Response:
        """The conversation as it is, or, `antes` of a place, as it was; for htmx only the older entries."""
        before = place_of(antes)
        view = await view_for(parts, me, conversation_id, reads=True)
        if before is not None and request.headers.get("hx-request") == "true":
            older = await history_of(parts, me.organization_id, view.id, before)
            return HTMLResponse(fragment("_historico.html", history=older, is_older=True), headers=_VARY)
        response = await shown(parts, me, view, before=before)
        response.headers.update(_VARY)
        return response

    return routes


def painter(parts: Parts) -> Painter:
    """Paints TIMELINE, STANDING and CARD."""

    async def paint(topic: Topic) -> str:
        conversation_id = ConversationId(UUID(topic.subject))
        match topic.kind:
            case TopicKind.TIMELINE:
                history = await history_of(parts, topic.organization_id, conversation_id)
                return fragment("_historico.html", history=history, is_older=False)
            case TopicKind.STANDING:
                return await _standing(topic, conversation_id)
            case TopicKind.CARD:
                return await _card(topic, conversation_id)
            case _:
                raise ValueError(f"{topic.kind} is no part of a conversation")

    async def _standing(topic: Topic, conversation_id: ConversationId) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            viewer: Operator | None = await operators.find(tenant, topic.viewer) if topic.viewer else None
            shop = await organizations.get(tenant, topic.organization_id)
        if viewer is None:
            raise ValueError("a standing is painted for somebody")
        view = await standing.load(parts, topic.organization_id, viewer, conversation_id, reads=False)
        if view is None:
            return _GONE
        return fragment("_situacao.html", view=view, csrf="", zone=shop.zone, said="", is_alone=True)

    async def _card(topic: Topic, conversation_id: ConversationId) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            now = await standings.of_conversation(tenant, conversation_id)
            shop = await organizations.get(tenant, topic.organization_id)
        if now is None:
            return _GONE
        card = await card_of(parts, topic.organization_id, now.contact_id, shop.zone)
        return fragment("_ficha.html", ficha=card) if card else _GONE

    return paint
