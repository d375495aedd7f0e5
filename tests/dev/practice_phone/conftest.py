"""A practice phone with one shop, and the gateway double that it posts to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from dev.practice_phone import PhoneClient, running_practice_phone
from tests.dev.practice_phone.gateway_double import GatewayDouble, running_gateway
from tests.dev.practice_phone.shop import QUICK, TOKEN, register


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with running_gateway() as double:
        yield double


@pytest.fixture
async def phone(gateway: GatewayDouble, tmp_path: Path) -> AsyncIterator[PhoneClient]:
    async with running_practice_phone(gateway_url=gateway.url, state_dir=tmp_path, backoff=QUICK) as running:
        await register(running)
        yield running


@pytest.fixture
async def engine(phone: PhoneClient) -> AsyncIterator[httpx.AsyncClient]:
    """The engine's side of the wire."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=phone.url, headers=headers, trust_env=False) as client:
        yield client
