"""The system prompts: files in Portuguese, filled with what the shop knows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.bookings import BookingFacts
from domain.conversation import AgentType
from domain.dates import calendar_lines, weekday
from domain.money import reais
from domain.shop import Organization, Pet, Service

_FILES = {AgentType.CLIENT_AI: "client_ai/prompt.md", AgentType.AURORA: "aurora/prompt.md"}
_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,  # a prompt is plain text, never HTML
    keep_trailing_newline=True,
)


def system_prompt(
    agent: AgentType,
    *,
    shop: Organization,
    services: Sequence[Service],
    pets: Sequence[Pet],
    bookings: Sequence[BookingFacts],
    now: datetime,
) -> str:
    """What the model is told before the conversation; dates and hours in the shop's time zone."""
    local = now.astimezone(shop.zone)
    return _environment.get_template(_FILES[agent]).render(
        shop=shop,
        now=f"{weekday(local.date())}, {local:%Y-%m-%d %H:%M}",
        calendar=calendar_lines(local.date()),
        opening_hours=shop.opening_hours.in_words(),
        services=[
            {"name": service.name, "price": reais(service.price), "minutes": service.duration_minutes}
            for service in services
        ],
        pets=[_one_line(pet.described(local.date())) for pet in pets],
        bookings=[_one_line(booking.line()) for booking in bookings],
        about=shop.ai_config.about,
    )


def _one_line(text: str) -> str:
    """A customer chose these words; they may not open a section of the prompt."""
    return " ".join(text.split())
