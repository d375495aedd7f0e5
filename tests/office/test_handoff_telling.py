"""What is said when a hand-over's deadline passes: once, to whom it concerns, and only while it is true."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import pytest

from domain.aurora_rules import AuroraRules, Briefing
from domain.bookings import ChangedBy
from domain.conversation import HandoffReason
from domain.events import MessageKind
from domain.handoffs import DueKind, HandoffState
from domain.instances import InstanceKind
from domain.owners import OwnerRole
from office.handoff_telling import carry_out, why_outdated
from reception.desk import Desk
from storage import conversations, handoffs, letters, organizations, owners
from storage.database import Database
from storage.handoffs import Handoff
from storage.instances import Instances
from storage.organizations import SettingsChange
from tests.office.conftest import MANAGER
from tests.reception.conftest import monday
from tests.shops import Shop, open_shop
from tests.storage import rows
from tests.storage.rows import Customer

TEN, HALF_PAST = monday(10), monday(10, 30)
WAITS = (DueKind.REMIND, DueKind.ESCALATE, DueKind.TELL_CUSTOMER)


@dataclass
class Scene:
    """A shop with an owner and a manager, and Marina, who waits for a person since ten."""

    database: Database
    shop: Shop
    marina: Customer
    now: datetime = HALF_PAST

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """The shop's desk at the present moment, in a transaction of its own."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            shop = await organizations.get(tenant, self.shop.organization_id)
            yield Desk(tenant, shop, self.now, ChangedBy.TIME)

    async def handoff(self, *, waiting_since: datetime | None = TEN) -> Handoff:
        """Marina's open hand-over, in which she waits since then."""
        async with self.desk() as desk:
            opened = await handoffs.find_open(desk.tenant, self.marina.conversation_id)
            if opened is None:
                await conversations.hand_over(
                    desk.tenant, self.marina.conversation_id, HandoffReason.ASKED_BY_MODEL, "reclamação"
                )
                opened = await handoffs.find_open(desk.tenant, self.marina.conversation_id)
            assert opened is not None
            await desk.tenant.execute("update handoffs set waiting_since = $2 where id = $1", opened.id, waiting_since)
            found = await handoffs.get(desk.tenant, opened.id)
            assert found is not None
            return found

    async def passes(self, handoff: Handoff, *kinds: DueKind) -> None:
        """Deadlines pass, each in a transaction of its own."""
        for kind in kinds:
            async with self.desk() as desk:
                await carry_out(desk, handoff, kind)

    async def pauses(self, *briefings: Briefing) -> None:
        """The owner wants no such messages."""
        async with self.desk() as desk:
            rules = AuroraRules(paused=frozenset(briefings))
            await organizations.change(desk.tenant, desk.shop.id, SettingsChange(aurora_rules=rules))

    async def rows(self, query: str) -> Sequence[asyncpg.Record]:
        """Rows as the shop sees them."""
        async with self.desk() as desk:
            return list(await desk.tenant.fetch(query))

    async def told(self) -> list[tuple[str, str]]:
        """Whom of the shop's people is written to, and what."""
        found = await self.rows(
            """select o.role, m.content from aurora_proactive_messages m
               join aurora_owner_numbers o on o.id = m.owner_number_id order by m.created_at, o.role"""
        )
        return [(row["role"], row["content"]) for row in found]

    async def alerts(self) -> list[tuple[str, str]]:
        """What the console's alerts say."""
        found = await self.rows("select kind, detail from alerts order by created_at")
        return [(row["kind"], row["detail"]) for row in found]

    async def letters(self) -> list[asyncpg.Record]:
        """What Marina is written."""
        return list(await self.rows("select * from letters order by created_at"))


