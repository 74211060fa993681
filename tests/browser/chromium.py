"""The machine's own Chromium, driven by Playwright: no browser is ever downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = "No Chromium here (Debian: apt-get install chromium), so nothing is tried in a browser"
_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """Its path; None where it is not installed."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@asynccontextmanager
async def running() -> AsyncIterator[Browser]:
    """A headless browser. Raises RuntimeError where none is installed."""
    path = executable()
    if path is None:
        raise RuntimeError(MISSING)
    # Its sandbox refuses to run for root, as in containers.
    arguments = [*_ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else _ARGUMENTS
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
