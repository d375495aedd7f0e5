"""Operators take conversations, answer, give them back and settle them; the workflow decides who has what."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from dev.practice_model.faults import Fault, FaultKind
from domain.ids import NoteId
from operating.refusal import NotInShop, Refused
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import OWNER
from tests.workflows.people import Team, deed, team_of
from tests.workflows.test_failures import conversation_status
from tests.workflows.test_handoff import hand_over, recorded
from tests.workflows.test_turns import finished
from workflows import contracts
from workflows.contracts import Claim, PersonNote, Skip


@pytest.fixture
async def team(engine: Engine) -> Team:
    """Ana and Bruno, in a shop that runs."""
    return await team_of(engine)


async def texts(engine: Engine, sender: str) -> list[str]:
    """What one kind of sender wrote, in order."""
    rows = await engine.rows("select content from messages where sender = $1 order by seq", sender)
    return [row["content"] for row in rows]


async def audited(engine: Engine) -> list[tuple[str, str]]:
    """Who did what, as the log has it."""
    rows = await engine.rows("select actor, action from audit_log order by at, action")
    return [(row["actor"], row["action"]) for row in rows]


async def test_an_operator_takes_answers_and_gives_back(engine: Engine, team: Team) -> None:
    """Who waits is taken, is answered under the operator's name, and the AI goes on knowing what was said."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.until_standing(state="waiting", due_kind="remind")
    await team.attending.claim(team.ana, conversation, deed())
    standing = await team.standing()
    assert (standing["state"], standing["operator_id"]) == ("claimed", team.ana.id)
    assert standing["due_kind"] == "remind"  # a claim is no answer
    await team.attending.reply(team.ana, conversation, "Oi, aqui é a Ana! Em que posso ajudar?", deed())
    assert (await engine.replies(2))[1] == "Oi, aqui é a Ana! Em que posso ajudar?"
    await team.until_standing(due_kind="idle", waiting_since=None)
    row = await engine.until_row("select operator_id, status from messages where sender = 'human' and status = 'sent'")
    assert row["operator_id"] == team.ana.id
    await engine.says("quanto custa o banho?")
    await recorded(engine, "quanto custa o banho?")
    await team.until_standing(due_kind="remind")  # who writes to a person waits anew
    await team.attending.release(team.ana, conversation, deed())
    assert "R$ 50,00" in (await engine.replies(3))[2]
    # The prompt, who asked for a person, the assistant's answer, Ana's words, and what is asked now.
    assert engine.model.calls.listed().calls[-1].messages == 5
    await team.until_standing(state="released", ended_by="Ana")
    assert await audited(engine) == [("Ana", "claim"), ("Ana", "reply"), ("Ana", "release")]


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(engine: Engine, team: Team) -> None:
    """Both press the button in the same moment: one succeeds, the other reads the winner's name."""
    await hand_over(engine)
    conversation = await team.conversation()
    outcomes = await asyncio.gather(
        team.attending.claim(team.ana, conversation, deed()),
        team.attending.claim(team.bruno, conversation, deed()),
        return_exceptions=True,
    )
    refused = [str(one) for one in outcomes if isinstance(one, Refused)]
    winner = team.ana if outcomes[0] is None else team.bruno
    assert refused == [f"essa conversa já está com {winner.name}"]
    assert (await team.standing())["operator_id"] == winner.id
    assert await audited(engine) == [(winner.name, "claim")]


async def test_a_click_takes_a_conversation_from_the_ai(engine: Engine, team: Team) -> None:
    """Nothing runs, and nobody asked for a person: an operator takes it, and the AI is silent from then on."""
    await engine.says("oi")
    await engine.replies(1)
    await finished(engine)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.until_standing(state="claimed", operator_id=team.ana.id, reason="taken_by_operator", due_kind="idle")
    await engine.says("tem horário hoje?")
    await recorded(engine, "tem horário hoje?")
    await team.until_standing(due_kind="remind")
    assert await conversation_status(engine) == "waiting_human"
    assert len(await texts(engine, "ai")) == 1


