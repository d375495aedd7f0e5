"""How the rules read what people type: days, times, pets, names, services, and the system prompt."""

from datetime import date, time

import pytest

from dev.practice_model.agenda_lines import Appointment, Change, KeptSlot, Proposed, Wait
from dev.practice_model.change_words import Wanted, read_change
from dev.practice_model.days import read_day, spoken_day
from dev.practice_model.pet_names import read_name
from dev.practice_model.pet_traits import Coat, Size, read_coat, read_size
from dev.practice_model.pet_words import Species, read_pet
from dev.practice_model.portuguese import fold
from dev.practice_model.prompt import RegisteredPet, Role, read_prompt
from dev.practice_model.services import Service, read_service, service_words
from dev.practice_model.times import AFTERNOON, MORNING, TimeReading, Window, read_time

from .conftest import CLIENT_PROMPT, OWNER_PROMPT, with_agenda, with_pets

TODAY = date(2026, 11, 22)  # a Sunday
SERVICES = read_prompt(CLIENT_PROMPT).services


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoje", TODAY),
        ("Pode ser amanhã de manhã?", date(2026, 11, 23)),
        ("depois de amanhã", date(2026, 11, 24)),
        ("terça", date(2026, 11, 24)),
        ("na sexta-feira à tarde", date(2026, 11, 27)),
        ("2ª feira", date(2026, 11, 23)),
        ("sábado", date(2026, 11, 28)),
        ("domingo", date(2026, 11, 29)),
        ("dia 25", date(2026, 11, 25)),
        ("dia 5", date(2026, 12, 5)),
        ("25/11 às 10h", date(2026, 11, 25)),
        ("10/01", date(2027, 1, 10)),
        ("25/12/26", date(2026, 12, 25)),
        ("20/11", date(2026, 11, 20)),
        ("3 de dezembro", date(2026, 12, 3)),
        ("amanhã não posso, quarta", date(2026, 11, 25)),
        ("hoje não, amanhã", date(2026, 11, 23)),
        ("31/02", None),
        ("99/99", None),
        ("de manhã", None),
        ("a segunda opção", None),
        ("Golden de 3 anos", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    """The day a customer means, counted from the shop's today."""
    assert read_day(fold(text), TODAY).wanted == day


def test_days_are_spoken_as_people_do() -> None:
    """Today and tomorrow by name, others by weekday and date."""
    assert [spoken_day(date(2026, 11, day), TODAY) for day in (22, 23, 25)] == ["hoje", "amanhã", "quarta-feira, 25/11"]


@pytest.mark.parametrize(
    ("text", "moment", "window"),
    [
        ("10h está ótimo. É um Golden Retriever de 3 anos.", time(10), None),
        ("10:00", time(10), None),
        ("às 10", time(10), None),
        ("as 10 horas", time(10), None),
        ("10h30", time(10, 30), None),
        ("9 e meia", time(9, 30), None),
        ("às 3 da tarde", time(15), AFTERNOON),
        ("às 3", time(15), None),
        ("03:00", time(3), None),
        ("ao meio-dia", time(12), None),
        ("de manhã", None, MORNING),
        ("à tarde", None, AFTERNOON),
        ("depois das 14h", None, Window(time(14), time(23, 59), "depois das 14:00")),
        ("10h não dá, 11h", time(11), None),
        ("às 10 de manhã", time(10), MORNING),
        ("dia 10 de manhã", None, MORNING),
        ("dia 10/12", None, None),
        ("tem 3 anos", None, None),
        ("as 3 gatas", None, None),
        ("daqui a 2 horas", None, None),
        ("25h", None, None),
    ],
)
def test_times(text: str, moment: time | None, window: Window | None) -> None:
    """The time a customer chooses, or the part of the day asked for."""
    assert read_time(fold(text)) == TimeReading(moment, window)


@pytest.mark.parametrize(
    ("text", "moment"),
    [("o primeiro", time(9)), ("10", time(10)), ("pode ser 3", time(15)), ("o último", time(15)), ("8", None)],
)
def test_an_option_is_picked(text: str, moment: time | None) -> None:
    """After options, a bare number or "o primeiro" is one of them."""
    assert read_time(fold(text), (time(9), time(10), time(15))).wanted == moment


@pytest.mark.parametrize(
    ("text", "name", "article"),
    [
        ("Olá! Quero agendar uma consulta para meu cachorro Rex.", "Rex", None),
        ("minha gata Mimi", "Mimi", None),
        ("o nome dele é Thor", "Thor", None),
        ("Banho para o Rex", "Rex", "o"),
        ("banho pra mel", "Mel", None),
        ("pro rex", "Rex", "o"),
        ("quero vacinação, a Mel está com a carteira atrasada", "Mel", "a"),
        ("ela se chama Maria Flor", "Maria Flor", None),
        ("QUERO BANHO PARA O REX", "Rex", "o"),
        ("Aqui é a Ana, banho para a Lua", "Lua", "a"),
        ("meu nome é João", None, None),
        ("Consulta geral. Pode ser amanhã de manhã?", None, None),
        ("10h está ótimo. É um Golden Retriever de 3 anos.", None, None),
        ("banho para amanhã", None, None),
        ("meu cachorro precisa de banho", None, None),
        ("minha gata está vomitando", None, None),
        ("Gostaria de agendar para o dia 25", None, None),
        ("quero falar com o Doutor", None, None),
    ],
)
def test_names(text: str, name: str | None, article: str | None) -> None:
    """The pet's name, never the customer's, a service's or a verb."""
    found = read_name(text, taken=service_words(SERVICES))
    assert (found.name if found else None) == name
    if article is not None and found is not None:
        assert found.article == article


@pytest.mark.parametrize(
    ("text", "name"), [("rex", "Rex"), ("É o Thor, um cachorro", "Thor"), ("cachorro", None), ("quanto?", None)]
)
def test_a_bare_name_answers_the_question_for_it(text: str, name: str | None) -> None:
    """Asked for the name, people give just that."""
    found = read_name(text, asked=True)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("text", "species", "breed", "age"),
    [
        ("É um Golden Retriever de 3 anos", Species.DOG, "Golden Retriever", 3),
        ("gata siamesa de 6 meses", Species.CAT, "Siamês", 0.5),
        ("shih-tzu, 1 ano e 6 meses", Species.DOG, "Shih Tzu", 1.5),
        ("um gato vira-lata de dois anos e meio", Species.CAT, "Vira-lata", 2.5),
        ("uma calopsita", Species.BIRD, None, None),
        ("coelhinho", Species.RABBIT, None, None),
        ("hamster", Species.OTHER, None, None),
        ("sou cliente há 3 anos", None, None, None),
    ],
)
def test_pets(text: str, species: Species | None, breed: str | None, age: float | None) -> None:
    """Species, breed and age in years."""
    found = read_pet(fold(text))
    assert (found.species, found.breed, found.age) == (species, breed, age)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("consulta geral", ["Consulta Veterinária Geral"]),
        ("CONSULTA VETERINARIA GERAL", ["Consulta Veterinária Geral"]),
        ("vacina", ["Vacinação"]),
        ("check up", ["Check-up"]),
        ("banho", ["Banho"]),
        ("banho e tosa", ["Banho e Tosa"]),
        ("tosa", ["Banho e Tosa", "Tosa Higiênica"]),
        ("tosa higienica", ["Tosa Higiênica"]),
        ("uma consulta", []),
        ("bom dia", []),
    ],
)
def test_services(text: str, names: list[str]) -> None:
    """The service meant, several when it could be several, none for a bare "consulta"."""
    found = read_service(fold(text), SERVICES)
    assert [service.name for service in ([found.service] if found.service else found.candidates)] == names


