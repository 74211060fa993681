"""One documented operation of a dialect: the single source of its routing, its checks and its OpenAPI entry.

A handler is a plain async function whose signature declares what it needs:

    @group.post("/tickets", "Create a ticket", role=Role.USER, status=201)
    async def create(actor: Actor, body: NewTicket) -> TicketView: ...

``actor`` is who calls (where no role is asked, None without a token that is good), ``body`` a JSON body, ``form`` a
form body, ``query`` the query's parameters, ``upload`` the uploaded file, ``raw`` the bytes of a JSON body,
``headers`` those of the request, ``origin`` where the call comes from; any other name is a parameter of the path.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, TypedDict, Unpack, get_args, get_type_hints

import msgspec
from starlette.routing import compile_path

from core.actor import Role
from rest.problems import ErrorShape
from services.rate_limits import Bucket, RateLimiter

Handler = Callable[..., Awaitable[Any]]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
"""A row's id in a path: a positive 64-bit number."""

JSON_LIMIT = 1024 * 1024
_RESERVED = frozenset({"actor", "body", "form", "query", "raw", "upload", "headers", "origin"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from: what limits of callers without a user count by."""

    address: str
    limiter: RateLimiter

    async def count(self, bucket: Bucket, identity: str) -> None:
        """Count the call against another identity too. Raises RateLimited."""
        (await self.limiter.check(bucket, identity)).enforce()


@dataclass(frozen=True, slots=True)
class Examples:
    """Bodies as the dialect's document shows them."""

    request: Any = None
    response: Any = None


class Options(TypedDict, total=False):
    """What an operation may say beside its method, path and summary; absent means :class:`Operation`'s default."""

    role: Role | None
    status: int
    examples: Examples
    errors: Sequence[int]
    body_limit: int
    file_field: str
    bucket: Bucket
    guests: bool
    resumes: bool


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one method of one path does. ``role`` is the least that may call it, None where anybody may.

    ``errors`` are statuses beside those that follow from the rest; ``body_limit`` is in bytes. An operation with both
    ``form`` and ``upload`` takes fields with a file, optional where the handler says so, in ``file_field``, of at most
    ``body_limit`` bytes, or, where that is not given, of what the settings allow.
    ``guests`` says that visitors of sites may call it too, whatever ``role``; they have no other rights. ``resumes``:
    its service knows the request's Idempotency-Key, and goes on under it where it broke off.
    """

    method: str
    path: str
    summary: str
    tag: str
    handler: Handler
    parameters: Mapping[str, Any]
    returns: Any
    bucket: Bucket
    role: Role | None = Role.USER
    status: int = 200
    examples: Examples = Examples()
    errors: Sequence[int] = ()
    body_limit: int = JSON_LIMIT
    file_field: str = "file"
    guests: bool = False
    resumes: bool = False

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def has_optional_body(self) -> bool:
        """Whether an empty body will do, because nothing in it is required."""
        body = self.parameters.get("body")
        return body is not None and not any(info.required for info in msgspec.structs.fields(body))

    @property
    def requires_file(self) -> bool:
        """Whether a form without its file will not do."""
        upload = self.parameters.get("upload")
        return upload is not None and type(None) not in get_args(upload)

    @property
    def path_parameters(self) -> dict[str, Any]:
        return {name: kind for name, kind in self.parameters.items() if name not in _RESERVED}


@dataclass
class Group:
    """Operations of one noun, under one tag and one rate bucket."""

    tag: str
    bucket: Bucket
    operations: list[Operation] = field(default_factory=list)

    def operation(
        self, method: str, path: str, summary: str, **options: Unpack[Options]
    ) -> Callable[[Handler], Handler]:
        """Register the decorated handler. Raises TypeError for a path parameter that the handler does not take."""
        chosen: Options = {"bucket": self.bucket, **options}

        def register(handler: Handler) -> Handler:
            parameters = get_type_hints(handler, include_extras=True)
            returns = parameters.pop("return", None)
            _check_signature(path, handler, parameters)
            named = {"method": method, "path": path, "summary": summary, "tag": self.tag}
            self.operations.append(
                Operation(**named, handler=handler, parameters=parameters, returns=returns, **chosen)
            )
            return handler

        return register

    def get(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[Handler], Handler]:
        return self.operation("GET", path, summary, **options)

    def post(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[Handler], Handler]:
        return self.operation("POST", path, summary, **options)

    def put(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[Handler], Handler]:
        return self.operation("PUT", path, summary, **options)

    def patch(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[Handler], Handler]:
        return self.operation("PATCH", path, summary, **options)

    def delete(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[Handler], Handler]:
        return self.operation("DELETE", path, summary, **options)


@dataclass(frozen=True)
class Dialect:
    """One documented API: its operations, and the shape of its errors under its prefixes."""

    name: str
    title: str
    prefix: str
    shape: ErrorShape
    groups: Sequence[Group]
    error_schema: type[msgspec.Struct]
    error_examples: Mapping[int, Any] = field(default_factory=dict)
    validation_status: int = 422
    """The status that tells of wrong values: some documents know 400 alone."""
    exact: bool = False
    """Whether others live under the prefix too: then this one owns the paths of its operations, and no other."""
    elsewhere: tuple[str, ...] = ()
    """Beginnings of paths that its document names outside the prefix: their failures have its shape too."""

    @property
    def operations(self) -> list[Operation]:
        return [operation for group in self.groups for operation in group.operations]

    def owns(self, path: str) -> bool:
        """Whether failures of ``path``, known or unknown, are told in this dialect's shape."""
        if self.exact:
            return any(pattern.match(path) for pattern in self._patterns)
        return path == self.prefix or path.startswith((self.prefix + "/", *self.elsewhere))

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [compile_path(self.prefix + path)[0] for path in {operation.path for operation in self.operations}]


def _check_signature(path: str, handler: Handler, hints: Mapping[str, Any]) -> None:
    taken = {name for name in inspect.signature(handler).parameters if name not in _RESERVED}
    named = {name.partition(":")[0] for name in re.findall(r"{([^}]+)}", path)}
    if taken != named or taken - set(hints):
        raise TypeError(f"{handler.__qualname__} takes {sorted(taken)}, its path names {sorted(named)}")
