"""A chart goes out after the words, once; and whatever becomes of it, the words have gone out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from dev.practice_model.faults import Fault, FaultKind
from domain.charts import Chart, ChartUnit, Series
from domain.errors import PictureNotDrawn
from domain.letters import ProactiveType
from storage import owners, proactive
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.engine import Engine, running_engine, upsert, whatsapp_message
from tests.fakes.faults import Answer, Drop, Hang
from tests.shops import OWNER
from tests.workflows.test_turns import finished

PNG = b"\x89PNG\r\n\x1a\n"
ARGUMENTS = '{"kind": "revenue", "period": "last_7_days"}'
ROWS = "select status, message_type, error from messages where direction = 'outbound' order by part"


class Painter:
    """Draws at once, or as long as it is told to, or not at all."""

    def __init__(self) -> None:
        self.drawn_charts: list[Chart] = []
        self.fails = False
        self.crashes = 0
        self.free = asyncio.Event()
        self.free.set()

    async def drawn(self, chart: Chart) -> bytes:
        """A picture that says which chart it is of."""
        self.drawn_charts.append(chart)
        await self.free.wait()
        if self.crashes:
            self.crashes -= 1
            raise RuntimeError
        if self.fails:
            raise PictureNotDrawn("no brush")
        return PNG + chart.title.encode()


async def asks(engine: Engine, answer: str = "Aqui está a semana.") -> None:
    """The owner asks for a chart, and the model sends one with a word."""
    engine.model.faults.add(Fault(kind=FaultKind.BROKEN_ARGUMENTS, tool="send_chart", arguments=ARGUMENTS))
    engine.model.faults.add(Fault(kind=FaultKind.SAYS, text=answer))
    await engine.says("manda um gráfico da semana", phone=OWNER)


async def rows(engine: Engine) -> list[tuple[str, str]]:
    """Kind and status of what was to go out, in order."""
    return [(row["message_type"], row["status"]) for row in await engine.rows(ROWS)]


@pytest.fixture
def painter() -> Painter:
    """Whoever draws in place of the child process."""
    return Painter()


@pytest.fixture
async def painted(
    database: Database,
    instances: Instances,
    keys: Keys,
    temporal_client: Client,
    database_urls: DatabaseUrls,
    painter: Painter,
) -> AsyncIterator[Engine]:
    """An engine with that painter."""
    async with running_engine(
        database, instances, keys, temporal_client, database_urls.app, drawing=painter
    ) as running:
        yield running


async def test_the_owner_asks_and_gets_words_and_a_picture(engine: Engine) -> None:
    """Through the whole engine, really drawn: first the answer, then the image with its title, once each."""
    await asks(engine)
    words, picture = await engine.bridge.record.wait_for_sent(2, timeout=40)
    assert (words.text, words.image) == ("Aqui está a semana.", None)
    assert picture.text.startswith("Faturamento de ")
    assert picture.image is not None
    assert picture.image.startswith(PNG)
    assert len(picture.image) > 5_000
    await finished(engine, OWNER)
    assert await rows(engine) == [("text", "sent"), ("image", "sent")]
    assert (await engine.rows("select handled_as from messages where direction = 'inbound'"))[0][0] == "answered"
    assert len(engine.bridge.record.sent) == 2


async def test_the_echo_of_a_picture_is_nobody_typing(painted: Engine, painter: Painter) -> None:
    """The shop's phone shows it while the send call hangs: it is ours, the row is sent, and nobody takes over."""
    engine = painted
    painter.free.clear()
    await asks(engine)
    await engine.bridge.record.wait_for_sent(1)
    engine.bridge.faults.next(Hang(after_sending=True))
    painter.free.set()
    picture = (await engine.bridge.record.wait_for_sent(2))[1]
    content: dict[str, JsonValue] = {"imageMessage": {"mimetype": "image/jpeg", "caption": picture.text}}
    await engine.deliver(
        upsert(whatsapp_message(content, phone=OWNER, from_me=True, message_id="3EB0OFTHEPROVIDER"))  # its own id
    )
    await engine.until_row("select 1 from messages where message_type = 'image' and status = 'sent'")
    engine.bridge.faults.release()
    await finished(engine, OWNER)
    assert len(engine.bridge.record.sent) == 2
    assert await engine.rows("select 1 from messages where sender = 'phone'") == []


async def test_a_crash_between_words_and_picture_repeats_neither(painted: Engine, painter: Painter) -> None:
    """The activity dies with the words sent and the picture not: the next run sends the picture, and nothing twice."""
    painter.crashes = 1
    await asks(painted)
    words, picture = await painted.bridge.record.wait_for_sent(2, timeout=40)
    assert (words.image, picture.image) == (None, PNG + picture.text.encode())
    await finished(painted, OWNER)
    assert painter.drawn_charts == [painter.drawn_charts[0]] * 2
    assert len(painted.bridge.record.sent) == 2
    assert await rows(painted) == [("text", "sent"), ("image", "sent")]


