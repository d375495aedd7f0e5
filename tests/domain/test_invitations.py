"""Invitations: honest words, decent hours, and a report that adds up."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.invitations import (
    Booked,
    CampaignOutcome,
    Obstacle,
    Report,
    called,
    contact_time,
    days_in_words,
    first_name,
    invitation_text,
    report_text,
)
from domain.opening import OpeningHours, OpenSpan
from domain.shop_calendar import ShopCalendar

ZONE = ZoneInfo("America/Sao_Paulo")
MONDAY = date(2026, 11, 23)


def test_an_invitation_says_who_writes_why_and_how_not_to_get_any() -> None:
    """The assistant never passes for a person, and the way out stands in every invitation."""
    text = invitation_text(
        shop="Amigo Fiel", customer="Maria Silva", pet="Thor", service="Banho", first=MONDAY, last=MONDAY
    )
    assert text == (
        "Oi, Maria! Aqui é a assistente virtual da loja Amigo Fiel. 🐾\n"
        "Faz um tempinho que Thor não vem, e temos horário livre para Banho na segunda-feira, 23/11.\n"
        "Quer que eu veja um para Thor? É só responder por aqui.\n"
        "Para não receber convites, responda SAIR."
    )
    nameless = invitation_text(shop="Amigo Fiel", customer=None, pet=None, service="Banho", first=MONDAY, last=MONDAY)
    assert nameless.startswith("Oi! Aqui é a assistente virtual")
    assert "não vemos vocês" in nameless


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (date(2026, 11, 23), "na segunda-feira, 23/11"),
        (date(2026, 11, 24), "na segunda-feira, 23/11, e na terça-feira, 24/11"),
        (date(2026, 11, 28), "de segunda-feira, 23/11, a sábado, 28/11"),
    ],
)
def test_days_are_named_so_that_they_mean_the_same_tomorrow(last: date, words: str) -> None:
    """A letter may be read a day later: no "amanhã" in it."""
    assert days_in_words(MONDAY, last) == words


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Maria Silva", "Maria"),
        ("  ana  ", "ana"),
        ("D'Ávila", "D'Ávila"),
        ("Ana-Lúcia", "Ana-Lúcia"),
        ("🌸 Bia 🌸", ""),
        ("11999990000", ""),
        ("x" * 40, ""),
        ("Da Silva", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_people_are_greeted_only_by_what_looks_like_a_name(name: str | None, greeted: str) -> None:
    """What people call themselves on WhatsApp may be anything."""
    assert first_name(name) == greeted


def test_a_name_cannot_open_a_line_of_its_own() -> None:
    """What a customer calls themselves stays on their line of the owner's list."""
    assert called("Ana\n\n📣 Outro pedido", "Mel") == "Ana 📣 Outro pedido (Mel)"
    assert called(None, None) == "Cliente sem nome"


def _at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        (_at(3), _at(9), _at(12)),
        (_at(8, 30), _at(9), _at(12)),
        (_at(10, 15), _at(10, 15), _at(12)),
        (_at(12), _at(14), _at(19)),
        (_at(18, 59), _at(18, 59), _at(19)),
        (_at(19), _at(9, day=24), _at(12, day=24)),
        (_at(22), _at(9, day=24), _at(12, day=24)),
    ],
)
def test_customers_are_written_to_while_the_shop_is_open_and_it_is_day(
    now: datetime, opens: datetime, closes: datetime
) -> None:
    """Open from seven to twelve and from two to ten: written to from nine to twelve and from two to seven."""
    week = OpeningHours(
        dict.fromkeys(range(7), (OpenSpan(opens=time(7), closes=time(12)), OpenSpan(opens=time(14), closes=time(22))))
    )
    found = contact_time(ShopCalendar(zone=ZONE, hours=week), now, date(2026, 11, 24))
    assert found == (opens, closes)


def test_closed_days_are_passed_over_and_after_the_last_day_there_is_no_time() -> None:
    """A shop that opens on Wednesdays only: on Monday it is Wednesday's turn, unless the days end before."""
    calendar = ShopCalendar(zone=ZONE, hours=OpeningHours({2: (OpenSpan(opens=time(9), closes=time(18)),)}))
    assert contact_time(calendar, _at(10), date(2026, 11, 25)) == (_at(9, day=25), _at(18, day=25))
    assert contact_time(calendar, _at(10), date(2026, 11, 24)) is None
    assert contact_time(calendar, _at(18, day=25), date(2026, 11, 25)) is None


def test_a_report_adds_up() -> None:
    """Every customer of the campaign is in exactly one of its lists, and the count is of all."""
    text = report_text(
        Report(
            service="Banho",
            first=MONDAY,
            last=date(2026, 11, 25),
            outcome=CampaignOutcome.STOPPED,
            invited=("Ana (Mel)", "Bia (Thor)"),
            failed=("Caio",),
            skipped=(("Duda", Obstacle.OPTED_OUT), ("Eva", Obstacle.CAMPAIGN_ENDED)),
            booked=(Booked(customer="Ana (Mel)", service="Banho", start=_at(9)),),
            free=3,
        )
    )
    assert text.splitlines() == [
        "📣 Convites para Banho (23/11 a 25/11): parei, como foi pedido.",
        "Convidados: 2 de 5: Ana (Mel), Bia (Thor).",
        "Já marcaram:",
        "- Ana (Mel): Banho, 23/11 às 09:00",
        "Não convidados:",
        "- Duda: não quer convites",
        "- Eva: não chegou a vez",
        "O convite não pôde ser enviado: Caio.",
        "Ainda livres nesses dias: 3 horários.",
    ]
