"""People of one company, and what they do in its inbox."""

from dataclasses import dataclass
from typing import Any

import pytest

from core.actor import Actor, Role
from models.dialogs import Dialog
from models.tenants import Tenant
from models.tickets import Ticket
from services import assistants, dialog_messages, dialogs, inbox, messages, tickets
from services.assistants import AssistantChanges
from services.inbox_filter import InboxFilter
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of


@dataclass(frozen=True)
class Company:
    """A customer, an agent, an admin, and the id of an assistant."""

    tenant: Tenant
    customer: Actor
    agent: Actor
    admin: Actor
    assistant_id: int


@pytest.fixture
async def company(tenant: Tenant, make_user: MakeUser) -> Company:
    customer = actor_of(await make_user(tenant, Role.USER, full_name="Айгүл Сериккызы"))
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    assistant = await assistants.create(admin, AssistantChanges(name="Helper", website_integration=True))
    return Company(tenant, customer, actor_of(await make_user(tenant, Role.AGENT)), admin, assistant.id)


async def ticket_of(actor: Actor, title: str = "Broken", description: str = "", **given: Any) -> Ticket:
    async with unit_of_work(actor) as uow:
        return await tickets.create(uow, title=title, description=description, auto_respond=False, **given)


async def dialog_of(company: Company, first_name: str = "Guest") -> Dialog:
    async with unit_of_work(company.agent) as uow:
        return await dialogs.open_for(uow, company.assistant_id, first_name=first_name)


async def write(actor: Actor, conversation: Ticket | Dialog, text: str, *, internal: bool = False) -> None:
    async with unit_of_work(actor) as uow:
        if isinstance(conversation, Ticket):
            await messages.add(uow, conversation.id, text=text, internal=internal, auto_respond=False)
        else:
            await dialog_messages.say(uow, conversation.id, text=text, internal=internal)


async def listed(actor: Actor, **chosen: Any) -> list[int]:
    """The ids of the inbox, in its order."""
    async with unit_of_work(actor) as uow:
        page = await inbox.page(uow, InboxFilter(**chosen), size=50)
    return [row.place.id for row in page.rows]
