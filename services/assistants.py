"""Assistants: made, shown, changed and removed by the account's admins; operators see them.

Each may have a bot of its own. Telegram is asked about it before anything is stored, so that an assistant whose bot
cannot serve is not half made.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from config.settings import get_settings
from core.actor import Actor
from core.domains import checked_domains
from core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.assistants import Assistant
from services import assistant_removal, telegram_bots
from services.telegram_bots import Started
from services.unit_of_work import Row, UnitOfWork, unit_of_work

MAX_ASSISTANTS = 200
"""Of one tenant: lists are shown whole."""
MAX_NAME = 128
MAX_DESCRIPTION = 2_000
MAX_PROMPT = 20_000
MAX_MODEL = 128
_TOKEN_BYTES = 32
_ROWS = """
SELECT a.id, a.public_id, a.name, a.description, a.system_prompt, a.ai_model, a.is_active, a.website_integration,
    a.allowed_domains, a.site_token, a.created_at, a.updated_at, b.id AS bot_id, b.username AS bot_username,
    b.is_active AS bot_is_active, b.last_error AS bot_last_error, b.created_at AS bot_created_at
FROM assistants a LEFT JOIN telegram_bots b ON b.tenant_id = a.tenant_id AND b.assistant_id = a.id
WHERE a.tenant_id = $1 AND ($2::bigint[] IS NULL OR a.id = ANY($2)) ORDER BY a.id
"""
_LOCK = "SELECT id FROM assistants WHERE tenant_id = $1 AND id = ANY($2::bigint[]) ORDER BY id FOR UPDATE"
_ACTIVATE = """
UPDATE assistants SET is_active = $3, updated_at = clock_timestamp()
WHERE tenant_id = $1 AND id = ANY($2::bigint[]) AND is_active <> $3
"""
_SNIPPET = '<script async src="{origin}/widget.js" data-site-token="{token}"></script>'


class BulkAction(StrEnum):
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class AssistantChanges:
    """What a new assistant has, or what changes; a field left UNSET is the default, or stays.

    ``ai_model`` None is the installation's. ``telegram_bot_token`` None lets the bot go; as it is shown, masked, it
    changes nothing.
    """

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    system_prompt: str | UnsetType = UNSET
    ai_model: str | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    website_integration: bool | UnsetType = UNSET
    allowed_domains: Sequence[str] | UnsetType = UNSET
    telegram_bot_token: str | UnsetType | None = UNSET

    def columns(self) -> dict[str, Any]:
        """The given values of the assistant's own columns, checked. Raises InvalidInput."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        del given["telegram_bot_token"]
        return {name: _CHECKS[name](value) for name, value in given.items() if value is not UNSET}


@dataclass(frozen=True, slots=True)
class AssistantBot:
    """An assistant's bot, as far as anybody is shown it."""

    id: int
    username: str
    is_active: bool
    last_error: str | None
    created_at: datetime

    @property
    def masked_token(self) -> str:
        """The token's public part, which is the bot's number."""
        return f"{self.id}:..."


@dataclass(frozen=True, slots=True)
class AssistantRow:
    """An assistant as the actor may see it. ``site_token`` is for admins, None to others."""

    id: int
    public_id: UUID
    name: str
    description: str
    system_prompt: str
    ai_model: str | None
    is_active: bool
    website_integration: bool
    allowed_domains: Sequence[str]
    site_token: str | None
    bot: AssistantBot | None
    created_at: datetime
    updated_at: datetime

    @property
    def masked_bot_token(self) -> str | None:
        """None without a bot, and to those who may not manage it."""
        return None if self.bot is None or self.site_token is None else self.bot.masked_token

    @property
    def widget_snippet(self) -> str | None:
        """What the owner pastes into the pages of the allowed domains; None without a site token to see."""
        if self.site_token is None or not self.website_integration:
            return None
        http = get_settings().http
        return _SNIPPET.format(origin=http.public_url or f"http://{http.host}:{http.port}", token=self.site_token)


async def list_assistants(uow: UnitOfWork) -> list[AssistantRow]:
    """All of the tenant, oldest first; one statement. Raises Forbidden below agent."""
    uow.actor.require_staff()
    return [_row(row, uow.actor) for row in await uow.rows(_ROWS, uow.tenant_id, None)]


async def get(uow: UnitOfWork, assistant_id: int) -> AssistantRow:
    """Raises Forbidden below agent, NotFound."""
    uow.actor.require_staff()
    row = await uow.row(_ROWS, uow.tenant_id, [assistant_id])
    if row is None:
        raise NotFound("assistant", assistant_id)
    return _row(row, uow.actor)


async def check_named(uow: UnitOfWork, assistant_id: int | None) -> None:
    """Raises as :func:`get` where one is named."""
    if assistant_id is not None:
        await get(uow, assistant_id)


async def create(actor: Actor, given: AssistantChanges) -> AssistantRow:
    """A new assistant, with its bot where a token is given. ``name`` is required.

    Raises Forbidden below admin, InvalidInput, Conflict beyond MAX_ASSISTANTS, and what :func:`_started` raises.
    """
    _require_admin(actor)
    columns = replace(given, name=given.name or "").columns()
    async with unit_of_work(actor) as uow:
        await _check_room(uow)
    serving = columns.get("is_active", True)
    token = given.telegram_bot_token
    started = await _started(actor, token, None, serving=serving) if isinstance(token, str) and token else None
    async with unit_of_work(actor) as uow:
        await _check_room(uow)
        assistant = await Assistant.create(
            tenant_id=uow.tenant_id, site_token=_new_site_token(), created_by_id=actor.user_id, **columns
        )
        if started is not None:
            await _put(uow, started, assistant)
        return await get(uow, assistant.id)


