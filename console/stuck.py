"""What keeps failing, what could not be handled, and what the team was told of: seen, and done something about."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from console.live import Painter
from console.parts import Parts
from console.rendering import Me, fragment, page
from console.temporal_links import page_of
from console.topics import Topic, TopicKind
from domain.ids import ConversationId, DeedId, OrganizationId
from domain.stuck import shown_error
from operating import alerting
from operating.deeds import Deed
from operating.inspecting import Inspecting, StuckNow
from operating.letters import Redriven, redrive
from operating.refusal import NotInShop, Refused
from operating.unsticking import Retried, StepName, Unsticking
from storage import alerts, dead_letters, organizations
from storage.alerts import Alert
from storage.dead_letters import WaitingLetter

_MOST_ALERTS = 50
_DONE = {
    "tentando": "Pronto: está sendo tentado agora.",
    "em-curso": "Já está sendo tentado neste momento; espere o resultado.",
    "pulado": "Pronto: não será mais tentado.",
    "reenviada": "A carta está a caminho de novo; quem já foi respondido não é respondido outra vez.",
    "ilegivel": "Ainda não dá para ler essa mensagem; a carta fica guardada.",
}
"""What a page says after a deed; the key stands in its address, and nothing else is taken from there."""


@dataclass(frozen=True)
class Step:
    """A stuck step, and where the Temporal Web UI shows it."""

    now: StuckNow
    temporal_url: str | None

    @property
    def is_conversations_own(self) -> bool:
        """Whether a person can take over what it holds up."""
        return self.now.row.conversation_id is not None and self.now.row.workflow_id.startswith("conversation/")


@dataclass(frozen=True)
class Shown:
    """What `_parados.html` shows; `more` alerts are not listed."""

    at: datetime
    steps: tuple[Step, ...]
    letters: tuple[WaitingLetter, ...]
    alerts: tuple[Alert, ...]
    more: int


async def _deed(me: Me, deed: Annotated[UUID | None, Form()] = None) -> Deed:
    return Deed(DeedId(deed or uuid4()), me.operator)


async def _step_name(fluxo: Annotated[str, Form()], passo: Annotated[str, Form()]) -> StepName:
    return StepName(workflow_id=fluxo, activity_id=passo)


TheirDeed = Annotated[Deed, Depends(_deed)]
NamedStep = Annotated[StepName, Depends(_step_name)]


def routes(parts: Parts) -> APIRouter:
    """Everything under /parados."""
    routes = APIRouter(prefix="/parados")
    unsticking = Unsticking(parts.database, parts.temporal)

    async def shown(me: Me, *, said: str = "", done: str = "", status: int = 200) -> Response:
        topics = [Topic(me.organization_id, TopicKind.STUCK)]
        found = await _now(parts, me.organization_id)
        return page(me, "parados.html", status=status, topics=topics, found=found, said=said, done=done, error=_error)

    @routes.get("")
    async def show(me: Me, feito: str = "") -> Response:
        """All of it, longest first."""
        return await shown(me, done=_DONE.get(feito, ""))

    @routes.post("/tentar")
    async def retry_now(me: Me, deed: TheirDeed, name: NamedStep) -> Response:
        """Have a step tried at once."""
        try:
            became = await unsticking.retry_now(me.organization_id, name, deed)
        except Refused as refused:
            return await shown(me, said=str(refused), status=409)
        return _back("em-curso" if became is Retried.UNDER_WAY else "tentando")

    @routes.post("/pular")
    async def skip(me: Me, deed: TheirDeed, name: NamedStep) -> Response:
        """Do without it."""
        try:
            await unsticking.skip(me.organization_id, name, deed)
        except Refused as refused:
            return await shown(me, said=str(refused), status=409)
        return _back("pulado")

    @routes.post("/cartas/{letter_id}/reenviar")
    async def send_again(me: Me, deed: TheirDeed, letter_id: UUID) -> Response:
        """A dead letter on its way again."""
        try:
            became = await redrive(parts.database, parts.instances, parts.intake, me.organization_id, deed, letter_id)
        except NotInShop:
            raise
        except Refused as refused:
            return await shown(me, said=str(refused), status=409)
        return _back("reenviada" if became is Redriven.ON_ITS_WAY else "ilegivel")

    @routes.post("/avisos/{alert_id}/ciente")
    async def take_notice(me: Me, deed: TheirDeed, alert_id: UUID) -> Response:
        """An alert is known; what was noted first stays."""
        await alerting.acknowledge(parts.database, me.organization_id, deed, alert_id)
        return _back()

    return routes


def painter(parts: Parts) -> Painter:
    """The inside of the page."""

    async def paint(topic: Topic) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            zone = (await organizations.get(tenant, topic.organization_id)).zone
        found = await _now(parts, topic.organization_id)
        return fragment("_parados.html", found=found, error=_error, zone=zone, csrf="")

    return paint


async def line_of(parts: Parts, organization_id: OrganizationId, conversation_id: ConversationId) -> str:
    """The HTML that a conversation's page shows of what holds the conversation up; empty while nothing does."""
    found = await Inspecting(parts.database, parts.temporal).stuck_in(organization_id, conversation_id)
    if not found:
        return ""
    async with parts.database.tenant(organization_id) as tenant:
        zone = (await organizations.get(tenant, organization_id)).zone
    return fragment("_parado.html", steps=found, zone=zone)


async def _now(parts: Parts, organization_id: OrganizationId) -> Shown:
    found = await Inspecting(parts.database, parts.temporal).stuck(organization_id)
    async with parts.database.tenant(organization_id) as tenant:
        letters = await dead_letters.waiting(tenant)
        told = await alerts.listed(tenant)
    return Shown(
        at=datetime.now(UTC),
        steps=tuple(Step(one, page_of(parts, one.row.workflow_id, one.row.run_id)) for one in found),
        letters=tuple(letters),
        alerts=tuple(told[:_MOST_ALERTS]),
        more=max(len(told) - _MOST_ALERTS, 0),
    )


def _error(text: str) -> str:
    """An error's text without a phone number in full."""
    return shown_error(text)


def _back(done: str = "") -> Response:
    return RedirectResponse(f"/console/parados?feito={done}" if done else "/console/parados", 303)
