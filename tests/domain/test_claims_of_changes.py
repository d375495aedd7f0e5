"""What a model may say of cancellations and moves: only what the tools did."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from domain.bookings import BookingChange, BookingFacts, BookingStatus
from domain.claims import ClaimKind, unsupported_claim
from domain.conversation import Audience
from domain.ids import BookingId

BATH = BookingFacts(
    id=BookingId(UUID(int=1)),
    pet="Rex",
    pet_described="Rex",
    service="Banho",
    start=datetime(2026, 11, 25, 11, tzinfo=UTC),
    price=Decimal("50"),
)
INVENTED_CANCELLATIONS = [
    "Cancelei seu agendamento.",
    "Seu agendamento foi cancelado.",
    "Pronto, desmarquei o banho do Rex.",
    "Agendamento cancelado:\n📅 Data: amanhã",
    "Cancelamento realizado com sucesso!",
    "Acabei de cancelar para você.",
    "Cancelado! Quando quiser, é só chamar.",
    "Tirei o Rex da agenda.",
    "O banho de amanhã está desmarcado.",
    "Sua consulta marcada para sexta foi cancelada.",
    "Não se preocupe, já cancelei.",
    "Confirmado o cancelamento: seu horário está cancelado.",
    "Pronto, está cancelado.",
    "Já desmarquei para você, sem custo.",
    "Ok, cancelei a tosa do dia 25/11 às 11h.",
    "Agendamento cancelado com sucesso.",
    "Seu horário de amanhã foi desmarcado e está tudo certo.",
    "Fique tranquilo, o banho do Rex já está cancelado.",
]
INVENTED_MOVES = [
    "Remarquei para quinta.",
    "Mudei seu banho para quinta às 10h.",
    "Mudei para as 14h.",
    "Seu horário foi alterado para sexta às 9h.",
    "Transferi seu banho para amanhã.",
    "Seu banho foi transferido para sexta.",
    "Alterei o horário do Rex.",
    "Acabei de marcar.",
    "Reagendado!",
    "Troquei para segunda, tudo certo.",
    "Adiantei o banho para as 9h.",
]
NO_CHANGES = [
    "Posso cancelar?",
    "Posso cancelar o banho de 25/11 às 11h?",
    "Quer que eu cancele?",
    "Quer que eu cancele ou prefere remarcar?",
    "Não cancelei nada.",
    "Nada foi cancelado ainda.",
    "Ainda não foi cancelado.",
    "Seu horário não está cancelado.",
    "Nenhum agendamento foi cancelado.",
    "Não consegui cancelar agora.",
    "Para cancelar, me diga qual agendamento.",
    "Seu horário pode ser cancelado por aqui.",
    "Agendamentos podem ser cancelados até 24h antes.",
    "Agendamentos cancelados com menos de 24h têm taxa.",
    "Horários cancelados voltam para a agenda.",
    "Se for cancelado, eu te aviso.",
    "Assim que estiver cancelado, te aviso.",
    "Caso queira, cancelo para você.",
    "Um horário foi cancelado e abriu uma vaga!",
    "Outro cliente desmarcou, quer a vaga?",
    "Quando você confirmar, o banho será cancelado.",
    "Confirma o cancelamento?",
    "Fica cancelado então, certo?",
    "Só fica cancelado depois que você confirmar.",
    "Posso mudar para quinta às 10h?",
    "Quer que eu mude para quinta?",
    "Não mudei nada no seu horário.",
    "Não remarquei ainda.",
    "Se quiser, mudo para sexta.",
    "Posso remarcar?",
    "Confirma a mudança para quinta?",
    "Posso confirmar?",
    "O horário só é alterado depois do seu sim.",
]


def claim_in(text: str, *bookings: BookingFacts, cancelled: tuple[BookingFacts, ...] = ()) -> ClaimKind | None:
    """What kind of claim without support is found in a text to a customer."""
    found = unsupported_claim(text, bookings=bookings, handed_over=False, cancelled=cancelled)
    return found.kind if found else None


@pytest.mark.parametrize("text", INVENTED_CANCELLATIONS)
def test_an_invented_cancellation_is_caught(text: str) -> None:
    """A booking that still stands may not be called cancelled."""
    assert claim_in(text, BATH) is ClaimKind.CANCELLATION


@pytest.mark.parametrize("text", INVENTED_CANCELLATIONS)
def test_a_cancellation_that_happened_may_be_spoken_of(text: str) -> None:
    """The same words are true once a row was cancelled, however the row is handed in."""
    assert claim_in(text, cancelled=(BATH,)) is None
    assert claim_in(text, BATH.model_copy(update={"status": BookingStatus.CANCELLED})) is None


def test_a_cancelled_row_is_no_booking() -> None:
    """A row that was cancelled does not support that it stands."""
    gone = BATH.model_copy(update={"status": BookingStatus.CANCELLED})
    assert claim_in("Seu banho está marcado para 25/11 às 11h.", gone) is ClaimKind.BOOKING
    assert claim_in("Seu banho está marcado para 25/11 às 11h.", BATH) is None


@pytest.mark.parametrize("text", INVENTED_MOVES)
def test_an_invented_move_is_caught(text: str) -> None:
    """A move is a booking at the new time, and without a row there is none."""
    assert claim_in(text) is ClaimKind.BOOKING


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mudei seu banho para as 11h.", None),
        ("Seu banho foi transferido para quarta às 11h.", None),
        ("Transferi seu banho para 25/11 às 11h.", None),
        ("Mudei seu banho para as 15h.", ClaimKind.BOOKING),
        ("Seu banho foi transferido para quarta às 15h.", ClaimKind.BOOKING),
        ("Seu banho foi transferido para uma pessoa da equipe.", ClaimKind.HANDOVER),
    ],
)
def test_a_move_is_held_against_the_new_time(text: str, kind: ClaimKind | None) -> None:
    """The booking stands at eleven on the 25th."""
    assert claim_in(text, BATH) is kind


@pytest.mark.parametrize("text", NO_CHANGES)
def test_proposals_denials_and_rules_are_no_claims(text: str) -> None:
    """What was not said to have been done is not taken back."""
    assert claim_in(text, BATH) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Cancelei o banho das 11h.", None),
        ("Cancelei o banho de 25/11. Tenho livre às 15h.", None),
        ("Cancelei o banho das 15h.", ClaimKind.CANCELLATION),
        ("Seu banho de 26/11 foi cancelado.", ClaimKind.CANCELLATION),
        ("Cancelei o banho e marquei a tosa para quinta.", ClaimKind.BOOKING),
        ("Seu banho marcado para 25/11 às 11h foi cancelado.", None),
        ("Seu banho está marcado para 25/11 às 11h.", ClaimKind.BOOKING),
    ],
)
def test_a_cancellation_is_held_against_the_row_that_was_cancelled(text: str, kind: ClaimKind | None) -> None:
    """The booking at eleven on the 25th was cancelled: neither is another, nor does this one stand."""
    assert claim_in(text, cancelled=(BATH,)) is kind


@pytest.mark.parametrize("change", list(BookingChange))
def test_what_is_told_of_a_row_is_supported_by_it(change: BookingChange) -> None:
    """Our own words for a change pass the guard when the change happened."""
    text = BATH.told(change, BATH.start.date())
    gone = change is BookingChange.CANCELLED
    assert claim_in(text, *(() if gone else (BATH,)), cancelled=(BATH,) if gone else ()) is None


@pytest.mark.parametrize(
    ("text", "kind"), [("Hoje há 3 agendamentos cancelados.", None), ("Cancelei o das 10h.", ClaimKind.CANCELLATION)]
)
def test_an_owner_hears_of_everybodys_cancellations(text: str, kind: ClaimKind | None) -> None:
    """Aurora reports cancellations; that she cancelled something herself is never true."""
    found = unsupported_claim(text, bookings=(), handed_over=False, audience=Audience.OWNER)
    assert (found.kind if found else None) is kind


def test_the_corrections_name_the_tools() -> None:
    """The model is told what has to answer ok before it may say so."""
    cancelled = unsupported_claim("Cancelei.", bookings=(), handed_over=False)
    moved = unsupported_claim("Remarquei.", bookings=(), handed_over=False)
    assert cancelled is not None
    assert moved is not None
    assert "cancel_appointment" in cancelled.correction()
    assert "reschedule_appointment" in moved.correction()
    assert "cancelado" in moved.correction()
