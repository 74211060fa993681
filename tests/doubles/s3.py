"""A double of S3's REST API, as far as a file store needs it: objects, ranges and multipart uploads, in memory.

Follows the Amazon S3 API reference. Requests must carry a signature of version 4 by the right key; it is not computed.
"""

import asyncio
import hashlib
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, unescape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.doubles.http_server import serving

ACCESS_KEY = "AKIADOUBLE"
SECRET_KEY = "double-secret"
_SIGNED = re.compile(
    rf"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/\d{{8}}/[\w-]+/s3/aws4_request,"
    r"\s*SignedHeaders=[\w;-]+,\s*Signature=[0-9a-f]{64}"
)
_KEY = re.compile("<Key>(.*?)</Key>")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class S3Double:
    """``statuses`` are used up one a request: a status to fail with. ``delay_s`` is waited before each answer."""

    bucket: str = "opora-files"
    url: str = ""
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    statuses: deque[int] = field(default_factory=deque)
    delay_s: float = 0.0
    requests: list[tuple[str, str]] = field(default_factory=list)
    _parts: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def app(self) -> Starlette:
        methods = ["GET", "PUT", "POST", "DELETE"]
        paths = ("/{bucket}/{key:path}", "/{bucket}")
        return Starlette(routes=[Route(path, self._serve, methods=methods) for path in paths])

    def environment(self) -> dict[str, str]:
        """The variables that name this server to a client."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
        }

    async def _serve(self, request: Request) -> Response:
        key, query = request.path_params.get("key", ""), request.query_params
        self.requests.append((request.method, key))
        await asyncio.sleep(self.delay_s)
        if self.statuses:
            return _error(self.statuses.popleft(), "InternalError")
        if not _SIGNED.fullmatch(request.headers.get("authorization", "")):
            return _error(403, "SignatureDoesNotMatch")
        if request.path_params["bucket"] != self.bucket:
            return _error(404, "NoSuchBucket")
        if request.method == "POST" and "delete" in query:
            return self._delete(await request.body())
        if "uploads" in query or "uploadId" in query:
            return await self._multipart(request, key, query)
        if request.method == "PUT":
            return self._put(key, await request.body(), request.headers.get("content-type", ""))
        return self._get(key, request)

    def _put(self, key: str, data: bytes, kind: str) -> Response:
        self.objects[key] = (data, kind)
        return Response(status_code=200, headers={"etag": _etag(data)})

    def _delete(self, body: bytes) -> Response:
        """DeleteObjects: a key that is not there counts as deleted."""
        keys = [unescape(key) for key in _KEY.findall(body.decode())]
        for key in keys:
            self.objects.pop(key, None)
        deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        return Response(f'<?xml version="1.0"?><DeleteResult>{deleted}</DeleteResult>', media_type="application/xml")

    def _get(self, key: str, request: Request) -> Response:
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        data, kind = self.objects[key]
        headers = {"etag": _etag(data), "last-modified": "Mon, 01 Jan 2024 10:00:00 GMT", "accept-ranges": "bytes"}
        asked = _RANGE.fullmatch(request.headers.get("range", ""))
        if asked is None:
            return Response(data, 200, headers, kind or None)
        start, end = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
        if start > end:
            return _error(416, "InvalidRange")
        headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
        return Response(data[start : end + 1], 206, headers, kind or None)

    async def _multipart(self, request: Request, key: str, query: Mapping[str, str]) -> Response:
        upload_id = query.get("uploadId", "")
        if request.method == "POST" and "uploads" in query:
            upload_id = f"upload-{len(self._parts) + 1}"
            self._parts[upload_id] = {}
            return _xml("InitiateMultipartUploadResult", Bucket=self.bucket, Key=key, UploadId=upload_id)
        if request.method == "PUT":
            data = await request.body()
            self._parts[upload_id][int(query["partNumber"])] = data
            return Response(status_code=200, headers={"etag": _etag(data)})
        parts = self._parts.pop(upload_id)
        if request.method == "DELETE":
            return Response(status_code=204)
        data = b"".join(parts[number] for number in sorted(parts))
        self.objects[key] = (data, "")
        return _xml("CompleteMultipartUploadResult", Bucket=self.bucket, Key=key, ETag=_etag(data))


@contextmanager
def running_s3() -> Iterator[S3Double]:
    double = S3Double()
    with serving(double.app()) as address:
        double.url = address
        yield double


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _xml(root: str, **values: str) -> Response:
    inner = "".join(f"<{name}>{value.replace(chr(34), '&quot;')}</{name}>" for name, value in values.items())
    return Response(f'<?xml version="1.0"?><{root}>{inner}</{root}>', media_type="application/xml")


def _error(status: int, code: str) -> Response:
    response = _xml("Error", Code=code, Message=code)
    response.status_code = status
    return response
