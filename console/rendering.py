"""Pages and parts of pages from their templates; times in the shop's zone, everything from outside escaped."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.signed_in import SignedIn
from console.topics import Topic, TopicKind
from console.version import VERSION
from domain.money import reais

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _money(amount: Decimal) -> str:
    return reais(amount)


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    """ "14:05"."""
    return f"{at.astimezone(zone):%H:%M}" if at else ""


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    """ "22/11 14:05"."""
    return f"{at.astimezone(zone):%d/%m %H:%M}" if at else ""


def sentence(said: str) -> str:
    """What a refusal says in one small-lettered line, as a page says it."""
    said = said.strip()
    said = said[:1].upper() + said[1:]
    return said if said.endswith((".", "!", "?")) else f"{said}."


_environment.filters |= {"reais": _money, "clock": _clock, "moment": _moment, "sentence": sentence}
_environment.globals |= {"new_id": uuid4, "static_version": VERSION}


def fragment(template: str, **context: object) -> str:
    """A part of a page."""
    return _environment.get_template(template).render(**context)


def page(
    signed_in: SignedIn, template: str, *, status: int = 200, topics: Sequence[Topic] = (), **context: object
) -> HTMLResponse:
    """A whole page for an operator; the template extends `layout.html`. `topics` are the live parts it follows, besides
    the badge in its head."""
    names = dict.fromkeys([*(topic.name for topic in topics), str(TopicKind.BADGE)])
    html = fragment(
        template,
        me=signed_in.operator,
        shop=signed_in.shop,
        csrf=signed_in.csrf,
        zone=signed_in.zone,
        followed=",".join(names),
        **context,
    )
    return HTMLResponse(html, status)


def _signed_in(request: Request) -> SignedIn:
    """Put there by the guard (console.guard), which lets nobody else through."""
    found: SignedIn = request.state.signed_in
    return found


Me = Annotated[SignedIn, Depends(_signed_in)]
"""A route's operator: `async def show(me: Me) -> …`."""
