"""Assistants, their bots and site tokens."""

import strawberry

from resolvers.policy import Requires, mutation, query
from schema.types.assistants import Assistant, CreateAssistantInput, DeleteAssistantsPayload, UpdateAssistantInput
from schema.types.context import ID, Info
from schema.types.rows import shown_id
from schema.types.scalars import row_id
from services import assistants
from services.assistants import BulkAction
from services.unit_of_work import unit_of_work

_NAMES = {"telegram_bot_token": "telegramBotToken", "allowed_domains": "allowedDomains"}


async def _switch(info: Info, ids: list[ID], action: BulkAction) -> list[Assistant]:
    async with unit_of_work(info.context.actor) as uow:
        done = set(await assistants.bulk(uow, action, [row_id(id, "ids") for id in ids]))
        return [Assistant.of(row) for row in await assistants.list_assistants(uow) if row.id in done]


@strawberry.type
class AssistantQuery:
    @query(Requires.ASSISTANT_READ)
    async def assistants(self, info: Info) -> list[Assistant]:
        """All assistants of the tenant, oldest first."""
        async with unit_of_work(info.context.actor) as uow:
            return [Assistant.of(row) for row in await assistants.list_assistants(uow)]

    @query(Requires.ASSISTANT_READ)
    async def assistant(self, info: Info, id: ID) -> Assistant:
        """Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            return Assistant.of(await assistants.get(uow, row_id(id)))


@strawberry.type
class AssistantMutation:
    @mutation(Requires.ASSISTANT_MANAGE, names=_NAMES)
    async def create_assistant(self, info: Info, input: CreateAssistantInput) -> Assistant:
        """A new assistant; with a bot token it answers in Telegram at once.

        Errors: INVALID_TELEGRAM_TOKEN, BOT_ALREADY_EXISTS, BOT_STARTUP_FAILED; none of them leaves an assistant.
        """
        return Assistant.of(await assistants.create(info.context.actor, input.given()))

    @mutation(Requires.ASSISTANT_MANAGE, names=_NAMES)
    async def update_assistant(self, info: Info, id: ID, input: UpdateAssistantInput) -> Assistant:
        """Change an assistant, its bot too. Errors: as of createAssistant."""
        return Assistant.of(await assistants.update(info.context.actor, row_id(id), input.changes()))

    @mutation(Requires.ASSISTANT_MANAGE)
    async def rotate_site_token(self, info: Info, id: ID) -> Assistant:
        """Give an assistant another site token: widgets with the old one reach it no more."""
        async with unit_of_work(info.context.actor) as uow:
            return Assistant.of(await assistants.rotate_site_token(uow, row_id(id)))

    @mutation(Requires.ASSISTANT_MANAGE)
    async def activate_assistants(self, info: Info, ids: list[ID]) -> list[Assistant]:
        """Let assistants answer, all of them or, where one is missing, none."""
        return await _switch(info, ids, BulkAction.ACTIVATE)

    @mutation(Requires.ASSISTANT_MANAGE)
    async def deactivate_assistants(self, info: Info, ids: list[ID]) -> list[Assistant]:
        """Let assistants be silent, in Telegram too; all of them or, where one is missing, none."""
        return await _switch(info, ids, BulkAction.DEACTIVATE)

    @mutation(Requires.ASSISTANT_MANAGE)
    async def delete_assistant(self, info: Info, id: ID) -> DeleteAssistantsPayload:
        """Remove an assistant with its own knowledge, its bot and its dialogs."""
        async with unit_of_work(info.context.actor) as uow:
            await assistants.delete(uow, row_id(id))
        return DeleteAssistantsPayload(ids=[id])

    @mutation(Requires.ASSISTANT_MANAGE)
    async def delete_assistants(self, info: Info, ids: list[ID]) -> DeleteAssistantsPayload:
        """As deleteAssistant, all of them or, where one is missing, none."""
        async with unit_of_work(info.context.actor) as uow:
            gone = await assistants.bulk(uow, BulkAction.DELETE, [row_id(id, "ids") for id in ids])
        return DeleteAssistantsPayload(ids=[shown_id(each) for each in gone])
