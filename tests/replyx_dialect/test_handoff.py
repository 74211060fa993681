"""Handoffs and operators, as the document shows them."""

import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.api import create_app
from core.actor import Role
from models.dialogs import Dialog
from models.tenants import Tenant
from services import guests
from tests.fixtures.application import bearer, client_of
from tests.fixtures.dialogs import PAGE
from tests.fixtures.people import MakeUser, sign_in
from tests.handoffs.world import World, new_assistant, outcomes
from tests.replyx_dialect.world import told

QUEUE, HEARTBEAT = "/api/operator/queue", "/api/operator/heartbeat"
ASK = {"reason": "keyword", "last_user_text": "Хочу поговорить с человеком"}
Headers = dict[str, str]


@pytest.fixture
async def world(tenant: Tenant) -> World:
    return await World.make(tenant)


@pytest.fixture
async def dialog(world: World) -> Dialog:
    return await world.dialog()


@pytest.fixture
async def agent(world: World) -> Headers:
    return bearer(await sign_in(world.agent, "replyx"))


def guest_headers(dialog: Dialog) -> Headers:
    """A widget's, on a page of the site."""
    return {**bearer(guests.token_of(guests.guest_of(dialog)).token), "origin": PAGE}


def at(dialog: Dialog, what: str) -> str:
    return f"/api/dialogs/{dialog.id}/handoff/{what}"


async def test_a_request_is_answered_as_documented_and_again(
    client: httpx.AsyncClient, dialog: Dialog, agent: Headers
) -> None:
    body = {**ASK, "request_id": str(uuid4())}
    response = await client.post(at(dialog, "request"), headers=agent, json=body)
    assert response.status_code == 200
    answer = response.json()
    assert answer == {
        "status": "requested",
        "dialog_id": dialog.id,
        "reason": "keyword",
        "queue_position": 1,
        "estimated_wait_time": "2-5 минут",
        "request_id": body["request_id"],
        "created_at": answer["created_at"],
    }
    await client.post(at(dialog, "takeover"), headers=agent, json={})
    assert (await client.post(at(dialog, "request"), headers=agent, json=body)).json() == answer


async def test_the_older_form_has_no_request_id(client: httpx.AsyncClient, dialog: Dialog, agent: Headers) -> None:
    first = await client.post(at(dialog, "request"), headers=agent, json=ASK)
    assert first.json()["request_id"]
    second = await client.post(at(dialog, "request"), headers=agent, json=ASK)
    assert told(second) == (409, "HANDOFF_ALREADY_REQUESTED", None)
    assert second.json()["error"]["message"] == "Запрос на передачу уже существует"


async def test_a_guest_asks_and_withdraws(client: httpx.AsyncClient, dialog: Dialog, world: World) -> None:
    guest, other = guest_headers(dialog), guest_headers(await world.dialog())
    assert (await client.post(at(dialog, "request"), headers=other, json=ASK)).status_code == 404
    assert (await client.post(at(dialog, "request"), headers=guest, json=ASK)).status_code == 200
    assert (await client.post(at(dialog, "takeover"), headers=guest, json={})).status_code in (401, 403)
    response = await client.post(
        at(dialog, "cancel"), headers=guest, json={"cancel_reason": "user_left", "comment": "-"}
    )
    answer = response.json()
    assert {**answer, "cancelled_at": None} == {
        "status": "cancelled",
        "dialog_id": dialog.id,
        "handoff_status": "none",
        "cancel_reason": "user_left",
        "cancelled_at": None,
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [("takeover", {"operator_comment": "Принимаю диалог в работу"}), ("take", {"operator_name": "Анна"})],
)
async def test_a_takeover_is_answered_as_documented(
    client: httpx.AsyncClient, dialog: Dialog, world: World, agent: Headers, path: str, body: dict[str, Any]
) -> None:
    await client.post(at(dialog, "request"), headers=agent, json=ASK)
    response = await client.post(at(dialog, path), headers=agent, json=body)
    assert response.status_code == 200
    answer, user = response.json(), world.agent
    assert answer == {
        "status": "active",
        "dialog_id": dialog.id,
        "operator": {"id": user.id, "name": user.full_name, "email": user.email},
        "taken_at": answer["taken_at"],
    }
    again = await client.post(at(dialog, "take"), headers=agent, json={"operator_id": user.id})
    assert told(again)[:2] == (409, "HANDOFF_CONFLICT")


async def test_of_fifty_at_once_one_wins(
    client: httpx.AsyncClient, dialog: Dialog, world: World, agent: Headers, make_user: MakeUser
) -> None:
    await client.post(at(dialog, "request"), headers=agent, json=ASK)
    people = [bearer(await sign_in(await make_user(world.tenant, Role.AGENT), "replyx")) for _ in range(50)]
    responses = await outcomes(client.post(at(dialog, "takeover"), headers=each, json={}) for each in people)
    statuses = [response.status_code for response in responses if not isinstance(response, str)]
    assert sorted(statuses) == [200] + [409] * 49
    lost = [told(each) for each in responses if not isinstance(each, str) and each.status_code == 409]
    assert set(lost) == {(409, "HANDOFF_CONFLICT", None)}


