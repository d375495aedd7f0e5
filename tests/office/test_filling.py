"""Whom to invite, and the order that invites them: only who may be, only once, and only after a yes."""

import uuid
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.aurora_rules import AuroraRules
from domain.ids import ContactId
from domain.owners import OwnerRole
from office.filling import FillAgenda, choose
from storage import contacts, organizations, owners
from storage.organizations import SettingsChange
from tests.assistants.conftest import SUNDAY
from tests.office.conftest import OwnersChat
from tests.office.lost_customers import lost
from tests.storage import rows
from tests.storage.rows import Customer

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 25)


async def _lost(
    chat: OwnersChat,
    number: int,
    name: str,
    pet: str = "Rex",
    *,
    days_ago: tuple[int, ...] = (60,),
    service: str = "Banho",
    has_written: bool = True,
) -> Customer:
    async with chat.turn() as turn:
        return await lost(
            turn.tenant,
            chat.shop,
            number,
            name,
            pet,
            now=SUNDAY,
            days_ago=days_ago,
            service=service,
            has_written=has_written,
        )


async def _chosen(chat: OwnersChat, *, most: int = 10) -> FillAgenda | None:
    async with chat.office() as office:
        return await choose(office, first_day=FIRST, last_day=LAST, most=most)


async def _names(chat: OwnersChat, command: FillAgenda | None) -> list[str]:
    async with chat.turn() as turn:
        return [
            await turn.tenant.fetchval("select name from contacts where id = $1", one.contact_id)
            for one in (command.customers if command else ())
        ]


async def _campaigns(chat: OwnersChat) -> list[tuple[str, int]]:
    async with chat.turn() as turn:
        found = await turn.tenant.fetch(
            """select c.status, count(i.position) invited from campaigns c join invitations i on i.campaign_id = c.id
               group by c.id, c.status order by c.created_at"""
        )
    return [(row["status"], row["invited"]) for row in found]


async def test_the_last_lost_come_first(owner: OwnersChat) -> None:
    """Who stayed away for long enough is chosen, the last lost first; who came lately is not; at most so many."""
    await _lost(owner, 1, "Ana", days_ago=(90,))
    await _lost(owner, 2, "Bia", days_ago=(50,))
    await _lost(owner, 3, "Caio", days_ago=(70, 200))
    await _lost(owner, 4, "Duda", days_ago=(10,))
    command = await _chosen(owner)
    assert await _names(owner, command) == ["Bia", "Caio", "Ana"]
    assert command is not None
    assert command.customers[0].reason == "não vem há 50 dias"
    assert await _names(owner, await _chosen(owner, most=2)) == ["Bia", "Caio"]


async def test_who_is_late_by_their_own_habit_is_missed_too(owner: OwnersChat) -> None:
    """Who used to come every ten days and has not for thirty is invited after those lost for long; others are not."""
    await _lost(owner, 1, "Ana", days_ago=(30, 40, 50, 60))
    await _lost(owner, 2, "Bia", days_ago=(30, 60, 90))
    await _lost(owner, 3, "Caio", days_ago=(80,))
    command = await _chosen(owner)
    assert await _names(owner, command) == ["Caio", "Ana"]
    assert command is not None
    assert command.customers[1].reason == "não vem há 30 dias (costuma vir a cada 10)"


@pytest.mark.parametrize(
    "obstacle", ["opted_out", "owner", "never_wrote", "with_a_person", "ai_off", "has_booked", "invited", "cloud"]
)
async def test_nobody_is_chosen_who_may_not_be_invited(owner: OwnersChat, obstacle: str) -> None:
    """Each thing that stands in the way keeps a customer out of the choice, and only that customer."""
    await _lost(owner, 1, "Ana", days_ago=(90,))
    bia = await _lost(owner, 2, "Bia", has_written=obstacle != "never_wrote")
    async with owner.turn() as turn:
        match obstacle:
            case "opted_out":
                await contacts.set_opted_out(turn.tenant, bia.contact_id, True)
            case "owner":
                phone = rows.phone(2).value
                await owners.add(
                    turn.tenant, owner.shop.organization_id, phone=phone, name=None, role=OwnerRole.MANAGER
                )
            case "with_a_person":
                await turn.tenant.execute(
                    "update conversations set status = 'waiting_human' where id = $1", bia.conversation_id
                )
            case "ai_off":
                await turn.tenant.execute(
                    "update conversations set ai_enabled = false where id = $1", bia.conversation_id
                )
            case "has_booked":
                await rows.insert_booking(
                    turn.tenant, owner.shop, bia.contact_id, start=SUNDAY + timedelta(days=20), status="confirmed"
                )
            case "invited":
                await _invited_before(owner, bia.contact_id)
            case "cloud":
                await turn.tenant.execute("update messages set created_at = $1", SUNDAY - timedelta(hours=25))
                await turn.tenant.execute("update whatsapp_instances set kind = 'cloud'")
    chosen = await _names(owner, await _chosen(owner))
    assert chosen == ([] if obstacle == "cloud" else ["Ana"])


