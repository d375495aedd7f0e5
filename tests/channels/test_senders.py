"""What each channel does in its provider's own way, over real HTTP against a fake of it."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from channels.bridge import BridgeChannel
from channels.cloud import CloudChannel
from channels.evolution import EvolutionChannel
from channels.port import OutboundImage, OutboundText
from channels.registry import channels
from domain.errors import (
    ChannelDisconnected,
    ChannelError,
    ChannelRefused,
    ChannelUnavailable,
    SendOutcomeUnknown,
)
from domain.instances import InstanceKind, WhatsAppInstance
from tests.channels.conftest import SHORT
from tests.channels.instances import PNG, instance
from tests.fakes.bridge import Bridge
from tests.fakes.cloud_api import CloudApi, graph_error
from tests.fakes.evolution_api import EvolutionApi, problem
from tests.fakes.faults import Answer, Drop, Fault
from tests.fakes.serving import served

JID = "5511987654321@s.whatsapp.net"
MESSAGE = OutboundText(to=JID, text="Sua consulta é amanhã, às 10:00.", reference="reply/7?x=1")
PICTURE = OutboundImage(to=JID, image=PNG, mimetype="image/png", caption="Receita da semana", reference="AUZ7")


@pytest.fixture
async def bridge() -> AsyncIterator[tuple[Bridge, WhatsAppInstance]]:
    """A running bridge."""
    fake = Bridge()
    async with served(fake) as url:
        yield fake, instance(InstanceKind.BAILEYS, url, token=fake.token)


@pytest.fixture
async def cloud() -> AsyncIterator[tuple[CloudApi, WhatsAppInstance]]:
    """A running Cloud API."""
    fake = CloudApi()
    async with served(fake) as url:
        yield fake, instance(InstanceKind.CLOUD, url + "/v23.0", external_id=fake.phone_number_id, token=fake.token)


ABridge = tuple[Bridge, WhatsAppInstance]
Cloud = tuple[CloudApi, WhatsAppInstance]


async def test_evolution_gets_the_whole_address(client: httpx.AsyncClient) -> None:
    """Evolution rewrites bare digits (the ninth digit goes), so `number` is the full address, `@lid` included."""
    fake = EvolutionApi()
    async with served(fake) as url:
        to = "123456789012345@lid"
        await EvolutionChannel(client).send_text(
            instance(InstanceKind.EVOLUTION, url), MESSAGE.model_copy(update={"to": to})
        )
    (request,) = fake.record.requests
    assert request.path == "/message/sendText/petshop"
    assert request.headers["apikey"] == "evolution-key"
    assert request.body == {"number": to, "text": MESSAGE.text, "linkPreview": False}


async def test_evolution_gets_a_picture_as_bare_base64(client: httpx.AsyncClient) -> None:
    """`sendMedia` with the kind, the type, a file name, and base64 without `data:` before it."""
    fake = EvolutionApi()
    async with served(fake) as url:
        await EvolutionChannel(client).send_image(instance(InstanceKind.EVOLUTION, url), PICTURE)
    (request,) = fake.record.requests
    assert request.path == "/message/sendMedia/petshop"
    assert request.headers["apikey"] == "evolution-key"
    assert request.body == {
        "number": JID,
        "mediatype": "image",
        "mimetype": "image/png",
        "caption": PICTURE.caption,
        "media": base64.b64encode(PNG).decode(),
        "fileName": "imagem.png",
    }


async def test_evolution_finds_a_picture_by_its_caption(client: httpx.AsyncClient) -> None:
    """After a lost answer the picture is found; a text of the same words is not taken for it, nor it for a text."""
    fake, since = EvolutionApi(), datetime.now(UTC)
    words = MESSAGE.model_copy(update={"text": PICTURE.caption})
    async with served(fake) as url:
        shop, channel = instance(InstanceKind.EVOLUTION, url), EvolutionChannel(client)
        await channel.send_text(shop, words)
        assert await channel.find_sent(shop, PICTURE, since) is None
        fake.faults.next(Drop(after_sending=True))
        with pytest.raises(SendOutcomeUnknown):
            await channel.send_image(shop, PICTURE)
        assert await channel.find_sent(shop, PICTURE, since) == fake.record.sent[1].provider_id
        assert await channel.find_sent(shop, words, since) == fake.record.sent[0].provider_id


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (Answer(400, problem(400, "Bad Request", ["Error: Connection Closed"])), ChannelDisconnected, None),
        (Answer(500, problem(500, "Internal Server Error", "Connection Closed")), ChannelDisconnected, None),
        (Answer(404, problem(404, "Not Found", ['The "x" instance does not exist'])), ChannelDisconnected, None),
        (Answer(400, problem(400, "Bad Request", [{"exists": False, "jid": JID}])), ChannelRefused, "not_on_whatsapp"),
        (Answer(400, {"exists": False, "jid": JID, "number": "1"}), ChannelRefused, "not_on_whatsapp"),
        (Answer(400, problem(400, "Bad Request", ["text is required"])), ChannelRefused, "http_400"),
        (Answer(401, problem(401, "Unauthorized", "Unauthorized")), ChannelRefused, "unauthorized"),
        (Answer(403, problem(403, "Forbidden", ["Forbidden"])), ChannelRefused, "unauthorized"),
        (Answer(429, {}), ChannelUnavailable, None),
        (Answer(500, problem(500, "Internal Server Error", ["x"])), SendOutcomeUnknown, None),
    ],
    ids=str,
)
async def test_each_error_of_evolution_is_translated(
    client: httpx.AsyncClient, fault: Answer, expected: type[ChannelError], code: str | None
) -> None:
    """Evolution's bodies, not its statuses, tell a closed connection from a number that does not exist."""
    fake = EvolutionApi()
    fake.faults.next(fault)
    async with served(fake) as url:
        with pytest.raises(ChannelError) as caught:
            await EvolutionChannel(client).send_text(instance(InstanceKind.EVOLUTION, url), MESSAGE)
    assert type(caught.value) is expected
    assert getattr(caught.value, "code", None) == code


