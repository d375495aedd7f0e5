"""What is recorded once: model calls, tool calls, dead letters, alerts."""

import asyncio
import uuid

import pytest

from domain.alerts import AlertKind
from domain.conversation import AgentType
from domain.ids import TurnId
from domain.model import ModelAnswer, ToolOutcome, ToolRequest
from storage import alerts, dead_letters, interactions, tool_calls
from storage.database import Connection, Database
from storage.dead_letters import DeadLetterSource
from storage.tool_calls import ToolCallKey
from tests.shops import Shop
from tests.storage.rows import Customer, customer, until_somebody_waits

ASKED = ModelAnswer(
    text="Um momento",
    model="gpt-4o-mini",
    tool_requests=(
        ToolRequest(id="a", name="check_availability", arguments='{"date": "2026-11-23"}'),
        ToolRequest(id="b", name="register_pet", arguments="{quebrado"),
    ),
    prompt_tokens=400,
    completion_tokens=20,
)
DONE = ToolOutcome(ok=True, content='{"ok": true, "x": "é 🐾"}', handed_over="motivo")


@pytest.fixture
async def talker(database: Database, shop: Shop) -> Customer:
    """Somebody with a conversation."""
    async with database.tenant(shop.organization_id) as tenant:
        return await customer(tenant, shop)


async def answered(
    tenant: Connection, shop: Shop, of: Customer, turn: TurnId, round_: int, answer: ModelAnswer
) -> ModelAnswer:
    """The model answered; the answer that counts."""
    return await interactions.save_answer(
        tenant, shop.organization_id, of.conversation_id, turn, round_, AgentType.CLIENT_AI, answer
    )


async def failed(tenant: Connection, shop: Shop, of: Customer, turn: TurnId, *, cancelled: bool = False) -> None:
    """The model gave no answer in round 1."""
    await interactions.save_failure(
        tenant,
        shop.organization_id,
        of.conversation_id,
        turn,
        1,
        AgentType.AURORA,
        model="gpt-4o",
        error="x" * 5_000,
        cancelled=cancelled,
    )


async def test_defect_06_a_failure_is_recorded_as_one(database: Database, shop: Shop, talker: Customer) -> None:
    """It is not an answer; attempts are counted in one row; the answer that comes at last replaces it."""
    turn = TurnId(uuid.uuid4())
    async with database.tenant(shop.organization_id) as tenant:
        await failed(tenant, shop, talker, turn)
        await failed(tenant, shop, talker, turn, cancelled=True)
        assert await interactions.find_answer(tenant, turn, 1) is None
        row = await tenant.fetchrow("select status, length(error_message) l, attempts, model from ai_interactions")
        assert row is not None
        assert tuple(row) == ("cancelled", 2000, 2, "gpt-4o")
        assert await interactions.rounds_of(tenant, turn, (1,)) == []
        await answered(tenant, shop, talker, turn, 1, ASKED)
        row = await tenant.fetchrow("select status, error_message, attempts, total_tokens from ai_interactions")
        assert row is not None
        assert tuple(row) == ("ok", None, 3, 420)
        assert await interactions.find_answer(tenant, turn, 1) == ASKED


async def test_defect_07_an_answer_is_paid_for_once(database: Database, shop: Shop, talker: Customer) -> None:
    """A second answer, or a failure, of the same round changes nothing."""
    turn = TurnId(uuid.uuid4())
    async with database.tenant(shop.organization_id) as tenant:
        await answered(tenant, shop, talker, turn, 1, ASKED)
        # Two attempts at once: the later one acts upon the answer that is kept, not upon its own.
        assert await answered(tenant, shop, talker, turn, 1, ModelAnswer(text="outra", model="m")) == ASKED
        await failed(tenant, shop, talker, turn)
        assert await interactions.find_answer(tenant, turn, 1) == ASKED
        assert await tenant.fetchval("select count(*) from ai_interactions") == 1
        assert await tenant.fetchval("select attempts from ai_interactions") == 1


async def test_defect_03_rounds_come_back_with_their_results(database: Database, shop: Shop, talker: Customer) -> None:
    """Several rounds of a turn, in order, each with its tools' answers in the order they were asked; only those
    wanted."""
    turn = TurnId(uuid.uuid4())
    async with database.tenant(shop.organization_id) as tenant:
        for round_ in (2, 1, 3):
            await answered(tenant, shop, talker, turn, round_, ASKED)
            for position in (1, 0):
                await tool_calls.save(
                    tenant,
                    shop.organization_id,
                    talker.conversation_id,
                    ToolCallKey(turn_id=turn, round=round_, position=position),
                    ASKED.tool_requests[position],
                    ToolOutcome(ok=position == 0, content=f'"{round_}.{position}"'),
                )
        await answered(tenant, shop, talker, TurnId(uuid.uuid4()), 1, ASKED)
        found = await interactions.rounds_of(tenant, turn, (3, 1))
        assert [(past.round, past.answer, past.results) for past in found] == [
            (1, ASKED, ('"1.0"', '"1.1"')),
            (3, ASKED, ('"3.0"', '"3.1"')),
        ]
        results = await tenant.fetchval(
            """select jsonb_path_query_array(function_results, '$[*].ok')::text from ai_interactions
               where round = 1 and turn_id = $1""",
            turn,
        )
        assert results == "[false, true]"