async def test_a_picture_whose_answer_was_lost_is_looked_for(painted: Engine, painter: Painter) -> None:
    """The connection drops after the image went out: the retry finds it under its reference, and sends nothing."""
    painter.free.clear()
    await asks(painted)
    await painted.bridge.record.wait_for_sent(1)
    painted.bridge.faults.next(Drop(after_sending=True))
    painter.free.set()
    await painted.until_row("select 1 from messages where message_type = 'image' and status = 'sent'", timeout=40)
    await finished(painted, OWNER)
    assert len(painted.bridge.record.sent) == 2
    assert [request.method for request in painted.bridge.record.requests] == ["POST", "POST", "GET"]


async def test_a_chart_that_cannot_be_drawn_costs_only_itself(painted: Engine, painter: Painter) -> None:
    """The words went out and count as the answer; the row says why, and the operators know."""
    painter.fails = True
    await asks(painted)
    await finished(painted, OWNER)
    assert [sent.image for sent in painted.bridge.record.sent] == [None]
    assert await rows(painted) == [("text", "sent"), ("image", "failed")]
    assert "no brush" in (await painted.rows("select error from messages where status = 'failed'"))[0]["error"]
    assert [row["kind"] for row in await painted.rows("select kind from alerts")] == ["picture_left_out"]
    assert (await painted.rows("select handled_as from messages where direction = 'inbound'"))[0][0] == "answered"


async def test_a_picture_that_the_channel_refuses_costs_only_itself(painted: Engine, painter: Painter) -> None:
    """As one that cannot be drawn: the words have gone out, and it is not tried again."""
    painter.free.clear()
    await asks(painted)
    await painted.bridge.record.wait_for_sent(1)
    painted.bridge.faults.next(Answer(413, {}))
    painter.free.set()
    await finished(painted, OWNER)
    assert await rows(painted) == [("text", "sent"), ("image", "failed")]
    assert [row["detail"] for row in await painted.rows("select detail from alerts")] == [
        "Um gráfico não foi enviado: o canal recusou: http_413"
    ]


async def test_a_picture_waits_for_a_number_that_went_away(painted: Engine, painter: Painter) -> None:
    """Offline between the words and the picture: the picture follows on reconnection, the words are not repeated."""
    painter.free.clear()
    await asks(painted)
    await painted.bridge.record.wait_for_sent(1)
    painted.bridge.connected = False
    painter.free.set()
    await painted.until_row("select 1 from messages where message_type = 'image' and error = 'ChannelDisconnected'")
    assert (await painted.rows("select handled_as from messages where direction = 'inbound'"))[0][0] == "answered"
    painted.bridge.connected = True
    await painted.bridge.deliver("connection.update", {"connection": "open"})
    await finished(painted, OWNER)
    assert [sent.image is None for sent in painted.bridge.record.sent] == [True, False]


async def test_a_letter_to_the_owner_brings_its_picture(painted: Engine, painter: Painter) -> None:
    """What Aurora sends unasked: the words, then the chart that was written with them; the letter is sent."""
    series = (Series(name="Feito", values=(1.0,)),)
    chart = Chart(title="Receita de ontem", labels=("sáb",), series=series, unit=ChartUnit.REAIS)
    async with painted.database.tenant(painted.shop.organization_id) as tenant:
        await proactive.write(
            tenant,
            painted.shop.organization_id,
            (await owners.listed(tenant))[0].id,
            message_type=ProactiveType.WEEKLY_REVIEW,
            content="A semana em números",
            fingerprint="weekly_review/2026-11-22",
            scheduled_for=datetime.now(UTC),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            picture=chart,
        )
    words, picture = await painted.bridge.record.wait_for_sent(2)
    assert (words.text, picture.text) == ("A semana em números", "Receita de ontem")
    assert picture.image is not None
    await painted.until_row("select 1 from aurora_proactive_messages where status = 'sent'")
    assert painter.drawn_charts == [chart]


async def test_an_answer_without_a_chart_draws_nothing(painted: Engine, painter: Painter) -> None:
    """Words alone go out as ever: one request, one row."""
    painted.model.faults.add(Fault(kind=FaultKind.SAYS, text="Oi! Tudo certo por aqui."))
    await painted.says("oi", phone=OWNER)
    await painted.replies(1)
    await finished(painted, OWNER)
    assert await rows(painted) == [("text", "sent")]
    assert painter.drawn_charts == []
    assert len(painted.bridge.record.requests) == 1