async def test_evolution_finds_a_send_whose_answer_was_lost(client: httpx.AsyncClient) -> None:
    """After a dropped connection the message that went out is found, and one that did not is not."""
    fake, since = EvolutionApi(), datetime.now(UTC)
    async with served(fake) as url:
        shop, channel = instance(InstanceKind.EVOLUTION, url), EvolutionChannel(client)
        fake.faults.next(Drop(), Drop(after_sending=True))
        with pytest.raises(SendOutcomeUnknown):
            await channel.send_text(shop, MESSAGE)
        assert await channel.find_sent(shop, MESSAGE, since) is None
        with pytest.raises(SendOutcomeUnknown):
            await channel.send_text(shop, MESSAGE)
        assert await channel.find_sent(shop, MESSAGE, since) == fake.record.sent[0].provider_id


async def test_evolution_finds_a_send_under_another_address_of_the_person(client: httpx.AsyncClient) -> None:
    """Stored without the ninth digit, the message is found all the same; another customer's equal text is not taken."""
    fake, since = EvolutionApi(), datetime.now(UTC)
    fake.stored_as = {JID: "551187654321@s.whatsapp.net"}
    async with served(fake) as url:
        shop, channel = instance(InstanceKind.EVOLUTION, url), EvolutionChannel(client)
        await channel.send_text(shop, MESSAGE.model_copy(update={"to": "5511900000002@s.whatsapp.net"}))
        assert await channel.find_sent(shop, MESSAGE, since) is None
        ours = await channel.send_text(shop, MESSAGE)
        assert await channel.find_sent(shop, MESSAGE, since) == ours


async def test_evolution_does_not_take_an_older_or_another_text_for_ours(client: httpx.AsyncClient) -> None:
    """Only the same text, sent since the attempt began, is the lost message."""
    fake = EvolutionApi()
    async with served(fake) as url:
        shop, channel = instance(InstanceKind.EVOLUTION, url), EvolutionChannel(client)
        await channel.send_text(shop, MESSAGE)
        assert await channel.find_sent(shop, MESSAGE, datetime.now(UTC) + timedelta(minutes=1)) is None
        other = MESSAGE.model_copy(update={"text": "Outra coisa"})
        assert await channel.find_sent(shop, other, datetime.now(UTC) - timedelta(minutes=1)) is None


