"""What a model may say of bookings and hand-overs: only what the tools did."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from dev.practice_model import completions, marks, owner_wording, wording, wording_changes
from dev.practice_model.pet_words import Species
from dev.practice_model.services import Service
from dev.practice_model.times import Window
from domain import replies
from domain.bookings import BookingChange, BookingFacts
from domain.claims import ClaimKind, unsupported_claim, with_confirmations
from domain.conversation import Audience
from domain.events import MessageKind
from domain.ids import BookingId
from domain.reply_facts import PriceFact, ReplyFacts

TODAY = date(2026, 11, 22)
AT_TEN = BookingFacts(
    id=BookingId(UUID(int=1)),
    pet="Rex",
    pet_described="Rex (cachorro, Golden Retriever, 3 anos)",
    service="Consulta Veterinária Geral",
    start=datetime(2026, 11, 23, 10, tzinfo=UTC),
    price=Decimal("120.00"),
)

INVENTED_BOOKINGS = [
    completions.INVENTED_BOOKING,
    "Agendado!",
    "Marquei aqui!",
    "Prontinho, agendei o banho do Rex para amanhã às 10h.",
    "Está tudo certo para amanhã às 10h",
    "Fechado, então! Amanhã 10h o Rex está na agenda.",
    "Não se preocupe, está tudo agendado!",
    "Não precisa se preocupar: já reservei o horário.",
    "Claro, como você quer, deixei marcado.",
    "Marquei o Rex para amanhã às 10h, ok?",
    "Já deixei reservado para vocês.",
    "Combinado! Te esperamos amanhã às 10h.",
    "Até amanhã às 10h!",
    "Esperamos você na sexta!",
    "Aguardamos o Rex amanhã às 10h.",
    "Sua vaga está garantida.",
    "Horário garantido! 🐾",
    "O horário do Rex foi confirmado.",
    "Agendamento feito com sucesso!",
    "O agendamento foi realizado.",
    "A consulta da Mimi ficou marcada para sexta, 14h.",
    "O banho ficou para sexta às 14h.",
    "Anotei aqui: banho amanhã às 10h.",
    "Anotei o banho para amanhã às 10h.",
    "Coloquei o Rex na nossa agenda.",
    "O Rex já está na agenda de amanhã.",
    "Consegui encaixar você amanhã.",
    "Remarquei para quinta.",
    "Confirmei seu horário.",
    "Combinado, amanhã às 10h. Sua consulta está reservada.",
    "Tá tudo certinho pra amanhã às 10h 😊",
    "Esse horário já está reservado para você.",
    "AGENDAMENTO CONFIRMADO ✅",
    "Agendamento confirmado:\n📅 Data: amanhã\n🕙 Horário: 10:00",
    "Os dois pets estão agendados.",
]
INVENTED_HANDOVERS = [
    completions.INVENTED_HANDOVER,
    marks.HANDED_OVER,
    "Já chamei uma pessoa da equipe.",
    "Chamei um atendente para você.",
    "Vou te transferir para um atendente.",
    "Vou encaminhar seu atendimento para a equipe.",
    "Estou te transferindo agora.",
    "Vou chamar uma pessoa da equipe.",
    "Vou chamar alguém agora mesmo.",
    "Uma pessoa da equipe vai te atender em instantes.",
    "Nossa veterinária vai entrar em contato.",
    "Alguém do time vai continuar por aqui.",
    "A equipe já foi avisada.",
    "Seu caso foi encaminhado.",
    "Não se preocupe, já avisei a equipe.",
    "Um atendente já está a caminho.",
]
TRUE_WITHOUT_ANY_TOOL = [
    "Posso agendar para amanhã às 10h?",
    "Quer que eu marque para as 10h?",
    "Fica marcado para amanhã às 10h?",
    "Então fica marcado para amanhã às 10h, certo?",
    "Ainda não agendei nada.",
    "Não há nada marcado para o Rex.",
    "Você não tem nenhum horário agendado.",
    "Seu horário só fica garantido depois que eu confirmar no sistema.",
    "Assim que você confirmar, fica agendado.",
    "Se preferir, deixo reservado para as 14h.",
    "Caso queira, chamo uma pessoa da equipe.",
    "Se for urgente, um veterinário vai te atender na hora.",
    "Para ficar agendado, preciso do nome do pet.",
    "Esse horário já está reservado por outra pessoa.",
    "Esse horário já está reservado.",
    "O horário das 10h já está agendado, tenho às 11h.",
    "Temos vaga amanhã às 10h e às 11h.",
    "Trabalhamos com hora marcada.",
    "Atendemos com horário marcado, de segunda a sexta.",
    "Agendamentos confirmados podem ser cancelados até 24h antes.",
    "Cadastro do Rex confirmado!",
    "Vou passar a tabela de preços.",
    "Vou te passar os horários livres para amanhã.",
    "Posso chamar uma pessoa da equipe.",
    "Não consegui chamar a equipe agora.",
    "Ainda não chamei ninguém.",
    "O veterinário vai examinar o Rex na consulta.",
    "Amanhã às 10h temos horário livre. Quer reservar?",
    "O agendamento é feito por aqui mesmo, pelo WhatsApp.",
    "Infelizmente não consigo deixar reservado sem o nome do pet.",
    "Abrimos das 9h às 18h.",
    "Qual dia fica melhor para você?",
    "Seria o banho marcado para quando?",
    "Sou a assistente virtual, não uma pessoa. Quer que eu chame alguém?",
]
SERVICES = (Service("Banho", "R$ 50,00", 60), Service("Tosa", "R$ 90,00", 60))
SLOTS = [time(9), time(10), time(14)]
OWN_TEXTS = [
    *(
        text
        for name, text in vars(wording).items()
        if name.isupper() and name != "HANDED_OVER" and isinstance(text, str)
    ),
    *(wording.greeting(shop) for shop in ("Pet Feliz", "")),
    wording.identity("Pet Feliz"),
    wording.opening("uma consulta", "Rex", "o", Species.DOG),
    wording.opening("um horário", None, None, None),
    wording.which_service(SERVICES, consultation=True),
    wording.which_of(["Banho", "Banho e Tosa"]),
    wording.service_and_day(SERVICES, consultation=False),
    wording.options(SLOTS, date(2026, 11, 23), TODAY, named_now=False),
    wording.none_in_window(Window(time(8), time(12), "de manhã"), SLOTS, date(2026, 11, 23), TODAY),
    wording.time_not_free(time(10), SLOTS),
    wording_changes.nothing_free(date(2026, 11, 23), TODAY, None, can_wait=True),
    wording_changes.PROPOSED,
    wording_changes.NOT_BOOKED,
    wording_changes.CHANGE_OR_CANCEL,
    wording_changes.asks_traits(["size"], "Banho", "Rex"),
    wording_changes.first_needed("Tosa", "Banho", "Rex"),
    wording.who_is_it(),
    wording.which_species("Rex", "o"),
    wording.which_name(Species.CAT),
    wording.which_pet(["Rex", "Mimi"]),
    wording.prices(SERVICES),
    wording.prices(SERVICES[:1]),
    completions.INSTANT_TEXT,
    *(replies.media_answer(kind) for kind in MessageKind),
    replies.with_lateness("Olá!"),
    replies.MODEL_FAILED_OWNER,
    replies.NOT_CERTAIN_OWNER,
]


def claim_in(text: str, *bookings: BookingFacts, handed_over: bool = False) -> ClaimKind | None:
    """What kind of claim without support is found in a text to a customer."""
    found = unsupported_claim(text, bookings=bookings, handed_over=handed_over)
    return found.kind if found else None


@pytest.mark.parametrize("text", INVENTED_BOOKINGS)
def test_an_invented_booking_is_caught(text: str) -> None:
    """Whatever words say that something is booked, they are held against the rows."""
    assert claim_in(text) is ClaimKind.BOOKING


@pytest.mark.parametrize("text", INVENTED_BOOKINGS)
def test_a_booking_that_exists_may_be_spoken_of(text: str) -> None:
    """The same words are true once there is a booking at the hour they name."""
    hour = 14 if "14h" in text else 10
    assert claim_in(text, AT_TEN.model_copy(update={"start": AT_TEN.start.replace(hour=hour)})) is None


@pytest.mark.parametrize("text", INVENTED_HANDOVERS)
def test_an_invented_hand_over_is_caught(text: str) -> None:
    """ "Vou te transferir" is never said unless it happened, and may be said once it did."""
    assert claim_in(text) is ClaimKind.HANDOVER
    assert claim_in(text, handed_over=True) is None


@pytest.mark.parametrize("text", TRUE_WITHOUT_ANY_TOOL)
def test_questions_conditions_and_rules_of_the_house_are_no_claims(text: str) -> None:
    """An honest answer is not taken back."""
    assert claim_in(text) is None


@pytest.mark.parametrize("text", OWN_TEXTS)
def test_our_own_texts_claim_nothing(text: str) -> None:
    """What the practice model and the engine say without a tool's success passes the guard."""
    assert claim_in(text) is None