async def test_a_click_stops_the_turn_in_flight(engine: Engine, team: Team) -> None:
    """The model is thinking: what it says is not sent, and its customer waits for the operator."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("quanto custa o banho?")
    conversation = await team.conversation()
    await engine.until_row("select 1 from messages where content = 'quanto custa o banho?'")
    await team.attending.claim(team.ana, conversation, deed())
    await team.until_standing(state="claimed", operator_id=team.ana.id)
    await team.attending.reply(team.ana, conversation, "O banho custa R$ 50,00", deed())
    assert await engine.replies(1) == ["O banho custa R$ 50,00"]
    assert await texts(engine, "ai") == []
    row = await engine.until_row("select handled_as from messages where content = 'quanto custa o banho?'")
    assert row["handled_as"] == "human"


async def test_a_held_announcement_is_dropped_for_whoever_takes_the_conversation(engine: Engine, team: Team) -> None:
    """The number is offline, and the customer was never told of a person: the operator has it all the same."""
    engine.bridge.connected = False
    await engine.says("quero falar com uma pessoa")
    await engine.until_row("select 1 from messages where direction = 'outbound'")
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.until_standing(state="claimed", operator_id=team.ana.id)
    row = await engine.until_row("select status from messages where direction = 'outbound' and status = 'failed'")
    assert row["status"] == "failed"


async def test_what_an_operator_sends_twice_is_done_once(engine: Engine, team: Team) -> None:
    """A form sent twice, at once and later, is one message and one line of the log."""
    await hand_over(engine)
    conversation, once = await team.conversation(), deed()
    await asyncio.gather(*(team.attending.reply(team.ana, conversation, "Já te respondo", once) for _ in range(3)))
    await engine.replies(2)
    await team.attending.release(team.ana, conversation, deed())
    await finished(engine)
    await team.attending.reply(team.ana, conversation, "Já te respondo", once)  # the page was open all the time
    assert await texts(engine, "human") == ["Já te respondo"]
    assert [action for _, action in await audited(engine)] == ["reply", "release"]


async def test_a_reply_to_a_conversation_that_was_given_back_is_refused_and_kept(engine: Engine, team: Team) -> None:
    """Somebody gave it back meanwhile: nothing is sent, and the operator reads why."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.attending.release(team.bruno, conversation, deed())
    await finished(engine)
    with pytest.raises(Refused, match="já voltou para a IA"):
        await team.attending.reply(team.ana, conversation, "Oi!", deed())
    assert await texts(engine, "human") == []


async def test_a_reply_to_somebody_elses_conversation_is_refused(engine: Engine, team: Team) -> None:
    """Who has it answers; the other is told who that is."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.claim(team.bruno, conversation, deed())
    with pytest.raises(Refused, match="já está com Bruno"):
        await team.attending.reply(team.ana, conversation, "Oi!", deed())
    with pytest.raises(Refused, match="já está com Bruno"):
        await team.attending.release(team.ana, conversation, deed())
    assert await texts(engine, "human") == []


async def test_a_reply_takes_a_conversation_that_nobody_has(engine: Engine, team: Team) -> None:
    """Who answers one who waits has the conversation."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await team.until_standing(state="claimed", operator_id=team.ana.id, due_kind="idle")


async def test_a_conversation_goes_to_a_colleague(engine: Engine, team: Team) -> None:
    """One's own may be given away; an admin gives anybody's; both are noted."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.attending.assign(team.ana, conversation, team.bruno.id, deed())
    await team.until_standing(operator_id=team.bruno.id)
    with pytest.raises(Refused, match="já está com Bruno"):
        await team.attending.assign(team.ana, conversation, team.ana.id, deed())
    await team.attending.assign(team.bruno, conversation, team.ana.id, deed())
    await team.until_standing(operator_id=team.ana.id)
    assert await audited(engine) == [("Ana", "claim"), ("Ana", "assign"), ("Bruno", "assign")]


async def test_a_settled_matter_is_not_answered_and_the_next_message_is_the_ais(engine: Engine, team: Team) -> None:
    """Resolved: what waited is done with; who writes again is answered by the AI."""
    await hand_over(engine)
    conversation = await team.conversation()
    await engine.says("deixa pra lá")
    await recorded(engine, "deixa pra lá")
    await team.attending.claim(team.ana, conversation, deed())
    await team.attending.resolve(team.ana, conversation, deed())
    await finished(engine)
    assert await conversation_status(engine) == "resolved"
    await team.until_standing(state="resolved", ended_by="Ana")
    row = await engine.until_row("select handled_as from messages where content = 'deixa pra lá'")
    assert row["handled_as"] == "human"
    await engine.says("quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(2))[1]
    assert await conversation_status(engine) == "active"


async def test_notes_are_for_the_team_only(engine: Engine, team: Team) -> None:
    """A note is kept, by the console and by the workflow's signal, once; neither customer nor model reads it."""
    await hand_over(engine)
    conversation, note = await team.conversation(), NoteId(deed())
    await team.attending.note(team.ana, conversation, "cliente antiga, tratar bem", note)
    await team.attending.note(team.ana, conversation, "cliente antiga, tratar bem", note)
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    await handle.signal(
        contracts.NOTE, PersonNote(operator_id=team.bruno.id, text="ligar amanhã", note_id=NoteId(deed()))
    )
    await engine.until_row("select 1 from conversation_notes where content = 'ligar amanhã'")
    assert len(await engine.rows("select 1 from conversation_notes")) == 2
    await engine.says("oi?")
    await team.attending.release(team.bruno, conversation, deed())
    await engine.replies(2)
    assert engine.model.calls.listed().calls[-1].messages == 4  # the prompt and three messages, no note


