"""People at their browsers: a page of the console for each of the demo's people."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.system.installation import PLAIN

PASSWORD = "opora-demo-1"
PATIENCE_MS = 45_000
"""A machine that does other things besides is slow, not wrong. Where all is well nobody waits so long."""
LOCALES = {"ru": "ru-RU", "kk": "kk-KZ", "en": "en-GB"}
_LOGIN = "mutation($input: LoginInput!) { login(input: $input) { accessToken refreshToken expiresIn } }"


def graphql(
    origin: str,
    document: str,
    variables: Mapping[str, Any],
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The ``data`` of an operation; fails where there are errors."""
    sent = {**(headers or {}), **({"authorization": f"Bearer {token}"} if token else {})}
    body = {"query": document, "variables": dict(variables)}
    response = httpx.post(f"{origin}/graphql", json=body, headers=sent, timeout=20.0, verify=PLAIN).json()
    assert "errors" not in response, response["errors"]
    data: dict[str, Any] = response["data"]
    return data


def sign_in(origin: str, email: str) -> dict[str, Any]:
    """Tokens of one of the demo's people."""
    pair: dict[str, Any] = graphql(origin, _LOGIN, {"input": {"email": email, "password": PASSWORD}})["login"]
    return pair


@dataclass
class Seat:
    """One browser window of one person. ``faults`` is what the browser complained of: errors, refused resources."""

    page: Page
    context: BrowserContext
    origin: str
    faults: list[str] = field(default_factory=list)

    async def go(self, path: str) -> Page:
        """Open an address of this installation and wait until it stands still."""
        await self.page.goto(self.origin + path)
        await self.page.wait_for_load_state("networkidle")
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))


async def open_seat(
    browser: Browser,
    origin: str,
    email: str | None = None,
    *,
    language: str = "en",
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
    zone: str = "Asia/Almaty",
) -> Seat:
    """A window of its own, with cookies and storage of its own; signed in where ``email`` is given."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale=LOCALES[language],
        timezone_id=zone,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    kept = {"opora.language": language}
    if email is not None:
        pair = sign_in(origin, email)
        expires_at = int((time.time() + pair["expiresIn"]) * 1000)
        session = {key: pair[key] for key in ("accessToken", "refreshToken")} | {"expiresAt": expires_at}
        kept["opora.session"] = json.dumps(session)
    for key, value in kept.items():
        words = f"if (!localStorage[{json.dumps(key)}]) localStorage[{json.dumps(key)}] = {json.dumps(value)}"
        await context.add_init_script(words)
    seat = Seat(await context.new_page(), context, origin)
    seat.watch()
    return seat
