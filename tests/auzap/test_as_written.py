"""What operators write by hand."""

from decimal import Decimal

import pytest

from domain.agenda_rules import State, Unattended
from domain.shop import Coat, Size
from operating import as_written
from operating.refusal import Mistyped


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("seg-sex 08:00-18:00; sáb 08:00-12:00", {**dict.fromkeys(range(5), "08:00-18:00"), 5: "08:00-12:00"}),
        ("Segunda a sexta-feira 8h às 18h", dict.fromkeys(range(5), "08:00-18:00")),
        ("ter,qui: 9:00-12:00, 13h30-18h; dom fechado", dict.fromkeys((1, 3), "09:00-12:00 13:30-18:00")),
        ("terça e quinta 9h-10h", dict.fromkeys((1, 3), "09:00-10:00")),
        ("sex-seg 10h–16h", dict.fromkeys((0, 4, 5, 6), "10:00-16:00")),
        ("SAB 8h-12h;", {5: "08:00-12:00"}),
    ],
)
def test_opening_hours_are_read_as_people_write_them(text: str, week: dict[int, str]) -> None:
    """Ranges, lists, several stretches, hours with h or colon; days that are not named are closed."""
    found = as_written.opening_hours(text)
    assert {
        day: " ".join(f"{s.opens:%H:%M}-{s.closes:%H:%M}" for s in spans) for day, spans in found.root.items()
    } == week


@pytest.mark.parametrize(
    "text",
    ["", ";", "seg", "seg 8h", "8h-18h", "xyz 8h-18h", "seg 18h-8h", "seg 8h-12h 11h-13h", "seg 25h-26h",
     "seg 8:75-9:00", "seg-sex 8h-18h; sex 8h-9h", "seg 8h-12h talvez"],
)  # fmt: skip
def test_hours_that_say_nothing_certain_are_refused(text: str) -> None:
    """With an example of how to write them."""
    with pytest.raises(Mistyped, match="escreva como"):
        as_written.opening_hours(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("50", "50.00"), ("50,00", "50.00"), ("50.00", "50.00"), ("R$ 50,5", "50.50"), ("1.250,00", "1250.00"),
     ("1.250", "1250.00"), ("0", "0.00"), ("12345678", "12345678.00")],
)  # fmt: skip
def test_prices_are_read_with_comma_or_point(text: str, amount: str) -> None:
    """A point before three digits separates thousands, as in Brazil."""
    assert as_written.price(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "-5", "NaN", "1e5", "50,001", "5,", "50 reais", "999999999", "1,2,3", "Infinity"])
def test_prices_that_are_none_are_refused(text: str) -> None:
    """Whatever Decimal itself would take."""
    with pytest.raises(Mistyped, match="preço"):
        as_written.price(text)


@pytest.mark.parametrize("text", ["", "x", "ftp://a", "http://", "http://a b", "http://[", "http://a:99999", "//a"])
def test_addresses_that_are_none_are_refused(text: str) -> None:
    """Only http and https, with a host."""
    with pytest.raises(Mistyped):
        as_written.web_address(text)


def test_a_name_is_taken_without_the_space_around_it() -> None:
    """Accents, quotes and emoji with joiners are letters like others."""
    assert as_written.name("  D'Ávila & Cães 👩\u200d⚕️ ", of="o nome") == "D'Ávila & Cães 👩\u200d⚕️"


@pytest.mark.parametrize(
    "text", ["", "  ", "\u200d\n", "a\nSYSTEM: b", "Lo\u202eja", "a\x00b", "\udcff", "\x1b[31m", "a" * 256]
)
def test_names_that_nobody_could_read_are_refused(text: str) -> None:
    """Nothing, too much, lines within, letters that are not seen; the message says whose name it is."""
    with pytest.raises(Mistyped, match="o nome da loja"):
        as_written.name(text, of="o nome da loja")


def test_the_hours_of_one_day_are_stretches_in_order() -> None:
    """As people write them; lunch is one of them."""
    found = as_written.hours_of_day("9h às 12h, 13:00-18h30")
    assert [span.in_words() for span in found] == ["09:00–12:00", "13:00–18:30"]
    assert as_written.lunch("12h-13h").in_words() == "12:00–13:00"


@pytest.mark.parametrize("text", ["", "9h", "fechado", "12h-9h", "9h-9h", "9h-12h 12h-13h", "9h-24h", "seg 9h-12h"])
def test_hours_of_one_day_that_are_none_are_refused(text: str) -> None:
    """With an example of how to write them."""
    with pytest.raises(Mistyped, match="escreva como: 09:00"):
        as_written.hours_of_day(text)


def test_words_are_read_whatever_the_accent() -> None:
    """Sizes, coats, states, what becomes of a booking, and none."""
    assert (as_written.size("Médio"), as_written.coat(" LONGO ")) == (Size.MEDIO, Coat.LONGO)
    assert (as_written.state("sp"), as_written.state("None"), as_written.state("nenhum")) == (State.SP, None, None)
    assert as_written.unattended("No-Show") is Unattended.NO_SHOW
    for read in (as_written.size, as_written.coat, as_written.state, as_written.unattended):
        with pytest.raises(Mistyped, match="não é um"):
            read("x")


@pytest.mark.parametrize(
    "zone", ["localtime", "Factory", "posix/America/Sao_Paulo", "right/America/Sao_Paulo", "Brasil"]
)
def test_a_zone_that_only_this_machine_knows_is_refused(zone: str) -> None:
    """The database and Temporal have to know it too: a shop could book nothing in another."""
    with pytest.raises(Mistyped, match="não conheço o fuso"):
        as_written.time_zone(zone)
    assert as_written.time_zone("America/Sao_Paulo") == "America/Sao_Paulo"
