"""Pages for people: the landing page, GraphiQL, Swagger UI, ReDoc, and the page for what was not found.

Everything they load is a file of web/. A page is a template whose ``{{asset path}}`` becomes an address with a content
hash and whose ``{{first_query}}`` becomes web/pages/first_query.graphql; ``{{nonce}}`` is new with each response.
"""

import hashlib
import html
import re
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.assets import (
    REVALIDATE,
    Asset,
    AssetCatalogue,
    asset_response,
    conditional_response,
    without_body_for_head,
)
from app.media_types import accepted_weights
from app.security_headers import CONTENT_SECURITY_POLICY, page_policy

WEB = Path(__file__).resolve().parents[1] / "web"
FAVICON = "pages/favicon.svg"
HTML = "text/html; charset=utf-8"
NONCE = "{{nonce}}"
_ASSET = re.compile(r"\{\{asset ([^}]+)\}\}")


@dataclass(frozen=True, slots=True)
class Page:
    """A template with its assets filled in. ``blob_workers``: its library starts a worker from memory."""

    text: str
    blob_workers: bool = False

    @property
    def needs_nonce(self) -> bool:
        return NONCE in self.text


@cache
def catalogue() -> AssetCatalogue:
    """The files that pages may load, read once."""
    return AssetCatalogue(WEB, ("pages", "vendor", "dist"))


@cache
def page(name: str, *, blob_workers: bool = False) -> Page:
    """Read a template of web/pages/, once. Raises KeyError where it names a file that does not exist."""
    text = (WEB / "pages" / f"{name}.html").read_text(encoding="utf-8")
    text = _ASSET.sub(lambda match: catalogue().url(match[1]), text)
    query = (WEB / "pages" / "first_query.graphql").read_text(encoding="utf-8").strip()
    return Page(text.replace("{{first_query}}", html.escape(query)), blob_workers)


def page_response(request: Request, template: Page, *, status: int = 200) -> Response:
    """Render a page. One with a nonce is never stored; any other is revalidated by its hash."""
    if template.needs_nonce:
        return _with_nonce(request, template)
    content = template.text.encode()
    headers = {
        "content-type": HTML,
        "cache-control": REVALIDATE,
        CONTENT_SECURITY_POLICY: page_policy(blob_workers=template.blob_workers),
    }
    if status != 200:
        headers["vary"] = "Accept"
        return without_body_for_head(request, Response(content, status, headers))
    return conditional_response(request, content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', headers)


def _with_nonce(request: Request, template: Page) -> Response:
    nonce = secrets.token_urlsafe(16)
    headers = {
        "content-type": HTML,
        "cache-control": "no-store",
        CONTENT_SECURITY_POLICY: page_policy(style_nonce=nonce, blob_workers=template.blob_workers),
    }
    return without_body_for_head(request, Response(template.text.replace(NONCE, nonce), headers=headers))


def wants_html(request: Request) -> bool:
    """Whether the client is a browser: it names ``text/html`` and likes no JSON type better (RFC 9110, 12.5.1)."""
    weights = accepted_weights(request.headers.get("accept", ""))
    json_weight = max(weights.get(name, 0.0) for name in ("application/json", "application/graphql-response+json"))
    return weights.get("text/html", 0.0) > 0 and weights["text/html"] >= json_weight


def graphiql_response(request: Request) -> Response:
    """GraphiQL, for ``GET /graphql`` where :func:`wants_html`; it speaks to the address that it was opened at."""
    return page_response(request, page("graphiql"))


def not_found_response(request: Request) -> Response:
    """The page that a browser gets with status 404; other clients get the shape of the dialect they asked."""
    return page_response(request, page("404"), status=404)


async def _landing(request: Request) -> Response:
    return page_response(request, page("index"))


async def _swagger_ui(request: Request) -> Response:
    return page_response(request, page("swagger"))


async def _redoc(request: Request) -> Response:
    return page_response(request, page("redoc", blob_workers=True))


async def _favicon(request: Request) -> Response:
    return await _serve(request, catalogue().get(FAVICON))


async def _asset(request: Request) -> Response:
    return await _serve(request, catalogue().get(request.path_params["path"]))


async def _serve(request: Request, asset: Asset | None) -> Response:
    if asset is not None:
        return await asset_response(request, asset)
    if wants_html(request):
        return not_found_response(request)
    return Response("Not found\n", 404, media_type="text/plain")


def page_routes() -> list[BaseRoute]:
    """The routes of the pages and their files. Reads them all, so that a broken template fails the start."""
    for name in ("index", "404", "graphiql", "swagger"):
        page(name)
    page("redoc", blob_workers=True)
    return [
        Route("/", _landing, name="landing"),
        Route("/docs", _swagger_ui, name="swagger-ui"),
        Route("/redoc", _redoc, name="redoc"),
        Route("/favicon.ico", _favicon, name="favicon"),
        Route("/assets/{path:path}", _asset, name="assets"),
    ]
