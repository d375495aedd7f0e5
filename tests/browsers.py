"""The system's Chromium, driven by playwright."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium: the machine's own, else the one playwright brought; without either the test says so."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        except Exception as error:
            if path is not None:
                raise
            pytest.skip(f"no Chromium on this machine (apt-get install chromium): {type(error).__name__}")
        yield browser
        await browser.close()
