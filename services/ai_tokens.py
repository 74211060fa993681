"""The superadmin's tokens for chat models: sealed where they rest, shown masked, never given out again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from config.settings import get_settings
from core.actor import Actor
from core.errors import Forbidden, InvalidInput, NotFound
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.ai_tokens import AiToken
from services import ai_pool
from services.ai_pool import Trial
from services.sealing import AI_TOKENS, seal
from services.unit_of_work import Row, SystemReason, system_unit_of_work

LONGEST_TOKEN = 512
MOST_MODELS = 50
_LARGEST = 2**31 - 1
_TOKEN = re.compile(r"[!-~]+")
_LIST = """
SELECT t.id, t.name, t.masked_token, t.base_url, t.model_access, t.daily_limit, t.monthly_limit, t.priority, t.notes,
       t.is_active, t.failures, t.rests_until, t.last_error, t.created_at, t.updated_at,
       used.daily_usage, used.monthly_usage
FROM ai_tokens t CROSS JOIN LATERAL (
    SELECT coalesce(sum(d.requests), 0) AS monthly_usage,
           coalesce(sum(d.requests) FILTER (WHERE d.day = (now() AT TIME ZONE 'UTC')::date), 0) AS daily_usage
    FROM ai_token_days d WHERE d.token_id = t.id AND d.day >= date_trunc('month', now() AT TIME ZONE 'UTC')
) used
WHERE $1::bigint IS NULL OR t.id = $1
ORDER BY t.priority, t.id
"""


@dataclass(frozen=True, slots=True)
class TokenFields:
    """What a token has, or what to change of it; a field left UNSET stays, or takes the default.

    ``model_access`` empty: every model. Limits count requests by days and months of UTC, None is unlimited, 0 none.
    ``base_url`` None is the settings' endpoint.
    """

    name: str | UnsetType = UNSET
    token: str | UnsetType = UNSET
    model_access: Sequence[str] | UnsetType = UNSET
    daily_limit: int | UnsetType | None = UNSET
    monthly_limit: int | UnsetType | None = UNSET
    priority: int | UnsetType = UNSET
    base_url: str | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    notes: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class TokenState:
    """A token as it is shown, with the requests that it served today and this month."""

    id: int
    name: str
    masked_token: str
    base_url: str | None
    model_access: tuple[str, ...]
    daily_limit: int | None
    monthly_limit: int | None
    priority: int
    notes: str
    is_active: bool
    failures: int
    rests_until: datetime | None
    last_error: str | None
    created_at: datetime
    updated_at: datetime
    daily_usage: int
    monthly_usage: int


async def list_tokens(actor: Actor) -> list[TokenState]:
    """All tokens, first choice first. Raises Forbidden for all but a superadmin."""
    _check(actor)
    return await _read(None)


async def create(actor: Actor, given: TokenFields) -> TokenState:
    """A new token. Raises Forbidden, InvalidInput."""
    _check(actor)
    for field in ("name", "token"):
        if getattr(given, field) is UNSET:
            raise InvalidInput(f"{field} is required", field=field)
    values = _values(given)
    async with system_unit_of_work(SystemReason.AI_POOL):
        row = await AiToken.create(**values)
    return (await _read(row.id))[0]


async def update(actor: Actor, token_id: int, changes: TokenFields) -> TokenState:
    """Change a token. A new key, or activation, ends its rest. Raises Forbidden, NotFound, InvalidInput."""
    _check(actor)
    values = _values(changes)
    async with system_unit_of_work(SystemReason.AI_POOL):
        row = await AiToken.filter(id=token_id).select_for_update(no_key=True).get_or_none()
        if row is None:
            raise NotFound("AI token", token_id)
        if values.keys() & {"sealed_token", "base_url"} or (values.get("is_active") and not row.is_active):
            values |= {"failures": 0, "rests_until": None, "last_error": None}
        if values:
            await row.update_from_dict(values).save(update_fields=[*values, "updated_at"])
    return (await _read(token_id))[0]


async def delete(actor: Actor, token_id: int) -> None:
    """Remove a token; what was used by it stays known. Raises Forbidden, NotFound."""
    _check(actor)
    async with system_unit_of_work(SystemReason.AI_POOL):
        if not await AiToken.filter(id=token_id).delete():
            raise NotFound("AI token", token_id)


async def try_out(actor: Actor, token_id: int, model: str | None = None) -> Trial:
    """Ask this token alone a short question, counted like any other; ``model`` None takes the first it names.

    Raises Forbidden, NotFound, InvalidInput, and why it does not answer (:mod:`core.refusals.models`).
    """
    _check(actor)
    found = await _read(token_id)
    if not found:
        raise NotFound("AI token", token_id)
    chosen = model or next(iter(found[0].model_access), None) or get_settings().llm.model
    if chosen is None:
        raise InvalidInput("model must be given: the token names none, and OPORA_LLM_MODEL is not set", field="model")
    return await ai_pool.try_token(actor, token_id, checked_text(chosen, field="model", least=1, most=128))


def mask(token: str) -> str:
    """``sk-...abcd``: enough to tell tokens apart, nothing to use. Short ones are hidden whole."""
    return f"{token[:3]}...{token[-4:]}" if len(token) >= 16 else "..."


async def _read(token_id: int | None) -> list[TokenState]:
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        return [_state(row) for row in await statements.rows(_LIST, token_id)]


def _state(row: Row) -> TokenState:
    return TokenState(**{**row, "model_access": tuple(orjson.loads(row["model_access"]))})


def _check(actor: Actor) -> None:
    if not actor.is_superadmin:
        raise Forbidden


def _values(given: TokenFields) -> dict[str, Any]:
    """The columns to write. Raises InvalidInput."""
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    values = {name: value for name, value in values.items() if value is not UNSET}
    for name in values.keys() & _CHECKS.keys():
        values[name] = _CHECKS[name](values[name])
    if "token" in values:
        token = values.pop("token")
        values |= {"sealed_token": seal(token, purpose=AI_TOKENS), "masked_token": mask(token)}
    return values


def _token(value: str) -> str:
    token = value.strip()
    if not _TOKEN.fullmatch(token) or len(token) > LONGEST_TOKEN:
        raise InvalidInput(f"token must be 1 to {LONGEST_TOKEN} characters of ASCII without blanks", field="token")
    return token


def _models(value: Sequence[str]) -> list[str]:
    if len(value) > MOST_MODELS:
        raise InvalidInput(f"model_access must have at most {MOST_MODELS} items", field="model_access")
    models = [checked_text(model, field="model_access", least=1, most=128).strip() for model in value]
    return list(dict.fromkeys(models))


def _address(value: str | None) -> str | None:
    if value is None or not value.strip():
        return None
    address = checked_text(value.strip(), field="base_url", most=512).rstrip("/")
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        good = False
    if not good:
        raise InvalidInput("base_url must be an http or https address without a user", field="base_url")
    return address


def _number(name: str, value: int | None, least: int) -> int | None:
    if value is not None and not least <= value <= _LARGEST:
        raise InvalidInput(f"{name} must be between {least} and {_LARGEST}", field=name)
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda value: checked_text(value, field="name", least=1, most=128),
    "token": _token,
    "model_access": _models,
    "daily_limit": lambda value: _number("daily_limit", value, 0),
    "monthly_limit": lambda value: _number("monthly_limit", value, 0),
    "priority": lambda value: _number("priority", value, -_LARGEST),
    "base_url": _address,
    "notes": lambda value: checked_text(value, field="notes", most=5_000),
}
