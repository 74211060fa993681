"""The static files of web/, kept in memory and addressed by the hash of their content.

A file is found by looking its path up in a table made at start, so no request can name anything else on the disk.
Caching follows RFC 9110 and RFC 9111: an address with the right hash never changes, any other is revalidated.
"""

import asyncio
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
# What the build of web/ names by its content.
_HASHED = re.compile(r"^dist/console/assets/.+-[\w-]{8}\.\w+$", re.ASCII)
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
COMPRESS_FROM_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as served. ``digest`` is the hexadecimal SHA-256 of ``content``."""

    path: str
    media_type: str
    content: bytes
    digest: str

    @property
    def version(self) -> str:
        return self.digest[:16]

    @property
    def url(self) -> str:
        return f"/assets/{quote(self.path, safe='/@')}?v={self.version}"

    def is_named_by(self, version: str | None) -> bool:
        """Whether an address with this ``v`` can never mean other content."""
        return version == self.version or bool(_HASHED.match(self.path))

    @property
    def compressible(self) -> bool:
        return len(self.content) >= COMPRESS_FROM_BYTES and not self.media_type.startswith("image/png")


class AssetCatalogue:
    """Every file below the given folders of ``root`` whose suffix has a media type."""

    def __init__(self, root: Path, folders: tuple[str, ...]) -> None:
        files = (path for folder in folders for path in sorted((root / folder).rglob("*")) if path.is_file())
        loaded = (load(root, path) for path in files if path.suffix in MEDIA_TYPES)
        self._assets = {asset.path: asset for asset in loaded}

    def get(self, path: str) -> Asset | None:
        return self._assets.get(path)

    def url(self, path: str) -> str:
        """The address of a file, with its hash. Raises KeyError for a file that does not exist."""
        return self._assets[path].url


def load(root: Path, path: Path) -> Asset:
    """Read one file; its asset path is relative to ``root`` and uses forward slashes."""
    content = path.read_bytes()
    return Asset(
        path=path.relative_to(root).as_posix(),
        media_type=MEDIA_TYPES[path.suffix],
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
    )


@lru_cache(maxsize=256)
def compressed(asset: Asset) -> bytes:
    """The gzip form; ``mtime`` 0 makes it the same in every process."""
    return gzip.compress(asset.content, compresslevel=6, mtime=0)


def accepts_gzip(request: Request) -> bool:
    """Whether Accept-Encoding names gzip and does not refuse it with ``q=0``."""
    for choice in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, parameters = choice.partition(";")
        if coding.strip() == "gzip":
            return parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def matches_etag(request: Request, etag: str) -> bool:
    """Whether If-None-Match names this tag, by weak comparison (RFC 9110, 13.1.2)."""
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in asked or asked == ["*"]


def conditional_response(request: Request, content: bytes, etag: str, headers: dict[str, str]) -> Response:
    """The content, or 304 without it where the client has it already; a HEAD request gets the headers alone."""
    headers = {**headers, "etag": etag}
    if matches_etag(request, etag):
        return Response(status_code=304, headers={k: v for k, v in headers.items() if k != "content-encoding"})
    return without_body_for_head(request, Response(content, headers=headers))


def without_body_for_head(request: Request, response: Response) -> Response:
    """Keep Content-Length as it would be for GET, and send no body, where the method is HEAD."""
    if request.method == "HEAD":
        response.body = b""
    return response


async def asset_response(request: Request, asset: Asset) -> Response:
    """Serve a file, compressed where the client can read that. Compression runs off the event loop, once a file."""
    current = asset.is_named_by(request.query_params.get("v"))
    headers = {"content-type": asset.media_type, "cache-control": IMMUTABLE if current else REVALIDATE}
    if not asset.compressible:
        return conditional_response(request, asset.content, f'"{asset.digest[:32]}"', headers)
    headers["vary"] = "Accept-Encoding"
    if not accepts_gzip(request):
        return conditional_response(request, asset.content, f'"{asset.digest[:32]}"', headers)
    content = await asyncio.to_thread(compressed, asset)
    headers["content-encoding"] = "gzip"
    return conditional_response(request, content, f'"{asset.digest[:32]}-gzip"', headers)
