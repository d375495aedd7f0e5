"""Days and moments as operators type them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from operating import dates_as_written
from operating.refusal import Mistyped

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/12/2026", "2026-12-25"),
        (" 25/12 ", "2026-12-25"),
        ("25/12/27", "2027-12-25"),
        ("2026-12-25", "2026-12-25"),
        ("25.12.2026", "2026-12-25"),
        ("5/1", "2027-01-05"),
        ("23/11", "2026-11-23"),
        ("22/11", "2027-11-22"),
        ("29/02/2028", "2028-02-29"),
        ("hoje", "2026-11-23"),
        ("Amanhã", "2026-11-24"),
        ("01/02/2020", "2020-02-01"),
    ],
)
def test_days_are_read_as_people_type_them(text: str, day: str) -> None:
    """Without a year it is the next there is, today included."""
    assert dates_as_written.day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/02", "fevereiro de 2027 vai de 1 a 28"),
        ("29/02/2027", "fevereiro de 2027 vai de 1 a 28"),
        ("29/02", "fevereiro de 2027 vai de 1 a 28"),
        ("2026-11-31", "novembro de 2026 vai de 1 a 30"),
        ("0/12", "dezembro de 2026 vai de 1 a 31"),
        ("12/25/2026", "não há mês 25"),
        ("25/12/9999", "confira o ano"),
        ("0001-01-01", "confira o ano"),
        ("25", "escreva como"),
        ("", "escreva como"),
        ("natal", "escreva como"),
        ("25/12/2026/1", "escreva como"),
        ("٢٥/12", "escreva como"),
    ],
)
def test_days_that_are_none_are_refused_precisely(text: str, why: str) -> None:
    """The line says what is wrong with it."""
    with pytest.raises(Mistyped, match=why):
        dates_as_written.day(text, TODAY)


@pytest.mark.parametrize(
    "text",
    ["24/12/2026 10:30", "24/12 10h30", "24/12, 10:30", "24/12 às 10:30", "2026-12-24T10:30", "2026-12-24 10:30"],
)
def test_moments_are_read_on_the_shop_s_clock(text: str) -> None:
    """Day and time, however they are put together."""
    assert dates_as_written.moment(text, TODAY, SAO_PAULO) == datetime(2026, 12, 24, 10, 30, tzinfo=SAO_PAULO)


@pytest.mark.parametrize("text", ["24/12", "10:00", "24/12 25:00", "24/12 10:75", "24/12 10", "24/12 cedo", ""])
def test_moments_that_are_none_are_refused(text: str) -> None:
    """Half of one, and times that no day has."""
    with pytest.raises(Mistyped):
        dates_as_written.moment(text, TODAY, SAO_PAULO)


def test_a_time_that_the_clock_skips_is_refused() -> None:
    """On 4 November 2018 São Paulo went from midnight to one."""
    with pytest.raises(Mistyped, match="relógio pula"):
        dates_as_written.moment("04/11/2018 00:30", date(2018, 11, 1), SAO_PAULO)


def test_a_day_alone_is_all_of_it() -> None:
    """As a beginning its first instant, as an end its last; with a time it is a moment."""
    first = dates_as_written.edge("24/12", TODAY, SAO_PAULO, is_end=False)
    last = dates_as_written.edge("24/12", TODAY, SAO_PAULO, is_end=True)
    assert (first, last) == (
        datetime(2026, 12, 24, tzinfo=SAO_PAULO),
        datetime(2026, 12, 25, tzinfo=SAO_PAULO),
    )
    assert dates_as_written.edge("24/12 9h", TODAY, SAO_PAULO, is_end=True).hour == 9
