"""The system prompts: files in Portuguese, filled with what the shop knows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.conversation import AgentType
from domain.dates import calendar_lines, weekday
from domain.money import reais
from domain.services import Service
from domain.shop import Organization
from office.context import OwnerContext
from reception.context import CustomerContext

_FILES = {AgentType.CLIENT_AI: "client_ai/prompt.md", AgentType.AURORA: "aurora/prompt.md"}
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,  # a prompt is plain text, never HTML
    keep_trailing_newline=True,
)


def prompt_for_customer(shop: Organization, known: CustomerContext, *, now: datetime) -> str:
    """What Client AI is told before the conversation; dates and hours in the shop's time zone."""
    local = now.astimezone(shop.zone)
    return _render(
        AgentType.CLIENT_AI,
        shop,
        local,
        services=_on_sale(known.services),
        unusual_days=known.unusual_days,
        pets=[_one_line(pet.described(local.date())) for pet in known.pets],
        bookings=[_one_line(booking.line()) for booking in known.bookings],
        offers=[_one_line(line) for line in known.offers],
        proposals=[_one_line(proposal.line()) for proposal in known.proposals],
        waits_for=[_one_line(line) for line in known.waits_for],
        learned=[_one_line(line) for line in known.learned],
    )


def prompt_for_owner(shop: Organization, known: OwnerContext, *, now: datetime) -> str:
    """What Aurora is told before the conversation."""
    return _render(
        AgentType.AURORA,
        shop,
        now.astimezone(shop.zone),
        role=known.owner.role.portuguese if known.owner else "alguém que não é mais dono nem gerente",
        services=_on_sale(known.services),
        professionals=[_one_line(name) for name in known.professionals],
        orders=[_one_line(line) for line in known.orders],
        done=[_one_line(line) for line in known.done],
        questions=[_one_line(line) for line in known.questions],
        answered=[_one_line(line) for line in known.answered],
        memory=[_one_line(line) for line in known.memory.splitlines()],
    )


def prompt_for_answer(shop: Organization) -> str:
    """What Client AI is told when the shop's people have answered a customer's question."""
    return _environment.get_template("client_ai/answer_prompt.md").render(shop=shop)


def prompt_for_handoff(shop: Organization) -> str:
    """What Client AI's model is told when it is to sum a conversation up for the person who takes it over."""
    return _environment.get_template("client_ai/handoff_prompt.md").render(shop=shop)


def prompt_for_memory(shop: Organization) -> str:
    """What Aurora's model is told when it is to summarise a long conversation."""
    return _environment.get_template("aurora/memory_prompt.md").render(shop=shop)


def _on_sale(services: Sequence[Service]) -> list[dict[str, object]]:
    names = {service.id: service.name for service in services}
    return [
        {
            "name": service.name,
            "price": reais(service.price),
            "minutes": service.duration_minutes,
            "variants": [variant.in_words() for variant in service.variants],
            "first": names.get(service.needs_first) if service.needs_first else None,
        }
        for service in services
    ]


def _render(agent: AgentType, shop: Organization, local: datetime, **more: object) -> str:
    return _environment.get_template(_FILES[agent]).render(
        shop=shop,
        now=f"{weekday(local.date())}, {local:%Y-%m-%d %H:%M}",
        calendar=calendar_lines(local.date()),
        opening_hours=shop.opening_hours.in_words(),
        about=shop.ai_config.about,
        **more,
    )


def _one_line(text: str) -> str:
    """A customer chose these words; they may not open a section of the prompt."""
    return " ".join(text.split())
