"""What operators change at the command line is in the audit log: who, what, before and after, and never a secret."""

import uuid
from typing import Any

import pytest

from domain.alerts import AlertKind
from domain.ids import ConversationId
from storage import alerts
from storage.instances import Instances
from tests.auzap.conftest import CUSTOMER_PHONE, Salon
from tests.shops import Shop
from tests.storage.rows import customer, wrote

_SECRET = "um-segredo-que-ninguem-le"


async def _log(salon: Salon, *, after: int = 0) -> list[dict[str, Any]]:
    """The audit log, oldest first, without what set the shop up, and so many rows more."""
    entries = list(reversed(await salon.json("aurora", "audit", "--most", "1000")))
    return entries[_SET_UP + after :]


_SET_UP = 7
"""Rows of the fixture: the shop, its rules, three services, two people."""


@pytest.mark.parametrize(
    ("arguments", "action", "subject", "before", "after"),
    [
        (
            ("owner", "add", "(11) 98888-7777", "--name", "Dona"),
            "add_owner",
            "5511*****7777",
            {},
            {"name": "Dona", "role": "owner"},
        ),
        (
            ("service", "add", "Spa", "--category", "spa", "--minutes", "30", "--price", "80"),
            "add_service",
            "Spa",
            {},
            {"category": "spa", "price": "80.00", "minutes": 30, "preparation": 0},
        ),
        (
            ("service", "price", "Banho", "--size", "grande", "--minutes", "90", "--price", "75"),
            "set_price",
            "Banho",
            {"variants": []},
            {"variants": ["porte grande: R$ 75,00, 90 min"]},
        ),
        (("service", "remove", "Tosa"), "remove_service", "Tosa", {}, {}),
        (("professional", "add", "Carla"), "add_professional", "Carla", {}, {}),
        (
            ("professional", "hours", "Ana", "--lunch", "12:00-13:00"),
            "change_professional",
            "Ana",
            {"lunch": None},
            {"lunch": "12:00–13:00"},
        ),
        (
            ("professional", "services", "Ana", "Banho"),
            "change_professional",
            "Ana",
            {"services": ["todos"]},
            {"services": ["Banho"]},
        ),
        (("professional", "remove", "Ana"), "remove_professional", "Ana", {}, {}),
        (
            ("aurora", "rules", "--few-bookings", "3"),
            "change_aurora_rules",
            "regras da Aurora",
            {},
            {"few_bookings": 3},
        ),
        (
            ("aurora", "pause", "alerts"),
            "change_aurora_rules",
            "regras da Aurora",
            {"paused": []},
            {"paused": ["alerts"]},
        ),
        (
            ("handoff", "rules", "--first-answer", "5"),
            "change_handoff_rules",
            "prazos de espera",
            {"first_answer_minutes": 15},
            {"first_answer_minutes": 5},
        ),
        (
            ("knowledge", "teach", "Tem estacionamento?", "Sim, ligue 11987654321"),
            "teach",
            "Tem estacionamento?",
            {},
            {"answer": "Sim, ligue 119*****321"},
        ),
        (
            ("booking", "add", "--phone", CUSTOMER_PHONE, "--pet", "Rex", "--service", "Banho", "--at", "amanhã 10:00"),
            "book",
            "Banho de Rex (",
            {},
            {"status": "scheduled", "customer": "unreachable"},
        ),
    ],
)
async def test_each_command_leaves_its_row(
    salon: Salon,
    arguments: tuple[str, ...],
    action: str,
    subject: str,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    """One row of the command line's, with what it was and what it is; shown in Portuguese."""
    await salon.done(*arguments)
    (row,) = await _log(salon)
    assert (row["actor_kind"], row["actor"], row["action"]) == ("operator", "linha de comando", action)
    assert row["subject"].startswith(subject)
    assert before.items() <= row["before"].items()
    assert after.items() <= row["after"].items(), row
    shown = (await salon.done("aurora", "audit")).out
    assert action not in shown  # in words


async def test_settings_and_rules_of_the_shop(salon: Salon) -> None:
    """Only what differs is noted; what was refused is not."""
    await salon.command.done("org", "settings", "salao", "--name", "Salão Novo", "--no-ai", "--hours", "seg 9h-12h")
    await salon.command.done("org", "agenda", "salao", "--notice", "45")
    assert (await salon.command("org", "agenda", "salao", "--days-ahead", "9999")).code == 2
    settings, rules = await _log(salon)
    assert settings["before"].keys() == settings["after"].keys() == {"name", "ai_enabled", "opening_hours"}
    assert (settings["before"]["name"], settings["after"]["name"]) == ("Salão", "Salão Novo")
    assert (rules["before"], rules["after"]) == ({"minimum_notice_minutes": 30}, {"minimum_notice_minutes": 45})
    shown = (await salon.done("aurora", "audit")).out
    for words in ("assistente: em pausa", "antecedência mínima, em minutos: 45", "criar a loja"):
        assert words in " ".join(shown.split())


async def test_days_absences_and_owners_that_go(salon: Salon) -> None:
    """What is taken back is noted with how it was."""
    day = f"{salon.day:%d/%m/%Y}"
    await salon.done("day", "close", day, "--note", "obra")
    await salon.done("day", "normal", day)
    made = await salon.done("professional", "away", "Ana", "--from", day, "--to", day, "--note", "dentista")
    await salon.done("professional", "back", made.out.split()[1].rstrip(":"))
    await salon.done("owner", "add", "11 98888-7777", "--name", "Dona")
    await salon.done("owner", "remove", "11 98888-7777")
    await salon.done("knowledge", "teach", "Abre domingo?", "Não")
    await salon.done("knowledge", "forget", "abre domingo")
    rows = await _log(salon)
    assert [row["action"] for row in rows] == [
        "set_day", "set_day", "add_absence", "drop_absence", "add_owner", "remove_owner", "teach", "forget",
    ]  # fmt: skip
    iso = salon.day.isoformat()
    assert (rows[0]["before"], rows[0]["after"]) == ({iso: "08:00–18:00"}, {iso: "fechada", "note": "obra"})
    assert rows[1]["after"] == {iso: "08:00–18:00"}
    assert rows[3]["before"]["note"] == "dentista"
    assert rows[5]["before"] == {"name": "Dona", "role": "owner"}
    assert rows[7]["before"] == {"answer": "Não"}


async def test_numbers_without_their_secrets(salon: Salon) -> None:
    """A token, an app's secret, a key in an address: none of them is in the log."""
    await salon.done(
        "instance", "add", "cloud", "--phone-number-id", "123456789012", "--token", _SECRET, "--app-secret", _SECRET,
        "--verify-token", _SECRET,
    )  # fmt: skip
    await salon.done(
        "instance", "add", "evolution", "--url", "https://evo.example.com/chave-no-caminho", "--instance-name", "loja",
        "--api-key", _SECRET,
    )  # fmt: skip
    await salon.done("instance", "remove", "loja")
    added, _, removed = rows = await _log(salon)
    assert [row["action"] for row in rows] == ["add_number", "add_number", "remove_number"]
    assert (added["subject"], removed["subject"]) == ("cloud 1234****9012", "evolution loja")
    async with salon.database.tenant(salon.id) as tenant:
        whole = " ".join(row[0] for row in await tenant.fetch("select audit_log::text from audit_log"))
    assert _SECRET not in whole
    assert "chave-no-caminho" not in whole


async def test_conversations_and_alerts(salon: Salon, instances: Instances) -> None:
    """The AI switched off for one customer, an alert taken notice of; what does not exist leaves nothing."""
    conversation = await _conversation(salon, instances)
    async with salon.database.tenant(salon.id) as tenant:
        await alerts.raise_alert(
            tenant, salon.id, kind=AlertKind.DELIVERY_FAILED, detail="x", fingerprint="y", conversation_id=None
        )
    (alert,) = await salon.json("alerts", "list")
    await salon.done("conversation", "ai", "off", str(conversation))
    await salon.done("alerts", "ack", alert["id"])
    assert (await salon("alerts", "ack", str(uuid.uuid4()))).code == 1
    assert (await salon("conversation", "ai", "off", str(uuid.uuid4()))).code == 1
    switched, seen = await _log(salon, after=1)
    assert (switched["action"], switched["subject"], switched["after"]["enabled"]) == (
        "set_customer_ai",
        f"conversation/{conversation}",
        False,
    )
    assert (seen["action"], seen["subject"]) == ("acknowledge", f"alert/{alert['id']}")


async def test_a_refused_command_leaves_nothing(salon: Salon) -> None:
    """Neither a row nor a letter: the note is of the deed's own transaction."""
    for refused in (
        ("owner", "remove", "11 98888-7777"), ("service", "remove", "Lua"), ("professional", "add", "Ana"),
        ("booking", *("add", *salon.booking("Rex", "Banho", "23:00"))), ("knowledge", "forget", "nada"),
    ):  # fmt: skip
        assert (await salon(*refused)).code == 1, refused
    assert await _log(salon) == []


async def test_bookings_by_command_are_told_to_the_customer(salon: Salon, instances: Instances) -> None:
    """Made, moved, cancelled: three letters, unless somebody says not to."""
    await _conversation(salon, instances)
    code = await salon.book("Rex", "10:00")
    moved = await salon.done("booking", "move", code, "--at", salon.at("11:00"))
    assert "O cliente está sendo avisado pelo WhatsApp." in moved.out
    await salon.done("booking", "move", code, "--with", "Bruno")
    await salon.done("booking", "cancel", code)
    silent = await salon.book("Rex", "10:00", "--sem-avisar")
    await salon.done("booking", "move", silent, "--at", salon.at("11:00"), "--sem-avisar")
    await salon.done("booking", "confirm", silent)
    untold = await salon.done("booking", "cancel", silent, "--sem-avisar")
    assert "avisad" not in untold.out
    async with salon.database.tenant(salon.id) as tenant:
        letters = [row["content"] for row in await tenant.fetch("select content from letters order by created_at")]
    assert [letter.split("\n")[1].split(" o horário")[0] for letter in letters] == [
        "A loja marcou", "A loja precisou remarcar", "A loja precisou cancelar",
    ]  # fmt: skip
    assert [row["action"] for row in await _log(salon, after=1)] == [
        "book", "move_booking", "move_booking", "cancel_booking",
        "book", "move_booking", "confirm_booking", "cancel_booking",
    ]  # fmt: skip


async def test_who_is_out_of_reach_is_named(salon: Salon) -> None:
    """A customer who never wrote: the command says that somebody has to call."""
    said = await salon.done("booking", "add", *salon.booking("Rex", "Banho", "10:00"))
    assert "Não dá para avisar o cliente pelo WhatsApp: avise você." in said.out


async def _conversation(salon: Salon, instances: Instances) -> ConversationId:
    """The customer of the salon has written to it, over a number of its own."""
    await salon.done("instance", "add", "baileys", "--url", "https://ponte.example.com", "--token", _SECRET)
    async with salon.database.tenant(salon.id) as tenant:
        (number,) = await instances.all(tenant)
        shop = Shop(salon.id, number)
        somebody = await customer(tenant, shop)
        await wrote(tenant, shop, somebody, "oi")
    return somebody.conversation_id