async def _invited_before(chat: OwnersChat, contact_id: ContactId) -> None:
    """Another campaign invited them a week ago."""
    async with chat.turn() as turn:
        assert turn.owner is not None
        campaign = await turn.tenant.fetchval(
            """insert into campaigns
                   (organization_id, owner_number_id, service_id, first_day, last_day, status, outcome)
               select $1, $2, id, $3, $3, 'finished', 'all_invited' from services limit 1 returning id""",
            chat.shop.organization_id,
            turn.owner.id,
            FIRST,
        )
        await turn.tenant.execute(
            """insert into invitations (organization_id, campaign_id, position, contact_id, status, ended_at)
               values ($1, $2, 0, $3, 'sent', $4)""",
            chat.shop.organization_id,
            campaign,
            contact_id,
            SUNDAY - timedelta(days=7),
        )


async def test_the_service_is_the_one_most_of_them_had_that_has_free_time(owner: OwnersChat) -> None:
    """Two had a Tosa and one a Banho: Tosa, and who had it comes first; when nobody can do it, Banho."""
    await _lost(owner, 1, "Ana", days_ago=(50,))
    await _lost(owner, 2, "Bia", days_ago=(60,), service="Tosa")
    await _lost(owner, 3, "Caio", days_ago=(70,), service="Tosa")
    command = await _chosen(owner)
    async with owner.turn() as turn:
        tosa, banho = await rows.service(turn.tenant, "Tosa"), await rows.service(turn.tenant)
    assert command is not None
    assert command.service_id == tosa.id
    assert await _names(owner, command) == ["Bia", "Caio", "Ana"]
    async with owner.turn() as turn:
        await turn.tenant.execute("update services set is_active = false where id = $1", tosa.id)
    command = await _chosen(owner)
    assert command is not None
    assert command.service_id == banho.id


async def test_nothing_is_chosen_where_nothing_is_free_or_nobody_is_lost(owner: OwnersChat) -> None:
    """No lost customer: None; a shop that is closed on those days: None."""
    assert await _chosen(owner) is None
    await _lost(owner, 1, "Ana")
    assert await _chosen(owner) is not None
    async with owner.turn() as turn:
        for day in (FIRST, FIRST + timedelta(days=1), LAST):
            await turn.tenant.execute(
                "insert into special_days (organization_id, day) values ($1, $2)", owner.shop.organization_id, day
            )
    assert await _chosen(owner) is None


async def test_the_owner_reads_whom_why_and_the_very_words_before_saying_yes(owner: OwnersChat) -> None:
    """The summary names customer, pet, last visit and reason, and quotes the invitation; nothing is sent before."""
    await _lost(owner, 1, "Ana Souza", "Mel", days_ago=(60,))
    outcome = await owner.call("fill_agenda")
    assert outcome.order is not None, outcome.content
    assert outcome.order.summary.splitlines() == [
        "📣 Convidar 1 cliente para Banho, de segunda-feira, 23/11, a quarta-feira, 25/11:",
        "- Ana Souza (Mel), última visita 23/09: não vem há 60 dias",
        "Um por vez, a cada 3 minutos, no horário da loja, enquanto houver vaga. O primeiro recebe:",
        "“Oi, Ana! Aqui é a assistente virtual da loja Pet Shop Amigo Fiel. 🐾",
        "Faz um tempinho que Mel não vem, e temos horário livre para Banho de segunda-feira, 23/11, a quarta-feira, "
        "25/11.",
        "Quer que eu veja um para Mel? É só responder por aqui.",
        "Para não receber convites, responda SAIR.”",
    ]
    assert await _campaigns(owner) == []


async def test_a_yes_begins_one_campaign_however_often_it_is_given(owner: OwnersChat) -> None:
    """ "Pode mandar" begins it; a second yes, and a second order, find it under way."""
    await _lost(owner, 1, "Ana")
    await _lost(owner, 2, "Bia")
    code = await owner.propose("fill_agenda")
    await owner.says("Pode mandar!")
    done = await owner.call("confirm_order", order=code)
    assert done.done == "Comecei a convidar 2 clientes para Banho; no fim conto como foi."
    assert (await owner.use("confirm_order", order=code))["error"] == "already_done"
    assert (await owner.use("fill_agenda"))["ok"] is False
    assert (await owner.use("fill_agenda", customers=["Ana"], service="Banho"))["error"] == "already_done"
    assert await _campaigns(owner) == [("running", 2)]


