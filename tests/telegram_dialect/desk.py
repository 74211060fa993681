"""A tenant with staff, two customers, a category and a ticket, as the mini app's pages need them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from core.actor import Role
from core.events import Visibility
from models.categories import Category
from models.conversations import AuthorKind, Message
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from services import categories, messages, tickets
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of, new_tenant, new_user, sign_in

NOBODY = UUID(int=7)
TABLES = ("tickets", "messages", "conversations", "attachments", "events", "jobs")


@dataclass
class Desk:
    """``people`` has a user of each role; ``stranger`` is another customer of the same tenant."""

    tenant: Tenant
    people: Mapping[Role, User]
    stranger: User
    category: Category
    ticket: Ticket
    tokens: dict[Role, str] = field(default_factory=dict)

    @classmethod
    async def make(cls) -> "Desk":
        tenant = await new_tenant()
        people = {role: await new_user(tenant, role, first_name=role.title()) for role in Role}
        people[Role.USER] = await new_user(tenant, telegram_id=tenant.id * 1000, telegram_username=f"u{tenant.id}")
        async with unit_of_work(actor_of(people[Role.ADMIN])) as uow:
            category = await categories.create(uow, name="Оплата", icon="💳", color="#ff6b6b")
        async with unit_of_work(actor_of(people[Role.USER])) as uow:
            ticket = await tickets.create(
                uow, title="Проблема", description="Не могу оплатить", category_id=category.id, auto_respond=False
            )
        tokens = {role: await sign_in(user, "telegram") for role, user in people.items()}
        return cls(tenant, people, await new_user(tenant), category, ticket, tokens)

    def headers(self, role: Role) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role]}"}

    def path(self, *parts: object) -> str:
        """Of the desk's ticket."""
        return "/".join(["/api/v1/tickets", str(self.ticket.public_id), *map(str, parts)])

    async def say(self, role: Role, text: str, **how: Any) -> int:
        """Write to the desk's ticket; the message's number."""
        async with unit_of_work(actor_of(self.people[role])) as uow:
            message = await messages.add(uow, self.ticket.id, text=text, auto_respond=False, **how)
        return int(message.id)

    async def store(self, kind: AuthorKind, text: str) -> None:
        """A message of somebody who is no person."""
        async with unit_of_work(actor_of(self.people[Role.ADMIN])):
            await Message.create(
                tenant_id=self.tenant.id,
                conversation_id=self.ticket.id,
                author_kind=kind,
                visibility=Visibility.PUBLIC,
                text=text,
            )

    async def ticket_of_stranger(self) -> Ticket:
        async with unit_of_work(actor_of(self.stranger)) as uow:
            return await tickets.create(uow, title="Чужой", auto_respond=False)

    async def contents(self) -> dict[str, Any]:
        """What the tenant holds: equal before and after means that nothing happened."""
        async with unit_of_work(actor_of(self.people[Role.ADMIN])) as uow:
            return {table: await uow.rows(f"SELECT t::text AS row FROM {table} t ORDER BY 1") for table in TABLES}  # noqa: S608


def assert_error(response: httpx.Response, status: int, field_name: str | None = None) -> str:
    """The dialect's shape, with the field to blame where one is; the message that the client shows."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error.keys() >= {"code", "message", "details"}
    assert isinstance(error["message"], str)
    if field_name is not None:
        (detail,) = error["details"]
        assert detail["field"] == field_name
        return str(detail["message"])
    return str(error["message"])
