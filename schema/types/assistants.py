"""Assistants."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from schema.types.rows import copier, shown_id
from schema.types.telegram import TelegramDelivery
from services import telegram_bots
from services.assistants import AssistantBot as AssistantBotRow
from services.assistants import AssistantChanges, AssistantRow

_BOT = copier("username", "is_active", "last_error", "created_at")
_ASSISTANT = copier(
    "public_id", "name", "description", "system_prompt", "ai_model", "is_active", "website_integration",
    "site_token", "widget_snippet", "created_at", "updated_at",
)  # fmt: skip


@strawberry.type(description="The Telegram bot of an assistant: what is written to it is a dialog.")
class AssistantBot:
    id: strawberry.ID = strawberry.field(description="The number that Telegram gave the bot.")
    username: str
    is_active: bool = strawberry.field(description="False while the assistant is inactive.")
    receives_by: TelegramDelivery
    last_error: str | None = strawberry.field(description="Why it does not work, where it does not.")
    created_at: datetime

    @classmethod
    def of(cls, row: AssistantBotRow) -> Self:
        return cls(id=shown_id(row.id), receives_by=TelegramDelivery(telegram_bots.receives_by()), **_BOT(row))


@strawberry.type(description="Who answers in dialogs, by its own words and knowledge, on its sites and with its bot.")
class Assistant:
    id: strawberry.ID
    public_id: UUID
    name: str
    description: str
    system_prompt: str = strawberry.field(description="Who it is and how it speaks; the model is told so.")
    ai_model: str | None = strawberry.field(description="Null for the installation's.")
    is_active: bool = strawberry.field(description="False: it answers nobody.")
    website_integration: bool = strawberry.field(description="Whether widgets on the allowed domains may use it.")
    allowed_domains: list[str] = strawberry.field(description="Hosts, in ASCII; `*.example.com` is what is below it.")
    site_token: str | None = strawberry.field(description="Names it to widgets. Shown to admins.")
    widget_snippet: str | None = strawberry.field(
        description="HTML for the site's pages. Shown to admins, where websites may use the assistant."
    )
    telegram_bot: AssistantBot | None
    telegram_bot_token: str | None = strawberry.field(description="Masked. Shown to admins.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: AssistantRow) -> Self:
        return cls(
            id=shown_id(row.id),
            allowed_domains=list(row.allowed_domains),
            telegram_bot=None if row.bot is None else AssistantBot.of(row.bot),
            telegram_bot_token=row.masked_bot_token,
            **_ASSISTANT(row),
        )


@strawberry.input
class CreateAssistantInput:
    name: str = strawberry.field(description="1 to 128 characters.")
    description: str = ""
    system_prompt: str = strawberry.field(default="", description="At most 20,000 characters.")
    ai_model: str | None = None
    is_active: bool = True
    website_integration: bool = False
    allowed_domains: list[str] = strawberry.field(
        default_factory=list, description="As `example.com`, `*.example.com` or `localhost`."
    )
    telegram_bot_token: str | None = strawberry.field(default=None, description="As @BotFather gives it.")

    def given(self) -> AssistantChanges:
        return AssistantChanges(**vars(self))


@strawberry.input(description="What to change of an assistant; what is left out stays.")
class UpdateAssistantInput:
    name: strawberry.Maybe[str]
    description: strawberry.Maybe[str]
    system_prompt: strawberry.Maybe[str]
    ai_model: strawberry.Maybe[str | None]
    is_active: strawberry.Maybe[bool]
    website_integration: strawberry.Maybe[bool]
    allowed_domains: strawberry.Maybe[list[str]]
    telegram_bot_token: strawberry.Maybe[str | None] = strawberry.field(
        description="Null lets the bot go; as it is shown, masked, it stays."
    )

    def changes(self) -> AssistantChanges:
        return AssistantChanges(**{name: given.value for name, given in vars(self).items() if given is not None})


@strawberry.type
class DeleteAssistantsPayload:
    ids: list[strawberry.ID]
