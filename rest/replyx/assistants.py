"""🤖 Ассистенты: the account's assistants, with bot and site token. Bulk changes stand in no path of the document."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from config.settings import get_settings
from core import unset
from core.actor import Actor, Role
from rest.operations import Examples, Group, Id
from rest.replyx import assistant_examples as examples
from rest.replyx.done import DoneView
from rest.replyx.words import moment
from rest.shapes import NOT_BLANK, Domain
from services import assistants
from services.assistants import (
    MAX_ASSISTANTS,
    MAX_DESCRIPTION,
    MAX_MODEL,
    MAX_NAME,
    MAX_PROMPT,
    AssistantChanges,
    AssistantRow,
    BulkAction,
)
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Ассистенты", Bucket.OTHER)

Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME, extra_json_schema=NOT_BLANK)]
Description = Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)]
Prompt = Annotated[str, msgspec.Meta(max_length=MAX_PROMPT)]
AiModel = Annotated[str, msgspec.Meta(max_length=MAX_MODEL)]
BotToken = Annotated[str, msgspec.Meta(max_length=256)]
Ids = Annotated[list[Id], msgspec.Meta(min_length=1, max_length=MAX_ASSISTANTS)]


class AssistantView(msgspec.Struct):
    """An assistant. ``telegram_bot_token`` is masked; it and ``site_token`` are shown to the account's admins alone.

    ``ai_model`` is the installation's where the assistant has none of its own, null where there is none at all.
    """

    id: int
    name: str
    description: str
    system_prompt: str
    ai_model: str | None
    is_active: bool
    telegram_bot_token: str | None
    telegram_bot_username: str | None
    website_integration: bool
    allowed_domains: Sequence[str]
    created_at: datetime
    site_token: str | None = None

    @classmethod
    def of(cls, row: AssistantRow) -> "AssistantView":
        return cls(
            id=row.id,
            name=row.name,
            description=row.description,
            system_prompt=row.system_prompt,
            ai_model=row.ai_model or get_settings().llm.model,
            is_active=row.is_active,
            telegram_bot_token=row.masked_bot_token,
            telegram_bot_username=None if row.bot is None else row.bot.username,
            website_integration=row.website_integration,
            allowed_domains=row.allowed_domains,
            created_at=moment(row.created_at),
            site_token=row.site_token,
        )


class AssistantPut(msgspec.Struct):
    """What to change; what is left out stays. The masked token changes nothing, null lets the bot go."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    system_prompt: Prompt | UnsetType = UNSET
    ai_model: AiModel | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    telegram_bot_token: BotToken | UnsetType | None = UNSET
    website_integration: bool | UnsetType = UNSET
    allowed_domains: list[Domain] | UnsetType = UNSET

    @property
    def changes(self) -> AssistantChanges:
        given = msgspec.structs.asdict(self)
        return AssistantChanges(**{name: unset.UNSET if value is UNSET else value for name, value in given.items()})


class NewAssistant(AssistantPut, kw_only=True):
    """``name`` alone is required."""

    name: Name


class BulkBody(msgspec.Struct):
    action: BulkAction
    ids: Ids


class BulkView(msgspec.Struct):
    action: BulkAction
    ids: list[int]
    count: int


@group.get(
    "/assistants", "Получение списка ассистентов пользователя", role=Role.AGENT,
    examples=Examples(response=[examples.ASSISTANT]),
)  # fmt: skip
async def list_assistants(actor: Actor) -> list[AssistantView]:
    async with unit_of_work(actor) as uow:
        return [AssistantView.of(row) for row in await assistants.list_assistants(uow)]


@group.post(
    "/assistants", "Создание нового ассистента", role=Role.ADMIN, status=201, errors=(400, 409, 503),
    examples=Examples(examples.NEW_ASSISTANT, examples.ASSISTANT),
)  # fmt: skip
async def create_assistant(actor: Actor, body: NewAssistant) -> AssistantView:
    """С токеном бота ассистент сразу отвечает в Telegram. Если бот не запускается, ассистент не создаётся."""
    return AssistantView.of(await assistants.create(actor, body.changes))


@group.post(
    "/assistants/bulk", "Операция над несколькими ассистентами", role=Role.ADMIN, errors=(404,),
    examples=Examples(examples.BULK, examples.BULK_DONE),
)  # fmt: skip
async def change_assistants(actor: Actor, body: BulkBody) -> BulkView:
    """Над всеми сразу; если одного из них нет, то ни над одним."""
    async with unit_of_work(actor) as uow:
        ids = await assistants.bulk(uow, body.action, body.ids)
    return BulkView(body.action, ids, len(ids))


@group.get(
    "/assistants/{assistant_id}", "Получение ассистента", role=Role.AGENT, errors=(404,),
    examples=Examples(response=examples.ASSISTANT),
)  # fmt: skip
async def get_assistant(actor: Actor, assistant_id: Id) -> AssistantView:
    async with unit_of_work(actor) as uow:
        return AssistantView.of(await assistants.get(uow, assistant_id))


@group.put(
    "/assistants/{assistant_id}", "Обновление ассистента", role=Role.ADMIN, errors=(400, 404, 409, 503),
    examples=Examples(examples.ASSISTANT_CHANGES, examples.ASSISTANT),
)  # fmt: skip
async def update_assistant(actor: Actor, assistant_id: Id, body: AssistantPut) -> AssistantView:
    """Неактивный ассистент не отвечает, его бот тоже."""
    return AssistantView.of(await assistants.update(actor, assistant_id, body.changes))


@group.delete(
    "/assistants/{assistant_id}", "Удаление ассистента", role=Role.ADMIN, errors=(404,),
    examples=Examples(response=examples.DELETED),
)  # fmt: skip
async def delete_assistant(actor: Actor, assistant_id: Id) -> DoneView:
    """Вместе с его знаниями, ботом и диалогами."""
    async with unit_of_work(actor) as uow:
        await assistants.delete(uow, assistant_id)
    return DoneView(examples.DELETED["message"])