def test_the_prompt_is_read() -> None:
    """Role, shop, today, services and pets."""
    prompt = read_prompt(with_pets("Rex (cachorro, Golden Retriever, 3 anos)", "Piu (ave)", "Tuca (outro)"))
    assert (prompt.role, prompt.shop, prompt.today) == (Role.CLIENT_AI, "Pet Feliz", TODAY)
    assert prompt.services[0] == Service("Consulta Veterinária Geral", "R$ 120,00", 60)
    assert prompt.pets == (
        RegisteredPet("Rex", Species.DOG),
        RegisteredPet("Piu", Species.BIRD),
        RegisteredPet("Tuca", Species.OTHER),
    )
    assert read_prompt(OWNER_PROMPT).role is Role.AURORA
    assert read_prompt(CLIENT_PROMPT).pets == ()
    assert read_prompt("").services == ()


def test_the_blocks_of_the_agenda_are_read() -> None:
    """Appointments, kept slots, what waits for a yes, the waiting list; names with "de" and commas in them, too."""
    prompt = read_prompt(
        with_agenda(
            "1a2b3c4d: 2026-11-23 10:00, Rex, Banho e Tosa, R$ 1.110,00, espera o cliente confirmar",
            "nenhum código: 2026-11-23",
            kept="- Banho: 1a2b3c4d 2026-11-23 09:00; 5e6f7a8b 2026-11-24 10:30\n- Tosa: 99999999 2026-13-01 09:00",
            proposed="- agendar Banho e Tosa de Rei de Copas, 2026-11-23 10:00\n- apagar tudo",
            waits="- Banho de Rex em 2026-11-25 (um horário foi oferecido)",
        )
    )
    day = date(2026, 11, 23)
    (appointment,) = prompt.appointments
    expected = ("1a2b3c4d", "Rex", "Banho e Tosa", day, time(10), "R$ 1.110,00", "espera o cliente confirmar")
    assert appointment == Appointment(*expected)
    assert appointment.waits_for_yes
    assert prompt.kept == (
        KeptSlot("1a2b3c4d", "Banho", day, time(9)),
        KeptSlot("5e6f7a8b", "Banho", date(2026, 11, 24), time(10, 30)),
    )
    assert prompt.proposed == (Proposed(Change.BOOK, "Rei de Copas", "Banho e Tosa", day, time(10)),)
    assert prompt.waits == (Wait("Rex", "Banho", date(2026, 11, 25)),)