@pytest.mark.parametrize("text", OWN_TEXTS)
def test_our_own_texts_name_only_figures_they_were_given(text: str) -> None:
    """The prices and times the practice model repeats are those of its services and slots."""
    facts = ReplyFacts(
        prices=tuple(PriceFact(service=service.name, price=Decimal(service.price[3:5])) for service in SERVICES),
        slots=tuple(AT_TEN.start.replace(hour=slot.hour) for slot in SLOTS),
    )
    assert unsupported_claim(text, bookings=(), handed_over=False, facts=facts) is None


@pytest.mark.parametrize("urgent", [True, False])
def test_our_own_texts_after_a_hand_over(urgent: bool) -> None:
    """What is said after a person was called is true."""
    for text in (wording.handed_over(urgent=urgent), replies.MODEL_FAILED_CUSTOMER, replies.NOT_CERTAIN):
        assert claim_in(text, handed_over=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "Agendado para amanhã às 15h!",
        "Está agendado! Te espero às 15:00.",
        "Marquei às 15 horas.",
        "Sua consulta está marcada para 24/11 às 10h.",
        "Está marcado para 15h30.",
        "Abrimos das 9h às 18h. Está marcado para as 11h.",
    ],
)
def test_a_booking_at_another_time_is_no_support(text: str) -> None:
    """The row says ten o'clock on the 23rd."""
    assert claim_in(text, AT_TEN) is ClaimKind.BOOKING