async def _scene(database: Database, instances: Instances, kind: InstanceKind = InstanceKind.BAILEYS) -> Scene:
    shop = await open_shop(database, instances, kind=kind, aurora=AuroraRules())
    async with database.tenant(shop.organization_id) as tenant:
        await owners.add(tenant, shop.organization_id, phone=MANAGER, name="Gerente", role=OwnerRole.MANAGER)
        marina = await rows.customer(tenant, shop)
        await tenant.execute("update contacts set name = 'Marina' where id = $1", marina.contact_id)
        await rows.wrote(tenant, shop, marina, "meu cachorro voltou sujo", sent_at=monday(9, 59))
    return Scene(database, shop, marina)


@pytest.fixture
async def scene(database: Database, instances: Instances) -> Scene:
    """A shop behind a bridge."""
    return await _scene(database, instances)


async def test_the_team_is_reminded_in_the_console_and_on_whatsapp(scene: Scene) -> None:
    """Owners and managers read who waits, since when, why, and her last words."""
    await scene.passes(await scene.handoff(), DueKind.REMIND)
    assert await scene.alerts() == [
        ("still_waiting", "Marina espera uma pessoa da loja há 30 minutos, desde 10:00 de 23/11")
    ]
    (to_manager, text), (to_owner, same) = await scene.told()
    assert (to_manager, to_owner) == ("manager", "owner")
    assert text == same
    for part in ("Marina espera", "10:00 de 23/11", "chamou uma pessoa: reclamação", "“meu cachorro voltou sujo”"):
        assert part in text
    assert await scene.letters() == []


async def test_the_owner_alone_hears_that_nobody_came(scene: Scene) -> None:
    """More urgently than before, and the console too."""
    await scene.passes(await scene.handoff(), DueKind.ESCALATE)
    assert [kind for kind, _ in await scene.alerts()] == ["waiting_too_long"]
    ((role, text),) = await scene.told()
    assert role == "owner"
    assert text.startswith("🚨 Ninguém respondeu ainda: Marina")


async def test_who_pauses_such_messages_reads_them_in_the_console_only(scene: Scene) -> None:
    """The alerts stand, nobody is written to."""
    await scene.pauses(Briefing.WAITING)
    await scene.passes(await scene.handoff(), DueKind.REMIND, DueKind.ESCALATE)
    assert [kind for kind, _ in await scene.alerts()] == ["still_waiting", "waiting_too_long"]
    assert await scene.told() == []


async def test_the_customer_is_told_the_truth(scene: Scene) -> None:
    """In her own conversation, while it is news; with the next opening where the shop has closed meanwhile."""
    handoff = await scene.handoff()
    await scene.passes(handoff, DueKind.TELL_CUSTOMER)
    scene.now = monday(20)
    again = await scene.handoff(waiting_since=monday(17))
    await scene.passes(again, DueKind.TELL_CUSTOMER)
    opened, closed = await scene.letters()
    for letter in (opened, closed):
        assert letter["purpose"] == "still_waiting"
        assert letter["conversation_id"] == scene.marina.conversation_id
        assert "Ainda ninguém da equipe conseguiu te responder" in letter["content"]
    assert "fechada" not in opened["content"]
    assert "volta a abrir amanhã, terça-feira, às 9h" in closed["content"]
    assert monday(10, 30) < opened["expires_at"] <= monday(12, 30)


async def test_each_is_said_once_a_wait(scene: Scene) -> None:
    """However often the deadline is carried out; a new wait of the same hand-over is told of anew."""
    handoff = await scene.handoff()
    for _ in range(3):
        await scene.passes(handoff, *WAITS)
    assert (len(await scene.alerts()), len(await scene.told()), len(await scene.letters())) == (2, 3, 1)
    await scene.passes(await scene.handoff(waiting_since=monday(14)), *WAITS)
    assert (len(await scene.alerts()), len(await scene.told()), len(await scene.letters())) == (4, 6, 2)