async def test_defect_07_a_tool_call_has_one_outcome(database: Database, shop: Shop, talker: Customer) -> None:
    """Claimed while free; afterwards the stored outcome comes back, whole."""
    key = ToolCallKey(turn_id=TurnId(uuid.uuid4()), round=1, position=0)
    async with database.tenant(shop.organization_id) as tenant:
        assert await tool_calls.claim(tenant, key) is None
        await tool_calls.save(tenant, shop.organization_id, talker.conversation_id, key, ASKED.tool_requests[0], DONE)
    async with database.tenant(shop.organization_id) as tenant:
        assert await tool_calls.claim(tenant, key) == DONE
        assert await tool_calls.claim(tenant, key.model_copy(update={"position": 1})) is None
        assert await tool_calls.claim(tenant, key.model_copy(update={"round": 2})) is None


async def test_two_runs_of_one_tool_call_at_once(database: Database, shop: Shop, talker: Customer) -> None:
    """The second waits for the first's transaction and gets its outcome; after a rollback it holds the key itself."""
    key = ToolCallKey(turn_id=TurnId(uuid.uuid4()), round=1, position=0)

    async def second() -> ToolOutcome | None:
        async with database.tenant(shop.organization_id) as tenant:
            return await tool_calls.claim(tenant, key)

    waiting: list[asyncio.Task[ToolOutcome | None]] = []

    async def first_that_fails() -> None:
        async with database.tenant(shop.organization_id) as tenant:
            assert await tool_calls.claim(tenant, key) is None
            await tool_calls.save(
                tenant, shop.organization_id, talker.conversation_id, key, ASKED.tool_requests[0], DONE
            )
            waiting.append(asyncio.create_task(second()))
            await until_somebody_waits(tenant)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await first_that_fails()
    assert await waiting.pop() is None
    async with database.tenant(shop.organization_id) as tenant:
        assert await tool_calls.claim(tenant, key) is None
        waiting.append(asyncio.create_task(second()))
        await until_somebody_waits(tenant)
        await tool_calls.save(tenant, shop.organization_id, talker.conversation_id, key, ASKED.tool_requests[0], DONE)
    assert await waiting.pop() == DONE


async def test_dead_letters(database: Database, shop: Shop, other_shop: Shop) -> None:
    """One a fingerprint, with its last payload and error; listed until redriven; whole when read; another shop's is
    none."""

    async def bury(tenant: Connection, payload: str, fingerprint: str = "f") -> None:
        await dead_letters.bury(
            tenant,
            shop.organization_id,
            shop.instance.id,
            source=DeadLetterSource.WEBHOOK,
            fingerprint=fingerprint,
            payload=payload,
            error="e" * 9_000,
            workflow_id="w",
            run_id="r",
        )

    async with database.tenant(shop.organization_id) as tenant:
        await bury(tenant, '"primeiro"')
        await bury(tenant, '"a\\u0000b"')
    async with database.tenant(shop.organization_id) as tenant:
        await bury(tenant, "{}", fingerprint="g")
        newest, oldest = await dead_letters.listed(tenant)
        assert newest["created_at"] > oldest["created_at"]
        found = await dead_letters.get(tenant, oldest["id"])
        assert found is not None
        letter, redriven = found
        assert (letter.payload, letter.instance_id, letter.source) == (
            '"a\\u0000b"',
            shop.instance.id,
            DeadLetterSource.WEBHOOK,
        )
        assert (len(letter.error), letter.workflow_id, redriven) == (4_000, "w", False)
        await dead_letters.mark_redriven(tenant, letter.id)
        again = await dead_letters.get(tenant, letter.id)
        assert again is not None
        assert again[1] is True
        assert [row["id"] for row in await dead_letters.listed(tenant)] == [newest["id"]]
        assert len(await dead_letters.listed(tenant, include_redriven=True)) == 2
    async with database.tenant(other_shop.organization_id) as tenant:
        assert await dead_letters.get(tenant, letter.id) is None


async def test_a_letter_is_redriven_by_one_operator_at_a_time(database: Database, shop: Shop) -> None:
    """The second waits, and finds that it was done."""
    async with database.tenant(shop.organization_id) as tenant:
        await dead_letters.bury(
            tenant,
            shop.organization_id,
            shop.instance.id,
            source=DeadLetterSource.MESSAGE_WORKFLOW,
            fingerprint="f",
            payload="[]",
            error="e",
        )
        (row,) = await dead_letters.listed(tenant)

    async def redrive() -> bool:
        async with database.tenant(shop.organization_id) as tenant:
            found = await dead_letters.get(tenant, row["id"])
            assert found is not None
            letter, done = found
            if not done:
                await dead_letters.mark_redriven(tenant, letter.id)
            return not done

    assert sorted(await asyncio.gather(*(redrive() for _ in range(5)))) == [False] * 4 + [True]


async def test_alerts(database: Database, shop: Shop, talker: Customer) -> None:
    """Once a fingerprint and kind; listed until somebody takes notice, which is noted once."""
    async with database.tenant(shop.organization_id) as tenant:
        raised = [
            await alerts.raise_alert(
                tenant,
                shop.organization_id,
                kind=kind,
                detail="d" * 3_000,
                fingerprint="f" * 300,
                conversation_id=talker.conversation_id,
            )
            for kind in (AlertKind.DEAD_LETTER, AlertKind.DEAD_LETTER, AlertKind.SEND_REFUSED)
        ]
        assert raised == [True, False, True]
        listed = await alerts.listed(tenant)
        assert {(alert.kind, len(alert.detail), alert.conversation_id) for alert in listed} == {
            (AlertKind.DEAD_LETTER, 2_000, talker.conversation_id),
            (AlertKind.SEND_REFUSED, 2_000, talker.conversation_id),
        }
        assert await alerts.acknowledge(tenant, listed[0].id)
        assert not await alerts.acknowledge(tenant, uuid.uuid4())
        assert [alert.id for alert in await alerts.listed(tenant)] == [listed[1].id]
        everything = await alerts.listed(tenant, include_acknowledged=True)
        assert len(everything) == 2
