"""The log: one JSON object a line, in the seeds' fields, without what belongs to customers, and never a secret."""

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, SecretStr, ValidationError
from temporalio.client import Client

import logs
import temporal
from dev.postgres import DatabaseUrls
from dev.practice_model.faults import Fault, FaultKind
from domain.errors import StorageUnavailable
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import running_engine, upsert
from tests.shops import CUSTOMER, OWNER
from tests.webhooks.wire import wire_to

Lines = Callable[[], list[dict[str, Any]]]  # Any: what a JSON line holds
Configure = Callable[..., Lines]

TEXT = "Quero saber do meu gato Bichento"


@pytest.fixture
def configured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Sets the log up as the processes do; what it gives reads the lines so far. Everything is put back afterwards."""
    configure = structlog.configure
    # A logger that caches what it was configured with would keep it beyond the test.
    monkeypatch.setattr(structlog, "configure", lambda **how: configure(**{**how, "cache_logger_on_first_use": False}))
    root, levels = (
        logging.getLogger(),
        {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "openai")},
    )
    handlers, level = root.handlers[:], root.level

    def start(*, bodies: bool = False, phones: bool = False, at: str = "INFO") -> Lines:
        logs.configure(level=at, bodies=bodies, phones=phones)
        written: list[str] = []

        def lines() -> list[dict[str, Any]]:
            written.extend(capsys.readouterr().out.splitlines())
            return [json.loads(line) for line in written]

        return lines

    yield start
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def test_a_line_has_the_seeds_shape(configured: Configure) -> None:
    """A number for the level, milliseconds for the time, `msg` with its tag at the end."""
    lines = configured()
    structlog.get_logger().info("[WORKER] Turn opened", organizationId="o")
    (line,) = lines()
    assert list(line) == ["level", "time", "organizationId", "msg"]
    assert (line["level"], line["msg"]) == (30, "[WORKER] Turn opened")
    assert line["time"] > 1_700_000_000_000


@pytest.mark.parametrize(
    ("level", "number"), [("debug", 20), ("info", 30), ("warning", 40), ("error", 50), ("critical", 60)]
)
def test_levels_are_the_seeds_numbers(configured: Configure, level: str, number: int) -> None:
    """Ours and those of the libraries alike."""
    lines = configured(at="DEBUG")
    getattr(structlog.get_logger(), level)("ours")
    getattr(logging.getLogger("some.library"), level)("theirs")
    ours, theirs = lines()
    assert (ours["level"], theirs["level"]) == (number, number)
    assert theirs["logger"] == "some.library"


def test_phones_and_bodies_are_left_out_unless_asked_for(configured: Configure) -> None:
    """By default neither a number nor a word of a customer is in the log."""
    event = {"from": f"{CUSTOMER}@s.whatsapp.net", "to": CUSTOMER, "messageContent": TEXT}
    lines = configured()
    structlog.get_logger().info("[WORKER] x", **event)
    (line,) = lines()
    assert line["from"] == "5511*****0001@s.whatsapp.net"
    assert line["to"] == "5511*****0001"
    assert "messageContent" not in line
    lines = configured(bodies=True, phones=True)
    structlog.get_logger().info("[WORKER] x", **event)
    (line,) = lines()
    assert {name: line[name] for name in event} == event


def test_a_number_quoted_in_a_sentence_is_masked(configured: Configure) -> None:
    """Ids stay whole: they are what one searches for."""
    lines = configured()
    conversation, organization = "conversation/0123456789012345abcdef0123456789", str(uuid.uuid4())
    structlog.get_logger().error(f"{conversation} of {CUSTOMER}", error=f"no {CUSTOMER}", organizationId=organization)
    (line,) = lines()
    assert line["msg"] == f"{conversation} of 5511*****0001"
    assert line["error"] == "no 5511*****0001"
    assert line["organizationId"] == organization


def _violation() -> asyncpg.PostgresError:
    return asyncpg.UniqueViolationError.new(
        {
            "C": "23505",
            "M": "duplicate key",
            "D": f"Failing row contains ({CUSTOMER}, {TEXT}\n\n{TEXT}).",
            "t": "messages",
            "n": "messages_pkey",
        }
    )


class _Text(BaseModel):
    number: int


def _invalid() -> ValidationError:
    try:
        _Text.model_validate({"number": TEXT})
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("make", [_violation, _invalid, lambda: ValueError(TEXT)])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_traceback_quotes_no_customer(configured: Configure, make: Callable[[], Exception], wrapped: bool) -> None:
    """Postgres quotes the row it refused and pydantic the value; the place in the code and the type are enough."""
    lines = configured()
    try:
        try:
            raise make()
        except Exception as error:
            if wrapped:
                raise StorageUnavailable(f"the shop of {CUSTOMER}") from error
            raise
    except Exception:
        structlog.get_logger().exception("[WORKER] failed")
        logging.getLogger("theirs").exception("failed")
    for line in lines():
        assert "test_logs.py" in line["exception"]
        assert type(make()).__name__ in line["exception"]
        assert TEXT not in json.dumps(line, ensure_ascii=False)
        assert CUSTOMER not in json.dumps(line)
        if wrapped:
            assert "StorageUnavailable: the shop of 5511*****0001" in line["exception"]
    if make is _violation:
        assert "(23505, messages, messages_pkey)" in lines()[0]["exception"]


async def test_temporals_own_log_is_json_too(
    configured: Configure, monkeypatch: pytest.MonkeyPatch, temporal_client: Client
) -> None:
    """The SDK's core would write lines of its own shape to stdout; they come as ours, through the same masks."""
    lines = configured()
    host, _, port = temporal_client.service_client.config.target_host.rpartition(":")
    async with wire_to(host, int(port)) as wire:
        monkeypatch.setenv("TEMPORAL_ADDRESS", wire.address)
        client = await temporal.connect()
        await wire.cut()
        call = asyncio.create_task(client.get_workflow_handle("nobody").describe())
        async with asyncio.timeout(10):
            while not (warned := [line for line in lines() if line["level"] == 40]):
                await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert warned[0]["logger"] == "temporalio.core"
    assert "describe_workflow_execution" in warned[0]["msg"]


