"""Whoever takes a conversation over reads a summary first: the model's few lines, and facts from rows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.summarising import SummariseHandoff, Summarising
from assistants.model import ChatModel
from assistants.writing import handoff_to_write
from dev.practice_model.faults import Fault, FaultKind
from dev.practice_model.running import RunningModel, running_practice_model
from dev.practice_model.wording import NO_AI
from domain.conversation import HandoffReason
from domain.handoff_summary import READ
from domain.ids import HandoffId
from storage import conversations, handoffs, organizations
from storage.database import Database
from storage.handoffs import Handoff
from storage.instances import Instances
from tests.shops import Shop, open_shop
from tests.storage import rows
from tests.storage.rows import NOON, Customer


@dataclass
class Scene:
    """Marina has asked for a person; the model is the practice model, or what it plays."""

    database: Database
    shop: Shop
    marina: Customer
    model: RunningModel
    chat: ChatModel

    async def handoff(self) -> Handoff:
        """Her open hand-over."""
        async with self.database.tenant(self.shop.organization_id) as tenant:
            found = await handoffs.newest(tenant, self.marina.conversation_id)
            assert found is not None
            return found

    async def summarised(self, handoff_id: HandoffId | None = None) -> str | None:
        """The activity runs; what stands in the row then."""
        order = SummariseHandoff(
            organization_id=self.shop.organization_id,
            conversation_id=self.marina.conversation_id,
            handoff_id=handoff_id or (await self.handoff()).id,
        )
        await ActivityEnvironment().run(Summarising(self.database, self.chat).summarise_handoff, order)
        return (await self.handoff()).summary

    def says(self, text: str) -> None:
        """What the model is going to answer."""
        self.model.faults.add(Fault(kind=FaultKind.SAYS, text=text))


@pytest.fixture
async def scene(database: Database, instances: Instances) -> AsyncIterator[Scene]:
    """A conversation with a pet and a booking."""
    shop = await open_shop(database, instances)
    async with database.tenant(shop.organization_id) as tenant:
        marina = await rows.customer(tenant, shop)
        rex = await rows.pet(tenant, shop, marina.contact_id, breed="Poodle")
        start = NOON.replace(year=2030)  # a Saturday
        await rows.insert_booking(tenant, shop, marina.contact_id, start=start, pet_id=rex.id)
        await rows.wrote(tenant, shop, marina, "o banho de 50 reais ficou ruim")
        await rows.told(tenant, shop, marina, "Sinto muito! Posso remarcar?")
        await rows.wrote(tenant, shop, marina, "quero falar com alguém")
        await conversations.hand_over(tenant, marina.conversation_id, HandoffReason.ASKED_BY_MODEL, "reclamação")
    async with running_practice_model() as model:
        chat = ChatModel.connect(api_key=SecretStr("x"), base_url=model.base_url, timeout_seconds=5)
        yield Scene(database, shop, marina, model, chat)
        await chat.close()


FACTS = ["🐾 Rex (cachorro, Poodle)", "📅 próximo: Banho de Rex, sábado, 23/11/2030, às 12:00"]


async def test_the_model_s_lines_come_first_and_the_rows_facts_after(scene: Scene) -> None:
    """A line with a figure that nobody wrote is not the person's to read."""
    scene.says("- Reclama do banho de 50 reais\n- Quer 80 reais de volta\n- Foi oferecido remarcar")
    assert await scene.summarised() == "\n".join(["Reclama do banho de 50 reais", "Foi oferecido remarcar", *FACTS])


async def test_the_practice_model_sums_up_by_rules_and_says_so(scene: Scene) -> None:
    """Why, what the customer said last, and that no AI wrote it."""
    summary = await scene.summarised()
    assert summary is not None
    assert summary.splitlines() == [
        "Motivo: A assistente chamou uma pessoa: reclamação",
        "Cliente disse: o banho de 50 reais ficou ruim",
        "Cliente disse: quero falar com alguém",
        NO_AI,
        *FACTS,
    ]


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONTEXT_LENGTH, FaultKind.BAD_JSON])
async def test_without_the_model_the_rows_alone_tell(scene: Scene, kind: FaultKind) -> None:
    """Reason, last words, pets, next booking; the activity does not fail, and a later run may still ask the model."""
    scene.model.faults.add(Fault(kind=kind))
    assert await scene.summarised() == "\n".join(
        ["A assistente chamou uma pessoa: reclamação", "Últimas palavras: “quero falar com alguém”", *FACTS]
    )
    scene.says("Quer reclamar")
    assert await scene.summarised() == "\n".join(["Quer reclamar", *FACTS])


async def test_an_answer_that_says_nothing_leaves_the_rows(scene: Scene) -> None:
    """Only figures of its own making: none of it is kept."""
    scene.says("Desconto de 99%")
    assert (await scene.summarised() or "").splitlines()[0] == "A assistente chamou uma pessoa: reclamação"


async def test_a_second_run_does_not_ask_again(scene: Scene) -> None:
    """The call is recorded under the hand-over."""
    scene.says("Quer reclamar")
    first = await scene.summarised()
    assert await scene.summarised() == first
    assert scene.model.calls.count == 1
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        (made,) = await tenant.fetch("select status, ai_type from ai_interactions")
    assert tuple(made) == ("ok", "client")


async def test_an_ended_hand_over_is_not_summed_up(scene: Scene) -> None:
    """Nobody is going to read it; of one that is not there, nothing is asked either."""
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await conversations.resume(tenant, scene.marina.conversation_id)
    assert await scene.summarised() is None
    assert await scene.summarised(HandoffId(scene.shop.organization_id)) is None
    assert scene.model.calls.count == 0


async def test_what_the_model_reads_is_bounded(scene: Scene) -> None:
    """The last messages, each cut, however long the conversation is."""
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await rows.wrote(tenant, scene.shop, scene.marina, *(f"{n:03} " + "x" * 60_000 for n in range(READ + 20)))
        shop = await organizations.get(tenant, scene.shop.organization_id)
    summary = await scene.summarised()
    assert summary is not None
    assert len(summary) < 2_000
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        tokens = await tenant.fetchval("select prompt_tokens from ai_interactions")
    empty = sum(len(str(message)) for message in handoff_to_write(shop, "", ""))
    assert tokens < (empty + READ * 600) // 4 + 200


async def test_a_booking_of_the_past_is_not_the_next_one(scene: Scene) -> None:
    """It is the first after the hand-over began."""
    before = (await scene.handoff()).opened_at
    async with scene.database.tenant(scene.shop.organization_id) as tenant:
        await rows.insert_booking(
            tenant, scene.shop, scene.marina.contact_id, start=before - timedelta(days=2), minutes=30
        )
    scene.says("Quer reclamar")
    assert (await scene.summarised() or "").splitlines()[1:] == FACTS