@pytest.mark.parametrize(
    "text",
    [
        "Está agendado! Abrimos das 9h às 18h.",
        "Seu banho já está marcado, te esperamos amanhã às 10 horas.",
        "Sua consulta de 23/11 está confirmada.",
        "Está tudo marcado, de 9h a 18h estamos aqui.",
    ],
)
def test_opening_hours_are_not_the_bookings_time(text: str) -> None:
    """Only times that can be the booking's are held against it."""
    assert claim_in(text, AT_TEN) is None


def test_the_sentence_is_named_and_the_correction_tells_the_truth() -> None:
    """The model is told which claim was wrong, in words the practice model tells apart."""
    claim = unsupported_claim("Oi! Agendei o banho.", bookings=(), handed_over=False)
    assert claim is not None
    assert claim.sentence == "Agendei o banho."
    assert "book_appointment" in claim.correction()
    handover = unsupported_claim("Já chamei a equipe.", bookings=(), handed_over=False)
    assert handover is not None
    assert "escalate_to_human" in handover.correction()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Você tem 3 agendamentos confirmados hoje e 2 marcados para amanhã.", None),
        ("Hoje você atendeu 8 clientes!\n- 5 banhos\nFaturamento: R$ 400,00", None),
        ("O horário das 10h está reservado para a Mimi.", None),
        (owner_wording.ABILITIES, None),
        ("Pronto, agendei o banho para amanhã.", ClaimKind.BOOKING),
    ],
)
def test_an_owner_hears_of_everybodys_bookings(text: str, kind: ClaimKind | None) -> None:
    """Aurora reports what others booked; that she booked something herself is never true."""
    found = unsupported_claim(text, bookings=(), handed_over=False, audience=Audience.OWNER)
    assert (found.kind if found else None) == kind


def test_confirmations_come_from_the_row_alone() -> None:
    """The model's lines with figures go, its kind words stay, and the row's facts follow."""
    confirmation = AT_TEN.told(BookingChange.BOOKED, TODAY)
    said = "Maravilha! 🐶\nMarquei para 11h por R$ 10,00.\nAté lá!"
    assert with_confirmations(said, [confirmation]) == f"Maravilha! 🐶\nAté lá!\n\n{confirmation}"
    assert with_confirmations("às 11h", [confirmation]) == confirmation
    assert with_confirmations("a", [confirmation, "outra"]) == f"a\n\n{confirmation}\n\noutra"
    assert with_confirmations("às 11h", []) == "às 11h"


def test_a_confirmation_states_the_rows_facts() -> None:
    """The words a customer gets, exactly."""
    assert AT_TEN.told(BookingChange.BOOKED, TODAY) == (
        "Agendamento confirmado:\n📅 Data: amanhã, segunda-feira, 23/11\n🕙 Horário: 10:00\n"
        "🐾 Pet: Rex (cachorro, Golden Retriever, 3 anos)\n💉 Serviço: Consulta Veterinária Geral\n💰 Valor: R$ 120,00"
    )
    assert AT_TEN.line() == "00000000: 2026-11-23 10:00, Rex, Consulta Veterinária Geral, R$ 120,00, agendado"
    assert claim_in(AT_TEN.told(BookingChange.BOOKED, TODAY), AT_TEN) is None
