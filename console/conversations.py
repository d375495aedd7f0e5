"""All conversations, the last spoken in first: filtered, searched, page by page."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response

from console.lines import Line, lines
from console.live import Painter
from console.parts import Parts
from console.rendering import Me, fragment, page
from console.signed_in import SignedIn
from console.topics import Topic, TopicKind
from domain.ids import ConversationId
from storage import inbox, organizations
from storage.inbox import Filter, Listed, Place

PAGE = 50
_LONGEST_SEARCH = 100
_PATH = "/console/conversas"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FILTERS: Mapping[str, tuple[Filter, str]] = {
    "todas": (Filter.ALL, "Todas"),
    "esperando": (Filter.WAITING, "Esperando"),
    "minhas": (Filter.MINE, "Minhas"),
    "ia-pausada": (Filter.AI_PAUSED, "IA pausada"),
    "clientes": (Filter.CUSTOMERS, "Clientes"),
    "donos": (Filter.OWNERS, "Donas e donos"),
}
_ALL = "todas"
_PLAIN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class FilterLink:
    """A filter to choose."""

    href: str
    label: str
    is_chosen: bool


def routes(parts: Parts) -> APIRouter:
    """The list under /conversas."""
    routes = APIRouter(prefix="/conversas")

    @routes.get("")
    async def conversations(me: Me, busca: str = "", filtro: str = _ALL, depois: str = "") -> Response:
        """One page: what is searched for, else what the filter lets through. Only the plain first page is live."""
        text, after = busca[:_LONGEST_SEARCH].strip(), place_in(depois)
        chosen = filtro if filtro in _FILTERS else _ALL
        found = await _page(parts, me, text, _FILTERS[chosen][0], after)
        is_live = not text and chosen == _ALL and after is None
        asked = {"busca": text} if text else {"filtro": chosen}
        return page(
            me,
            "conversas.html",
            topics=[Topic(me.organization_id, TopicKind.CONVERSATIONS)] if is_live else [],
            is_live=is_live,
            filters=[
                FilterLink(f"{_PATH}?{urlencode({'filtro': name})}", label, not text and name == chosen)
                for name, (_, label) in _FILTERS.items()
            ],
            first_page=f"{_PATH}?{urlencode(asked)}" if after else "",
            listed=listed(found, me.zone, search=text, asked=asked),
        )

    return routes


def painter(parts: Parts) -> Painter:
    """The inside of the list: the first page of all conversations."""

    async def paint(topic: Topic) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            zone = (await organizations.get(tenant, topic.organization_id)).zone
            found = await inbox.newest(tenant, limit=PAGE + 1)
        return fragment("_conversas.html", listed=listed(found, zone))

    return paint


@dataclass(frozen=True)
class ListPage:
    """What `_conversas.html` is made of: `listed`. `next_page` is an address, empty on the last page."""

    lines: list[Line]
    next_page: str
    search: str


def listed(found: list[Listed], zone: ZoneInfo, *, search: str = "", asked: Mapping[str, str] = _PLAIN) -> ListPage:
    """A page of the list, from one conversation more than `PAGE`, if there are so many; `asked` is kept on the next."""
    more = {**asked, "depois": place_as_text(found[PAGE - 1].place)} if len(found) > PAGE else None
    return ListPage(
        lines=lines(found[:PAGE], datetime.now(UTC), zone),
        next_page=f"{_PATH}?{urlencode(more)}" if more else "",
        search=search,
    )


async def _page(parts: Parts, me: SignedIn, text: str, only: Filter, after: Place | None) -> list[Listed]:
    async with parts.database.tenant(me.organization_id) as tenant:
        if text:
            return await inbox.search(tenant, text, after=after, limit=PAGE + 1)
        return await inbox.newest(tenant, only=only, operator_id=me.operator.id, after=after, limit=PAGE + 1)


def place_as_text(place: Place) -> str:
    """A place in the list, for an address."""
    moment = (place.at - _EPOCH) // timedelta(microseconds=1) if place.at else ""
    return urlsafe_b64encode(f"{moment}.{place.id.hex}".encode()).decode().rstrip("=")


def place_in(text: str) -> Place | None:
    """The place an address names; None, which is the beginning, for anything that names none."""
    try:
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        match = _PLACE.fullmatch(plain)
        if match is None:
            return None
        at = _EPOCH + timedelta(microseconds=int(match[1])) if match[1] else None
        return Place(at=at, id=ConversationId(UUID(match[2])))
    except (ValueError, OverflowError):
        return None


_PLACE = re.compile(r"([0-9]{0,18})\.([0-9a-f]{32})")
