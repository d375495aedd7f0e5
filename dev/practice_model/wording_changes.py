"""The practice model's sentences about what is booked already: moves, cancellations, reminders, the waiting list."""

from collections.abc import Mapping, Sequence
from datetime import date, time

from dev.practice_model import marks
from dev.practice_model.agenda_lines import Appointment, Wait
from dev.practice_model.days import spoken_day
from dev.practice_model.tool_results import ListedAppointment, Start
from dev.practice_model.wording import OFFERS_PERSON, WHICH_TIME, times

PROPOSED = "Deixa eu só confirmar com você:"
MOVED = "Prontinho, horário novo! ✅"
CANCELLED = "Tudo bem, sem problemas! Quando quiser voltar, é só chamar. 🐾"
CONFIRMED = "Que bom, esperamos vocês! 🐾"
NOTHING_TO_CONFIRM = "Que bom! Esperamos vocês por aqui. 🐾"
LEFT_AS_IS = f"Tudo bem, {marks.LEFT_AS_IS}. Se precisar, é só chamar. 🐾"
NOT_BOOKED = "Tudo bem, ainda não agendei nada. Qual outro dia ou horário fica bom para você?"
CHANGE_OR_CANCEL = f"Que pena! {marks.CHANGE_OR_CANCEL}"
NO_APPOINTMENT = "Não encontrei nenhum agendamento seu por aqui. Quer marcar um horário?"
CHANGE_NEEDS_PERSON = f"Remarcar ou cancelar eu não consigo agora. {OFFERS_PERSON}"
CHANGE_TROUBLE = f"Não consegui fazer essa mudança agora. {OFFERS_PERSON}"
LIST_TROUBLE = f"Não consegui usar a lista de espera agora. {OFFERS_PERSON}"
SAME_TIME = "Já é nesse horário! 😊 Qual outro dia ou horário você prefere?"
OFF_THE_LIST = f"Tudo bem! {marks.OFF_THE_LIST} desse dia."
NOT_ON_LIST = "Não encontrei você na lista de espera desse dia. Posso ajudar em mais alguma coisa?"
ASK_LIST = f"Quer {marks.OFFERS_LIST}?"
LIST_WHICH_DAY = "Claro! Para qual serviço e qual dia?"


def on_the_list(pet: str, day: date | None, today: date | None) -> str:
    """The customer waits from now on."""
    when = f" de {spoken_day(day, today)}" if day else ""
    return f"Prontinho! {marks.ON_THE_LIST}{when} para {pet}. Se um horário abrir, aviso por aqui. 🐾"


def already_waiting(pet: str) -> str:
    """The pet is on that day's list already."""
    return f"{marks.ON_THE_LIST} desse dia para {pet}, pode deixar. Se um horário abrir, aviso por aqui. 🐾"


def nothing_free(day: date, today: date | None, next_free: Start | None, *, can_wait: bool) -> str:
    """A day is full: the next start there is, and the waiting list."""
    full = f"Para {spoken_day(day, today)} não tenho mais horários."
    if next_free is not None:
        offer = f"{marks.NEXT_FREE} {_dated(next_free.day, today)}, às {next_free.at:%H:%M}. Serve para você?"
        return f"{full} {offer}" + ("\nSe preferir, coloco você na lista de espera desse dia." if can_wait else "")
    if can_wait:
        return f"{full} {ASK_LIST[:-1]}, ou prefere outro dia?"
    return f"{full} Qual outro dia fica bom para você?"


def later_only(lead: str, start: Start, today: date | None) -> str:
    """What was asked for cannot be, and that day has nothing else."""
    return f"{lead} {marks.NEXT_FREE} {_dated(start.day, today)}, às {start.at:%H:%M}. Serve para você?"


def move_options(free: Mapping[date, Sequence[time]], today: date | None, *, lead: str = "") -> str:
    """Times to move to, by day."""
    lead = f"{lead}\n\n" if lead else ""
    if len(free) == 1:
        day, of_day = next(iter(free.items()))
        return f"{lead}Para {spoken_day(day, today)} tenho:\n{times(of_day)}\n\n{WHICH_TIME}"
    lines = [f"- {_dated(day, today)}: {', '.join(f'{at:%H:%M}' for at in of_day[:3])}" for day, of_day in free.items()]
    return "\n".join((f"{lead}Posso mudar para:", *lines[:7], "", "Qual dia e horário ficam melhor?"))


def which_appointment(appointments: Sequence[Appointment], today: date | None) -> str:
    """Asks which of several is meant."""
    lines = [f"- {a.service} de {a.pet}: {_dated(a.day, today)}, às {a.at:%H:%M}" for a in appointments]
    return "\n".join((marks.ASKS_WHICH_APPOINTMENT, *lines))


def no_such_appointment(service: str, appointments: Sequence[Appointment], today: date | None) -> str:
    """The service named is not booked."""
    return f"Não encontrei {service} entre os seus agendamentos. {which_appointment(appointments, today)}"


def booked_already(appointment: Appointment | None, today: date | None) -> str:
    """The pet has that service booked; which does the customer mean?"""
    if appointment is None:
        return f"Esse serviço já está na agenda do seu pet. {marks.MOVE_OR_ONE_MORE}"
    a = appointment
    return f"{a.pet} já tem {a.service} na agenda: {_dated(a.day, today)}, às {a.at:%H:%M}. {marks.MOVE_OR_ONE_MORE}"


def your_appointments(
    appointments: Sequence[Appointment | ListedAppointment], waits: Sequence[Wait], today: date | None
) -> str:
    """What the customer has to come, and waits for."""
    lines = [
        f"- {a.service} de {a.pet}: {_dated(a.day, today)}, às {a.at:%H:%M}" + (f", {a.price}" if a.price else "")
        for a in appointments
    ]
    lines += [f"- na lista de espera: {wait.service} de {wait.pet}, {_dated(wait.day, today)}" for wait in waits]
    return "\n".join(("Você tem:", *lines)) if lines else NO_APPOINTMENT


def first_needed(service: str, first: str, pet: str) -> str:
    """A service that another has to come before."""
    return f"Antes de {service}, {pet or 'seu pet'} precisa fazer {first}. Quer marcar {first} primeiro?"


def asks_traits(missing: Sequence[str], service: str, pet: str) -> str:
    """Size and coat are needed for the price."""
    asked = [question for trait, question in _TRAITS.items() if trait in missing] or list(_TRAITS.values())
    of_pet = f" de {pet}" if pet else " do seu pet"
    return f"O valor de {service} depende do pet. Qual é o {' e o '.join(asked)}{of_pet}?"


def _dated(day: date, today: date | None) -> str:
    """A day with its date, always: "amanhã, 23/11"."""
    spoken = spoken_day(day, today)
    return spoken if "/" in spoken else f"{spoken}, {day:%d/%m}"


_TRAITS = {"size": marks.ASKS_SIZE, "coat": marks.ASKS_COAT}
