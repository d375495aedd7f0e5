"""`kill -9` of the worker in the middle of a conversation: it goes on, and nothing happens twice."""

import asyncio
import os
import signal
from pathlib import Path

import httpx

from dev.demo import furnish
from dev.parts import Part
from dev.practice_phone import PhoneClient
from dev.seed import WEBHOOK_KEY
from dev.stack import Stack
from storage.database import Database

PHONE = "5511955554444"


async def test_a_killed_worker_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    """Killed while the model thinks and again later: the customer gets each answer once, the rows are there once."""
    tmp_path.chmod(0o755)
    async with Stack(tmp_path / "state", lasting=False) as stack, httpx.AsyncClient(trust_env=False) as http:
        database = await Database.connect(stack.env["DATABASE_URL"])
        shop = await furnish(stack, database)
        assert stack.urls.practice_phone is not None
        async with PhoneClient(stack.urls.practice_phone) as phone:
            first = "Quero agendar consulta geral amanhã de manhã para meu cachorro Rex, um Golden Retriever de 3 anos"
            assert "- 10:00" in await _answer_although_killed(stack, http, phone, first)
            assert "Agendamento confirmado" in await _answer_although_killed(stack, http, phone, "10h está ótimo")
            messages = await phone.messages(WEBHOOK_KEY, PHONE)
        async with database.tenant(shop.organization_id) as tenant:
            of_contact = "where contact_id = (select id from contacts where phone = $1)"
            pets = await tenant.fetchval(f"select count(*) from pets {of_contact}", PHONE)
            bookings = await tenant.fetchval(f"select count(*) from bookings {of_contact}", PHONE)
        await database.close()
    assert [message.direction for message in messages] == ["inbound", "outbound"] * 2
    assert (pets, bookings) == (1, 1)


async def _answer_although_killed(stack: Stack, http: httpx.AsyncClient, phone: PhoneClient, text: str) -> str:
    """The reply to `text`, whose worker is killed while it waits for the model."""
    model = stack.urls.practice_model
    await http.delete(f"{model}/practice/calls")
    await http.post(f"{model}/practice/faults", json={"kind": "slow", "seconds": 2})
    last = await phone.type_message(WEBHOOK_KEY, PHONE, text, name="Cliente")
    async with asyncio.timeout(60):
        while not (await http.get(f"{model}/practice/calls")).json()["count"]:
            await asyncio.sleep(0.02)
        os.kill(stack.pids[Part.WORKER], signal.SIGKILL)
        return (await phone.next_reply(WEBHOOK_KEY, PHONE, after=last)).text
