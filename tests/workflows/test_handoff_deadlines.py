"""The deadlines of a hand-over, by skipped time: who is reminded, who is told what, and when the AI is back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from dev.postgres import DatabaseUrls
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine, upsert, whatsapp_message
from tests.shops import CUSTOMER, OWNER
from tests.workflows.agenda_days import PATIENCE
from tests.workflows.people import Team, deed, team_of
from tests.workflows.test_handoff import hand_over, recorded
from tests.workflows.test_turns import finished

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass
class Stepped:
    """A shop whose hand-overs are stepped through their time."""

    team: Team
    skipper: TimeSkipper

    @property
    def engine(self) -> Engine:
        """The engine of the team's shop."""
        return self.team.engine

    @property
    def handle(self) -> WorkflowHandle[object, object]:
        """The conversation's execution, whichever run it is in."""
        return self.skipper.client.get_workflow_handle(self.engine.workflow_id())

    async def passes(self, duration: timedelta) -> None:
        """So much time passes for the conversation."""
        await self.skipper.fast_forward(self.handle, duration)

    async def gets(self, phone: str, text: str) -> None:
        """Wait until somebody got a message with this text in it."""

        async def has() -> bool:
            return any(text in said for said in self.sent_to(phone))

        try:
            await self.engine.until(has, timeout=PATIENCE)
        except TimeoutError:
            raise AssertionError(f"not sent to {phone}: {text!r}, but {self.sent_to(phone)}") from None

    def sent_to(self, phone: str) -> list[str]:
        """What somebody got, in order."""
        return [sent.text for sent in self.engine.bridge.record.sent if sent.to.partition("@")[0] == phone]

    async def status(self) -> str:
        """Where the customer's conversation stands."""
        status: str = (await self.engine.rows("select status from conversations where audience = 'customer'"))[0][0]
        return status

    async def alerts(self) -> list[str]:
        """What the console shows, besides that a person was asked for."""
        rows = await self.engine.rows("select kind from alerts where kind like '%waiting%' order by created_at")
        return [row["kind"] for row in rows]


@pytest.fixture
async def stepped(
    database: Database, instances: Instances, keys: Keys, skipper: TimeSkipper, database_urls: DatabaseUrls
) -> AsyncIterator[Stepped]:
    """A shop that counts by the clock, so that a test holds at any hour; its owner hears of who waits."""
    async with running_engine(database, instances, keys, skipper.client, database_urls.app) as engine:
        await engine.rows(
            """update organization_settings set opening_hours = '{}', aurora_rules = jsonb_set(aurora_rules, '{paused}',
               '["daily_summary", "morning_agenda", "weekly_review", "alerts"]') returning 1"""
        )
        yield Stepped(await team_of(engine), skipper)


async def test_nobody_comes_and_everybody_is_told_in_turn(stepped: Stepped) -> None:
    """First the team is reminded, then the owner told, then the customer, honestly; each once, and she still waits."""
    engine, team = stepped.engine, stepped.team
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    await stepped.passes(14 * MINUTE)
    assert await stepped.alerts() == []
    await stepped.passes(2 * MINUTE)
    await stepped.gets(OWNER, "espera uma pessoa da loja")
    await team.until_standing(due_kind="escalate")
    assert await stepped.alerts() == ["still_waiting"]
    await stepped.passes(15 * MINUTE)
    await stepped.gets(OWNER, "Ninguém respondeu ainda")
    assert await stepped.alerts() == ["still_waiting", "waiting_too_long"]
    assert len(stepped.sent_to(CUSTOMER)) == 1
    await stepped.passes(15 * MINUTE)
    await stepped.gets(CUSTOMER, "Ainda ninguém da equipe conseguiu te responder")
    await team.until_standing(state="waiting", due_kind=None)
    await stepped.passes(30 * HOUR)
    assert await stepped.status() == "waiting_human"
    assert len(stepped.sent_to(OWNER)) == 2
    assert len(stepped.sent_to(CUSTOMER)) == 2


async def test_an_answer_ends_the_waiting_and_silence_gives_it_back(stepped: Stepped) -> None:
    """Who was answered in time is nobody's alarm; hours after the last word the AI is back with one closing line."""
    engine, team = stepped.engine, stepped.team
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await stepped.gets(CUSTOMER, "Oi, sou a Ana")
    await team.until_standing(due_kind="idle")
    await stepped.passes(3 * HOUR)
    await team.attending.reply(team.ana, conversation, "Mais alguma coisa?", deed())
    await stepped.gets(CUSTOMER, "Mais alguma coisa?")
    await stepped.passes(3 * HOUR)
    assert await stepped.status() == "waiting_human"
    await stepped.passes(2 * HOUR)
    await finished(engine)
    await stepped.gets(CUSTOMER, "Aqui é a assistente virtual")
    assert await stepped.status() == "active"
    await team.until_standing(state="released", ended_by="ninguém escreveu mais")
    assert await stepped.alerts() == []
    assert [text for text in stepped.sent_to(CUSTOMER) if "assistente virtual" in text] == stepped.sent_to(CUSTOMER)[
        -1:
    ]


