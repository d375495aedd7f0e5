"""Whatever the model puts into a tool's arguments, it gets an answer: no tool of Aurora's ever fails by them."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import JsonValue

from assistants.team import toolbox
from domain.conversation import AgentType
from domain.model import ToolRequest
from tests.office.conftest import OwnersChat
from tests.office.neighbours import MONDAY_TEN, booked, neighbour

_TOOLS = sorted(schema["function"]["name"] for schema in toolbox(AgentType.AURORA).schemas())
_DAYS = ('"0001-01-01"', '"9999-12-31"', '"1970-01-02"', '"2199-12-31"', '"2026-02-30"', "0", "253402300799")
_ABSURD = (
    *_DAYS,
    *("null", "true", "[]", "{}", "-1", "1000000000", "1e308", "1e400", "-0.0", "NaN", "Infinity", f"1{'0' * 400}"),
    *('"NaN"', '"Infinity"', '"-1"', '"1e99999"', '"0.001"'),
    *('""', '" "', '"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"', '"Ba\\u0000nho12"', '"\\ud800"'),
    *(
        '"%%%%%%%%"',
        '"________"',
        '"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"',
        '"\';--abcde"',
        '"ABCDEF01"',
        '"🐶🐶🐶🐶🐶🐶🐶🐶"',
    ),
    *(
        '"ﬀﬀﬀﬀﬀﬀﬀﬀ"',
        '"\\n\\n\\n\\n\\n\\n\\n\\n"',
        '"١٢٣٤٥٦٧٨"',
        '"²²²²²²²²"',
        '"9999999999999999"',
        '"24:00"',
        '"00:00"',
    ),
    *('"23:59"', '"23:59:59.999999"', '"12:00+23:59"', '"10:00Z"', f'"{"a" * 200}"', f'"{"x" * 100_000}"'),
    *('["\\u0000"]', '["Maria", "Maria", "%"]', '["%", "_", ""]'),
)
_USUAL: dict[str, JsonValue] = {
    "first": "2026-11-01",
    "last": "2026-11-30",
    "day": "2026-11-24",
    "date": "2026-11-24",
    "time": "15:00",
    "service": "Banho",
    "price": 60,
    "weekday": "monday",
    "opens": "08:00",
    "name": "Júlia",
    "phone": "11 97777-1234",
    "role": "manager",
    "customer": "Maria",
    "text": "Oi, tudo bem?",
    "kind": "revenue",
    "question": "0123abcd",
    "answer": "sim",
    "order": "0123abcd",
}
"""What each tool can be asked by; a tool is given what it takes of it, and what it cannot do without."""


def _requests(tool: str, booking: str) -> Iterator[str]:
    """Every argument of a tool made absurd in every way, alone; and any two dates that go together."""
    (schema,) = (one for one in toolbox(AgentType.AURORA).schemas() if one["function"]["name"] == tool)
    parameters = schema["function"]["parameters"]
    properties = parameters["properties"]
    assert isinstance(properties, dict)
    usual = {"booking": booking, **_USUAL}
    needed = parameters.get("required", [])
    assert isinstance(needed, list)
    base = {name: json.dumps(usual[name]) for name in needed}
    if tool in ("change_opening_hours", "find_appointments"):  # neither is asked with nothing
        more = "opens" if tool == "change_opening_hours" else "customer"
        base[more] = json.dumps(usual[more])
    yield _as_json(base)
    yield from ("", "null", "[]", '"x"', "{", '{"a": 1}', "\ud800", "[" * 100_000, "{}" * 2, _as_json(base) + "\x00")
    for name in properties:
        for absurd in _ABSURD:
            yield _as_json({**base, name: absurd})
    for begins, ends in (("first", "last"), ("day", "last_day"), ("from", "to"), ("opens", "closes")):
        if begins in properties and ends in properties:
            values = _DAYS if begins in ("first", "day") else ('"00:00"', '"23:59"', '"24:00"', '"12:00"')
            for since in values:
                for until in values:
                    yield _as_json({**base, begins: since, ends: until})


def _as_json(arguments: dict[str, str]) -> str:
    return f"{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in arguments.items())}}}"


@pytest.mark.parametrize("tool", _TOOLS)
async def test_no_argument_makes_a_tool_fail(owner: OwnersChat, tool: str) -> None:
    """Dates of no calendar, numbers without bound, text that no database takes: each is answered, none is an error."""
    maria = await neighbour(owner, "Maria", "Rex")
    booking = str(await booked(owner, maria, MONDAY_TEN))
    await booked(owner, maria, MONDAY_TEN - timedelta(days=90), status="completed")
    failed = []
    for arguments in _requests(tool, booking):
        try:
            async with owner.turn() as turn:
                await toolbox(AgentType.AURORA).call(turn, ToolRequest(id="1", name=tool, arguments=arguments))
        except Exception as error:
            failed.append(f"{arguments[:200]!r}: {type(error).__name__}: {str(error)[:150]}")
    assert not failed, "\n".join(failed)
