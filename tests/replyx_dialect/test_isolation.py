"""What another company or another visitor has answers as what does not exist, on every path, and stays as it is."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from models.support_requests import SupportRequest
from models.tenants import DEFAULT_TENANT_ID
from services import guests, support_requests
from services.support_requests import NewRequest
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.people import actor_of, new_tenant, new_user, sign_in
from tests.graphql.snapshots import fingerprint
from tests.graphql.world import MARK, World, make_world
from tests.replyx_dialect.reach import NOBODYS, OPERATIONS, ask, ids_of
from tests.replyx_dialect.test_rights import GUESTS

# A superadmin refunds the payments of every company.
WITH_ID = sorted(
    name for name, operation in OPERATIONS.items() if operation.path_parameters and name != "refund_payment"
)
MISSING: Mapping[str, object] = {"payment_id": "202501011", "ticket_id": "TICKET-2025-999999"}
# Where an id stands in a body, a query or a form.
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "open_dialog": {"json": "assistant_id"},
    "create_qa": {"json": "assistant_id"},
    "change_assistants": {"json": "ids"},
    "upload_document": {"data": "assistant_id"},
    "take_over": {"json": "operator_id"},
    "take": {"json": "operator_id"},
    "list_documents": {"params": "assistant_id"},
    "list_qa": {"params": "assistant_id"},
    "list_dialogs": {"params": "assistant_id"},
}


@pytest.fixture(scope="module")
async def theirs(database: None) -> World:
    return await make_world(await new_tenant(name=MARK), new_user)


@pytest.fixture(scope="module")
async def ours(database: None) -> World:
    return await make_world(await new_tenant(), new_user)


@pytest.fixture(scope="module")
async def admin(ours: World) -> dict[str, str]:
    return bearer(await sign_in(await new_user(ours.tenant, Role.ADMIN)))


def told(response: httpx.Response, *asked: object) -> tuple[int, str]:
    """Status and body, without the id that was asked for."""
    text = response.text
    for one in asked:
        text = re.sub(rf"\b{re.escape(str(one))}\b", "", text)
    return response.status_code, text


@pytest.mark.parametrize("name", WITH_ID)
async def test_a_foreign_id_answers_as_a_missing_one(
    name: str, theirs: World, ours: World, admin: dict[str, str], client: httpx.AsyncClient
) -> None:
    (parameter,) = OPERATIONS[name].path_parameters
    foreign_id, missing_id = ids_of(theirs)[parameter], MISSING.get(parameter, NOBODYS)
    if OPERATIONS[name].role is Role.SUPERADMIN:
        admin = bearer(await sign_in(await new_user(ours.tenant, Role.SUPERADMIN)))
    before = await fingerprint(theirs.tenant.id)
    foreign = await ask(client, name, ours, admin, ids={parameter: foreign_id})
    missing = await ask(client, name, ours, admin, ids={parameter: missing_id})
    assert told(foreign, foreign_id) == told(missing, missing_id)
    assert foreign.status_code in ((404,) if name != "dialog_events" else (401, 404))
    assert await fingerprint(theirs.tenant.id) == before


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
async def test_a_foreign_id_elsewhere_answers_as_a_missing_one(
    name: str, theirs: World, ours: World, admin: dict[str, str], client: httpx.AsyncClient
) -> None:
    ((kind, field),) = ELSEWHERE[name].items()
    foreign_id = theirs.colleague.id if field == "operator_id" else theirs.assistant.id
    before = await fingerprint(theirs.tenant.id)
    answers = []
    for asked in (foreign_id, NOBODYS):
        changes: Any = {field: [asked] if field == "ids" else asked}
        response = await ask(client, name, ours, admin, changes={kind: changes})
        answers.append(told(response, asked))
    assert answers[0] == answers[1]
    assert await fingerprint(theirs.tenant.id) == before


async def test_a_request_of_another_author_is_not_there(client: httpx.AsyncClient) -> None:
    tenant = await new_tenant()
    author, colleague = await new_user(tenant, Role.ADMIN), await new_user(tenant, Role.ADMIN)
    filed = await support_requests.create(actor_of(author), NewRequest(MARK, MARK))
    for stranger in (colleague, await new_user(await new_tenant(), Role.ADMIN)):
        headers = bearer(await sign_in(stranger))
        assert MARK not in (await client.get("/api/support/tickets", headers=headers)).text
        shown = await client.get(f"/api/support/tickets/{filed.number}", headers=headers)
        replied = await client.post(
            f"/api/support/tickets/{filed.number}/reply", headers=headers, json={"message": "Mine"}
        )
        assert (shown.status_code, replied.status_code) == (404, 404)
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)):
        assert await SupportRequest.filter(number=filed.number).count() == 1


@pytest.fixture
async def site(database: None) -> Site:
    return await new_site()


@pytest.mark.parametrize("name", sorted(GUESTS - {"open_dialog"}))
async def test_a_guest_finds_no_dialog_but_their_own(
    name: str, site: Site, ours: World, client: httpx.AsyncClient
) -> None:
    dialog = await site.open(await site.guest())
    await say(site.agent, dialog, MARK)
    headers = bearer(guests.token_of(await site.guest()).token)
    before = await fingerprint(site.tenant.id)
    for dialog_id in (dialog.id, ours.dialog.id, NOBODYS):
        response = await ask(client, name, ours, headers, ids={"dialog_id": dialog_id})
        assert (response.status_code, MARK in response.text) == (404, False)
    assert await fingerprint(site.tenant.id) == before


async def test_a_guest_of_another_tenants_assistant_is_not_let_in(site: Site, client: httpx.AsyncClient) -> None:
    other = await new_site()
    dialog = await site.open(await site.guest())
    foreign = guests.guest_id_of(await other.guest())
    headers = {"x-site-token": site.assistant.site_token, "origin": PAGE, "x-guest-id": foreign}
    response = await client.get(f"/api/dialogs/{dialog.id}", headers=headers)
    assert response.status_code == 401


@pytest.mark.parametrize(
    "origin",
    [
        None, "null", "", "https://evil-shop.example", "https://shop.example.evil.net", "https://shop.example@evil.net",
        "https://shop.examp1e", "https://xn--shp-tna.example", "ftp://shop.example", "//shop.example", "shop.example",
        "https://shop.example/", "https://shop.example?", "https://shop.example#", "https://shop.example, https://a.b",
        "https://evil.net\\shop.example", "https://shop.example:443:1", "https://www.shop.example", "https://*.example",
        "https://shop.example.", "file://shop.example", "https://[shop.example]", "https://shop.example%00.evil.net",
    ],
)  # fmt: skip
async def test_pages_elsewhere_are_refused(origin: str | None, site: Site, client: httpx.AsyncClient) -> None:
    headers = {"x-site-token": site.assistant.site_token} | ({} if origin is None else {"origin": origin})
    before = await fingerprint(site.tenant.id)
    response = await client.post("/api/dialogs", json={}, headers=headers)
    assert response.status_code == 403
    assert await fingerprint(site.tenant.id) == before


@pytest.mark.parametrize("origin", ["https://SHOP.EXAMPLE:443", "http://shop.example:8080", "https://shop.example"])
async def test_the_page_itself_is_let_in_however_it_is_spelled(
    origin: str, site: Site, client: httpx.AsyncClient
) -> None:
    headers = {"x-site-token": site.assistant.site_token, "origin": origin}
    assert (await client.post("/api/dialogs", json={}, headers=headers)).status_code == 201