async def test_nothing_is_said_once_a_person_has_answered(scene: Scene) -> None:
    """Nor of a wait that is over when she waits anew, nor of a hand-over that has ended."""
    handoff = await scene.handoff()
    async with scene.desk() as desk:
        await handoffs.note_answer(desk.tenant, scene.marina.conversation_id)
    await scene.passes(handoff, *WAITS)
    await scene.passes(await scene.handoff(waiting_since=None), *WAITS)
    await scene.handoff(waiting_since=monday(11))
    await scene.passes(handoff, *WAITS)
    current = await scene.handoff(waiting_since=monday(11))
    async with scene.desk() as desk:
        await conversations.resume(desk.tenant, scene.marina.conversation_id)
    await scene.passes(current, *WAITS, DueKind.IDLE)
    assert (await scene.alerts(), await scene.told(), await scene.letters()) == ([], [], [])


async def test_who_cannot_be_written_to_is_not(database: Database, instances: Instances) -> None:
    """On the Cloud API a day after her last message; the team is reminded all the same."""
    scene = await _scene(database, instances, InstanceKind.CLOUD)
    scene.now = monday(12) + timedelta(days=1)
    await scene.passes(await scene.handoff(), *WAITS)
    await scene.passes(await scene.handoff(waiting_since=None), DueKind.IDLE)
    assert await scene.letters() == []
    assert len(await scene.alerts()) == 2


async def test_the_assistant_says_that_it_is_back(scene: Scene) -> None:
    """One line, once, and not while somebody waits for a person; the phone's quiet time ends without a word."""
    await scene.passes(await scene.handoff(), DueKind.IDLE)
    idle = await scene.handoff(waiting_since=None)
    await scene.passes(idle, DueKind.QUIET)
    assert await scene.letters() == []
    await scene.passes(idle, DueKind.IDLE, DueKind.IDLE)
    (letter,) = await scene.letters()
    assert letter["purpose"] == "closing"
    assert "assistente virtual" in letter["content"]
    assert (await scene.alerts(), await scene.told()) == ([], [])


async def test_a_letter_that_waited_for_the_number_is_not_sent_when_it_is_not_true_any_more(scene: Scene) -> None:
    """ "Nobody has answered" after somebody has, and "I am back" after a person has taken the conversation again."""
    await scene.passes(await scene.handoff(), DueKind.TELL_CUSTOMER)
    assert await _outdated(scene) == [None]
    await scene.passes(await scene.handoff(waiting_since=None), DueKind.IDLE)
    assert await _outdated(scene) == ["alguém já respondeu", None]
    async with scene.desk() as desk:
        await conversations.resume(desk.tenant, scene.marina.conversation_id)
    assert await _outdated(scene) == ["alguém já respondeu", None]
    await scene.handoff()
    assert await _outdated(scene) == ["alguém já respondeu", "uma pessoa está atendendo"]


async def _outdated(scene: Scene) -> list[str | None]:
    async with scene.desk() as desk:
        found = []
        for row in await desk.tenant.fetch("select id from letters order by created_at"):
            letter = await letters.find(desk.tenant, row["id"])
            assert letter is not None
            found.append(await why_outdated(desk.tenant, letter))
        return found


async def test_last_words_without_words_are_named(scene: Scene) -> None:
    """She sent a picture: the owner reads so."""
    async with scene.desk() as desk:
        await rows.wrote(desk.tenant, scene.shop, scene.marina, "", kind=MessageKind.IMAGE)
    await scene.passes(await scene.handoff(), DueKind.REMIND)
    assert "“[imagem]”" in (await scene.told())[0][1]


async def test_a_claimed_customer_who_waits_is_told_of_too(scene: Scene) -> None:
    """Somebody took the conversation and does not answer."""
    handoff = await scene.handoff()
    async with scene.desk() as desk:
        await handoffs.note_standing(
            desk.tenant,
            handoff.id,
            state=HandoffState.CLAIMED,
            operator_id=None,
            waiting_since=handoff.waiting_since,
            due=None,
        )
    await scene.passes(handoff, DueKind.REMIND)
    assert len(await scene.told()) == 2
