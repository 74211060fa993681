"""Structured logs: one line of JSON, or colours for people, with ids of request, job and tenant.

No line holds a secret: values are masked by the name of their key, by their shape (bearer tokens, passwords in
addresses) and, where a secret of the settings turns up inside a text, by their value.
"""

import logging
import logging.config
import re
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel, SecretStr
from structlog.types import EventDict, Processor, WrappedLogger

from config import tracing
from config.log_buffer import LOG_BUFFER
from config.settings import Settings, get_settings

MASK = "***"

_SECRET_KEY = re.compile(
    r"(^|_)(password|passwd|secret|token|api_?key|authorization|cookie|private_?key|signature|init_?data|code_hash)$",
    re.IGNORECASE,
)
_SECRET_SHAPES = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), MASK),
    (re.compile(r"(\w[\w+.-]*://[^\s:/@]*):[^\s@/]+@"), rf"\1:{MASK}@"),
    (re.compile(r"(?i)([?&](?:token|api_?key|signature|password|secret)=)[^&\s\"']+"), rf"\1{MASK}"),
    (re.compile(r"(?<!\d)\d{6,12}:[\w-]{30,}"), MASK),
)
# Escape sequences and line breaks in what a customer sent must not forge lines or drive a terminal.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DEEPEST = 6


class Redactor:
    """The processor that masks secrets and strips control characters from everything a line holds."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        values = sorted({value for value in known if len(value) >= 6}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, values))) if values else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {self.text(str(key)): self._clean(str(key), value, 0) for key, value in event.items()}

    def text(self, value: str, *, keep_lines: bool = False) -> str:
        for shape, replacement in _SECRET_SHAPES:
            value = shape.sub(replacement, value)
        if self._known is not None:
            value = self._known.sub(MASK, value)
        if keep_lines:
            return "\n".join(_CONTROL.sub(_escape, line) for line in value.split("\n"))
        return _CONTROL.sub(_escape, value)

    def _clean(self, key: str, value: object, depth: int) -> object:
        if _SECRET_KEY.search(key) and value not in (None, "", False, True):
            return MASK
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth < _DEEPEST and isinstance(value, Mapping):
            return {self.text(str(name)): self._clean(str(name), item, depth + 1) for name, item in value.items()}
        if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
            return [self._clean("", item, depth + 1) for item in value]
        return self.text(str(value), keep_lines=key in ("exception", "stack"))


def _escape(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode()


def known_secrets(settings: BaseModel) -> set[str]:
    """Every secret value of the settings, and the password inside each secret address."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                found |= known_secrets(item)
            elif isinstance(item, SecretStr):
                found.add(item.get_secret_value())
    passwords = (re.search(r"://[^:/@]*:([^@/]+)@", value) for value in found)
    return found | {password.group(1) for password in passwords if password}


def configure_logging(settings: Settings | None = None, *, process: str | None = None) -> None:
    """Route structlog and the standard library's logging to standard error, in the configured format."""
    settings = settings or get_settings()
    redact = Redactor(known_secrets(settings))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        partial(_with_process, process),
        _with_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _without_colour],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(settings, redact)],
        )
    )
    _take_over(handler, settings.log.level)


def _rendering(settings: Settings, redact: Redactor) -> list[Processor]:
    if settings.log_format == "json":
        render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=40)
    return [structlog.processors.format_exc_info, redact, LOG_BUFFER, render]


def _with_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.update(tracing.labels())
    return event


def _with_process(process: str | None, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # Not a context variable: the lines of every thread shall have it.
    if process is not None:
        event["process"] = process
    return event


def _without_colour(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # uvicorn's second copy of its message, with escape sequences.
    event.pop("color_message", None)
    return event


def _take_over(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "dramatiq", "tortoise"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # Requests are logged by our own middleware, with their ids; the clients would repeat addresses with their queries.
    for name in ("uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2", "asyncio", "tortoise", "fontTools"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def get_logger(name: str) -> Any:
    """A structlog logger; ``structlog.contextvars.bind_contextvars`` adds ids to every later line of the task."""
    return structlog.stdlib.get_logger(name)