async def update(actor: Actor, assistant_id: int, changes: AssistantChanges) -> AssistantRow:
    """Change what is given, the bot too. An inactive assistant's bot is silent.

    Raises Forbidden below admin, NotFound, InvalidInput, and what :func:`_started` raises.
    """
    _require_admin(actor)
    columns = changes.columns()
    async with unit_of_work(actor) as uow:
        present = await get(uow, assistant_id)
    token = UNSET if changes.telegram_bot_token == present.masked_bot_token else changes.telegram_bot_token
    serving = columns.get("is_active", present.is_active)
    started = await _started(actor, token, assistant_id, serving=serving) if isinstance(token, str) and token else None
    async with unit_of_work(actor) as uow:
        assistant = await _locked(uow, assistant_id)
        if columns:
            await assistant.update_from_dict(columns).save(update_fields=[*columns, "updated_at"])
        if "is_active" in columns:
            await telegram_bots.switch(uow, [assistant.id], serving=assistant.is_active)
        if started is not None:
            await _put(uow, started, assistant)
        elif token is not UNSET:
            await telegram_bots.let_go(uow, [assistant.id])
        return await get(uow, assistant.id)


async def rotate_site_token(uow: UnitOfWork, assistant_id: int) -> AssistantRow:
    """Give the assistant another site token: pages with the old one reach it no more. Raises Forbidden, NotFound."""
    _require_admin(uow.actor)
    assistant = await _locked(uow, assistant_id)
    assistant.site_token = _new_site_token()
    await assistant.save(update_fields=["site_token", "updated_at"])
    return await get(uow, assistant.id)


async def delete(uow: UnitOfWork, assistant_id: int) -> None:
    """Remove an assistant with its own knowledge, bot and dialogs. Raises Forbidden below admin, NotFound."""
    await bulk(uow, BulkAction.DELETE, [assistant_id])


async def bulk(uow: UnitOfWork, action: BulkAction, assistant_ids: Sequence[int]) -> list[int]:
    """Do the same with several assistants, with all of them or with none; returns their ids in rising order.

    Raises Forbidden below admin, InvalidInput for none or too many, NotFound where one is missing.
    """
    _require_admin(uow.actor)
    wanted = sorted(set(assistant_ids))
    if not 1 <= len(wanted) <= MAX_ASSISTANTS:
        raise InvalidInput(f"ids must hold 1 to {MAX_ASSISTANTS} items", field="ids")
    present = {row["id"] for row in await uow.rows(_LOCK, uow.tenant_id, wanted)}
    for assistant_id in wanted:
        if assistant_id not in present:
            raise NotFound("assistant", assistant_id)
    if action is BulkAction.DELETE:
        await assistant_removal.remove(uow, wanted)
    else:
        serving = action is BulkAction.ACTIVATE
        await uow.rows(_ACTIVATE, uow.tenant_id, wanted, serving)
        await telegram_bots.switch(uow, wanted, serving=serving)
    return wanted


async def _started(actor: Actor, token: str, assistant_id: int | None, *, serving: bool) -> Started:
    """Raises InvalidTelegramToken, BotAlreadyExists, BotStartupFailed, each naming ``telegram_bot_token``."""
    try:
        return await telegram_bots.start(actor, token, assistant_id=assistant_id, serving=serving)
    except DomainError as error:
        error.field = "telegram_bot_token"
        raise


async def _put(uow: UnitOfWork, started: Started, assistant: Assistant) -> None:
    try:
        await telegram_bots.put(uow, started, assistant_id=assistant.id, serving=assistant.is_active)
    except DomainError as error:
        error.field = "telegram_bot_token"
        raise


async def _check_room(uow: UnitOfWork) -> None:
    if await Assistant.all().count() >= MAX_ASSISTANTS:
        raise Conflict(f"A tenant has at most {MAX_ASSISTANTS} assistants")


async def _locked(uow: UnitOfWork, assistant_id: int) -> Assistant:
    found = Assistant.filter(id=assistant_id, tenant_id=uow.tenant_id).select_for_update(no_key=True)
    assistant = await found.get_or_none()
    if assistant is None:
        raise NotFound("assistant", assistant_id)
    return assistant


def _row(row: Row, actor: Actor) -> AssistantRow:
    bot = {name.removeprefix("bot_"): row.pop(name) for name in list(row) if name.startswith("bot_")}
    domains = row.pop("allowed_domains")
    token = row.pop("site_token")
    return AssistantRow(
        **row,
        allowed_domains=orjson.loads(domains) if isinstance(domains, str) else domains,
        site_token=token if actor.is_admin else None,
        bot=None if bot["id"] is None else AssistantBot(**bot),
    )


def _text(field: str, most: int, least: int = 0) -> Callable[[str], str]:
    return lambda value: checked_text(value.strip(), field=field, least=least, most=most)


def _model(value: str | None) -> str | None:
    return _text("ai_model", MAX_MODEL)(value or "") or None


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text("name", MAX_NAME, least=1),
    "description": _text("description", MAX_DESCRIPTION),
    "system_prompt": _text("system_prompt", MAX_PROMPT),
    "ai_model": _model,
    "is_active": bool,
    "website_integration": bool,
    "allowed_domains": checked_domains,
}


def _new_site_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
