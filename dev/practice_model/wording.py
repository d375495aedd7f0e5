"""The practice model's sentences, as a shop writes them on WhatsApp: short, warm, without headings or bold."""

from collections.abc import Sequence
from datetime import date, time

from dev.practice_model.days import spoken_day
from dev.practice_model.marks import ASKS_PET_NAME, ASKS_SERVICE, HANDED_OVER
from dev.practice_model.pet_words import Species
from dev.practice_model.services import Service
from dev.practice_model.times import Window

NO_AI = "(modelo de treino: respondo por regras, não sou uma IA)"
OFFERS_PERSON = "Quer que eu chame uma pessoa da equipe?"
WHICH_DAY = "Qual seria o melhor dia para você?"
WHICH_TIME = "Qual horário funciona melhor?"
BOOKED = "Maravilha, prontinho! ✅"
BOOKED_BEFORE_CHANGE = f"{BOOKED} Se quiser mudar algo, é só me dizer."
URGENT = "Se for grave, não espere: leve seu pet ao veterinário mais próximo."
HANDOVER_FAILED = "Não consegui chamar a equipe agora. Por favor, ligue para a loja ou me escreva de novo em instantes."
HANDOVER_MISSING = "Por aqui não consigo chamar uma pessoa agora. Por favor, ligue para a loja."
REFUSAL = (
    "Desculpe, isso eu não posso fazer: cuido só do seu atendimento e não mexo em dados de outras pessoas. "
    "Posso ajudar com o seu pet?"
)
UNKNOWN = f"Essa informação eu não tenho aqui. {OFFERS_PERSON}"
UNCONFIRMED_BOOKING = "Ainda não consegui confirmar esse horário. Posso verificar de novo para você?"
UNCONFIRMED_PRICE = f"Esse valor eu prefiro confirmar antes de te passar. {OFFERS_PERSON}"
UNCONFIRMED_TIME = "Esse horário eu preciso ver de novo na agenda. Qual dia fica bom para você?"
UNCONFIRMED_HANDOVER = f"Ainda não chamei ninguém da equipe. {OFFERS_PERSON}"
GOODBYE = "Por nada! Se precisar de algo, é só chamar. 🐾"
ALL_RIGHT = "Tudo bem! Se precisar de algo, é só chamar. 🐾"
PET_TROUBLE = (
    f"Não consegui encontrar o cadastro do seu pet. {ASKS_PET_NAME} dele, e é cachorro, gato ou outro bichinho?"
)
BOOKING_TROUBLE = f"Não consegui concluir o agendamento agora. {OFFERS_PERSON}"
AGENDA_TROUBLE = f"Não consegui ver a agenda agora. {OFFERS_PERSON}"
CANNOT_BOOK = f"Por aqui não consigo agendar agora. {OFFERS_PERSON}"
PAST_DATE = f"Essa data já passou. {WHICH_DAY}"

_MAX_OPTIONS = 8
_FACES = {Species.DOG: "🐶", Species.CAT: "🐱", Species.BIRD: "🐦", Species.RABBIT: "🐰", Species.OTHER: "🐾"}


def greeting(shop: str) -> str:
    """The answer to a bare "oi"."""
    return (
        f"Olá! Sou a assistente virtual da loja {shop}. Como posso ajudar? 🐾" if shop else "Olá! Como posso ajudar? 🐾"
    )


def identity(shop: str) -> str:
    """The answer to "você é um robô?"."""
    of_shop = f" da loja {shop}" if shop else ""
    return f"Sou a assistente virtual{of_shop}, não uma pessoa. {OFFERS_PERSON}"


def for_pet(name: str | None, article: str | None) -> str:
    """ "para o Rex", "para a Mimi", "para Rex", "para o seu pet"."""
    if name is None:
        return "para o seu pet"
    return f"para {article} {name}" if article else f"para {name}"


def opening(thing: str, name: str | None, article: str | None, species: Species | None) -> str:
    """The first sentence to somebody who wants to book; `thing` is "uma consulta" or "um horário"."""
    return f"Fico feliz em ajudar a agendar {thing} {for_pet(name, article)}! {face(species)}"