@pytest.mark.parametrize("answer", [[], {}, {"messages": None}, {"messages": {"records": [None, 7, {"key": {}}]}}, "x"])
async def test_evolution_reads_any_answer_to_a_search(client: httpx.AsyncClient, answer: object) -> None:
    """Whatever shape the search answers in, nothing found is None and not an error."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    async with httpx.AsyncClient(transport=transport) as other:
        shop = instance(InstanceKind.EVOLUTION, "http://evolution")
        assert await EvolutionChannel(other).find_sent(shop, MESSAGE, datetime.now(UTC)) is None


async def test_evolution_errors_while_searching_never_say_sent_or_not(client: httpx.AsyncClient) -> None:
    """A search that fails may always be asked again."""
    for status, expected in ((500, ChannelUnavailable), (401, ChannelRefused), (404, ChannelDisconnected)):
        transport = httpx.MockTransport(lambda _, status=status: httpx.Response(status))
        async with httpx.AsyncClient(transport=transport) as other:
            shop = instance(InstanceKind.EVOLUTION, "http://evolution")
            with pytest.raises(expected):
                await EvolutionChannel(other).find_sent(shop, MESSAGE, datetime.now(UTC))


async def test_a_name_cannot_leave_its_place_in_the_path() -> None:
    """An id with a slash or a question mark is quoted, so that it can never address another instance or call."""
    asked: list[bytes] = []

    def keep(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(200, json={"id": "x", "key": {"id": "x"}, "messages": [{"id": "x"}]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(keep)) as client:
        every, now = channels(client), datetime.now(UTC)
        for kind in (InstanceKind.EVOLUTION, InstanceKind.CLOUD):
            await every.of(kind).send_text(instance(kind, "http://h/", external_id="../a/b?c#d"), MESSAGE)
            await every.of(kind).send_image(instance(kind, "http://h/", external_id="../a/b?c#d"), PICTURE)
        await EvolutionChannel(client).find_sent(
            instance(InstanceKind.EVOLUTION, "http://h", external_id="a/b"), MESSAGE, now
        )
        await BridgeChannel(client).find_sent(instance(InstanceKind.BAILEYS, "http://h"), MESSAGE, now)
    assert asked == [
        b"/message/sendText/..%2Fa%2Fb%3Fc%23d",
        b"/message/sendMedia/..%2Fa%2Fb%3Fc%23d",
        b"/..%2Fa%2Fb%3Fc%23d/messages",
        b"/..%2Fa%2Fb%3Fc%23d/media",
        b"/..%2Fa%2Fb%3Fc%23d/messages",
        b"/chat/findMessages/a%2Fb",
        b"/chat/findMessages/a%2Fb",
        b"/messages/reply%2F7%3Fx%3D1",
    ]


async def test_a_bridge_sends_once_however_often_it_is_asked(client: httpx.AsyncClient, bridge: ABridge) -> None:
    """Our reference is the message's id: after a lost answer the repetition sends nothing more."""
    fake, shop = bridge
    channel = BridgeChannel(client, timeout=SHORT)
    fake.faults.next(Drop(after_sending=True))
    with pytest.raises(SendOutcomeUnknown):
        await channel.send_text(shop, MESSAGE)
    assert await channel.send_text(shop, MESSAGE) == MESSAGE.reference
    assert len(fake.record.sent) == 1
    assert fake.record.requests[0].body == {"jid": JID, "text": MESSAGE.text, "messageId": MESSAGE.reference}


async def test_a_bridge_is_asked_what_it_sent(client: httpx.AsyncClient) -> None:
    """A known reference answers its id, an unknown one None."""
    fake = Bridge()
    plain = MESSAGE.model_copy(update={"reference": "ref-1"})
    async with served(fake) as url:
        shop, channel = instance(InstanceKind.PRACTICE, url, token=fake.token), BridgeChannel(client)
        assert await channel.find_sent(shop, plain, datetime.now(UTC)) is None
        await channel.send_text(shop, plain)
        assert await channel.find_sent(shop, plain, datetime.now(UTC)) == "ref-1"


