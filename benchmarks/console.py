"""What the console and the widget cost, and how fast they are: ``python -m benchmarks.console [--messages N]``.

`opora up` with the demo tenant, two browsers in Debian's Chromium. *Commit to pixel*: a customer's message is stored at
the time that its row tells (a little before its commit); another browser, which has the conversation open, tells when
the frame with its text has been painted. Both clocks are this machine's.
"""

import argparse
import asyncio
import gzip
import os
import time
from datetime import datetime
from pathlib import Path
from statistics import quantiles

from playwright.async_api import Browser, Response
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.browser import chromium
from tests.browser.console import graphql, open_seat, sign_in
from tests.browser.demo import demo

_WIDGET = Path(__file__).parents[1] / "web" / "dist" / "widget" / "widget.js"
_CREATE = """mutation($input: CreateTicketInput!) { createTicket(input: $input) { id } }"""
_ADD = "mutation($id: ID!, $input: AddMessageInput!) { addMessage(ticketId: $id, input: $input) { id createdAt } }"
# Two frames: the first callback runs before the frame with the text is painted, the second after it.
_PAINTED = """(text) => new Promise((resolve) => {
    const look = () => document.body.innerText.includes(text)
        ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now())))
        : null;
    const watch = new MutationObserver(() => { if (look() !== null) watch.disconnect(); });
    watch.observe(document.body, { childList: true, subtree: true, characterData: true });
    look();
})"""


_WARM_UP = 5
_FIRST_LOADS = (
    ("the console, to the sign-in", "/console", None),
    ("the console, to the inbox", "/console/inbox", "agent@demo.example"),
    ("the landing page with its chat", "/", None),
)


async def first_load(browser: Browser, origin: str, path: str, email: str | None) -> tuple[int, int, float]:
    """Requests, bytes over the wire, and seconds until nothing is loaded any more, with an empty cache."""
    seat = await open_seat(browser, origin, email)
    answers: list[Response] = []
    seat.page.on("response", lambda answer: answers.append(answer))  # it marks its handlers
    began = time.perf_counter()
    await seat.go(path)
    seconds = time.perf_counter() - began
    sizes = [await answer.request.sizes() for answer in answers]
    await seat.context.close()
    return len(answers), sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes), seconds


async def commit_to_pixel(browser: Browser, origin: str, messages: int) -> list[float]:
    """Milliseconds from each message's row to the frame that shows it to an operator."""
    token = sign_in(origin, "customer@demo.example")["accessToken"]
    wish = {"title": "How fast is it?", "description": "A question.", "autoRespond": False}
    ticket = graphql(origin, _CREATE, {"input": wish}, token)["createTicket"]["id"]
    seat = await open_seat(browser, origin, "agent@demo.example")
    page = await seat.go(f"/console/inbox/tickets/{ticket}")
    took = []
    for number in track(range(messages + _WARM_UP), "Messages to an open conversation"):
        text = f"Message {number} of {messages}"
        painted = asyncio.ensure_future(page.evaluate(_PAINTED, text))
        await asyncio.sleep(0.05)
        values = {"id": ticket, "input": {"text": text, "autoRespond": False}}
        stored = await asyncio.to_thread(graphql, origin, _ADD, values, token)
        at = datetime.fromisoformat(stored["addMessage"]["createdAt"]).timestamp() * 1000
        took.append(await painted - at)
    await seat.context.close()
    return took[_WARM_UP:]


async def measure(origin: str, messages: int) -> Table:
    table = Table("what", "figure", title=f"Console and widget, load {os.getloadavg()[0]:.1f}")
    script = _WIDGET.read_bytes()
    table.add_row("widget.js, gzipped", f"{len(gzip.compress(script, 6)) / 1000:.1f} kB of {len(script) / 1000:.0f} kB")
    async with chromium.running() as browser:
        for name, path, email in _FIRST_LOADS:
            requests, size, seconds = await first_load(browser, origin, path, email)
            table.add_row(
                f"first load of {name}", f"{requests} requests, {size / 1000:.0f} kB, {seconds:.1f} s to rest"
            )
        took = await commit_to_pixel(browser, origin, messages)
    steps = quantiles(took, n=100)
    table.add_row(f"commit to pixel, {messages} messages", f"p50 {steps[49]:.0f} ms, p99 {steps[98]:.0f} ms")
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100)
    arguments = parser.parse_args()
    if chromium.executable() is None:
        raise SystemExit(chromium.MISSING)
    with demo() as installation:
        Console().print(asyncio.run(measure(installation.origin, arguments.messages)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
