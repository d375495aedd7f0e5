"""join_waiting_list and leave_waiting_list: to be told when time comes free on a day that is full."""

import datetime

from pydantic import Field

from assistants.client_ai.agenda import pet_named, service_named
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.dates import spoken
from domain.errors import RefusalCode, RequestRefused
from reception import waiting
from reception.wishes import quote_for


class WaitForADay(Arguments):
    """What the customer waits for."""

    pet_name: str = Field(min_length=1, max_length=60, description="Nome do pet, já cadastrado")
    service_type: str = Field(min_length=1, max_length=120, description="Nome do serviço")
    date: datetime.date = Field(description="Dia que o cliente quer, AAAA-MM-DD")


async def join(turn: Turn, wanted: WaitForADay) -> Answer:
    """Put the customer on the list, who asked for it or said yes to it."""
    service = await service_named(turn, wanted.service_type)
    pet = await pet_named(turn, wanted.pet_name)
    quote_for(service, pet)
    if not await waiting.agreed(turn.desk, turn.customer):
        raise RequestRefused(
            RefusalCode.NOT_AGREED, "Pergunte ao cliente se quer entrar na lista de espera desse dia; só depois chame."
        )
    await waiting.join(turn.desk, turn.customer, service, pet, wanted.date)
    minutes = turn.organization.agenda_rules.waiting_list_minutes
    day = spoken(wanted.date, turn.today)
    return Answer(
        {
            "waiting_for": f"{service.name} de {pet.name}, {day}",
            "note": f"Está na lista. Se um horário abrir, avisamos por aqui e o guardamos por {minutes} minutos.",
        }
    )


async def leave(turn: Turn, wanted: WaitForADay) -> Answer:
    """Take the customer off the list, also when an offer from it does not suit."""
    service = await service_named(turn, wanted.service_type)
    pet = await pet_named(turn, wanted.pet_name)
    await waiting.leave(turn.desk, turn.customer, service, pet, wanted.date)
    return Answer({"note": "O cliente saiu da lista de espera desse dia."})


JOIN_WAITING_LIST = Tool(
    name="join_waiting_list",
    description="Põe o cliente na lista de espera de um dia e serviço, quando nada serve e ele quer esperar.",
    arguments=WaitForADay,
    run=join,
)
LEAVE_WAITING_LIST = Tool(
    name="leave_waiting_list",
    description="Tira o cliente da lista de espera, ou recusa o horário que a lista ofereceu.",
    arguments=WaitForADay,
    run=leave,
)
