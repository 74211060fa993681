"""Another tenant's ids on every REST operation, in its path, its body, its query: as if they did not exist.

What holds for GraphQL is tested by construction in tests/graphql/test_isolation.py.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from core.actor import Role, system_actor
from services import knowledge
from services.ingestion import NewChunk
from tests.attacks.rest_calls import TARGETS, Target, ask, fields_of, ids_of, missing
from tests.fixtures.application import bearer, client_of
from tests.fixtures.people import new_tenant, new_user, sign_in
from tests.graphql.snapshots import fingerprint
from tests.graphql.world import MARK, World, make_world

WITH_ID = sorted(name for name, target in TARGETS.items() if target.operation.path_parameters)
SUPERADMINS = {"replyx.refund_payment": "a superadmin refunds the payments of every company"}
_ID = re.compile(r"(^|_)ids?$|^assigned_to$|^attachments$|^source$|^slug$")
FOREIGN: Mapping[str, Callable[[World], object]] = {
    "support.update_ticket.assigned_to": lambda world: world.colleague.id,
    "support.reindex.source": lambda world: world.source,
    "telegram.list_tickets.category_id": lambda world: world.category.public_id,
    "telegram.list_tickets.assigned_to": lambda world: world.colleague.public_id,
    "telegram.create_ticket.category_id": lambda world: world.category.public_id,
    "telegram.update_ticket.category_id": lambda world: world.category.public_id,
    "telegram.update_ticket.assigned_to": lambda world: world.colleague.public_id,
    "telegram.add_message.attachments": lambda world: world.upload.public_id,
    "telegram.ticket_statistics.category_id": lambda world: world.category.public_id,
    "itdesk.list_tickets.assigned_to": lambda world: world.colleague.id,
    "itdesk.update_ticket.assigned_to": lambda world: world.colleague.id,
    **dict.fromkeys(
        (
            "replyx.list_dialogs.assistant_id", "replyx.open_dialog.assistant_id", "replyx.create_qa.assistant_id",
            "replyx.upload_document.assistant_id", "replyx.list_documents.assistant_id", "replyx.list_qa.assistant_id",
            "replyx.change_assistants.ids",
        ),
        lambda world: world.assistant.id,
    ),
    "replyx.take.operator_id": lambda world: world.colleague.id,
    "replyx.take_over.operator_id": lambda world: world.colleague.id,
}  # fmt: skip
"""Every field that names a row, and whose row of the other tenant to try."""
BY_NAME = {"itdesk.chat.session_id", "itdesk.chatbot_logs.session_id", "leads.chat.user_id"}
"""Conversations that clients name: the same name in another tenant is another conversation."""
NO_ROW = {
    "support.register.tenant_id": "one registers into a tenant that one names",
    "support.log_in.tenant_id": "one signs in to a tenant that one names",
    "support.log_in_by_form.tenant_id": "one signs in to a tenant that one names",
    "leads.log_in_company.tenant_id": "one signs in to a tenant that one names",
    "itdesk.log_in_user.tenant_id": "one signs in to a tenant that one names",
    "replyx.log_in_account.tenant_id": "one signs in to a tenant that one names",
    "support.create_ticket.source": "a word",
    "support.add_chunks.source": "a new name",
    "support.upload_document.source": "a new name",
    "support.create_tenant.slug": "a new name",
    "itdesk.system_logs.source": "a word of log lines",
    "replyx.request_handoff.request_id": "a number of the client's",
    "replyx.dialog_events.assistant_id": "an address that guests name beside a signed id: test_guests of replyx",
    "replyx.dialog_events.guest_id": "signed: test_tokens.py",
    "replyx.dialog_events.last_event_id": "a place in a log",
    "replyx.create_support_ticket.attachments": "addresses, kept as words",
    "replyx.reply_to_support_ticket.attachments": "addresses, kept as words",
    "replyx.send_analytics_event.user_id": "a number that is stored",
    "replyx.send_analytics_event.session_id": "a number that is stored",
}
OTHER_ROUTES = {
    "/graphql": "tests/graphql/test_isolation.py",
    "/uploads/files/{public_id:uuid}": "test_a_foreign_file_is_a_missing_one",
    "/uploads/files/{public_id:uuid}/{name}": "test_a_foreign_file_is_a_missing_one",
    "/telegram/webhook/{bot_id:int}": "a secret of each bot: tests/telegram_bot/test_updates.py",
    "/health": "of no tenant",
    "/ready": "of no tenant",
    "/metrics": "of no tenant",
    "/openapi.json": "of no tenant",
    "/": "a page",
    "/docs": "a page",
    "/redoc": "a page",
    "/favicon.ico": "a file of ours",
    "/assets/{path:path}": "files of ours",
    "/console": "a page",
    "/console/{path:path}": "a page",
    "/widget.js": "a file of ours",
}


ENDS_SESSIONS = {"logout", "log_out", "change_password", "change_user_password"}
OF_ALL_TENANTS = {"replyx.list_all_users"}
"""A superadmin's list of the whole installation."""


