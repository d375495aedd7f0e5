"""Who has a conversation, what it waits for, and what the operator who looks at it may do."""

from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from console.chat import called
from console.parts import Parts
from console.stuck import line_of
from console.temporal_links import page_of
from domain.addresses import dialled
from domain.conversation import Audience
from domain.handoffs import Deadline, HandoffState
from domain.ids import ConversationId, OrganizationId
from domain.operators import Operator
from domain.shop import Organization
from domain.texts import cleaned
from storage import operators, organizations, standing
from storage.handoffs import Handoff
from storage.standing import Standing
from workflows.ids import conversation_workflow_id


class Sending(StrEnum):
    """What sending a message means for the one who looks."""

    OWN = "own"
    """They have the conversation."""
    TAKES = "takes"
    """Nobody has it, or the AI, or the shop's phone: it becomes theirs with that."""
    TAKEN = "taken"
    """Somebody else has it."""
    READ_ONLY = "read_only"
    """It is an owner's: Aurora serves them."""


@dataclass(frozen=True)
class View:
    """What `_situacao.html` and `_compor.html` show."""

    id: ConversationId
    called: str
    phone: str
    icon: str
    who: str
    sending: Sending
    open: Handoff | None
    reason: str
    summary: str
    due: Deadline | None
    is_ai_paused: bool
    is_shop_ai_off: bool
    is_number_away: bool
    may_claim: bool
    may_end: bool
    colleagues: tuple[Operator, ...]
    temporal_url: str | None
    stuck: Markup
    """What holds the conversation up, as a line of our own HTML; empty while nothing does."""
    standing: Standing


async def load(
    parts: Parts, organization_id: OrganizationId, viewer: Operator, conversation_id: ConversationId, *, reads: bool
) -> View | None:
    """How the conversation stands for the viewer; None for one the shop does not have.

    Where the viewer has the conversation and `reads` it, it counts as read.
    """
    async with parts.database.tenant(organization_id) as tenant:
        now = await standing.of_conversation(tenant, conversation_id)
        if now is None:
            return None
        shop = await organizations.get(tenant, organization_id)
        if reads and now.is_with(viewer.id):
            await standing.mark_read(tenant, conversation_id)
        team = await operators.listed(tenant) if _may_assign(now, viewer) else []
    stuck = Markup(await line_of(parts, organization_id, conversation_id))  # a template's own, escaped in it
    return _view(parts, now, shop, viewer, team, stuck)


def _view(
    parts: Parts, now: Standing, shop: Organization, viewer: Operator, team: list[Operator], stuck: Markup
) -> View:
    handoff = now.open_handoff
    icon, who = _holder(now, viewer)
    sending = _sending(now, viewer)
    phone = dialled(now.phone) if now.phone else ""
    return View(
        id=now.id,
        called=called(now.name, phone),
        phone=phone,
        icon=icon,
        who=who,
        sending=sending,
        open=handoff,
        reason=_reason(handoff) if handoff else "",
        summary=cleaned(handoff.summary or "") if handoff else "",
        due=handoff.due if handoff else None,
        is_ai_paused=not now.ai_enabled,
        is_shop_ai_off=not shop.ai_enabled,
        is_number_away=not now.number_is_open,
        may_claim=sending is Sending.TAKES,
        may_end=handoff is not None and sending is not Sending.READ_ONLY and _is_theirs(handoff, viewer),
        colleagues=tuple(one for one in team if one.is_active and (handoff is None or one.id != handoff.operator_id)),
        temporal_url=page_of(parts, conversation_workflow_id(now.conversation_key)),
        stuck=stuck,
        standing=now,
    )


def _holder(now: Standing, viewer: Operator) -> tuple[str, str]:
    handoff = now.open_handoff
    if now.audience is Audience.OWNER:
        return "🔑", "com a Aurora"
    if handoff is None:
        return "🤖", "com a IA"
    if handoff.state is HandoffState.WAITING:
        return "⏳", "esperando uma pessoa"
    if handoff.operator_id is None:
        return "📱", "no celular da loja"
    return ("👤", "com você") if handoff.operator_id == viewer.id else ("👤", f"com {now.assignee}")


def _sending(now: Standing, viewer: Operator) -> Sending:
    if now.audience is Audience.OWNER:
        return Sending.READ_ONLY
    if now.is_with(viewer.id):
        return Sending.OWN
    is_free = now.open_handoff is None or now.open_handoff.operator_id is None
    return Sending.TAKES if is_free else Sending.TAKEN


def _is_theirs(handoff: Handoff, viewer: Operator) -> bool:
    """Whether the viewer may end the hand-over, or pass it on."""
    return handoff.operator_id in (None, viewer.id) or viewer.is_admin


def _may_assign(now: Standing, viewer: Operator) -> bool:
    return now.open_handoff is not None and now.audience is Audience.CUSTOMER and _is_theirs(now.open_handoff, viewer)


def _reason(handoff: Handoff) -> str:
    detail = cleaned(handoff.detail)
    return f"{handoff.reason.portuguese}: {detail}" if detail else handoff.reason.portuguese
