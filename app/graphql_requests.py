"""From HTTP to a GraphQL request, and back, as the GraphQL over HTTP and the multipart request specifications say.

https://graphql.github.io/graphql-over-http/draft/ and https://github.com/jaydenseric/graphql-multipart-request-spec.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import orjson
from graphql import GraphQLError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from app.media_types import accepted_weights
from app.persisted_queries import document_of
from config.settings import get_settings
from core.errors import BadRequest, TooLarge
from rest.bodies import limited_chunks, read_body
from rest.problems import BodyTooLarge, UnsupportedMediaType
from rest.uploads import plain_name
from schema.types.scalars import UploadedFile

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
MULTIPART = "multipart/form-data"
_MOST_FILES = 1
_MOST_FIELDS = 4


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What is asked, well formed; whether it makes sense is for the schema to say.

    ``registers`` says that the client wants to name the document by its hash from then on.
    """

    query: str
    operation_name: str | None
    variables: dict[str, Any] | None
    registers: bool = False

    @classmethod
    def of(cls, value: object) -> Self:
        """Raises BadRequest naming the member that is wrong, or saying why no document has the hash. Unknown members
        are ignored, as the specification asks.
        """
        if isinstance(value, list):
            raise BadRequest("Batches are not accepted: send one operation at a time")
        if not isinstance(value, dict):
            raise BadRequest("The request must be a JSON object")
        extensions = _optional(value, "extensions", dict) or {}
        query = document_of(value.get("query"), extensions)
        if not isinstance(query, str) or not query:
            raise BadRequest("query must be a string that is not empty", field="query")
        name, variables = _optional(value, "operationName", str), _optional(value, "variables", dict)
        return cls(query, name, variables, registers="persistedQuery" in extensions and bool(value.get("query")))


async def read_request(request: Request, media_type: str) -> GraphQLRequest:
    """What a GET or POST request asks. Raises BadRequest, BodyTooLarge, TooLarge, UnsupportedMediaType."""
    if request.method == "GET":
        return GraphQLRequest.of(_from_address(request.query_params))
    if media_type == MULTIPART:
        return GraphQLRequest.of(await _read_multipart(request))
    return GraphQLRequest.of(_decoded(await read_body(request, get_settings().limits.graphql_body_bytes), "The body"))


def media_type_of(request: Request) -> str:
    """The type of a request's body. Raises UnsupportedMediaType for one that is not read here, or is not UTF-8."""
    media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    if media_type not in (JSON, MULTIPART):
        raise UnsupportedMediaType(f"Content-Type must be {JSON}")
    charset = next((value[8:].strip('"') for value in parameters if value.startswith("charset=")), "utf-8")
    if media_type == JSON and charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("JSON is sent in UTF-8")
    return media_type


def answer_type(request: Request) -> str | None:
    """The type in which the client wants its answer; None where it accepts neither."""
    header = request.headers.get("accept")
    if not header:
        return JSON
    weights = accepted_weights(header)
    wildcard = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    exact = weights.get(GRAPHQL_JSON, 0.0)
    plain = weights.get(JSON, wildcard)
    if max(exact, plain) == 0:
        return None
    return GRAPHQL_JSON if exact >= plain else JSON


def answer(
    body: Mapping[str, object], *, media_type: str | None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response that nobody caches."""
    told = {
        "content-type": f"{media_type or JSON}; charset=utf-8",
        "cache-control": "no-store",
        "vary": "Accept",
        **(headers or {}),
    }
    return Response(orjson.dumps(body), status, told)


def formatted(errors: Sequence[GraphQLError]) -> list[Any]:
    return [error.formatted for error in errors]


def _optional(value: dict[str, Any], name: str, kind: type) -> Any:
    member = value.get(name)
    if member is not None and not isinstance(member, kind):
        raise BadRequest(f"{name} must be {'an object' if kind is dict else 'a string'}", field=name)
    return member


def _from_address(parameters: Mapping[str, str]) -> dict[str, Any]:
    value: dict[str, Any] = {name: parameters[name] for name in ("query", "operationName") if name in parameters}
    for name in ("variables", "extensions"):
        if parameters.get(name):
            value[name] = _decoded(parameters[name].encode(errors="surrogatepass"), name)
    return value


def _decoded(raw: bytes, what: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest(f"{what} is not valid JSON in UTF-8") from None


async def _read_multipart(request: Request) -> object:
    limits = get_settings().limits
    most = limits.max_upload_bytes + limits.graphql_body_bytes
    parser = MultiPartParser(
        request.headers,
        limited_chunks(request, most),  # type: ignore[arg-type]  # an iterator does where a generator is asked for
        max_files=_MOST_FILES,
        max_fields=_MOST_FIELDS,
        max_part_size=limits.graphql_body_bytes,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeError, KeyError) as error:
        raise BadRequest("The body is not valid multipart/form-data") from error
    except BodyTooLarge:
        # All else of such a request is small: it is the file that is too large.
        raise _file_too_large() from None
    try:
        return await _joined(form)
    finally:
        await form.close()


async def _joined(form: FormData) -> object:
    """The operation with its files in the places that the map names."""
    operation = _decoded(_text(form, "operations"), "operations")
    places = _decoded(_text(form, "map"), "map")
    if not isinstance(operation, dict) or not isinstance(places, dict):
        raise BadRequest("operations and map must be JSON objects", field="map")
    for name, paths in places.items():
        upload = form.get(name)
        if not isinstance(upload, UploadFile) or not isinstance(paths, list):
            raise BadRequest("map must name files of the request, each with a list of places", field="map")
        file = await _file(upload)
        for path in paths:
            _put(operation, path, file)
    return operation


def _text(form: FormData, name: str) -> bytes:
    value = form.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"{name} is missing", field=name)
    return value.encode()


async def _file(upload: UploadFile) -> UploadedFile:
    limits = get_settings().limits
    data = await upload.read()
    if len(data) > limits.max_upload_bytes:
        raise _file_too_large()
    return UploadedFile(plain_name(upload.filename or ""), data)


def _file_too_large() -> TooLarge:
    return TooLarge(f"The file is larger than {get_settings().limits.max_upload_mb} MB", field="file")


def _put(operation: dict[str, Any], path: object, file: UploadedFile) -> None:
    """Only a null below ``variables`` is replaced."""
    names = path.split(".") if isinstance(path, str) else []
    target: Any = operation
    try:
        for name in names[:-1]:
            target = target[int(name)] if isinstance(target, list) else target[name]
        key = int(names[-1]) if isinstance(target, list) else names[-1]
        present = target.get(key) if isinstance(target, dict) else target[key]
        fits = names[0] == "variables" and len(names) > 1 and present is None
    except (LookupError, TypeError, ValueError):
        fits = False
    if not fits:
        raise BadRequest("map must point at nulls below variables", field="map")
    target[key] = file