async def test_who_writes_to_a_person_and_is_not_answered_waits_anew(stepped: Stepped) -> None:
    """After the first answer, too: a customer's message that stays without one is remembered."""
    engine, team = stepped.engine, stepped.team
    await hand_over(engine)
    conversation = await team.conversation()
    await team.attending.reply(team.ana, conversation, "Oi, sou a Ana", deed())
    await team.until_standing(due_kind="idle")
    await engine.says("quanto fica o banho e tosa?")
    await recorded(engine, "quanto fica o banho e tosa?")
    await team.until_standing(due_kind="remind")
    await stepped.passes(16 * MINUTE)
    await stepped.gets(OWNER, "quanto fica o banho e tosa?")
    await team.attending.reply(team.ana, conversation, "R$ 140,00", deed())
    await team.until_standing(due_kind="idle", waiting_since=None)
    await stepped.passes(HOUR)
    assert await stepped.alerts() == ["still_waiting"]


async def test_who_is_claimed_and_not_answered_still_waits(stepped: Stepped) -> None:
    """A claim is no answer: the reminder comes all the same."""
    engine, team = stepped.engine, stepped.team
    await hand_over(engine)
    await team.attending.claim(team.ana, await team.conversation(), deed())
    await stepped.passes(16 * MINUTE)
    await stepped.gets(OWNER, "espera uma pessoa da loja")
    await team.until_standing(state="claimed", due_kind="escalate")


async def test_each_message_from_the_phone_extends_the_quiet_time(stepped: Stepped) -> None:
    """Somebody answered on the phone: an hour after the last such message the AI has the conversation again."""
    engine, team = stepped.engine, stepped.team
    typed = whatsapp_message({"conversation": "Oi, aqui é da loja"}, from_me=True)
    await engine.deliver(upsert(typed))
    await team.until_standing(state="claimed", due_kind="quiet")
    await stepped.passes(50 * MINUTE)
    await engine.deliver(upsert(whatsapp_message({"conversation": "Pode vir às 10h"}, from_me=True)))
    await recorded(engine, "Pode vir às 10h")
    await stepped.passes(50 * MINUTE)
    assert await stepped.status() == "waiting_human"
    await stepped.passes(15 * MINUTE)
    await finished(engine)
    assert await stepped.status() == "active"
    assert await stepped.alerts() == []


async def test_what_is_taken_and_forgotten_goes_back_without_a_word(stepped: Stepped) -> None:
    """An operator took a conversation and never wrote: there is nothing to close, and the AI goes on."""
    engine, team = stepped.engine, stepped.team
    await engine.says("oi")
    await engine.replies(1)
    await finished(engine)
    await team.attending.claim(team.ana, await team.conversation(), deed())
    await team.until_standing(due_kind="idle")
    await stepped.passes(5 * HOUR)
    await finished(engine)
    assert await stepped.status() == "active"
    assert len(stepped.sent_to(CUSTOMER)) == 1


async def test_the_workflow_says_what_it_waits_for_and_until_when(stepped: Stepped) -> None:
    """The query names the next deadline, without personal data; the standing holds all of them."""
    engine, team = stepped.engine, stepped.team
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    row = await team.standing()
    due = row["due_at"]
    assert await stepped.handle.query("waiting_for") == (
        f"A assistente chamou uma pessoa (esperando), lembrar a equipe em {due:%d/%m %H:%M} UTC; "
        "0 mensagem(ns) sem resposta"
    )
    standing = await stepped.handle.query("standing")
    assert isinstance(standing, dict)
    assert [one["kind"] for one in standing["deadlines"]] == ["remind", "escalate", "tell_customer"]
    described = await stepped.handle.describe()
    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert found["AuzapState"] == "waiting"
    assert found["AuzapDueAt"] == due


async def test_a_paused_warning_is_shown_in_the_console_only(stepped: Stepped) -> None:
    """A shop that does not want such messages on WhatsApp still sees who waits."""
    engine, team = stepped.engine, stepped.team
    await engine.rows(
        """update organization_settings set aurora_rules = jsonb_set(aurora_rules, '{paused}', '["waiting"]')
           returning 1"""
    )
    await hand_over(engine)
    await team.until_standing(due_kind="remind")
    await stepped.passes(46 * MINUTE)
    await stepped.gets(CUSTOMER, "Ainda ninguém da equipe")
    assert await stepped.alerts() == ["still_waiting", "waiting_too_long"]
    assert stepped.sent_to(OWNER) == []