async def test_a_campaign_is_stopped_once_and_can_be_given_back(owner: OwnersChat) -> None:
    """stop_invitations, or undoing the order, stops it; a second stop says that nothing is being sent."""
    await _lost(owner, 1, "Ana")
    await owner.order("fill_agenda")
    code = await owner.propose("undo_order")
    await owner.says("sim")
    assert (await owner.call("confirm_order", order=code)).done == "Parei os convites para Banho."
    assert await _campaigns(owner) == [("stopped", 1)]
    assert (await owner.use("stop_invitations"))["error"] == "nothing_to_change"


async def test_customers_that_the_owner_names_are_invited_and_the_others_are_accounted_for(owner: OwnersChat) -> None:
    """Named customers are listed, also who came lately; who wants no invitations is named with the reason."""
    await _lost(owner, 1, "Ana", "Mel", days_ago=(5,))
    bia = await _lost(owner, 2, "Bia", "Thor")
    async with owner.turn() as turn:
        await contacts.set_opted_out(turn.tenant, bia.contact_id, True)
    outcome = await owner.call("fill_agenda", customers=["Ana", "Bia"])
    assert outcome.order is not None, outcome.content
    lines = outcome.order.summary.splitlines()
    assert lines[1] == "- Ana (Mel), última visita 17/11: não vem há 5 dias"
    assert lines[2] == "- sem convite: Bia (Thor): não quer convites"
    alone = await owner.use("fill_agenda", customers=["Bia"])
    assert alone["customers"] == ["Bia (Thor): não quer convites"]


async def test_days_nobody_can_be_invited_to_are_refused(owner: OwnersChat) -> None:
    """Past days, days that end before they begin, and days far ahead are refused with their code."""
    await _lost(owner, 1, "Ana")
    refused = [
        (await owner.use("fill_agenda", first=first, last=last))["error"]
        for first, last in (
            ("2026-11-01", "2026-11-02"),
            ("2026-11-25", "2026-11-24"),
            ("2027-03-01", "2027-03-02"),
            ("9999-12-31", None),
        )
    ]
    assert refused == ["past_date", "bad_arguments", "too_far_ahead", "too_far_ahead"]


async def test_a_manager_may_not_invite(manager: OwnersChat) -> None:
    """Whom the shop invites is the owner's to say."""
    await _lost(manager, 1, "Ana")
    assert (await manager.use("fill_agenda"))["error"] == "not_allowed"


async def test_the_shop_says_how_long_is_long(owner: OwnersChat) -> None:
    """`inactive_after_days` decides who is lost."""
    await _lost(owner, 1, "Ana", days_ago=(20,))
    assert await _chosen(owner) is None
    async with owner.turn() as turn:
        rules = AuroraRules(inactive_after_days=15)
        await organizations.change(turn.tenant, owner.shop.organization_id, SettingsChange(aurora_rules=rules))
    assert await _names(owner, await _chosen(owner)) == ["Ana"]


async def test_never_more_than_ten(owner: OwnersChat) -> None:
    """However many are lost, ten are chosen, and an order for eleven cannot even be written down."""
    for number in range(1, 13):
        await _lost(owner, number, f"Cliente {number}", days_ago=(50 + number,))
    command = await _chosen(owner, most=50)
    assert command is not None
    assert len(command.customers) == 10
    one_more = command.customers[0].model_copy(update={"contact_id": ContactId(uuid.uuid4())})
    with pytest.raises(ValidationError, match="at most 10"):
        FillAgenda.model_validate({**command.model_dump(), "customers": (*command.customers, one_more)})


async def test_the_same_rows_give_the_same_summary(owner: OwnersChat) -> None:
    """Somebody else books between the question and the yes: the yes still counts."""
    await _lost(owner, 1, "Ana")
    code = await owner.propose("fill_agenda")
    async with owner.turn() as turn:
        other = await rows.customer(turn.tenant, owner.shop, rows.phone(50))
        await rows.insert_booking(turn.tenant, owner.shop, other.contact_id, start=SUNDAY + timedelta(hours=22))
    await owner.says("sim")
    assert (await owner.call("confirm_order", order=code)).done is not None
