"""The pictures of README and docs: ``make screenshots``, or ``python -m tests.browser.screenshots [NAME ...]``.

Starts an installation with the demo tenant, lets two months of its support happen (see ``scene.py``), and writes
docs/images/*.png as Chromium shows them. ``graphiql.png`` is not among them.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

from PIL import Image
from playwright.async_api import Browser, Page
from rich.console import Console
from rich.progress import Progress

from tests.browser import chromium
from tests.browser.console import Seat, open_seat
from tests.browser.demo import demo
from tests.browser.scene import AGENT, Scene

_FOLDER = Path(__file__).parents[2] / "docs" / "images"
_PAGE = Path(__file__).with_name("site.html")
_LARGEST_BYTES = 200_000
_WITHOUT_PALETTE_BYTES = 150_000
_PLAIN = Image.Dither.NONE
_PATIENCE_MS = 60_000
_PHONE = {"width": 390, "height": 780}
_WORDS = {
    "en": {
        "heading": "Internet that stays",
        "text": "Fibre for flats and houses, a router that we look after, and help at any hour.",
        "open": "Open the chat",
    },
    "kk": {
        "heading": "Үзілмейтін интернет",
        "text": "Пәтерлер мен үйлерге талшықты желі, роутер және тәулік бойы көмек.",
        "open": "Чатты ашу",
    },
}


class _Pages(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def site(opora: str, token: str) -> Iterator[str]:
    """The origin of the company's own site, which the demo's assistant serves."""
    with tempfile.TemporaryDirectory() as folder:
        for language, words in _WORDS.items():
            html = _PAGE.read_text(encoding="utf-8")
            for name, value in {**words, "origin": opora, "token": token, "language": language}.items():
                html = html.replace(f"{{{{{name}}}}}", value)
            (Path(folder) / f"{language}.html").write_text(html, encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=folder))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


class Photographer:
    """Windows of one installation, and the pictures that are taken of them."""

    def __init__(self, browser: Browser, origin: str, own_site: str, scene: Scene) -> None:
        self.scene = scene
        self._browser = browser
        self._origin = origin
        self._site = own_site

    async def seat(self, email: str | None, **wishes: object) -> Seat:
        seat = await open_seat(self._browser, self._origin, email, **wishes)  # type: ignore[arg-type]  # checked there
        seat.context.set_default_timeout(_PATIENCE_MS)
        return seat

    async def operator(self, **wishes: object) -> Seat:
        """The agent's window, who is on duty there."""
        seat = await self.seat(AGENT, **wishes)
        duty = json.dumps({"status": "AVAILABLE", "sound": False, "notices": False})
        await seat.context.add_init_script(f"localStorage['opora.duty.{self.scene.agent_id()}'] = {json.dumps(duty)}")
        return seat

    async def visitor(self, language: str, **wishes: int) -> Page:
        """A page of the company's site with its widget open."""
        seat = await self.seat(None, language=language, **wishes)
        await seat.page.goto(f"{self._site}/{language}.html")
        await seat.page.get_by_role("button", name=_WORDS[language]["open"]).click()
        return seat.page

    async def take(self, page: Page, name: str) -> None:
        """Raises AssertionError for a picture that is too large to be kept among sources."""
        # A late letter of a font, a chart that still grows.
        await page.wait_for_timeout(700)
        picture = await page.screenshot(animations="disabled", caret="hide")
        path = _FOLDER / f"{name}.png"
        path.write_bytes(picture)
        if len(picture) > _WITHOUT_PALETTE_BYTES:
            colours = (
                Image.open(BytesIO(picture)).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=_PLAIN)
            )
            colours.save(path, optimize=True)
        size = path.stat().st_size
        assert size < _LARGEST_BYTES, f"{path.name} has {size} bytes"


