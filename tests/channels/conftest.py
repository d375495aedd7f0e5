"""What the sender tests share: a client as the worker builds it, with timeouts short enough to wait for."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fakes.serving import local_client

SHORT = httpx.Timeout(5.0, read=0.3)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """One HTTP client for all channels, as in the worker."""
    async with local_client() as open_client:
        yield open_client
