"""No request, however odd, makes the gateway fail: it answers 200, or a refusal in its own words."""

import asyncio
import json
import string
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from tests.engine import Engine
from tests.webhooks.bodies import Json, cloud_body, cloud_change, cloud_text, evolution_body, written
from tests.webhooks.doors import Door

_BOUNDED = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
_SANE = {200, 401, 404, 405, 408, 413, 422, 503}

# Surrogates on purpose: JSON can spell half a character, and providers do.
_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
_LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT
_ANY = st.recursive(_LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3))


def _answer_is_sane(response: httpx.Response) -> None:
    assert response.status_code in _SANE, (response.status_code, response.text[:300])
    if response.status_code != 200:
        assert response.json().keys() == {"error", "message"}


async def test_the_addresses_stand_what_schemathesis_makes_of_them(engine: Engine) -> None:
    """Every operation of our own OpenAPI document, with odd keys, queries and headers."""

    def attack() -> None:
        schema = schemathesis.openapi.from_url(f"{engine.gateway_url}/openapi.json")
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()

            @given(case=operation.as_strategy())
            @_BOUNDED
            def one(case: schemathesis.Case[Any]) -> None:
                response = case.call()
                assert response.status_code in _SANE, (response.status_code, response.text[:300])

            one()

    await asyncio.to_thread(attack)


def _spoilt(value: object, path: list[int], put: object) -> object:
    """`value` with what is found by walking down `path` replaced by `put`."""
    if not path or not isinstance(value, dict | list) or not value:
        return put
    if isinstance(value, dict):
        key = sorted(value)[path[0] % len(value)]
        return {**value, key: _spoilt(value[key], path[1:], put)}
    at = path[0] % len(value)
    return [*value[:at], _spoilt(value[at], path[1:], put), *value[at + 1 :]]


async def test_authenticated_bodies_with_anything_anywhere_are_answered(
    bridge: Door, evolution: Door, cloud: Door
) -> None:
    """Rightly authenticated bodies of each channel with one part replaced by anything JSON can say."""
    letters = string.ascii_letters
    status: Json = {"key": {"remoteJid": "1@lid", "fromMe": True, "id": letters}, "update": {"status": 3}}
    bodies: list[tuple[Door, Json]] = [
        (bridge, {"event": "messages.upsert", "data": {"type": "notify", "messages": [written("Oi")]}}),
        (bridge, {"event": "messages.update", "data": [status]}),
        (bridge, {"organizationId": "a", "instanceId": "b", "message": written("Oi")}),
        (evolution, evolution_body("messages.upsert", written("Oi"))),
        (evolution, evolution_body("send.message", written("Oi"))),
        (evolution, evolution_body("connection.update", {"state": "open"})),
        (cloud, cloud_body(cloud_change("200000000000001", messages=[cloud_text("Oi")], statuses=[{"id": "w"}]))),
    ]

    def attack() -> None:
        with httpx.Client(trust_env=False) as client:

            @given(st.sampled_from(bodies), st.lists(st.integers(0, 9), max_size=7), _ANY)
            @settings(_BOUNDED, max_examples=120)
            def one(target: tuple[Door, Json], path: list[int], put: object) -> None:
                door, body = target
                raw = json.dumps(_spoilt(body, path, put)).encode()
                headers = {"authorization": f"Bearer {door.token}", "x-hub-signature-256": door.signature(raw)}
                _answer_is_sane(client.post(door.url, content=raw, headers=headers))

            one()

    await asyncio.to_thread(attack)
