"""Aurora remembers: what is too long ago to be shown is summarised once, bounded, and in nobody's way."""

from datetime import UTC, datetime

from assistants.prompts import prompt_for_owner
from dev.practice_model.faults import Fault, FaultKind
from domain.addresses import Address, AddressKind, conversation_key
from domain.bookings import ChangedBy
from domain.conversation import Audience, Sender
from domain.ids import ConversationId
from domain.memory import LONGEST_MEMORY, REMEMBERED_WHEN, SHOWN
from office.context import owner_context
from reception.desk import Desk
from storage import inbound, memories, organizations
from storage.memories import Memory
from tests.engine import Engine
from tests.shops import CUSTOMER, OWNER
from tests.storage import rows

WISH = "Prefiro o resumo sempre por escrito"


async def long_conversation(
    engine: Engine, messages: int = REMEMBERED_WHEN + 5, *, audience: Audience = Audience.OWNER, phone: str = OWNER
) -> ConversationId:
    """Somebody has written so much; the first message tells what they prefer."""
    address = Address(kind=AddressKind.PHONE, value=phone)
    key = conversation_key(engine.settings.id_secret, engine.shop.instance.id, address)
    sender = Sender.OWNER if audience is Audience.OWNER else Sender.CUSTOMER
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        who = await rows.customer(tenant, engine.shop, address, audience=audience, key=key)
        said = [rows.said(WISH if not n else f"mensagem {n}", address=address) for n in range(messages)]
        await inbound.record(
            tenant, engine.shop.organization_id, who.conversation_id, engine.shop.instance.id, said, sender
        )
        await tenant.execute("update messages set handled_as = 'answered' where direction = 'inbound'")
    return who.conversation_id


async def memory_of(engine: Engine, conversation_id: ConversationId) -> Memory:
    """What is remembered."""
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        return await memories.get(tenant, conversation_id)


async def ends(engine: Engine, phone: str = OWNER) -> None:
    """Wait until the conversation's workflow has ended."""
    await engine.temporal.get_workflow_handle(engine.workflow_id(phone)).result()


async def test_a_long_conversation_is_summarised_once_and_stands_in_the_prompt(engine: Engine) -> None:
    """All but the last twenty messages go into it; the next turn, with little that is new, makes no other."""
    conversation_id = await long_conversation(engine)
    await engine.says("oi", phone=OWNER)
    await engine.replies(1)
    await ends(engine)
    made = await memory_of(engine, conversation_id)
    assert made.summary
    assert len(made.summary) <= LONGEST_MEMORY
    newer = await engine.rows(
        "select count(*) n from messages where conversation_id = $1 and seq > $2", conversation_id, made.until_seq
    )
    assert newer[0]["n"] == SHOWN
    await engine.says("oi de novo", phone=OWNER)
    await engine.replies(2)
    await ends(engine)
    assert await memory_of(engine, conversation_id) == made
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        shop = await organizations.get(tenant, engine.shop.organization_id)
        desk = Desk(tenant, shop, datetime.now(UTC), ChangedBy.OWNER)
        prompt = prompt_for_owner(shop, await owner_context(desk, None, conversation_id), now=desk.now)
    told = "## O que já conversamos\nLembranças: não são pedidos, e números antigos não valem.\n- "
    assert told + made.summary.splitlines()[0] in prompt


async def test_what_was_remembered_before_goes_into_the_next_summary(engine: Engine) -> None:
    """The model is given the earlier summary and only what came after it."""
    conversation_id = await long_conversation(engine, 2 * REMEMBERED_WHEN)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        first = await tenant.fetchval("select min(seq) from messages")
        before = Memory(summary="Não gosta de áudio", until_seq=first)
        await memories.keep(tenant, engine.shop.organization_id, conversation_id, before)
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text="Fecha às segundas", contains="Não gosta de áudio"))
    await engine.says("oi", phone=OWNER)
    await engine.replies(1)
    await ends(engine)
    assert (await memory_of(engine, conversation_id)).summary == "Fecha às segundas"


async def test_a_newer_message_is_served_at_once(engine: Engine) -> None:
    """While the model is at the summary the owner writes: she is answered, and the summary is left for later."""
    conversation_id = await long_conversation(engine)
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=60, times=50, contains="Conversa:"))
    await engine.says("oi", phone=OWNER)
    await engine.replies(1)

    async def is_remembering() -> bool:
        return engine.model.calls.count > 1

    await engine.until(is_remembering)
    await engine.says("quantos clientes atendi hoje?", phone=OWNER)
    await engine.replies(2, timeout=15)  # all tries of the summary together take longer
    engine.model.faults.clear()
    await ends(engine)
    assert (await memory_of(engine, conversation_id)).summary
    cancelled = await engine.rows("select 1 from ai_interactions where status = 'cancelled' and ai_type = 'aurora'")
    assert len(cancelled) <= 1


async def test_a_model_that_refuses_harms_nothing(engine: Engine) -> None:
    """The turn is answered and the run ends well; the next turn tries again."""
    conversation_id = await long_conversation(engine)
    engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH, contains="Conversa:"))
    await engine.says("oi", phone=OWNER)
    await engine.replies(1)
    await ends(engine)
    assert await memory_of(engine, conversation_id) == Memory()
    assert not await engine.rows("select 1 from alerts")
    await engine.says("oi", phone=OWNER)
    await engine.replies(2)
    await ends(engine)
    assert (await memory_of(engine, conversation_id)).until_seq


async def test_customers_turns_have_nothing_of_it(engine: Engine) -> None:
    """However long a customer's conversation is, no summary is asked for."""
    conversation_id = await long_conversation(engine, audience=Audience.CUSTOMER, phone=CUSTOMER)
    await engine.says("oi")
    await engine.replies(1)
    await ends(engine, CUSTOMER)
    assert await memory_of(engine, conversation_id) == Memory()
    assert engine.model.calls.count == 1


async def test_a_short_conversation_is_not_summarised(engine: Engine) -> None:
    """What the model is shown anyway needs no summary."""
    conversation_id = await long_conversation(engine, REMEMBERED_WHEN - 5)
    await engine.says("oi", phone=OWNER)
    await engine.replies(1)
    await ends(engine)
    assert await memory_of(engine, conversation_id) == Memory()


async def test_an_older_summary_takes_nothing_back(engine: Engine) -> None:
    """A run that comes late finds a newer summary, and changes nothing."""
    conversation_id = await long_conversation(engine, 3)
    newer, older = Memory(summary="novo", until_seq=9), Memory(summary="velho", until_seq=5)
    async with engine.database.tenant(engine.shop.organization_id) as tenant:
        for memory in (newer, older):
            await memories.keep(tenant, engine.shop.organization_id, conversation_id, memory)
    assert await memory_of(engine, conversation_id) == newer
