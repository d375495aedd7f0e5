"""What an operator sees of Aurora, and changes: her rules, her schedules, what she did, what the shop has taught."""

from datetime import UTC, datetime, timedelta

from domain.letters import ProactiveStatus, ProactiveType
from domain.owners import OwnerRole
from storage import audit, owners, proactive
from storage.audit import ActorKind
from tests.auzap.conftest import Command, Salon
from tests.engine import Engine
from tests.shops import OWNER


async def test_rules_are_shown_and_changed_one_by_one(salon: Salon) -> None:
    """What is named changes, the rest stays; the table and the JSON say the same."""
    said = await salon.done("aurora", "rules", "--daily-summary-at", "19:30", "--few-bookings", "8")
    assert "19:30" in said.out
    rules = await salon.json("aurora", "rules")
    assert (rules["daily_summary_at"], rules["few_bookings"], rules["morning_agenda_at"]) == ("19:30:00", 8, "07:30:00")


async def test_a_rule_it_cannot_have_is_refused_in_words(salon: Salon) -> None:
    """The one line says which rule and what its limit is; nothing is changed."""
    ran = await salon("aurora", "rules", "--weekly-review-day", "7")
    assert (ran.code, ran.err) == (2, "auzap: dia do balanço (0: segunda-feira): o maior valor é 6\n")
    ran = await salon("aurora", "rules", "--alerts-at", "25:00")
    assert ran.code == 2
    assert (await salon.json("aurora", "rules"))["alerts_at"] == "09:00:00"


async def test_what_she_says_unasked_is_paused_and_resumed(salon: Salon) -> None:
    """One, or all; a word that names none is told what there is."""
    await salon.done("aurora", "pause", "daily-summary")
    assert (await salon.json("aurora", "rules"))["paused"] == ["daily_summary"]
    await salon.done("aurora", "pause")
    assert len((await salon.json("aurora", "rules"))["paused"]) == 5
    said = await salon.done("aurora", "resume")
    assert said.out == "Pausados em salao: nenhum.\n"
    ran = await salon("aurora", "pause", "fofoca")
    assert ran.code == 2
    assert "daily_summary" in ran.err


async def test_the_schedule_is_temporals(engine: Engine, command: Command, shop_slug: str) -> None:
    """What is resumed appears with its next time in the shop's zone, as soon as the row's wake has reached Temporal."""
    said = await command.done("aurora", "schedule", "--org", shop_slug)
    assert "Nada programado" in said.out
    await command.done("aurora", "resume", "daily_summary", "--org", shop_slug)

    async def planned() -> bool:
        return bool((await command.done("aurora", "schedule", "--org", shop_slug, "--json")).json)

    await engine.until(planned)
    said = await command.done("aurora", "schedule", "--org", shop_slug)
    assert "resumo do dia" in said.out
    assert " 18:00" in said.out


async def test_what_was_said_and_done_is_listed(salon: Salon) -> None:
    """Her unasked messages with type, schedule and state, never their text; orders with who, before and after."""
    async with salon.database.tenant(salon.id) as tenant:
        owner = await owners.add(tenant, salon.id, phone=OWNER, name="Dona", role=OwnerRole.OWNER)
        made = await proactive.write(
            tenant,
            salon.id,
            owner,
            message_type=ProactiveType.DAILY_SUMMARY,
            content="Faturamento: R$ 850,00",
            fingerprint="x",
            scheduled_for=datetime(2026, 11, 22, 21, tzinfo=UTC),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
        assert made is not None
        await proactive.end(tenant, made, ProactiveStatus.FAILED, "passou do prazo")
        await audit.record(
            tenant,
            salon.id,
            actor_kind=ActorKind.OWNER,
            actor="Dona",
            action="set_price",
            subject="Banho",
            before={"price": "50.00"},
            after={"price": "60.00"},
        )
    said = await salon.done("aurora", "sent")
    assert "22/11/2026 18:00" in said.out
    assert "não saiu" in said.out
    assert "850" not in said.out
    said = await salon.done("aurora", "audit")
    assert "mudar preço" in said.out
    assert "preço: R$ 50,00" in said.out
    assert (await salon.json("aurora", "audit"))[0]["after"] == {"price": "60.00"}


async def test_the_shop_teaches_and_forgets(salon: Salon) -> None:
    """A taught answer is listed, taught again it is replaced, forgotten it is gone; forgetting twice is refused."""
    await salon.done("knowledge", "teach", "Aceitam cartão?", "Sim, crédito e débito.")
    await salon.done("knowledge", "teach", "aceitam CARTAO", "Só débito.")
    assert await salon.json("knowledge", "list") == [{"question": "aceitam CARTAO", "answer": "Só débito."}]
    await salon.done("knowledge", "forget", "Aceitam cartão?")
    assert (await salon.done("knowledge", "list")).out == "A loja ainda não ensinou nada.\n"
    ran = await salon("knowledge", "forget", "Aceitam cartão?")
    assert ran.code == 1
