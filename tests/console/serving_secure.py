"""The same console as an installation with HTTPS serves it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from gateway import application
from tests.console.conftest import Console
from tests.fakes.serving import Plain, local_client, served


@asynccontextmanager
async def secure_console(console: Console) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a gateway with the defaults of production."""
    settings = console.settings.model_copy(update={"auzap_console_secure_cookies": True})
    app = application(console.database, console.temporal, settings, signing_in=console.signing_in)
    async with served(Plain(app)) as url, local_client() as http:
        http.base_url = httpx.URL(url)
        yield http
