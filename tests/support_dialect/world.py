"""A tenant with something of everything, and one valid call of every operation of the dialect on it.

The tests of roles, of bad input and of isolation go through all operations by these: an operation without a sample
fails them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from core.actor import Role
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from rest.operations import Operation
from rest.support.dialect import SUPPORT
from services import knowledge, messages, tickets
from services.ingestion import NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, actor_of, new_tenant, new_user, sign_in, unique

OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in SUPPORT.operations}


@dataclass
class World:
    """One tenant: a user of each role, a second customer, a ticket of the first with a message, a knowledge source."""

    tenant: Tenant
    people: dict[Role, User]
    stranger: User
    ticket: Ticket
    source: str
    tokens: dict[Role, str] = field(default_factory=dict)

    @classmethod
    async def make(cls) -> "World":
        tenant = await new_tenant()
        people = {role: await new_user(tenant, role) for role in Role}
        customer = actor_of(people[Role.USER])
        async with unit_of_work(customer) as uow:
            ticket = await tickets.create(uow, title="Cannot sign in", description="It says no", auto_respond=False)
            await messages.add(uow, ticket.id, text="Please help", auto_respond=False)
        source = f"guides/{unique('sign in')}.md"
        chunk = NewChunk("To reset your password, open Settings and choose Security.", {"key": "reset"})
        await knowledge.add_chunks(actor_of(people[Role.ADMIN]), source=source, chunks=[chunk])
        tokens = {role: await sign_in(user) for role, user in people.items()}
        return cls(tenant, people, await new_user(tenant), ticket, source, tokens)

    def headers(self, role: Role) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role]}"}

    async def contents(self) -> dict[str, Any]:
        """All that the tenant holds, but for sessions: equal before and after means that nothing happened."""
        async with unit_of_work(actor_of(self.people[Role.ADMIN])) as uow:
            return {table: await uow.rows(f"SELECT t::text AS row FROM {table} t ORDER BY 1") for table in TABLES}  # noqa: S608


TABLES = (
    "tenants", "users", "conversations", "tickets", "messages", "attachments", "citations",
    "knowledge_sources", "knowledge_chunks", "events", "jobs",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A valid call: values for the path, the query, and the body by kind."""

    path: Callable[[World], dict[str, Any]] = lambda world: {}
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Callable[[World], Any] | None = None
    form: Callable[[World], dict[str, str]] | None = None
    file: tuple[str, bytes] | None = None

    def address(self, operation: Operation, world: World, **instead: object) -> str:
        path = operation.path
        for name, value in (self.path(world) | instead).items():
            path = path.replace(f"{{{name}:path}}", str(value)).replace(f"{{{name}}}", str(value))
        return SUPPORT.prefix + path

    def arguments(self, world: World) -> dict[str, Any]:
        """What httpx's `request` takes."""
        given: dict[str, Any] = {"params": dict(self.query)}
        if self.body is not None:
            given["json"] = self.body(world)
        if self.form is not None:
            given["data"] = self.form(world)
        if self.file is not None:
            given["files"] = {"file": self.file}
        return given


async def call(
    client: httpx.AsyncClient, name: str, world: World, role: Role | None, target: World | None = None
) -> httpx.Response:
    """Call an operation validly as a role of `world`, on what stands in `target` (else in the same world)."""
    operation, sample, target = OPERATIONS[name], SAMPLES[name], target or world
    headers = world.headers(role) if role is not None else {}
    return await client.request(
        operation.method, sample.address(operation, target), headers=headers, **sample.arguments(target)
    )


def _ticket(world: World) -> dict[str, Any]:
    return {"ticket_id": world.ticket.id}


def _stranger(world: World) -> dict[str, Any]:
    return {"user_id": world.stranger.id}


def _new_user(world: World) -> dict[str, Any]:
    return {"email": f"{unique('new')}@example.com", "password": PASSWORD, "full_name": "New", "role": "agent"}


def _email(world: World) -> str:
    return str(world.people[Role.USER].email)


SAMPLES: Mapping[str, Sample] = {
    "register": Sample(
        body=lambda world: {"email": f"{unique('reg')}@example.com", "password": PASSWORD, "tenant_id": world.tenant.id}
    ),
    "log_in_by_form": Sample(form=lambda world: {"username": _email(world), "password": PASSWORD}),
    "log_in": Sample(body=lambda world: {"email": _email(world), "password": PASSWORD}),
    "refresh": Sample(body=lambda world: {"refresh_token": "not.a.token"}),
    "logout": Sample(),
    "me": Sample(),
    "update_me": Sample(body=lambda world: {"full_name": "John Smith"}),
    "change_password": Sample(body=lambda world: {"current_password": PASSWORD, "new_password": "Another-horse-8"}),
    "list_tickets": Sample(query={"status": "open", "skip": 0, "limit": 100}),
    "create_ticket": Sample(body=lambda world: {"title": "Help needed", "description": "Cannot login"}),
    "get_ticket": Sample(_ticket),
    "update_ticket": Sample(_ticket, body=lambda world: {"priority": "critical"}),
    "delete_ticket": Sample(_ticket),
    "list_messages": Sample(_ticket, query={"skip": 0, "limit": 100}),
    "add_message": Sample(_ticket, body=lambda world: {"content": "Still not", "role": "user", "auto_respond": True}),
    "agent_health": Sample(),
    "respond": Sample(_ticket, body=lambda world: {"save_response": True, "max_context": 5}),
    "ask": Sample(body=lambda world: {"question": "How do I reset my password?", "max_context": 5}),
    "auto_respond": Sample(_ticket),
    "list_chunks": Sample(query={"skip": 0, "limit": 100}),
    "add_chunks": Sample(
        body=lambda world: {"source": "new.md", "chunks": [{"content": "Notifications", "metadata": {"page": 5}}]}
    ),
    "search": Sample(body=lambda world: {"query": "reset password", "limit": 5}),
    "delete_source": Sample(lambda world: {"source": world.source}),
    "reindex": Sample(),
    "upload_document": Sample(query={"source": "manual"}, file=("manual.md", b"# Manual\n\nPress the red button.\n")),
    "list_users": Sample(query={"skip": 0, "limit": 100}),
    "create_user": Sample(body=_new_user),
    "get_user": Sample(_stranger),
    "update_user": Sample(_stranger, body=lambda world: {"full_name": "Updated Name"}),
    "set_role": Sample(_stranger, body=lambda world: {"role": "agent"}),
    "deactivate_user": Sample(_stranger),
    "list_tenants": Sample(),
    "current_tenant": Sample(),
    "tenant_stats": Sample(),
    "create_tenant": Sample(body=lambda world: {"name": "Acme Corporation", "slug": unique("acme")}),
}
