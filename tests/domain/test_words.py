"""Days, ages, money, plurals and fixed texts as Brazilians write them."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import replies
from domain.dates import age_in_words, birth_date_from_age, calendar_lines, spoken, weekday
from domain.events import MessageKind
from domain.ids import OrganizationId, PetId
from domain.money import reais
from domain.opening import OpeningHours
from domain.portuguese import counted, plural
from domain.shop import AiConfig, Organization, Pet, Species

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (SUNDAY, "hoje, domingo, 22/11"),
        (date(2026, 11, 23), "amanhã, segunda-feira, 23/11"),
        (date(2026, 11, 24), "depois de amanhã, terça-feira, 24/11"),
        (date(2026, 11, 26), "quinta-feira, 26/11"),
        (date(2026, 11, 21), "sábado, 21/11"),
        (date(2027, 1, 2), "sábado, 02/01/2027"),
    ],
)
def test_a_day_as_it_is_spoken_of(day: date, words: str) -> None:
    """Near days by name, every day by weekday and date, the year only where it changes."""
    assert spoken(day, SUNDAY) == words


def test_tomorrow_may_be_next_year() -> None:
    """The name and the year both."""
    assert spoken(date(2027, 1, 1), date(2026, 12, 31)) == "amanhã, sexta-feira, 01/01/2027"


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_the_calendar_knows_every_weekday(today: date) -> None:
    """Fourteen days, each once, each with its weekday: a model need not count."""
    lines = calendar_lines(today)
    assert len(lines) == 14
    names = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
    for ahead, line in enumerate(lines):
        day = today + timedelta(days=ahead)
        assert line.startswith(f"{day:%Y-%m-%d} = {names[day.isoweekday() - 1]}")
        assert weekday(day) in line
    assert lines[0].endswith("(hoje)")
    assert lines[1].endswith("(amanhã)")


@given(st.integers(1, 60), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_an_age_in_years_comes_back(years: int, today: date) -> None:
    """What the customer said is what the confirmation says."""
    assert age_in_words(birth_date_from_age(years, today), today) == ("1 ano" if years == 1 else f"{years} anos")


@given(st.integers(1, 11), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_an_age_in_months_comes_back(months: int, today: date) -> None:
    """0.5 is six months."""
    said = age_in_words(birth_date_from_age(months / 12, today), today)
    assert said == ("1 mês" if months == 1 else f"{months} meses")


def test_a_newborn_has_less_than_a_month() -> None:
    """Zero is an age."""
    assert age_in_words(birth_date_from_age(0, SUNDAY), SUNDAY) == "menos de 1 mês"


@given(st.decimals("-99999999", "99999999", places=2, allow_nan=False))
def test_money_reads_back(amount: Decimal) -> None:
    """A point between thousands, a comma before two cents, nothing lost."""
    text = reais(amount)
    whole, _, cents = text.removeprefix("R$ ").partition(",")
    assert len(cents) == 2
    assert Decimal(f"{whole.replace('.', '')}.{cents}") == amount
    assert all(len(group) == 3 for group in whole.lstrip("-").split(".")[1:])


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("banho", "banhos"),
        ("tosa", "tosas"),
        ("consulta", "consultas"),
        ("vacinação", "vacinações"),
        ("hotel", "hotéis"),
        ("hospedagem", "hospedagens"),
        ("vez", "vezes"),
        ("banho e tosa", "banhos e tosas"),
        ("tosa higiênica", "tosas higiênicas"),
        ("consulta geral", "consultas gerais"),
        ("corte de unha", "cortes de unha"),
        ("hidratação com ozônio", "hidratações com ozônio"),
        ("ônibus", "ônibus"),
    ],
)
def test_plurals_of_services(noun: str, many: str) -> None:
    """As a shop says it."""
    assert plural(noun) == many
    assert (counted(1, noun), counted(0, noun), counted(8, noun)) == (f"1 {noun}", f"0 {many}", f"8 {many}")


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_kind_of_message_has_an_answer_and_a_place_in_the_history(kind: MessageKind) -> None:
    """A kind added tomorrow is not silent."""
    assert "escrever em texto" in replies.media_answer(kind)
    shown = replies.placeholder(kind, "olha ele")
    assert shown.endswith("olha ele")
    assert (shown == "olha ele") is (kind is MessageKind.TEXT)


def test_a_picture_in_the_history() -> None:
    """The model reads what came, and the caption if there was one."""
    assert replies.placeholder(MessageKind.IMAGE, "") == "[imagem]"
    assert replies.placeholder(MessageKind.AUDIO, "oi") == "[áudio] oi"
    assert replies.placeholder(MessageKind.CONTACTS, "") == "[contato]"
    assert replies.placeholder(MessageKind.UNSUPPORTED, "") == "[mensagem de outro tipo]"
    assert replies.with_lateness("Olá!").startswith("Desculpe a demora")


def test_a_pet_in_words() -> None:
    """What is known, and only that."""
    bare = Pet(id=PetId(UUID(int=1)), name="Rex", species=Species.DOG, breed=None, birth_date=None)
    assert bare.described(SUNDAY) == "Rex (cachorro)"
    known = bare.model_copy(update={"breed": "Golden Retriever", "birth_date": birth_date_from_age(3, SUNDAY)})
    assert known.described(SUNDAY) == "Rex (cachorro, Golden Retriever, 3 anos)"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America"])
def test_a_shop_has_a_time_zone_that_exists(zone: str) -> None:
    """A wrong name is a validation error, not a crash of another kind."""
    with pytest.raises(ValidationError):
        Organization(
            id=OrganizationId(UUID(int=1)),
            name="x",
            timezone=zone,
            ai_enabled=True,
            ai_config=AiConfig(),
            opening_hours=OpeningHours({}),
            late_after_minutes=1,
            answer_limit_hours=1,
            outbound_limit_hours=1,
            loop_limit=1,
            loop_window_minutes=1,
            phone_quiet_minutes=1,
        )