def test_variants_are_no_services() -> None:
    """What is indented belongs to the service above it."""
    text = CLIENT_PROMPT.replace("60 min\n- Banho e", "60 min\n  - porte grande: R$ 90,00, 90 min\n- Banho e")
    services = read_prompt(text).services
    assert [service.name for service in services] == [service.name for service in SERVICES]
    assert [service.variants for service in services if service.variants] == [("porte grande: R$ 90,00, 90 min",)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("quero remarcar", Wanted.MOVE),
        ("pode mudar meu horário?", Wanted.MOVE),
        ("muda pra sexta", Wanted.MOVE),
        ("pode ser mais tarde?", Wanted.MOVE),
        ("quero cancelar", Wanted.CANCEL),
        ("não quero cancelar, quero remarcar", Wanted.MOVE),
        ("desmarca por favor", Wanted.CANCEL),
        ("não vou poder ir", Wanted.UNDECIDED),
        ("foi cancelado?", None),
        ("quero marcar um banho", None),
        ("não posso na terça", None),
    ],
)
def test_changes(text: str, wanted: Wanted | None) -> None:
    """What a message wants for an appointment that it is about."""
    assert read_change(fold(text), perhaps=True) is wanted


@pytest.mark.parametrize("text", ["muda pra sexta", "pode ser mais tarde?", "não vou poder ir"])
def test_weak_words_change_nothing_in_a_booking(text: str) -> None:
    """While something new is being booked they are about that."""
    assert read_change(fold(text), perhaps=False) is None


@pytest.mark.parametrize(
    ("text", "asked", "size", "coat"),
    [
        ("porte grande, pelo curto", False, Size.LARGE, Coat.SHORT),
        ("meu cachorro pequeno e peludo", False, Size.SMALL, Coat.LONG),
        ("grande e curto", True, Size.LARGE, Coat.SHORT),
        ("médio", True, Size.MEDIUM, None),
        ("médio e médio", True, Size.MEDIUM, Coat.MEDIUM),
        ("pelo médio", True, None, Coat.MEDIUM),
        ("tem um problema grande com isso", False, None, None),
    ],
)
def test_sizes_and_coats(text: str, asked: bool, size: Size | None, coat: Coat | None) -> None:
    """Said of the animal, or in answer to the question for both."""
    folded = fold(text)
    assert (read_size(folded, asked=asked), read_coat(folded, asked=asked, size_too=asked)) == (size, coat)
