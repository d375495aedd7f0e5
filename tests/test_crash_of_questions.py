"""`kill -9` of the worker while the shop is asked, and while its answer is put into words: nobody hears it twice."""

import asyncio
import os
import signal
from pathlib import Path

import httpx

from dev.demo import furnish
from dev.parts import Part
from dev.practice_phone import Direction, PhoneClient
from dev.seed import OWNER_PHONE, WEBHOOK_KEY
from dev.stack import Stack
from domain.replies import FINDING_OUT
from storage.database import Database

PHONE = "5511955554433"
ANSWER = "Aceitamos cartão de crédito"


async def test_a_killed_worker_asks_once_and_tells_once(tmp_path: Path) -> None:
    """Killed when the question is there, and again while the model writes: one question, one answer."""
    tmp_path.chmod(0o755)
    async with Stack(tmp_path / "state", lasting=False) as stack, httpx.AsyncClient(trust_env=False) as http:
        database = await Database.connect(stack.env["DATABASE_URL"])
        shop = await furnish(stack, database)
        assert stack.urls.practice_phone is not None
        model = stack.urls.practice_model
        async with PhoneClient(stack.urls.practice_phone) as phone, asyncio.timeout(120):
            await phone.type_message(WEBHOOK_KEY, PHONE, "vocês aceitam cartão?", name="Cliente")
            async with database.tenant(shop.organization_id) as tenant:
                while not await tenant.fetchval("select count(*) from shop_questions"):
                    await asyncio.sleep(0.005)
            os.kill(stack.pids[Part.WORKER], signal.SIGKILL)
            await _hears(phone, PHONE, FINDING_OUT)
            await _hears(phone, OWNER_PHONE, "perguntou")
            slow = {"kind": "slow", "seconds": 2, "contains": "Resposta da equipe"}
            await http.post(f"{model}/practice/faults", json=slow)
            await phone.type_message(WEBHOOK_KEY, OWNER_PHONE, ANSWER, name="Dona da loja")
            while (await http.get(f"{model}/practice/faults")).json()["faults"]:
                await asyncio.sleep(0.02)
            os.kill(stack.pids[Part.WORKER], signal.SIGKILL)
            await _hears(phone, PHONE, ANSWER)
            async with database.tenant(shop.organization_id) as tenant:
                while await tenant.fetchval("select count(*) from letters where status = 'waiting'"):
                    await asyncio.sleep(0.02)
            customer, owner = await _heard(phone, PHONE), await _heard(phone, OWNER_PHONE)
        await database.close()
    assert len(customer) == 2
    assert sum("perguntou" in text for text in owner) == 1


async def _heard(phone: PhoneClient, number: str) -> list[str]:
    messages = await phone.messages(WEBHOOK_KEY, number)
    return [message.text for message in messages if message.direction is Direction.OUTBOUND]


async def _hears(phone: PhoneClient, number: str, text: str) -> None:
    while not any(text in said for said in await _heard(phone, number)):
        await asyncio.sleep(0.05)
