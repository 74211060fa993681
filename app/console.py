"""The console and the widget: what `make web` builds from web/src into web/dist.

The console is one page for every address below ``/console``; its script decides what stands there. Its Content
Security Policy admits our own files alone, and styles made at run time by their nonce. The widget is one script, which
pages of other sites load.
"""

import asyncio
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.assets import Asset, accepts_gzip, compressed, conditional_response
from app.pages import WEB, Page, catalogue, page_response

WIDGET = "dist/widget/widget.js"
_CONSOLE = WEB / "dist" / "console" / "index.html"
# The address stands in the pages of sites and carries no hash: browsers ask again after ten minutes.
_WIDGET_CACHE = "public, max-age=600, stale-while-revalidate=86400"
_NOT_BUILT = "The console and the widget are not built here: run `make web`, then start Opora again.\n"


@cache
def console_page() -> Page | None:
    """The page of the console; None where it is not built."""
    return Page(_CONSOLE.read_text(encoding="utf-8")) if _CONSOLE.is_file() else None


async def _console(request: Request) -> Response:
    page = console_page()
    return _not_built() if page is None else page_response(request, page)


async def _widget(request: Request) -> Response:
    script = catalogue().get(WIDGET)
    return _not_built() if script is None else await _script(request, script)


async def _script(request: Request, script: Asset) -> Response:
    headers = {
        "content-type": script.media_type,
        "cache-control": _WIDGET_CACHE,
        "vary": "Accept-Encoding",
        # Any site may load it, with `crossorigin` and `integrity` too; what it may then do its site token says.
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    if not accepts_gzip(request):
        return conditional_response(request, script.content, f'"{script.digest[:32]}"', headers)
    headers["content-encoding"] = "gzip"
    content = await asyncio.to_thread(compressed, script)
    return conditional_response(request, content, f'"{script.digest[:32]}-gzip"', headers)


def _not_built() -> Response:
    return Response(_NOT_BUILT, 503, media_type="text/plain")


def console_routes() -> list[BaseRoute]:
    return [
        Route("/console", _console, name="console"),
        Route("/console/{path:path}", _console),
        Route("/widget.js", _widget, name="widget"),
    ]