async def test_operator_id_of_another_is_for_admins(
    client: httpx.AsyncClient, dialog: Dialog, world: World, agent: Headers, make_user: MakeUser
) -> None:
    other = await make_user(world.tenant, Role.AGENT)
    admin = bearer(await sign_in(await make_user(world.tenant, Role.ADMIN), "replyx"))
    await client.post(at(dialog, "request"), headers=agent, json=ASK)
    body = {"operator_name": "Анна", "operator_id": other.id}
    refused = await client.post(at(dialog, "take"), headers=agent, json=body)
    assert told(refused)[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    unknown = await client.post(at(dialog, "take"), headers=admin, json={"operator_id": 2**40})
    assert told(unknown) == (422, "VALIDATION_ERROR", "operator_id")
    taken = await client.post(at(dialog, "take"), headers=admin, json=body)
    assert taken.json()["operator"]["id"] == other.id


async def test_the_operators_capacity_is_kept(client: httpx.AsyncClient, world: World, agent: Headers) -> None:
    await client.post(HEARTBEAT, headers=agent, json={"status": "available", "current_load": 0, "max_capacity": 1})
    first, second = await world.waiting(), await world.waiting()
    assert (await client.post(at(first, "takeover"), headers=agent, json={})).status_code == 200
    refused = await client.post(at(second, "takeover"), headers=agent, json={})
    assert told(refused) == (409, "OPERATOR_CAPACITY_EXCEEDED", None)


async def test_a_dialog_is_released(client: httpx.AsyncClient, dialog: Dialog, agent: Headers) -> None:
    await client.post(at(dialog, "request"), headers=agent, json=ASK)
    await client.post(at(dialog, "takeover"), headers=agent, json={})
    body = {"resolution": "completed", "operator_comment": "Вопрос решен", "return_to_ai": True}
    response = await client.post(at(dialog, "release"), headers=agent, json=body)
    answer = response.json()
    assert (response.status_code, answer["status"], answer["resolution"]) == (200, "released", "completed")
    assert (answer["handoff_status"], answer["return_to_ai"]) == ("released", True)


@pytest.mark.parametrize("what", ["takeover", "take", "release", "cancel"])
async def test_nothing_to_act_on_is_404(client: httpx.AsyncClient, dialog: Dialog, agent: Headers, what: str) -> None:
    response = await client.post(at(dialog, what), headers=agent, json={})
    assert told(response) == (404, "HANDOFF_NOT_FOUND", None)
    assert response.json()["error"]["message"] == "Запрос на handoff не найден"


async def test_the_queue_is_as_documented(client: httpx.AsyncClient, world: World, agent: Headers) -> None:
    dialog = await world.waiting(last_user_text="Нужна помощь оператора")
    answer = (await client.get(QUEUE, headers=agent)).json()
    assert answer.keys() == {"queue", "total_in_queue", "estimated_wait_time"}
    (row,) = answer["queue"]
    assert re.fullmatch(r"00:00:\d\d", row.pop("wait_time"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row.pop("created_at"))
    assert row == {
        "dialog_id": dialog.id,
        "user_info": {"name": "Иван", "platform": "website"},
        "reason": "keyword",
        "priority": "normal",
        "last_message": "Нужна помощь оператора",
    }
    assert (answer["total_in_queue"], answer["estimated_wait_time"]) == (1, "2-5 минут")


async def test_the_load_of_a_heartbeat_is_the_real_one(client: httpx.AsyncClient, world: World, agent: Headers) -> None:
    await client.post(at(await world.waiting(), "takeover"), headers=agent, json={})
    answer = await client.post(HEARTBEAT, headers=agent, json={"status": "busy", "current_load": 3, "max_capacity": 5})
    shown = answer.json()
    assert (shown["status"], shown["current_load"], shown["max_capacity"], shown["online"]) == ("busy", 1, 5, True)
    wrong = await client.post(HEARTBEAT, headers=agent, json={"status": "asleep"})
    assert told(wrong) == (422, "VALIDATION_ERROR", "status")


async def test_the_context_of_a_handoff(client: httpx.AsyncClient, world: World, agent: Headers) -> None:
    dialog = await world.waiting(last_user_text="Заказ 4512 не пришёл")
    answer = (await client.get(at(dialog, "context"), headers=agent)).json()
    assert (answer["summary"], answer["status"], answer["language"]) == ("Заказ 4512 не пришёл", "requested", "ru")
    none = await client.get(at(await world.dialog(), "context"), headers=agent)
    assert told(none) == (404, "HANDOFF_NOT_FOUND", None)


async def test_dialogs_of_others_are_not_found(
    client: httpx.AsyncClient, agent: Headers, make_tenant: Any, make_user: MakeUser
) -> None:
    stranger = await make_tenant()
    other = World(stranger, await new_assistant(stranger), await make_user(stranger, Role.AGENT))
    dialog = await other.waiting()
    for what in ("request", "takeover", "take", "release", "cancel"):
        assert told(await client.post(at(dialog, what), headers=agent, json={}))[:2] == (404, "NOT_FOUND")
    assert (await client.get(QUEUE, headers=agent)).json()["total_in_queue"] == 0


@pytest.fixture
async def limited(override: Any, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API of its own whose limits are on."""
    with override(OPORA_RATE_LIMITS="on"):
        app = create_app(opening=lambda _: nullcontext())
        async with client_of(app) as client:
            yield client
        await app.state.rate_limits.close()


async def test_three_requests_a_minute_and_dialog(limited: httpx.AsyncClient, world: World, agent: Headers) -> None:
    dialog, other = await world.dialog(), await world.dialog()
    bodies = [{**ASK, "request_id": str(uuid4())} for _ in range(4)]
    responses = [
        await limited.post(at(dialog, "request"), headers=agent, json=bodies[number]) for number in (0, 0, 0, 1, 2)
    ]
    assert [response.status_code for response in responses] == [200, 200, 200, 409, 409]
    refused = await limited.post(at(dialog, "request"), headers=agent, json=bodies[3])
    assert told(refused) == (429, "HANDOFF_RATE_LIMIT", None)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert (await limited.post(at(dialog, "request"), headers=agent, json=bodies[0])).status_code == 200
    assert (await limited.post(at(other, "request"), headers=agent, json=ASK)).status_code == 200