def face(species: Species | None) -> str:
    """A little picture of the animal."""
    return _FACES[species] if species else "🐾"


def which_service(services: Sequence[Service], *, consultation: bool, indent: str = "") -> str:
    """Asks for the service, with the list of those to choose from."""
    question = f"Qual tipo de consulta {ASKS_SERVICE}" if consultation else f"Qual serviço {ASKS_SERVICE}"
    return "\n".join((question, *(f"{indent}- {service.name}" for service in services)))


def which_of(names: Sequence[str]) -> str:
    """Asks which of several services with a like name is meant."""
    return "\n".join((f"Temos mais de uma opção. Qual {ASKS_SERVICE}", *(f"- {name}" for name in names)))


def service_and_day(services: Sequence[Service], *, consultation: bool) -> str:
    """Asks for service and day at once, as a numbered list."""
    kinds = which_service(services, consultation=consultation, indent="   ")
    return f"Para melhor te atender, preciso de algumas informações:\n\n1. {kinds}\n\n2. {WHICH_DAY}"


def options(slots: Sequence[time], day: date, today: date | None, *, named_now: bool, more: bool = False) -> str:
    """The free times to choose from; the day is repeated when the customer has not just named it."""
    lead = "Perfeito! Deixa eu verificar os horários disponíveis...\n\nTenho as seguintes opções"
    for_day = "" if named_now else f" para {spoken_day(day, today)}"
    return f"{lead}{for_day}:\n{times(slots, more=more)}\n\n{WHICH_TIME}"


def none_in_window(window: Window, slots: Sequence[time], day: date, today: date | None) -> str:
    """Nothing is free in the part of the day asked for, but other times are."""
    spoken = spoken_day(day, today)
    return f"Para {spoken} não tenho horário {window.label}. Nesse dia ainda tenho:\n{times(slots)}\n\n{WHICH_TIME}"


def time_not_free(moment: time, slots: Sequence[time]) -> str:
    """The time chosen is not free, but others are."""
    return f"O horário das {moment:%H:%M} não está livre. Ainda tenho:\n{times(slots)}\n\n{WHICH_TIME}"


def who_is_it() -> str:
    """Asks for the pet's name and species."""
    return f"Quase lá! {ASKS_PET_NAME} do seu pet, e ele é cachorro, gato ou outro bichinho?"


def which_species(name: str, article: str | None) -> str:
    """Asks for the species of a pet whose name is known."""
    return f"Quase lá! {f'{article.upper()} ' if article else ''}{name} é cachorro, gato ou outro bichinho?"


def which_name(species: Species | None) -> str:
    """Asks for the name of a pet whose species is known."""
    return f"Quase lá! {ASKS_PET_NAME} do seu pet? {face(species)}"


def which_pet(names: Sequence[str]) -> str:
    """Asks which of the customer's pets is meant."""
    return "\n".join(("Para qual pet é?", *(f"- {name}" for name in names)))


def prices(services: Sequence[Service]) -> str:
    """Prices as the shop's list has them."""
    if len(services) == 1:
        service = services[0]
        if service.variants:
            by_pet = "\n".join(f"- {variant}" for variant in service.variants)
            return (
                f"{service.name}: {service.price} ({service.minutes} min), e conforme o pet:\n{by_pet}\n\nQuer agendar?"
            )
        return f"{service.name}: {service.price} ({service.minutes} min). Quer agendar?"
    lines = "\n".join(
        f"- {service.name}: {service.price} ({service.minutes} min)"
        + "".join(f"\n   {variant}" for variant in service.variants)
        for service in services
    )
    return f"Nossos valores:\n{lines}\n\nQuer agendar?"


def handed_over(*, urgent: bool) -> str:
    """The hand-over happened."""
    return f"{HANDED_OVER}\n{URGENT}" if urgent else HANDED_OVER


def times(slots: Sequence[time], *, more: bool = False) -> str:
    """Times as lines "- 09:00", a readable number of them; `more`: these are not all."""
    lines = [f"- {slot:%H:%M}" for slot in slots[:_MAX_OPTIONS]]
    more = more or len(slots) > _MAX_OPTIONS
    return "\n".join(lines) + ("\nTenho outros horários nesse dia também." if more else "")
