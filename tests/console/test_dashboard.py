"""The dashboard: plain figures of the shop's own day, true without reloading."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from console.dashboard import groups_of, in_words
from domain.alerts import AlertKind
from domain.dashboard import AnswerTimes, Dashboard
from domain.figures import ModelUse
from storage import alerts
from tests.console.conftest import Browser, Console
from tests.console.streams import opened
from tests.shops import Shop
from tests.storage.rows import customer, wrote

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
CALM = Dashboard(
    day=date(2026, 11, 23),
    at=NOW,
    messages_in=0,
    messages_out=0,
    waiting=0,
    waiting_since=None,
    attended=0,
    unanswered=0,
    handed_over=0,
    released=0,
    resolved=0,
    answers_today=AnswerTimes(),
    answers_week=AnswerTimes(),
    bookings_today=0,
    bookings_made=0,
    model_calls=0,
    model_errors=0,
    by_model=(),
    failed_sends=0,
    dead_letters=0,
    alerts=0,
    stuck=0,
)


def figure(page: str, title: str) -> str:
    """The figure of a tile, with its badge's word if it has one."""
    found = re.search(rf"{re.escape(title)}(?:</a>)?</h3>\s*<p class=\"figure\">(.*?)</p>", page, re.DOTALL)
    assert found is not None, title
    return re.sub(r"<[^>]+>", "", found[1]).strip()


async def writes(console: Console, shop: Shop) -> None:
    """A customer writes to a shop."""
    async with console.database.tenant(shop.organization_id) as tenant:
        who = await customer(tenant, shop)
        await wrote(tenant, shop, who, "oi")


async def test_a_new_shop_has_plain_zeros(ana: Browser) -> None:
    """Nothing to count is no error, and asks for nobody."""
    answer = await ana.get("/painel")
    assert answer.status_code == 200
    assert figure(answer.text, "Mensagens") == "0"
    assert figure(answer.text, "Primeira resposta hoje") == "—"
    assert "precisa de alguém" not in answer.text


async def test_it_counts_this_shop_and_changes_by_itself(console: Console, ana: Browser, carla: Browser) -> None:
    """A message that comes in is on an open page; another shop's page stays as it was."""
    async with opened(ana.http, "/console/eventos", ["painel"]) as stream:
        assert figure((await stream.of("painel")).data, "Mensagens") == "0"
        await writes(console, console.shop)
        while figure((await stream.of("painel")).data, "Mensagens") != "1":
            pass
    assert figure((await carla.get("/painel")).text, "Mensagens") == "0"


async def test_what_wants_somebody_says_so_in_a_word(console: Console, ana: Browser) -> None:
    """Not by colour alone; and the way to it is one click."""
    async with console.database.tenant(console.shop.organization_id) as tenant:
        await alerts.raise_alert(
            tenant, console.shop.organization_id, kind=AlertKind.SEND_REFUSED, detail="x", fingerprint="one"
        )
    page = (await ana.get("/painel")).text
    assert figure(page, "Avisos") == "1 precisa de alguém"
    assert '<a href="/console/parados">Avisos</a>' in page


def test_figures_are_written_as_in_brazil() -> None:
    """Thousands with a point, cost in dollars at list prices, waits in words; an unknown model's price is not made
    up."""
    busy = CALM.model_copy(
        update={
            "messages_in": 60_000,
            "messages_out": 40_000,
            "model_calls": 1_234,
            "by_model": (
                ModelUse(model="gpt-4o", prompt_tokens=1_000_000, completion_tokens=100_000),
                ModelUse(model="caseiro", prompt_tokens=5, completion_tokens=5),
            ),
            "waiting": 2,
            "waiting_since": NOW - timedelta(minutes=25),
            "answers_today": AnswerTimes(answered=3, median=timedelta(seconds=90), p90=timedelta(minutes=65)),
        }
    )
    tiles = {tile.title: tile for group in groups_of(busy) for tile in group.tiles}
    assert tiles["Mensagens"].figure == "100.000"
    assert tiles["Custo estimado"].figure == "US$ 3,50"
    assert "sem preço conhecido: caseiro" in tiles["Custo estimado"].notes
    assert tiles["Perguntas ao modelo"].notes == ("1.100.010 tokens",)
    assert tiles["Esperando uma pessoa"].notes == ("quem espera há mais tempo: há 25 minutos",)
    assert tiles["Primeira resposta hoje"].figure == "2 min"
    assert "nove em cada dez, até 1 h 05 min" in tiles["Primeira resposta hoje"].notes


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3_599, "1 h 00 min"), (172_800, "2 dias")]
)
def test_a_wait_in_words(seconds: float, words: str) -> None:
    """In the largest units that say it."""
    assert in_words(timedelta(seconds=seconds)) == words
