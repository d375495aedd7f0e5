"""For any shop: true figures pass, one false figure is caught, and no reply takes long to read."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from types import FrameType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.claims import ClaimKind, unsupported_claim
from domain.money import reais
from domain.reply_facts import PriceFact, ReplyFacts

SERVICES = (
    "Banho",
    "Tosa",
    "Banho e Tosa",
    "Hidratação",
    "Corte de Unhas",
    "Consulta Veterinária",
    "Day Care",
    "Vacina V10",
)
PATIENCE_SECONDS = 20
LONG = 12_000
HOSTILE = (
    "1", "1.", "1,", "1 ", "R$ ", "R$ 1", "R$ 50,00 ", "R$ 1.234.567.890 ", "R$ 50,00 o banho e ", "banho R$ 50,00 e ",
    "reais ", "mil ", "cinquenta e ", "valor ", "por só ", "total = ", "banho ", "banho e ", "com tosa ", "10h", "10h ",
    "10h, ", "10h e ", "10:00 ", "10:00:00", "às 1 ", "às 10, ", "às uma e ", "das 10h às ", "em até ", "dura de ",
    "não ", "não às 15h ", "se ", "você ", "vou verificar ", "atendemos a b ", "23/11 ", "23/11 10h ", "dia 1 de ",
    "agendado ", "agendado por outro ", "cancelado ", "um horário cancelado ", "cancelamento de ", "mudei o ",
    "banho de a está ", "amanhã às ", "vou te transferir ", "chamei ", "?", "!", ".", " ", ",", ", ,", ";", "(", "-",
    " - ", "—", ":\n", "a:\n- 10h\n", "\n", "#", "*", "~_*`", "\u0301", "a\u0301", "\ufdfa", "½", "İ",
)  # fmt: skip  # a line a string would fill a page
amounts = st.integers(500, 99_999).map(lambda cents: Decimal(cents) / 100)
minutes = st.integers(6 * 60, 22 * 60 - 1)


def clock(minute_of_day: int) -> str:
    """A minute of the day as a shop writes it."""
    hour, minute = divmod(minute_of_day, 60)
    return f"{hour}h{minute:02}" if minute else f"{hour}h"


def slot(day: int, minute_of_day: int) -> datetime:
    """A start so many days from the 1st of November."""
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute_of_day)


def claim_in(text: str, facts: ReplyFacts) -> ClaimKind | None:
    """What kind of claim without support is found in a text to a customer."""
    found = unsupported_claim(text, bookings=(), handed_over=False, facts=facts)
    return found.kind if found else None


def menus() -> st.SearchStrategy[dict[str, Decimal]]:
    """Some services with a price each."""
    return st.dictionaries(st.sampled_from(SERVICES), amounts, min_size=1)


def priced(menu: dict[str, Decimal]) -> ReplyFacts:
    """The facts of a menu."""
    return ReplyFacts(prices=tuple(PriceFact(service=name, price=price) for name, price in menu.items()))


PRICE_LISTS = (
    lambda lines: "Nossos valores:\n" + "\n".join(f"- {name}: {price}" for name, price in lines) + "\n\nQuer agendar?",
    lambda lines: "Temos " + ", ".join(f"{name} por {price}" for name, price in lines) + ".",
    lambda lines: " ".join(f"O valor de {name} é {price}." for name, price in lines),
    lambda lines: "Fica assim: " + "; ".join(f"{price} para {name.lower()}" for name, price in lines),
)


@settings(deadline=None)
@given(menus(), st.sampled_from(PRICE_LISTS))
def test_a_true_price_list_passes(menu: dict[str, Decimal], listing: object) -> None:
    """Whatever a shop sells and however it is listed, its own prices may be told."""
    assert callable(listing)
    assert claim_in(listing([(name, reais(price)) for name, price in menu.items()]), priced(menu)) is None


@settings(deadline=None)
@given(menus(), st.sampled_from(PRICE_LISTS), st.data())
def test_one_false_price_in_a_list_is_caught(menu: dict[str, Decimal], listing: object, data: st.DataObject) -> None:
    """One figure that no row has, and that is no sum of the others, is enough."""
    assert callable(listing)
    changed = data.draw(st.sampled_from(sorted(menu)))
    false = data.draw(amounts)
    others = [price for name, price in menu.items() if name != changed]
    assume(all(false != sum(some) for size in range(1, len(menu) + 1) for some in combinations(others, size)))
    assume(false != menu[changed])
    told = [(name, reais(false if name == changed else price)) for name, price in menu.items()]
    assert claim_in(listing(told), priced(menu)) is ClaimKind.PRICE


@settings(deadline=None)
@given(menus(), st.data())
def test_the_price_of_another_service_is_caught(menu: dict[str, Decimal], data: st.DataObject) -> None:
    """A figure that a row has is false of a service that has another."""
    assume(len(set(menu.values())) == len(menu) > 1)
    named, other = data.draw(st.permutations(sorted(menu)))[:2]
    assume(not {*named.split()} & {*other.split()})
    assert claim_in(f"O valor de {named} é {reais(menu[other])}.", priced(menu)) is ClaimKind.PRICE


days = st.dictionaries(st.integers(0, 29), st.sets(minutes, min_size=1, max_size=6), min_size=1, max_size=4)


def offers(free: dict[int, set[int]]) -> str:
    """The free starts, a line a day."""
    lines = (f"- {slot(day, 0):%d/%m}: {', '.join(clock(at) for at in sorted(starts))}" for day, starts in free.items())
    return "Tenho estes horários:\n" + "\n".join(lines) + "\n\nQual prefere?"


def freed(free: dict[int, set[int]]) -> ReplyFacts:
    """The facts of free starts."""
    return ReplyFacts().with_slots(slot(day, at) for day, starts in free.items() for at in starts)


@settings(deadline=None)
@given(days)
def test_true_offers_pass(free: dict[int, set[int]]) -> None:
    """Whatever starts a tool answered, they may be offered."""
    assert claim_in(offers(free), freed(free)) is None
    for day, starts in free.items():
        for at in starts:
            assert claim_in(f"Pode ser às {clock(at)} do dia {slot(day, 0):%d/%m}?", freed(free)) is None


@settings(deadline=None)
@given(days, st.data())
def test_one_false_start_among_true_ones_is_caught(free: dict[int, set[int]], data: st.DataObject) -> None:
    """A start that is not free that day is caught, even when another day has it."""
    day = data.draw(st.sampled_from(sorted(free)))
    false = data.draw(st.sampled_from(sorted(set().union(*free.values()))) | minutes)
    assume(false not in free[day])
    told = {**free, day: {*sorted(free[day])[1:], false}}
    assert claim_in(offers(told), freed(free)) is ClaimKind.TIME
    assert claim_in(f"Pode ser às {clock(false)} do dia {slot(day, 0):%d/%m}?", freed(free)) is ClaimKind.TIME


@settings(deadline=None)
@given(minutes, minutes, minutes)
def test_an_opening_hour_is_what_the_shop_has(opens: int, closes: int, false: int) -> None:
    """True opening hours pass; one false edge does not, not even when it is a free start."""
    assume(len({opens, closes, false}) == 3)
    facts = ReplyFacts(times=tuple(time(*divmod(at, 60)) for at in (opens, closes))).with_slots([slot(1, false)])
    assert claim_in(f"Abrimos das {clock(opens)} às {clock(closes)}.", facts) is None
    assert claim_in(f"Abrimos das {clock(false)} às {clock(closes)}.", facts) is ClaimKind.TIME
    assert claim_in(f"Funcionamos das {clock(opens)} às {clock(false)}.", facts) is ClaimKind.TIME


@settings(deadline=None)
@given(menus(), st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all_can_be_read(menu: dict[str, Decimal], before: str, after: str) -> None:
    """No characters make the guard fail."""
    claim_in(f"{before} R$ 1 às 7h {after}", priced(menu))


@pytest.fixture
def patience() -> Iterator[None]:
    """Gives up on what takes far longer than the hundred milliseconds it should: that is no measurement."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError("reading a reply takes more than linear work")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("ending", ["", " agendado, ok?"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_reply_is_read_in_bounded_work(piece: str, ending: str) -> None:
    """Three times the longest reply, made of what the patterns begin with, is read; what explodes would not end."""
    facts = priced(dict.fromkeys(SERVICES, Decimal(50)))
    claim_in(f"não {(piece * LONG)[: LONG - len(ending)]}{ending}", facts)
