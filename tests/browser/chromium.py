"""The machine's own Chromium, driven by Playwright: no browser is ever downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SHELL = "chromium-headless-shell"
"""It has no window, which the others keep even where nobody looks: it takes two thirds of their processor time."""
MISSING = "No Chromium here (Debian: apt-get install chromium), so nothing is tried in a browser"
_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable(*, windowless: bool = False) -> str | None:
    """Its path, of the one without a window first or last; None where neither is installed."""
    names = (SHELL, *NAMES) if windowless else (*NAMES, SHELL)
    return next((path for path in map(shutil.which, names) if path), None)


@asynccontextmanager
async def running(*, windowless: bool = False) -> AsyncIterator[Browser]:
    """A headless browser, see `executable`. Raises RuntimeError where none is installed."""
    path = executable(windowless=windowless)
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
