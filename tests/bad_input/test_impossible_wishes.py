"""What cannot be booked is answered and writes nothing, through the whole engine: wire, model, tools, rows."""

import json
from datetime import UTC, datetime, timedelta

from tests.engine import Engine


async def test_wishes_that_cannot_be(engine: Engine) -> None:
    """Past, too far ahead, impossible, at night, of an unknown service or pet, at a price of one's own, 500 years old:
    each is answered, the tools say why, and after all of it there is the one pet and not one booking."""
    long_ago = datetime.now(UTC) - timedelta(days=3)
    far = datetime.now(UTC) + timedelta(days=2_000)
    wishes = [
        "Oi, quero cadastrar o Rex, meu cachorro golden de 3 anos",
        f"Quero agendar banho para o Rex dia {long_ago:%d/%m/%Y} às 10h",
        "Quero agendar banho para o Rex dia 31/02 às 10h",
        f"Quero agendar banho para o Rex dia {far:%d/%m/%Y} às 10h",
        "Quero banho para o Rex amanhã às 3h da manhã",
        "Quero agendar hotel para o Rex amanhã às 10h",
        "Quero agendar consulta para o Rex amanhã às 11h por R$ 1,00",
        "Meu cachorro Matusalém tem 500 anos, cadastra ele",
    ]
    for answered, wish in enumerate(wishes, 1):
        await engine.says(wish)
        reply = (await engine.replies(answered))[-1]
        assert "Agendamento confirmado" not in reply, (wish, reply)
        assert "R$ 1,00" not in reply, (wish, reply)
    assert await engine.rows("select 1 from bookings") == []
    assert [row["name"] for row in await engine.rows("select name from pets")] == ["Rex"]
    outcomes = [json.loads(row["outcome"])["content"] for row in await engine.rows("select outcome from tool_calls")]
    codes = {json.loads(content).get("error") for content in outcomes}
    assert {"past_date", "too_far_ahead", "bad_arguments"} <= codes
    assert not any('"booking": {' in content for content in outcomes)