async def test_a_bridge_sends_a_picture_once_and_knows_it(client: httpx.AsyncClient, bridge: ABridge) -> None:
    """A picture goes under its reference as a text does: asked twice, a bridge sends once, and finds it by its id."""
    fake, shop = bridge
    channel = BridgeChannel(client, timeout=SHORT)
    assert await channel.find_sent(shop, PICTURE, datetime.now(UTC)) is None
    fake.faults.next(Drop(after_sending=True))
    with pytest.raises(SendOutcomeUnknown):
        await channel.send_image(shop, PICTURE)
    assert await channel.find_sent(shop, PICTURE, datetime.now(UTC)) == "AUZ7"
    assert await channel.send_image(shop, PICTURE) == "AUZ7"
    assert len(fake.record.sent) == 1
    assert fake.record.requests[1].body == {
        "jid": JID,
        "image": {"base64": base64.b64encode(PNG).decode(), "mimetype": "image/png"},
        "caption": PICTURE.caption,
        "messageId": "AUZ7",
    }


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (Answer(503, {"error": "disconnected"}), ChannelDisconnected, None),
        (Answer(404, {"error": "not_on_whatsapp"}), ChannelRefused, "not_on_whatsapp"),
        (Answer(401, {"error": "unauthorized"}), ChannelRefused, "unauthorized"),
        (Answer(403, {}), ChannelRefused, "unauthorized"),
        (Answer(422, {"error": "bad jid"}), ChannelRefused, "http_422"),
        (Answer(429, {}), ChannelUnavailable, None),
        (Answer(503, {"error": "overloaded"}), SendOutcomeUnknown, None),
    ],
    ids=str,
)
async def test_each_error_of_a_bridge_is_translated(
    client: httpx.AsyncClient, bridge: ABridge, fault: Answer, expected: type[ChannelError], code: str | None
) -> None:
    """The bridge's statuses mean what its protocol says."""
    fake, shop = bridge
    fake.faults.next(fault)
    with pytest.raises(ChannelError) as caught:
        await BridgeChannel(client).send_text(shop, MESSAGE)
    assert type(caught.value) is expected
    assert getattr(caught.value, "code", None) == code


async def test_the_cloud_api_gets_our_reference(client: httpx.AsyncClient, cloud: Cloud) -> None:
    """The reference goes along, to come back in statuses; a phone goes into `to`."""
    fake, shop = cloud
    await CloudChannel(client).send_text(shop, MESSAGE.model_copy(update={"to": "5511987654321"}))
    (request,) = fake.record.requests
    assert request.path == f"/v23.0/{fake.phone_number_id}/messages"
    assert request.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "5511987654321",
        "type": "text",
        "text": {"body": MESSAGE.text, "preview_url": False},
        "biz_opaque_callback_data": MESSAGE.reference,
    }
    assert await CloudChannel(client).find_sent(shop, MESSAGE, datetime.now(UTC)) is None