@dataclass(frozen=True)
class Attack:
    """``ours`` is the attackers' own tenant; ``headers`` sign in as its admin or as a superadmin there."""

    client: httpx.AsyncClient
    ours: World
    theirs: World
    headers: Mapping[Role, dict[str, str]]

    def signed_in(self, name: str) -> dict[str, str]:
        role = TARGETS[name].operation.role
        return self.headers[Role.SUPERADMIN if role is Role.SUPERADMIN else Role.ADMIN]


@pytest.fixture(scope="module")
async def attack(application: Starlette) -> AsyncIterator[Attack]:
    theirs = await make_world(await new_tenant(name=MARK), new_user)
    # A source is called by its name: one that the attackers have not got themselves.
    theirs = replace(theirs, source=f"only-{MARK}.md")
    chunk = NewChunk(f"The second door of {MARK}.")
    await knowledge.add_chunks(system_actor(theirs.tenant.id), source=theirs.source, chunks=[chunk])
    ours = await make_world(await new_tenant(), new_user)
    roles = (Role.ADMIN, Role.SUPERADMIN)
    headers = {role: bearer(await sign_in(await new_user(ours.tenant, role))) for role in roles}
    async with client_of(application) as client:
        yield Attack(client, ours, theirs, headers)


@asynccontextmanager
async def unchanged(world: World, target: Target) -> AsyncIterator[None]:
    """What the tenant holds is the same afterwards; of operations that only read it is not asked."""
    reads = target.operation.method == "GET"
    before = None if reads else await fingerprint(world.tenant.id)
    yield
    assert before == (None if reads else await fingerprint(world.tenant.id))


def told(response: httpx.Response, *asked: object) -> tuple[int, str]:
    """Status and body, without what was asked for and without what changes with each call."""
    text = response.text
    for one in asked:
        text = re.sub(rf"\b{re.escape(str(one))}\b", "", text)
    return response.status_code, re.sub(r'"(id|[a-z]+_at|timestamp|request_id)": ?("[^"]*"|\d+)', "", text)


def test_every_route_has_its_case(application: Starlette) -> None:
    documented = {target.dialect.prefix + target.operation.path for target in TARGETS.values()}
    http = {path_of(route) for route in application.routes if not isinstance(route, WebSocketRoute)}
    assert http - documented - OTHER_ROUTES.keys() == set()
    assert OTHER_ROUTES.keys() <= http


def path_of(route: BaseRoute) -> str:
    assert isinstance(route, Route), route
    return route.path


def test_every_field_that_names_a_row_has_its_case() -> None:
    named = {f"{name}.{field}" for name, target in TARGETS.items() for field in fields_of(target) if _ID.search(field)}
    assert named == FOREIGN.keys() | NO_ROW.keys() | BY_NAME


