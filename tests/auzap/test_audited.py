"""The audit log in words: operators read Portuguese, programs read what is stored."""

from zoneinfo import ZoneInfo

import pytest
from pydantic import JsonValue

from commands.audited import action_in_words, facts_in_words
from domain.owner_orders import OrderKind

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"price": "60"}, "preço: R$ 60,00"),
        (
            {"start": "2026-11-23T17:00:00+00:00", "professional": "Ana", "status": "scheduled"},
            "início: 23/11/2026 14:00, profissional: Ana, situação: agendado",
        ),
        ({"2026-11-23": "09:00–12:00"}, "23/11/2026: 09:00–12:00"),
        ({"enabled": False}, "assistente: em pausa"),
        ({"role": "manager", "name": "João"}, "papel: gerente, nome: João"),
        ({"role": None}, "papel: nada"),
        ({"paused": ["daily_summary", "alerts"]}, "em pausa: resumo do dia, alertas do dia"),
        ({"paused": []}, "em pausa: nada"),
        ({"first_day": "2026-11-23", "customers": 6}, "de: 23/11/2026, clientes: 6"),
        ({"status": "running"}, "situação: em andamento"),
        ({"text": "2026-11-23T99"}, "texto: 2026-11-23T99"),
        ({"novo": "x"}, "novo: x"),
        ({}, ""),
    ],
)
def test_facts_read_as_the_shops_people_say_them(facts: dict[str, JsonValue], words: str) -> None:
    """Names, times, money and states in words; what is not known is shown as it is."""
    assert facts_in_words(facts, ZONE) == words


def test_every_order_has_words_of_its_own() -> None:
    """No kind is shown by its internal name; an action of a later version still is."""
    assert not {action_in_words(kind) for kind in OrderKind} & set(OrderKind)
    assert action_in_words("something_new") == "something_new"