async def widget_and_inbox(taken: Photographer) -> None:
    """A visitor asks, is answered and calls a person; an operator takes the dialog, leaves a note and answers."""
    page = await taken.visitor("en", width=1180, height=760)
    await _ask(page, "Your message", "How many devices can I connect to the router?")
    await page.get_by_role("button", name="Call a person").click()
    await page.get_by_text("You are number").wait_for()
    await page.get_by_role("textbox", name="Your message").fill("Could a technician set it up tomorrow after six?")
    await page.keyboard.press("Enter")
    await taken.take(page, "widget")
    queue = await (await taken.operator(width=1460, height=860)).go("/console/queue")
    await queue.get_by_role("listitem", name="Visitor").wait_for()
    taken.scene.on_duty()
    await taken.take(queue, "queue")
    await queue.get_by_role("listitem", name="Visitor").get_by_role("button", name="Take", exact=True).click()
    await queue.wait_for_url("**/inbox/dialogs/*")
    dialog = queue.url.rpartition("/")[2].partition("?")[0]
    taken.scene.note(dialog, "Crew 4 is in the district tomorrow, 18:00 to 20:00 is free.")
    taken.scene.reply(dialog, "Hello! Yes: between 18:00 and 20:00. What is the address?")
    await queue.get_by_text("What is the address?").first.wait_for()
    await taken.take(queue, "inbox")


async def inbox_at_night(taken: Photographer) -> None:
    page = await (await taken.operator(dark=True, language="ru", width=1460, height=860)).go("/console/inbox?view=all")
    await page.get_by_role("link", name="красный индикатор").first.click()
    await page.get_by_role("button", name="Источник 1").first.wait_for()
    await taken.take(page, "inbox-dark")


async def inbox_on_a_phone(taken: Photographer) -> None:
    page = await (await taken.operator(**_PHONE)).go("/console/inbox")
    await taken.take(page, "inbox-phone")


async def widget_on_a_phone(taken: Photographer) -> None:
    page = await taken.visitor("kk", **_PHONE)
    await _ask(page, "Хабарламаңыз", "Роутерге қанша құрылғы қосуға болады?")
    await page.locator("summary").first.click()
    await taken.take(page, "widget-phone")


async def knowledge(taken: Photographer) -> None:
    page = await (await taken.operator(height=820)).go("/console/knowledge/search")
    await page.get_by_label("A customer's question").fill("The router shows E-101 and there is no internet")
    await page.keyboard.press("Enter")
    await page.get_by_text("The assistant would").wait_for()
    await taken.take(page, "knowledge-search")


async def unanswered(taken: Photographer) -> None:
    page = await (await taken.operator()).go("/console/unanswered")
    await taken.take(page, "unanswered")


async def statistics(taken: Photographer) -> None:
    page = await (await taken.operator(height=1090)).go("/console/statistics")
    await taken.take(page, "statistics")


async def landing(taken: Photographer) -> None:
    page = await (await taken.seat(None, height=860)).go("/")
    await page.get_by_role("button", name="How many devices").click()
    await page.locator("#chat summary").first.wait_for()
    await taken.take(page, "landing")


async def _ask(page: Page, field: str, text: str) -> None:
    """Write it into the widget, and wait for the answer with its sources."""
    await page.get_by_role("textbox", name=field).fill(text)
    await page.keyboard.press("Enter")
    await page.locator("summary").first.wait_for()


PICTURES: dict[str, Callable[[Photographer], Awaitable[None]]] = {
    "widget, queue, inbox": widget_and_inbox,
    "inbox-dark": inbox_at_night,
    "inbox-phone": inbox_on_a_phone,
    "widget-phone": widget_on_a_phone,
    "knowledge-search": knowledge,
    "unanswered": unanswered,
    "statistics": statistics,
    "landing": landing,
}


async def photograph(origin: str, scene: Scene, progress: Progress, names: list[str]) -> None:
    """Take the pictures whose names hold any of ``names``; all where there are none."""
    wanted = {name: take for name, take in PICTURES.items() if not names or any(each in name for each in names)}
    task = progress.add_task("", total=len(wanted))
    with site(origin, scene.site_token) as own_site:
        async with chromium.running() as browser:
            taken = Photographer(browser, origin, own_site, scene)
            for name, take in wanted.items():
                progress.update(task, description=name)
                await take(taken)
                progress.advance(task)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of names of pictures; all without any")
    arguments = parser.parse_args()
    if chromium.executable() is None:
        raise SystemExit(chromium.MISSING)
    with Progress(console=Console(stderr=True)) as progress:
        steps = progress.add_task("an installation starts", total=6)
        with demo() as installation:
            scene = Scene(installation)
            scene.hire()
            for step in scene.live():
                progress.update(steps, advance=1, description=step)
            progress.update(steps, advance=1, description="visitors wait")
            scene.wait()
            progress.update(steps, advance=1, description="the scene is set")
            asyncio.run(photograph(installation.origin, scene, progress, arguments.names))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
