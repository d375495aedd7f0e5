"""fill_agenda and stop_invitations: customers who stayed away are invited to the free days."""

from datetime import date, timedelta

from pydantic import Field

from assistants.aurora.ordering import proposed
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.errors import RefusalCode, RequestRefused
from domain.ids import ServiceId
from domain.invitations import MOST_INVITED
from office.customers import customer_named
from office.filling import FILL_AGENDA, FillAgenda, check_days, choose, choose_these
from office.inviting import free_times, service_on_sale
from office.office import Office
from office.stopping import STOP_CAMPAIGN, StopCampaign
from reception.naming import service_named
from storage import campaigns


class FillTheAgenda(Arguments):
    """Which days, for what, and whom; the shop chooses what is not said."""

    first: date | None = Field(default=None, description="primeiro dia; sem ele, amanhã")
    last: date | None = Field(default=None, description="último dia")
    service: str | None = Field(default=None, max_length=255, description="sem ele, o que mais fazem")
    most: int = Field(default=MOST_INVITED, ge=1, le=MOST_INVITED, description="quantos clientes")
    customers: list[str] = Field(default=[], max_length=MOST_INVITED, description="nomes, só se foram escolhidos")


class StopInvitations(Arguments):
    """Nothing to say beside it."""


async def fill(turn: Turn, wanted: FillTheAgenda) -> Answer:
    """Propose whom to invite."""
    office = turn.office
    first, last = _days(office, wanted)
    service_id = (await service_named(turn.tenant, wanted.service)).id if wanted.service else None
    command = await _command(office, wanted, first, last, service_id)
    if command is None:
        raise RequestRefused(
            RefusalCode.CUSTOMER_NOT_FOUND,
            "Não há quem convidar para esses dias: ninguém sumiu que possa receber convite, ou não há horário livre. "
            "Com clientes escolhidos, diga também o serviço.",
            first=first.isoformat(),
            last=last.isoformat(),
        )
    service = await service_on_sale(office.desk, command.service_id)
    free = await free_times(office.desk, service, first, last) if service else []
    return await proposed(turn, FILL_AGENDA, command, free_times=len(free))


async def stop(turn: Turn, wanted: StopInvitations) -> Answer:
    """Propose to stop the invitations that are being sent."""
    campaign = await campaigns.running(turn.office.tenant)
    if campaign is None:
        raise RequestRefused(RefusalCode.NOTHING_TO_CHANGE, "Não há convites sendo enviados agora.")
    return await proposed(turn, STOP_CAMPAIGN, StopCampaign(campaign_id=campaign.id))


async def _command(
    office: Office, wanted: FillTheAgenda, first: date, last: date, service_id: ServiceId | None
) -> FillAgenda | None:
    if not wanted.customers:
        return await choose(office, first_day=first, last_day=last, service_id=service_id, most=wanted.most)
    named = [(await customer_named(office, name)).id for name in wanted.customers]
    return await choose_these(office, named, first_day=first, last_day=last, service_id=service_id)


def _days(office: Office, wanted: FillTheAgenda) -> tuple[date, date]:
    """The days that are meant. Raises `RequestRefused` for days that make no sense, or are past or far."""
    first = wanted.first or min(office.today + timedelta(days=1), wanted.last or date.max)
    check_days(office, first, wanted.last or first)
    last = wanted.last or first + timedelta(days=office.shop.aurora_rules.few_bookings_days - 1)
    if last < first:
        raise RequestRefused(RefusalCode.BAD_ARGUMENTS, "O período termina antes de começar.")
    return first, last


FILL_THE_AGENDA = Tool(
    name="fill_agenda",
    description="Convida clientes que sumiram para os horários livres dos próximos dias, um por vez.",
    arguments=FillTheAgenda,
    run=fill,
)
STOP_INVITATIONS = Tool(
    name="stop_invitations",
    description="Para os convites que estão sendo enviados.",
    arguments=StopInvitations,
    run=stop,
)
