"""Exactly one winner: many processes, each with a pool of its own, want one hour of a real database."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from dev.postgres import DatabaseUrls
from storage.database import Database
from storage.instances import Instances
from tests.shops import open_shop
from tests.storage.rows import customer, pet, phone

from .conftest import SUNDAY, monday

ATTEMPTS, PROCESSES = 200, 5
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("people", [1, 3])
async def test_200_at_once_for_one_hour(
    database: Database, instances: Instances, database_urls: DatabaseUrls, people: int
) -> None:
    """As many win as there are professionals, the others are told `slot_taken` and the next free times; nobody ends in
    an error."""
    shop = await open_shop(database, instances, people=people)
    runners = []
    async with database.tenant(shop.organization_id) as tenant:
        for number in range(ATTEMPTS):
            one = await customer(tenant, shop, phone(number))
            rex = await pet(tenant, shop, one.contact_id)
            runners.append([str(one.contact_id), str(one.conversation_id), str(rex.id)])
    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.reception.racer",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]
    async with asyncio.timeout(60):
        for number, racer in enumerate(racers):
            assert racer.stdin
            assert racer.stdout
            order = {
                "url": database_urls.app,
                "shop": str(shop.organization_id),
                "start": monday(10).isoformat(),
                "now": SUNDAY.isoformat(),
                "runners": runners[number::PROCESSES],
            }
            racer.stdin.write(f"{json.dumps(order)}\n".encode())
        for racer in racers:
            assert racer.stdout
            assert (await racer.stdout.readline()).strip() == b"ready"
        answers = [(await racer.communicate())[0] for racer in await _started(racers)]
    assert [racer.returncode for racer in racers] == [0] * PROCESSES
    outcomes = [outcome for answer in answers for outcome in json.loads(answer)["outcomes"]]
    assert len({json.loads(answer)["pid"] for answer in answers}) == PROCESSES
    assert len(outcomes) == ATTEMPTS
    winners = {outcome["booked"] for outcome in outcomes if "booked" in outcome}
    losers = [outcome for outcome in outcomes if "booked" not in outcome]
    assert len(winners) == people
    assert Counter(outcome["code"] for outcome in losers) == {"slot_taken": ATTEMPTS - people}
    assert all(outcome["alternatives"] == ["09:00", "11:00", "12:00", "13:00", "14:00", "15:00"] for outcome in losers)
    async with database.tenant(shop.organization_id) as tenant:
        rows = await tenant.fetch("select id, professional_id from bookings")
        assert {str(row["id"]) for row in rows} == winners
        assert len({row["professional_id"] for row in rows}) == len(rows) == people
        assert await tenant.fetchval("select count(*) from wakes") == people


async def _started(racers: list[asyncio.subprocess.Process]) -> list[asyncio.subprocess.Process]:
    """All of them are told to go before the first is listened to."""
    for racer in racers:
        assert racer.stdin
        racer.stdin.write(b"go\n")
    await asyncio.gather(*(racer.stdin.drain() for racer in racers if racer.stdin))
    return racers
