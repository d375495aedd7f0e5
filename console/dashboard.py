"""The shop's day in figures, on one screen, true by itself."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import Response

from console.live import Painter
from console.parts import Parts
from console.rendering import Me, fragment, page
from console.topics import Topic, TopicKind
from domain.dashboard import AnswerTimes, Dashboard
from domain.dates import ago
from domain.ids import OrganizationId
from domain.model_prices import cost_of
from domain.money import decimal
from operating.inspecting import Inspecting
from storage import dashboard, organizations


@dataclass(frozen=True)
class Tile:
    """One figure: what it is of, how much, what else there is to say, and where to go from it.

    `look` says whether it wants somebody ("problem", "waiting"), in colour; `word` says the same in a word.
    """

    title: str
    figure: str
    notes: tuple[str, ...] = ()
    path: str | None = None
    look: str = ""
    word: str = ""


@dataclass(frozen=True)
class Group:
    """Tiles of one matter."""

    name: str
    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Shown:
    """What `_painel.html` shows."""

    at: datetime
    groups: tuple[Group, ...]


def routes(parts: Parts) -> APIRouter:
    """Everything under /painel."""
    routes = APIRouter(prefix="/painel")

    @routes.get("")
    async def show(me: Me) -> Response:
        """The figures of today."""
        topics = [Topic(me.organization_id, TopicKind.DASHBOARD)]
        return page(me, "painel.html", topics=topics, found=await _now(parts, me.organization_id))

    return routes


def painter(parts: Parts) -> Painter:
    """The inside of the page."""

    async def paint(topic: Topic) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            zone = (await organizations.get(tenant, topic.organization_id)).zone
        return fragment("_painel.html", found=await _now(parts, topic.organization_id), zone=zone)

    return paint


async def _now(parts: Parts, organization_id: OrganizationId) -> Shown:
    await Inspecting(parts.database, parts.temporal).stuck(organization_id)  # what is over by now is not counted
    async with parts.database.tenant(organization_id) as tenant:
        zone = (await organizations.get(tenant, organization_id)).zone
        figures = await dashboard.today(tenant, zone, datetime.now(UTC))
    return Shown(at=figures.at, groups=groups_of(figures))


def groups_of(figures: Dashboard) -> tuple[Group, ...]:
    """The day in tiles, what wants somebody first."""
    return (
        Group("agora", "Agora", _standing(figures)),
        Group("conversas", "Conversas de hoje", _talking(figures)),
        Group("agenda", "Agenda", _booking(figures)),
        Group("modelo", "Assistente", _model(figures)),
        Group("falhas", "Falhas", _failing(figures)),
    )


def _standing(figures: Dashboard) -> tuple[Tile, ...]:
    since = figures.waiting_since
    return (
        Tile(
            "Esperando uma pessoa",
            _count(figures.waiting),
            (f"quem espera há mais tempo: {ago(since, figures.at)}",) if since else ("ninguém espera",),
            "/console/fila",
            *(("waiting", "alguém espera") if figures.waiting else ("", "")),
        ),
        Tile(
            "Em atendimento",
            _count(figures.attended),
            ("com alguém da equipe", f"{_count(figures.unanswered)} sem resposta agora"),
            "/console/fila",
        ),
    )


def _talking(figures: Dashboard) -> tuple[Tile, ...]:
    return (
        Tile(
            "Mensagens",
            _count(figures.messages_in + figures.messages_out),
            (f"{_count(figures.messages_in)} recebidas", f"{_count(figures.messages_out)} enviadas"),
            "/console/conversas",
        ),
        Tile(
            "Passadas para uma pessoa",
            _count(figures.handed_over),
            (f"{_count(figures.released)} devolvidas à IA", f"{_count(figures.resolved)} resolvidas"),
        ),
        _answers("Primeira resposta hoje", figures.answers_today),
        _answers("Primeira resposta em 7 dias", figures.answers_week),
    )


def _answers(title: str, times: AnswerTimes) -> Tile:
    if times.median is None or times.p90 is None:
        return Tile(title, "—", ("ninguém precisou esperar uma pessoa",))
    return Tile(
        title,
        in_words(times.median),
        (
            "metade dos clientes esperou até isso",
            f"nove em cada dez, até {in_words(times.p90)}",
            f"em {_count(times.answered)} {'atendimento' if times.answered == 1 else 'atendimentos'}",
        ),
    )


def _booking(figures: Dashboard) -> tuple[Tile, ...]:
    today = f"/console/agenda?dia={figures.day.isoformat()}"
    return (
        Tile("Agendamentos para hoje", _count(figures.bookings_today), ("sem os cancelados",), today),
        Tile("Agendados hoje", _count(figures.bookings_made), ("para qualquer dia",), "/console/agenda"),
    )


def _model(figures: Dashboard) -> tuple[Tile, ...]:
    cost = cost_of(figures.by_model)
    words = cost.in_words()
    unpriced = tuple(f"sem preço conhecido: {use.model}" for use in cost.unpriced)
    return (
        Tile("Perguntas ao modelo", _count(figures.model_calls), (f"{_count(figures.tokens)} tokens",)),
        Tile("Custo estimado", words or "—", ("preço de tabela, em dólares", *unpriced)),
    )


def _failing(figures: Dashboard) -> tuple[Tile, ...]:
    stuck = "/console/parados"
    return tuple(
        Tile(title, _count(count), notes, path, *(("problem", "precisa de alguém") if count and wants else ("", "")))
        for title, count, notes, path, wants in (
            ("Passos parados", figures.stuck, ("continuam falhando",), stuck, True),
            ("Cartas mortas", figures.dead_letters, ("esperam ser reenviadas",), stuck, True),
            ("Avisos", figures.alerts, ("que ninguém viu ainda",), stuck, True),
            ("Envios que falharam", figures.failed_sends, ("hoje",), None, True),
            ("Erros do modelo", figures.model_errors, ("hoje; as repetições cuidam da maioria",), None, False),
        )
    )


def in_words(time: timedelta) -> str:
    """A wait as people say it: "40 s", "3 min", "1 h 05 min", "2 dias"."""
    seconds = round(time.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // (24 * 60)} dias"


def _count(number: int) -> str:
    """ "12.345"."""
    return decimal(Decimal(number), 0)