async def test_a_conversation_is_logged_without_what_belongs_to_customers(
    configured: Configure,
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
) -> None:
    """The whole engine at work, a model failure and refusals included: the seeds' fields, no phone, word or secret."""
    lines = configured()
    said = [TEXT, "Quero falar com uma pessoa", "Quantos clientes atendi hoje?"]
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as engine:
        await engine.says(said[0])
        await engine.replies(1)
        engine.model.faults.add(Fault(kind=FaultKind.CONTEXT_LENGTH))
        await engine.says(said[1], phone="5511999990002")
        await engine.replies(2)
        await engine.says(said[2], phone=OWNER)
        answers = await engine.replies(3)
        await engine.deliver(upsert({"key": {"id": "X"}, "message": {"conversation": TEXT}}))
        await engine.http.post(engine.bridge.webhook_url, json={}, headers={"apikey": "a-wrong-token"})
        async with asyncio.timeout(10):
            while sum("successfully" in line["msg"] for line in lines()) < 3:
                await asyncio.sleep(0.02)
        everything = lines()
        instance, organization = engine.shop.instance, str(engine.shop.organization_id)
    whole = json.dumps(everything, ensure_ascii=False)
    secrets = [s.get_secret_value() for s in vars(instance).values() if isinstance(s, SecretStr)]
    private = [CUSTOMER, "5511999990002", OWNER, *said, *answers, "a-wrong-token", keys.fernet, instance.webhook_key]
    for word in (*private, *filter(None, secrets), database_urls.app):
        assert word not in whole

    opened = [line for line in everything if line["msg"] == "[WORKER] Turn opened"]
    sent = [line for line in everything if line["msg"].endswith("Response sent successfully")]
    assert [line["msg"].partition(" ")[0] for line in sent] == ["[CLIENT-AI]", "[CLIENT-AI]", "[AURORA]"]
    assert [(line["type"], line["agentType"]) for line in sent] == [
        ("CLIENT", "client-ai"),
        ("CLIENT", "client-ai"),
        ("OWNER", "aurora"),
    ]
    for line in (*opened, *sent):
        assert line["organizationId"] == organization
        assert line["level"] == 30
        assert line["from"].startswith("5511*****")
        for name in ("contactId", "conversationId", "workflowId", "runId", "activityId"):
            assert line[name]
        assert line["workflowId"].startswith("conversation/")
    assert [line["responseLength"] for line in sent] == [len(answer) for answer in answers]
    taken = [line for line in everything if line["msg"] == "[BAILEYS] Webhook taken"]
    assert [(line["accepted"], line["kept"]) for line in taken] == [(1, 0), (1, 0), (1, 0), (0, 1)]


async def test_bodies_and_phones_are_there_when_the_settings_ask(
    configured: Configure,
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
) -> None:
    """For a developer's machine: the words and the numbers, and still no secret."""
    lines = configured(bodies=True, phones=True)
    async with running_engine(database, instances, keys, temporal_client, database_urls.app) as engine:
        await engine.says(TEXT)
        (answer,) = await engine.replies(1)
        async with asyncio.timeout(10):
            while not any("successfully" in line["msg"] for line in lines()):
                await asyncio.sleep(0.02)
        token = engine.shop.instance.webhook_token.get_secret_value()
    by_msg = {line["msg"]: line for line in lines()}
    assert by_msg["[WORKER] Turn opened"]["messageContent"] == [TEXT]
    assert by_msg["[CLIENT-AI] Response sent successfully"]["messageContent"] == answer
    assert by_msg["[WORKER] Turn opened"]["from"] == f"{CUSTOMER}@s.whatsapp.net"
    assert token not in json.dumps(lines())
