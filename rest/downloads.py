"""Stored files over HTTP: conditions and ranges (RFC 9110, 13 and 14), names (RFC 6266), and no way to run one.

``GET /uploads/files/{id}/{name}`` needs a token of somebody who may read the file, or the query of a signed link.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from core.errors import DomainError, NotFound
from models.conversations import Attachment
from rest.endpoints import Gate
from services import files
from services.client_ip import client_ip
from services.file_links import SignedLink
from services.file_types import charset_of
from services.rate_limits import Bucket, caller

_RANGE = re.compile(r"bytes=(?:(\d{1,40})-(\d{0,40})|-(\d{1,40}))", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,17}")
_SHOWN_INLINE = re.compile(r"(image|audio|video)/")
# Even a file that we took for something else, opened as a page of its own, can do and load nothing.
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; sandbox"
)
_KEPT_S = 300
_BEGINNING = 65_536


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Download(Response):
    """A stored file, or the part of it that was asked for, passed on as the file store gives it."""

    def __init__(
        self, status: int, headers: Mapping[str, str], pieces: AsyncIterator[bytes] | None = None, first: bytes = b""
    ) -> None:
        super().__init__(None, status)
        del self.headers["content-length"]
        self.headers.update(headers)
        self._pieces = pieces
        self._first = first

    @classmethod
    async def of(cls, attachment: Attachment, asked: Mapping[str, str]) -> Self:
        """Answer the headers of a request. Raises NotFound and Unavailable of the store before anything is sent."""
        headers, size = _headers(attachment), attachment.size_bytes
        if "if-match" in asked and not _names(asked["if-match"], headers["etag"], weakly=False):
            return cls(412, {**headers, "content-length": "0"})
        if _names(asked.get("if-none-match", ""), headers["etag"]):
            return cls(304, headers)
        part = _part(asked, headers["etag"], size)
        if part is not None and part.start >= part.end:
            return cls(416, {**headers, "content-range": f"bytes */{size}", "content-length": "0"})
        start, end = (part.start, part.end) if part else (0, size)
        headers |= {"content-type": await _media_type(attachment), "content-length": str(end - start)}
        if part is not None:
            headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        pieces = files.content(attachment, start=start, end=end if part else None)
        return cls(206 if part else 200, headers, pieces, await anext(pieces, b""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD" and self._pieces is not None:
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
            async for piece in self._pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def download_routes(gate: Gate) -> list[BaseRoute]:
    """The addresses that messages show; the name in them is for people alone."""

    async def serve(request: Request) -> Response:
        attachment = await _opened(request, gate)
        return await Download.of(attachment, request.headers)

    return [
        Route("/uploads/files/{public_id:uuid}", serve, methods=["GET"]),
        Route("/uploads/files/{public_id:uuid}/{name}", serve, methods=["GET"]),
    ]


async def _opened(request: Request, gate: Gate) -> Attachment:
    """Raises NotFound, NotAuthenticated, RateLimited."""
    public_id: UUID = request.path_params["public_id"]
    if "signature" in request.query_params:
        return await files.linked(public_id, _link(request, public_id))
    address = client_ip(request.scope)
    try:
        actor = await gate.authenticate(request)
    except DomainError:
        # Counted all the same: guessing tokens is limited like anything else.
        (await gate.limiter.check(Bucket.OTHER, caller(None, address))).enforce()
        raise
    (await gate.limiter.check(Bucket.OTHER, caller(actor, address))).enforce()
    return await files.read(actor, public_id)


def _link(request: Request, public_id: UUID) -> SignedLink:
    query = request.query_params
    tenant, expires = (query.get(name, "") for name in ("tenant", "expires"))
    if not (_NUMBER.fullmatch(tenant) and _NUMBER.fullmatch(expires)):
        raise NotFound("file", public_id)
    return SignedLink(int(tenant), int(expires), query["signature"])


def _headers(attachment: Attachment) -> dict[str, str]:
    return {
        "accept-ranges": "bytes",
        "cache-control": f"private, max-age={_KEPT_S}",
        "content-disposition": _disposition(attachment),
        "content-security-policy": _POLICY,
        "etag": f'"{attachment.sha256[:32]}"',
        "x-content-type-options": "nosniff",
    }


async def _media_type(attachment: Attachment) -> str:
    """A text's names its charset, as its beginning tells it; a text without one is bytes to everybody but its reader.

    Raises NotFound and Unavailable of the store.
    """
    if not attachment.mime_type.startswith("text/"):
        return attachment.mime_type
    end = min(attachment.size_bytes, _BEGINNING)
    charset = charset_of(b"".join([piece async for piece in files.content(attachment, end=end)]))
    return f"{attachment.mime_type}; charset={charset}" if charset else "application/octet-stream"


def _disposition(attachment: Attachment) -> str:
    """Shown in place only where browsers show it without running anything; all else is saved."""
    how = "inline" if _SHOWN_INLINE.match(attachment.mime_type) else "attachment"
    name = attachment.file_name
    plain = re.sub(r"[^ !#-$&-\[\]-~]", "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _names(condition: str, etag: str, *, weakly: bool = True) -> bool:
    """Whether a condition names the present version: If-None-Match weakly, If-Match not (RFC 9110, 13.1)."""
    named = [one.strip() for one in condition.split(",")]
    return etag in named or "*" in named or (weakly and f"W/{etag}" in named)


def _part(asked: Mapping[str, str], etag: str, size: int) -> Part | None:
    """The one range that is asked for; None for the whole file, which several ranges and malformed ones get too."""
    told = _RANGE.fullmatch(asked.get("range", "").strip())
    if told is None or asked.get("if-range", etag) != etag:
        return None
    first, last, suffix = told.groups()
    if suffix is not None:
        return Part(max(0, size - int(suffix)), size)
    if last and int(last) < int(first):
        return None
    return Part(int(first), min(size, int(last) + 1) if last else size)