async def test_the_cloud_api_is_handed_a_picture_and_then_sends_it(client: httpx.AsyncClient, cloud: Cloud) -> None:
    """A form with the file first; then a message that names it, with its caption and our reference."""
    fake, shop = cloud
    await CloudChannel(client).send_image(shop, PICTURE)
    upload, message = fake.record.requests
    assert upload.path == f"/v23.0/{fake.phone_number_id}/media"
    file = {"name": "imagem.png", "mimetype": "image/png", "base64": base64.b64encode(PNG).decode()}
    assert upload.body == {"messaging_product": "whatsapp", "type": "image/png", "file": file}
    assert message.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": JID,
        "type": "image",
        "image": {"id": next(iter(fake.media)), "caption": PICTURE.caption},
        "biz_opaque_callback_data": "AUZ7",
    }
    assert await CloudChannel(client).find_sent(shop, PICTURE, datetime.now(UTC)) is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Drop(), ChannelUnavailable),
        (Answer(500, {}), ChannelUnavailable),
        (Answer(200, {"nothing": "of an id"}), ChannelUnavailable),
        (Answer(200, {"id": "x" * 256}), ChannelUnavailable),
        (graph_error(131016, status=503), ChannelUnavailable),
        (graph_error(999, status=500), ChannelUnavailable),
        (graph_error(131053), ChannelRefused),
        (Answer(413, {}), ChannelRefused),
    ],
    ids=str,
)
async def test_a_picture_that_was_not_handed_over_was_not_sent(
    client: httpx.AsyncClient, cloud: Cloud, fault: Fault, expected: type[ChannelError]
) -> None:
    """Whatever goes wrong before the message: it is certain that nothing was sent, and nothing is."""
    fake, shop = cloud
    fake.upload_faults.next(fault)
    with pytest.raises(ChannelError) as caught:
        await CloudChannel(client, timeout=SHORT).send_image(shop, PICTURE)
    assert type(caught.value) is expected
    assert [request.path.rpartition("/")[2] for request in fake.record.requests] == ["media"]
    assert fake.record.sent == []


async def test_a_business_scoped_id_is_a_recipient(client: httpx.AsyncClient, cloud: Cloud) -> None:
    """In `to` such an id is accepted and never delivered, so it goes into `recipient`."""
    fake, shop = cloud
    await CloudChannel(client).send_text(shop, MESSAGE.model_copy(update={"to": "BR.1000000000000003"}))
    body = fake.record.requests[0].body
    assert isinstance(body, dict)
    assert body["recipient"] == "BR.1000000000000003"
    assert "to" not in body


@pytest.mark.parametrize(
    ("fault", "expected", "code"),
    [
        (graph_error(131047), ChannelRefused, "window_closed"),
        (graph_error(131026), ChannelRefused, "undeliverable"),
        (graph_error(131062), ChannelRefused, "undeliverable"),
        (graph_error(190, status=401), ChannelRefused, "token"),
        (graph_error(0, status=401), ChannelRefused, "token"),
        (graph_error(10, status=403), ChannelRefused, "permission"),
        (graph_error(200, status=403), ChannelRefused, "permission"),
        (graph_error(131031, status=403), ChannelRefused, "blocked"),
        (graph_error(131042), ChannelRefused, "payment"),
        (graph_error(133010), ChannelRefused, "not_registered"),
        (graph_error(100), ChannelRefused, "bad_request"),
        (graph_error(132001), ChannelRefused, "meta_132001"),
        (graph_error(130429), ChannelUnavailable, None),
        (graph_error(131056), ChannelUnavailable, None),
        (graph_error(131048), ChannelUnavailable, None),
        (graph_error(80007), ChannelUnavailable, None),
        (graph_error(4), ChannelUnavailable, None),
        (graph_error(2, status=500), ChannelUnavailable, None),
        (graph_error(131000, status=500), ChannelUnavailable, None),
        (graph_error(131016, status=503), ChannelUnavailable, None),
        (graph_error(999, transient=True), ChannelUnavailable, None),
        (graph_error(999, status=500), SendOutcomeUnknown, None),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_each_error_of_the_cloud_api_is_translated(
    client: httpx.AsyncClient, cloud: Cloud, fault: Answer, expected: type[ChannelError], code: str | None
) -> None:
    """Meta's codes decide, whatever HTTP status they come with."""
    fake, shop = cloud
    fake.faults.next(fault)
    with pytest.raises(ChannelError) as caught:
        await CloudChannel(client).send_text(shop, MESSAGE)
    assert type(caught.value) is expected
    assert getattr(caught.value, "code", None) == code


async def test_every_kind_of_instance_has_its_channel(client: httpx.AsyncClient) -> None:
    """No kind is without a channel, and the practice phone is a bridge."""
    every = channels(client)
    found = {kind: type(every.of(kind)) for kind in InstanceKind}
    assert found == {
        InstanceKind.EVOLUTION: EvolutionChannel,
        InstanceKind.BAILEYS: BridgeChannel,
        InstanceKind.PRACTICE: BridgeChannel,
        InstanceKind.CLOUD: CloudChannel,
    }
