"""Visitors of the shop, with the widget before them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser import shop
from tests.browser.console import PATIENCE_MS, Seat, graphql, sign_in

OpenVisit = Callable[..., Awaitable["Visitor"]]

_STAFF = "admin@demo.example"
_ASSISTANTS = "{ assistants { name siteToken } }"
_SAID = """
query($id: ID!) {
  dialog(id: $id) {
    handoffStatus
    messages(first: 100) { edges { node { authorKind text attachments { fileName } } } }
  }
}
"""
_TAKE = "mutation($id: ID!) { takeOverDialog(dialogId: $id) { id } }"
_RELEASE = "mutation($id: ID!) { releaseDialog(dialogId: $id, returnToAi: false) { id } }"
_WITHDRAW = 'mutation($id: ID!) { cancelHandoff(dialogId: $id, reason: "operator_declined") { id } }'
_SAY = "mutation($id: ID!, $text: String!) { sendDialogMessage(dialogId: $id, input: { text: $text }) { id } }"


@cache
def staff_token(origin: str, email: str = _STAFF) -> str:
    return str(sign_in(origin, email)["accessToken"])


@cache
def site_token(origin: str) -> str:
    """Of the demo's assistant."""
    token: str = graphql(origin, _ASSISTANTS, {}, staff_token(origin))["assistants"][0]["siteToken"]
    return token


def messages(origin: str, dialog_id: str) -> list[dict[str, Any]]:
    """All that is stored of a dialog, in its order."""
    dialog = graphql(origin, _SAID, {"id": dialog_id}, staff_token(origin))["dialog"]
    return [edge["node"] for edge in dialog["messages"]["edges"]]


def words(origin: str, dialog_id: str, author: str = "CUSTOMER") -> list[str]:
    return [each["text"] for each in messages(origin, dialog_id) if each["authorKind"] == author]


def take_over(origin: str, dialog_id: str, email: str = _STAFF) -> None:
    """An operator takes the dialog that waits, from elsewhere."""
    graphql(origin, _TAKE, {"id": dialog_id}, staff_token(origin, email))


def leave(origin: str, dialog_id: str) -> None:
    """Whoever has or awaits the dialog is done with it: operators have room for few, and queues are looked at."""
    status = graphql(origin, _SAID, {"id": dialog_id}, staff_token(origin))["dialog"]["handoffStatus"]
    end = {"ACTIVE": _RELEASE, "REQUESTED": _WITHDRAW}.get(status)
    if end is not None:
        graphql(origin, end, {"id": dialog_id}, staff_token(origin))


def answer(origin: str, dialog_id: str, text: str, email: str = _STAFF) -> None:
    """An operator writes, from elsewhere."""
    graphql(origin, _SAY, {"id": dialog_id, "text": text}, staff_token(origin, email))


async def eventually(condition: Callable[[], bool], patience_s: float = 20.0) -> bool:
    """Whether it comes true in time, while browsers and wires go on."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


@dataclass
class Visitor:
    """One visitor; ``opora`` is the installation behind whatever line their browser has to it."""

    seat: Seat
    opora: str

    @property
    def page(self) -> Page:
        return self.seat.page

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name="Open the chat")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Your message")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    async def shown(self) -> list[str]:
        """What was said, from top to bottom, without the greeting and what is being written."""
        return await self.log.locator(".message:not(.greeting, .writing) .text").all_inner_texts()

    async def reach_person(self, email: str = _STAFF) -> str:
        """Call a person, who takes the dialog from elsewhere; returns its id."""
        await self.launcher.click()
        await self.say("Please call a person")
        await expect(self.page.get_by_text("You are number")).to_be_visible(timeout=PATIENCE_MS)
        dialog_id = await self.dialog_id()
        take_over(self.opora, dialog_id, email)
        await expect(self.page.get_by_text("is answering you")).to_be_visible(timeout=PATIENCE_MS)
        return dialog_id

    async def dialog_id(self) -> str:
        """Of the dialog that the widget remembers; empty where there is none."""
        name = f"opora.widget.{site_token(self.opora)}"
        kept = json.loads(await self.page.evaluate("name => localStorage[name] ?? '{}'", name))
        return str(kept.get("dialogId", ""))

    async def arrive(self, site: str, line: str, language: str = "en") -> None:
        """Open the page of the shop; ``line`` is the address at which they reach Opora."""
        await self.page.goto(shop.address(site, line, site_token(self.opora), language))
