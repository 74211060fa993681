"""A tenant with an assistant on a site, its people, and a guest."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from core.actor import Actor, Role
from core.facts.dialogs import DialogReplyRequested
from models.assistants import Assistant
from models.billing import ServiceType
from models.conversations import AuthorKind, Message
from models.dialogs import Dialog
from models.tenants import Tenant
from services import billing, dialog_messages, dialogs, guests, knowledge
from services.ingestion import NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of, unique

SITE = "https://shop.example.com"
RETURNS = "You can return a product within 14 days of delivery. The refund takes ten working days."
QUESTION = "Within how many days of delivery can I return a product?"


@dataclass(frozen=True)
class Shop:
    """``guest`` is somebody on the shop's site."""

    tenant: Tenant
    assistant: Assistant
    admin: Actor
    agent: Actor
    guest: Actor


async def new_assistant(tenant: Tenant, admin: Actor, **columns: Any) -> Assistant:
    given: dict[str, Any] = {
        "name": "Helper",
        "website_integration": True,
        "allowed_domains": ["shop.example.com", "*.example.org"],
        "site_token": unique("site-token"),
        **columns,
    }
    async with unit_of_work(admin):
        return await Assistant.create(tenant_id=tenant.id, **given)


async def add_money(actor: Actor, amount: str = "100.00") -> None:
    async with unit_of_work(actor) as uow:
        await billing.open_account(uow, uow.tenant_id)
        await billing.credit(uow, Decimal(amount), ServiceType.TOP_UP, reference=unique("money"))


async def enter(assistant: Assistant, guest_id: str | None = None) -> Actor:
    return await guests.enter(site_token=assistant.site_token, origin=SITE, guest_id=guest_id)


@pytest.fixture
async def shop(tenant: Tenant, make_user: MakeUser) -> Shop:
    """A shop that knows about returns and has money."""
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    agent = actor_of(await make_user(tenant, Role.AGENT, first_name="Анна"))
    await knowledge.add_chunks(admin, source="shop.md", chunks=[NewChunk(RETURNS)])
    await add_money(admin)
    assistant = await new_assistant(tenant, admin)
    return Shop(tenant, assistant, admin, agent, await enter(assistant))


async def opened(shop: Shop) -> Dialog:
    async with unit_of_work(shop.guest) as uow:
        return await dialogs.open_for(uow)


async def say(actor: Actor, dialog: Dialog, text: str = QUESTION, **more: Any) -> Message:
    async with unit_of_work(actor) as uow:
        return await dialog_messages.say(uow, dialog.id, text=text, **more)


async def thread(actor: Actor, dialog: Dialog) -> list[Message]:
    async with unit_of_work(actor):
        return await Message.filter(conversation_id=dialog.id).order_by("id")


async def kinds(shop: Shop, dialog: Dialog) -> list[AuthorKind]:
    return [message.author_kind for message in await thread(shop.agent, dialog)]


async def present(shop: Shop, dialog: Dialog) -> Dialog:
    async with unit_of_work(shop.agent) as uow:
        return await dialogs.get(uow, dialog.id)


async def owed(shop: Shop) -> list[int]:
    """The messages whose answers wait as jobs, the oldest first."""
    async with unit_of_work(shop.admin) as uow:
        rows = await uow.rows(
            "SELECT (args->>'message_id')::bigint AS id FROM jobs WHERE task = 'dialogs.reply' ORDER BY id"
        )
    return [row["id"] for row in rows]


def asked_again(dialog: Dialog, message: Message) -> DialogReplyRequested:
    return DialogReplyRequested(dialog.id, message_id=message.id)
