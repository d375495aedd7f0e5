"""What every channel promises about a send, whichever its provider is: over real HTTP, against fakes that misbehave."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from channels.port import Outbound, OutboundImage, OutboundText
from channels.registry import Channels, channels
from domain.errors import ChannelError, ChannelRefused, ChannelUnavailable, SendOutcomeUnknown
from domain.instances import InstanceKind, WhatsAppInstance
from tests.channels.conftest import SHORT
from tests.channels.instances import PNG, instance
from tests.fakes.bridge import Bridge
from tests.fakes.cloud_api import CloudApi
from tests.fakes.evolution_api import EvolutionApi
from tests.fakes.faults import Answer, Drop, Fault, Hang
from tests.fakes.serving import served

MESSAGE = OutboundText(to="5511987654321@s.whatsapp.net", text="Oi! O Rex está pronto 🐾", reference="ref-1")
PICTURE = OutboundImage(
    to=MESSAGE.to, image=PNG, mimetype="image/png", caption="Receita da semana: R$ 1.234,50", reference="ref-2"
)


@dataclass(frozen=True)
class Wired:
    """A fake provider that runs, and the instance that leads to it."""

    fake: EvolutionApi | Bridge | CloudApi
    instance: WhatsAppInstance


@pytest.fixture(params=[InstanceKind.EVOLUTION, InstanceKind.BAILEYS, InstanceKind.CLOUD])
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    """Each provider in turn."""
    kind: InstanceKind = request.param
    fake: EvolutionApi | Bridge | CloudApi
    external_id, path = "petshop", ""
    if kind is InstanceKind.EVOLUTION:
        fake, token = EvolutionApi(), "evolution-key"
    elif kind is InstanceKind.CLOUD:
        fake = CloudApi()
        token, external_id, path = fake.token, fake.phone_number_id, "/v23.0"
    else:
        fake = Bridge()
        token = fake.token
    async with served(fake) as base_url:
        yield Wired(fake, instance(kind, base_url + path, external_id=external_id, token=token))


@pytest.fixture
def every(client: httpx.AsyncClient) -> Channels:
    """All channels."""
    return channels(client, timeout=SHORT)


async def _sent(every: Channels, wired: Wired, message: Outbound) -> str:
    channel = every.of(wired.instance.kind)
    if isinstance(message, OutboundImage):
        return await channel.send_image(wired.instance, message)
    return await channel.send_text(wired.instance, message)


async def _error(every: Channels, wired: Wired, message: Outbound = MESSAGE) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await _sent(every, wired, message)
    return caught.value


async def test_a_message_is_sent_once_as_it_is(every: Channels, wired: Wired) -> None:
    """The text and the whole address reach the provider unchanged, and its id comes back."""
    provider_id = await every.of(wired.instance.kind).send_text(wired.instance, MESSAGE)
    (sent,) = wired.fake.record.sent
    assert (sent.provider_id, sent.to, sent.text) == (provider_id, MESSAGE.to, MESSAGE.text)
    assert len(wired.fake.record.requests) == 1


async def test_a_picture_is_sent_once_with_its_caption(every: Channels, wired: Wired) -> None:
    """Every byte of the picture, the caption and the whole address reach the provider, and its id comes back."""
    provider_id = await every.of(wired.instance.kind).send_image(wired.instance, PICTURE)
    (sent,) = wired.fake.record.sent
    assert (sent.provider_id, sent.to, sent.text) == (provider_id, PICTURE.to, PICTURE.caption)
    assert sent.image == PNG


@pytest.mark.parametrize("message", [MESSAGE, PICTURE], ids=["text", "picture"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Hang(), SendOutcomeUnknown),
        (Hang(after_sending=True), SendOutcomeUnknown),
        (Drop(), SendOutcomeUnknown),
        (Drop(after_sending=True), SendOutcomeUnknown),
        (Answer(500, {"oops": True}), SendOutcomeUnknown),
        (Answer(502, "bad gateway"), SendOutcomeUnknown),
        (Answer(503, "no server"), SendOutcomeUnknown),
        (Answer(504, after_sending=True), SendOutcomeUnknown),
        (Answer(408), SendOutcomeUnknown),
        (Answer(200, {"nothing": "of an id"}), SendOutcomeUnknown),
        (Answer(201, ["not", "an", "object"]), SendOutcomeUnknown),
        (Answer(200, {"key": {"id": "x" * 256}, "messages": [{"id": "x" * 256}]}), SendOutcomeUnknown),
        (Answer(429, {}), ChannelUnavailable),
        (Answer(401, {}), ChannelRefused),
        (Answer(403, {}), ChannelRefused),
        (Answer(413, {}), ChannelRefused),
        (Answer(422, {}), ChannelRefused),
        (Answer(302, {}, {"location": "/elsewhere"}), ChannelRefused),
    ],
    ids=str,
)
async def test_every_answer_is_named_by_what_is_certain(
    every: Channels, wired: Wired, message: Outbound, fault: Fault, expected: type[ChannelError]
) -> None:
    """Each way a send can go wrong becomes the error that tells Temporal what may be done, and is tried once only."""
    wired.fake.faults.next(fault)
    assert type(await _error(every, wired, message)) is expected
    assert len([request for request in wired.fake.record.requests if not request.path.endswith("/media")]) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("999999", 3600.0), ("soon", None), ("nan", None), ("", None)],
)
async def test_a_rate_limit_says_how_long_to_wait(
    every: Channels, wired: Wired, said: str, seconds: float | None
) -> None:
    """`Retry-After` is honoured between nothing and an hour, and rubbish in it is no answer."""
    wired.fake.faults.next(Answer(429, {}, {"retry-after": said}))
    error = await _error(every, wired)
    assert isinstance(error, ChannelUnavailable)
    assert error.retry_after == seconds


async def test_a_rate_limit_may_name_a_date(every: Channels, wired: Wired) -> None:
    """`Retry-After` may be an HTTP date: one in the past means now, one far off an hour."""
    for said, seconds in (("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Wed, 21 Oct 2065 07:28:00 GMT", 3600.0)):
        wired.fake.faults.next(Answer(429, {}, {"retry-after": said}))
        error = await _error(every, wired)
        assert isinstance(error, ChannelUnavailable)
        assert error.retry_after == seconds


async def test_a_refused_token_is_an_operators_matter(every: Channels, wired: Wired) -> None:
    """A wrong token is never retried: somebody has to mend it."""
    wrong = instance(wired.instance.kind, wired.instance.base_url, external_id=wired.instance.external_id, token="no")
    for message in (MESSAGE, PICTURE):
        error = await _error(every, Wired(wired.fake, wrong), message)
        assert isinstance(error, ChannelRefused)
        assert error.code in {"unauthorized", "token"}


async def test_a_provider_that_is_not_there_was_sent_nothing(every: Channels, wired: Wired) -> None:
    """A refused connection is certain: nothing was sent, and it may be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = instance(wired.instance.kind, f"http://127.0.0.1:{port}", external_id="x")
    for message in (MESSAGE, PICTURE):
        assert type(await _error(every, Wired(wired.fake, away), message)) is ChannelUnavailable


@pytest.mark.parametrize(
    ("base_url", "token"),
    [("nonsense", "t"), ("ftp://h", "t"), ("http://h:port", "t"), ("", "a\nb"), ("", "ã")],
)
async def test_an_impossible_address_or_token_is_an_operators_matter(
    every: Channels, wired: Wired, base_url: str, token: str
) -> None:
    """What cannot be sent as HTTP at all is refused as misconfigured, not retried for ever."""
    impossible = instance(wired.instance.kind, base_url or wired.instance.base_url, token=token)
    error = await _error(every, Wired(wired.fake, impossible))
    assert isinstance(error, ChannelRefused)
    assert error.code == "misconfigured"
    assert error.__cause__ is None
    assert error.__suppress_context__


async def test_no_error_repeats_a_secret_or_a_text(every: Channels, wired: Wired) -> None:
    """Errors end up in histories and logs: neither the token, the text nor the number may be in them."""
    for fault in (Answer(500), Answer(422), Answer(429), Drop(), Hang()):
        wired.fake.faults.next(fault)
        said = str(await _error(every, wired))
        assert wired.instance.api_token.get_secret_value() not in said
        assert MESSAGE.text not in said
        assert "98765" not in said