async def test_an_operator_of_another_shop_finds_nothing(engine: Engine, team: Team) -> None:
    """Whoever guesses the id of another shop's conversation is told that there is none, and nothing happens."""
    await hand_over(engine)
    conversation = await team.conversation()
    stranger = team.ana.model_copy(update={"organization_id": deed()})
    for attempt in (
        team.attending.claim(stranger, conversation, deed()),
        team.attending.reply(stranger, conversation, "Oi", deed()),
        team.attending.note(stranger, conversation, "Oi", NoteId(deed())),
        team.attending.release(stranger, conversation, deed()),
        team.attending.resolve(stranger, conversation, deed()),
        team.attending.assign(stranger, conversation, team.ana.id, deed()),
        team.attending.pause_ai(stranger, conversation, enabled=False, deed_id=deed()),
    ):
        with pytest.raises(NotInShop):
            await attempt
    assert (await team.standing())["state"] == "waiting"


async def test_the_owners_conversation_is_auroras(engine: Engine, team: Team) -> None:
    """Nobody takes the owner's own conversation over."""
    await engine.says("Quantos clientes atendi hoje?", phone=OWNER)
    await engine.replies(1)
    with pytest.raises(Refused, match="Aurora"):
        await team.attending.claim(team.ana, await team.conversation(OWNER), deed())


async def test_the_phone_answers_a_customer_who_waits(engine: Engine, team: Team) -> None:
    """A person who writes on the shop's phone has answered: nobody is reminded any more."""
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é da loja"}, from_me=True)))
    await team.until_standing(state="claimed", operator_id=None, waiting_since=None, due_kind="idle")


async def test_whoever_takes_what_the_phone_has_ends_its_quiet_time(engine: Engine, team: Team) -> None:
    """Answered on the phone, then claimed in the console: from then on the console's rules hold."""
    await engine.deliver(upsert(whatsapp_message({"conversation": "Oi, aqui é da loja"}, from_me=True)))
    await team.until_standing(state="claimed", due_kind="quiet")
    await team.attending.claim(team.ana, await team.conversation(), deed())
    await team.until_standing(operator_id=team.ana.id, due_kind="idle")


async def test_a_turn_is_skipped_by_order(engine: Engine, team: Team) -> None:
    """The model hangs: an operator drops the turn; nothing is sent, the message is recorded, the next one answered."""
    engine.model.faults.add(Fault(kind=FaultKind.SLOW, seconds=30))
    await engine.says("oi")
    await engine.until_row("select 1 from messages where content = 'oi'")
    await engine.until(lambda: _is_asked(engine))
    await engine.temporal.get_workflow_handle(engine.workflow_id()).signal(contracts.SKIP, Skip(by="atendente"))
    await finished(engine)
    row = await engine.until_row("select handled_as from messages where content = 'oi'")
    assert row["handled_as"] == "recorded"
    assert await texts(engine, "ai") == []
    await engine.says("quanto custa o banho?")
    assert "R$ 50,00" in (await engine.replies(1))[0]


async def _is_asked(engine: Engine) -> bool:
    return engine.model.calls.count > 0


async def test_a_word_to_a_conversation_that_nobody_has_is_refused(engine: Engine, team: Team) -> None:
    """A signal or an update for a hand-over that ended changes nothing."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    await team.attending.release(team.ana, conversation, deed())
    await finished(engine)
    with pytest.raises(Refused, match="já está com a IA"):
        await team.attending.release(team.ana, conversation, deed())
    with pytest.raises(Refused, match="já está com a IA"):
        await team.attending.resolve(team.ana, conversation, deed())
    with pytest.raises(Refused, match="voltou para a IA"):
        await team.attending.assign(team.ana, conversation, team.bruno.id, deed())


async def test_a_refused_claim_leaves_no_history(engine: Engine, team: Team) -> None:
    """The validator says no before anything is written."""
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.claim(team.ana, conversation, deed())
    handle = engine.temporal.get_workflow_handle(engine.workflow_id())
    for _ in range(3):
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(
                contracts.CLAIM, Claim(operator_id=team.bruno.id, conversation_id=conversation, deed_id=deed())
            )
    kinds = [event.event_type for event in (await handle.fetch_history()).events]
    assert kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) == 1