@pytest.mark.parametrize("name", [name for name in WITH_ID if name not in SUPERADMINS])
async def test_a_foreign_id_in_the_path_is_a_missing_one(name: str, attack: Attack) -> None:
    target = TARGETS[name]
    headers = attack.signed_in(name)
    foreign_ids = ids_of(target, attack.theirs)
    missing_ids = {key: missing(value) for key, value in foreign_ids.items()}
    async with unchanged(attack.theirs, target):
        foreign = await ask(attack.client, target, attack.ours, headers, ids=foreign_ids)
        absent = await ask(attack.client, target, attack.ours, headers, ids=missing_ids)
    assert told(foreign, *foreign_ids.values()) == told(absent, *missing_ids.values())
    assert foreign.status_code in (401, 404), foreign.text


@pytest.mark.parametrize("case", sorted(FOREIGN))
async def test_a_foreign_id_in_a_field_is_a_missing_one(case: str, attack: Attack) -> None:
    name, _, field = case.rpartition(".")
    target, place = TARGETS[name], fields_of(TARGETS[name])[field]
    foreign_id = FOREIGN[case](attack.theirs)
    answers = []
    async with unchanged(attack.theirs, target):
        for value in (foreign_id, "nobodys" if isinstance(foreign_id, str) else missing(foreign_id)):
            written = value if isinstance(value, int) else str(value)
            shown = [written] if field in ("attachments", "ids") else written
            headers = attack.signed_in(name)
            response = await ask(attack.client, target, attack.ours, headers, changes={place: {field: shown}})
            answers.append(told(response, value))
    assert answers[0] == answers[1]


@pytest.fixture(scope="module")
async def stranger(application: Starlette) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, str]]]:
    """An admin of a tenant that holds nothing."""
    headers = bearer(await sign_in(await new_user(await new_tenant(), Role.ADMIN)))
    async with client_of(application) as client:
        yield client, headers


@pytest.mark.parametrize("name", sorted(set(TARGETS) - set(WITH_ID)))
async def test_nothing_of_another_tenant_is_listed_found_or_changed(
    name: str, stranger: tuple[httpx.AsyncClient, dict[str, str]], attack: Attack
) -> None:
    client, headers = stranger
    operation = TARGETS[name].operation
    if operation.role is not None and (operation.name in ENDS_SESSIONS or operation.role is Role.SUPERADMIN):
        headers = bearer(await sign_in(await new_user(await new_tenant(), operation.role)))
    async with unchanged(attack.theirs, TARGETS[name]):
        response = await ask(client, TARGETS[name], attack.ours, headers)
    assert response.status_code < 500 or response.status_code == 503, response.text
    assert operation.role is None or response.status_code not in (401, 403)
    assert name in OF_ALL_TENANTS or MARK not in response.text


@pytest.mark.parametrize("case", sorted(BY_NAME))
async def test_a_conversation_of_the_same_name_elsewhere_is_another(
    case: str, stranger: tuple[httpx.AsyncClient, dict[str, str]], attack: Attack
) -> None:
    client, headers = stranger
    name, _, field = case.rpartition(".")
    target = TARGETS[name]
    async with unchanged(attack.theirs, target):
        place = fields_of(target)[field]
        changes = {place: {field: MARK}}
        response = await ask(client, target, attack.ours, headers, changes=changes)
    assert response.status_code == 200
    assert MARK not in re.sub(rf'"(session|user)_id":"{MARK}"', "", response.text)


async def test_a_foreign_file_is_a_missing_one(attack: Attack) -> None:
    headers = attack.headers[Role.ADMIN]
    public_id = attack.theirs.upload.public_id
    for path in (f"/uploads/files/{public_id}", f"/uploads/files/{public_id}/{MARK}.txt"):
        assert (await attack.client.get(path, headers=headers)).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMIN])
async def test_no_header_moves_an_admin_to_another_tenant(role: Role, attack: Attack) -> None:
    headers = attack.headers[role] | {"x-tenant-id": str(attack.theirs.tenant.id)}
    for path in (f"/v1/tickets/{attack.theirs.ticket.id}", "/v1/tickets", "/api/tickets", "/api/dialogs"):
        response = await attack.client.get(path, headers=headers)
        assert (response.status_code in (403, 404), MARK in response.text) == (True, False)
