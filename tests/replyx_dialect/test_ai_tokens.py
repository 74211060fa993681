"""AI tokens, their monitoring, and where a client sees why a model gives no answer: each AI_* code by name."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from core.actor import Role
from models.tenants import Tenant
from rest.replyx import ai_tokens_examples as examples
from services import knowledge
from services.ingestion import NewChunk
from tests.ai_pool.pool import MODEL, Endpoints, ask, empty_pool, serving_three, tokens_in_database
from tests.doubles.openai import Hang, Status
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeUser, actor_of, sign_in
from tests.replyx_dialect.world import Account, told

PATH = "/api/admin/ai-tokens"
MONITORING = "/api/admin/proxy/monitoring"
KEY = "sk-proj-0123456789abcdefWXYZ"
RETURNS = "You can return a product within 14 days of delivery. The refund takes ten working days."
QUESTION = "Within how many days of delivery can I return a product?"
Headers = dict[str, str]


@pytest.fixture(scope="module")
def served() -> Iterator[Endpoints]:
    with serving_three() as endpoints:
        yield endpoints


@pytest.fixture
async def endpoints(served: Endpoints, database: None) -> AsyncIterator[Endpoints]:
    async with empty_pool(served) as endpoints:
        yield endpoints


@pytest.fixture
async def superadmin(tenant: Tenant, make_user: MakeUser) -> Headers:
    return bearer(await sign_in(await make_user(tenant, Role.SUPERADMIN)))


async def make(client: httpx.AsyncClient, headers: Headers, **changes: Any) -> dict[str, Any]:
    response = await client.post(PATH, headers=headers, json={**examples.NEW_TOKEN, "token": KEY, **changes})
    assert response.status_code == 201, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def test_the_documents_example_makes_a_token(
    client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints
) -> None:
    made = await make(client, superadmin)
    assert set(made) == set(examples.TOKEN)
    assert made["token"] == "sk-...WXYZ"
    assert made["model_access"] == ["gpt-3.5-turbo"]
    assert {name: made[name] for name in ("name", "daily_limit", "monthly_limit", "priority")} == {
        "name": "Backup GPT-3.5",
        "daily_limit": 500,
        "monthly_limit": 15000,
        "priority": 2,
    }
    listed = (await client.get(PATH, headers=superadmin)).json()
    assert listed == [made]


async def test_no_answer_holds_the_key(client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints) -> None:
    made = await make(client, superadmin, base_url=endpoints.first.base_url)
    answers = [
        await client.get(PATH, headers=superadmin),
        await client.put(f"{PATH}/{made['id']}", headers=superadmin, json={"notes": "n"}),
        await client.post(f"{PATH}/{made['id']}/test", headers=superadmin, json={"model": MODEL}),
        await client.get(MONITORING, headers=superadmin),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 503, 200]
    assert not any(KEY in answer.text for answer in answers)


async def test_put_changes_what_is_given(client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints) -> None:
    made = await make(client, superadmin)
    changed = await client.put(
        f"{PATH}/{made['id']}", headers=superadmin, json={"daily_limit": None, "is_active": False}
    )
    assert changed.json() == {**made, "daily_limit": None, "is_active": False}


async def test_a_deleted_token_is_gone(client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints) -> None:
    made = await make(client, superadmin)
    assert (await client.delete(f"{PATH}/{made['id']}", headers=superadmin)).status_code == 200
    assert told(await client.delete(f"{PATH}/{made['id']}", headers=superadmin))[:2] == (404, "NOT_FOUND")
    assert (await client.get(PATH, headers=superadmin)).json() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "token"), ({"token": KEY}, "name"), ({"name": "x", "token": "a b"}, "token"),
        ({"name": "x", "token": KEY, "daily_limit": -1}, "daily_limit"),
        ({"name": "x", "token": KEY, "base_url": "file:///etc/passwd"}, "base_url"),
    ],
)  # fmt: skip
async def test_a_wrong_token_is_refused(
    body: dict[str, Any], field: str, client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints
) -> None:
    assert told(await client.post(PATH, headers=superadmin, json=body)) == (422, "VALIDATION_ERROR", field)
    assert await tokens_in_database() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH), ("POST", PATH), ("PUT", f"{PATH}/1"), ("DELETE", f"{PATH}/1"), ("POST", f"{PATH}/1/test"),
        ("GET", MONITORING),
    ],
)  # fmt: skip
async def test_a_companys_admin_is_not_the_superadmin(
    method: str, path: str, client: httpx.AsyncClient, account: Account, endpoints: Endpoints
) -> None:
    body = {**examples.NEW_TOKEN, "token": KEY} if method in ("POST", "PUT") else None
    refused = await client.request(method, path, headers=account.headers, json=body)
    assert told(refused)[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    assert await tokens_in_database() == []


async def test_a_trial_asks_the_token(client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints) -> None:
    token = await endpoints.token(endpoints.first, model_access=[MODEL])
    answer = (await client.post(f"{PATH}/{token.id}/test", headers=superadmin, json={})).json()
    assert (answer["success"], answer["model"]) == (True, MODEL)
    assert (await client.get(PATH, headers=superadmin)).json()[0]["daily_usage"] == 1


async def test_a_token_without_an_endpoint_is_ai_provider_unavailable(
    client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints
) -> None:
    token = await endpoints.token(endpoints.first, base_url=None, model_access=[MODEL])
    response = await client.post(f"{PATH}/{token.id}/test", headers=superadmin, json={})
    assert told(response) == (503, "AI_PROVIDER_UNAVAILABLE", None)


async def test_monitoring_has_the_documents_shape(
    client: httpx.AsyncClient, superadmin: Headers, endpoints: Endpoints, tenant: Tenant
) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(429))
    await ask(tenant)
    shown = (await client.get(MONITORING, headers=superadmin)).json()
    assert set(shown["failover_stats"]) == set(examples.MONITORING["failover_stats"])
    assert [set(pool) for pool in shown["proxy_pools"]] == [set(examples.MONITORING["proxy_pools"][0])] * 2
    assert [pool["status"] for pool in shown["proxy_pools"]] == ["down", "healthy"]


@pytest.fixture
async def trial(client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, endpoints: Endpoints) -> Any:
    """Ask the assistant of a company that knows about returns."""
    admin = await make_user(tenant, Role.ADMIN)
    await knowledge.add_chunks(actor_of(admin), source="shop.md", chunks=[NewChunk(RETURNS)])
    headers = bearer(await sign_in(admin))
    body = {"name": "Trial", "ai_model": MODEL, "system_prompt": "Be kind."}
    made = (await client.post("/api/assistants", headers=headers, json=body)).json()

    async def asked() -> httpx.Response:
        path = f"/api/assistants/{made['id']}/test"
        return await client.post(path, headers=headers, json={"message": QUESTION})

    return asked


async def test_an_assistant_answers_its_trial(trial: Any, endpoints: Endpoints) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.reply = lambda _body: "You can return a product within 14 days of delivery [1]."
    answer = (await trial()).json()
    assert answer == {
        "answer": "You can return a product within 14 days of delivery [1].",
        "model": MODEL,
        "needs_handoff": False,
        "sources": ["shop.md"],
    }


async def test_used_up_tokens_are_ai_token_limit_exceeded(trial: Any, endpoints: Endpoints) -> None:
    await endpoints.pool(endpoints.first, daily_limit=0)
    assert told(await trial()) == (429, "AI_TOKEN_LIMIT_EXCEEDED", None)


async def test_a_failing_provider_is_ai_provider_unavailable(trial: Any, endpoints: Endpoints) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.faults.append(Status(500))
    assert told(await trial()) == (503, "AI_PROVIDER_UNAVAILABLE", None)


async def test_a_silent_provider_is_ai_request_timeout(trial: Any, endpoints: Endpoints, override: Any) -> None:
    await endpoints.pool(endpoints.first)
    endpoints.first.faults.append(Hang(5))
    with override(OPORA_LLM_TIMEOUT_S="0.3", OPORA_LLM_BUDGET_S="0.5"):
        assert told(await trial()) == (503, "AI_REQUEST_TIMEOUT", None)


async def test_several_failing_providers_are_ai_proxy_failover(trial: Any, endpoints: Endpoints) -> None:
    await endpoints.pool(endpoints.first, endpoints.second)
    endpoints.first.faults.append(Status(500))
    endpoints.second.faults.append(Status(429))
    assert told(await trial()) == (503, "AI_PROXY_FAILOVER", None)


async def test_another_companys_assistant_is_not_found(
    trial: Any, client: httpx.AsyncClient, account: Account, endpoints: Endpoints
) -> None:
    refused = await client.post("/api/assistants/1/test", headers=account.headers, json={"message": QUESTION})
    assert told(refused)[:2] == (404, "NOT_FOUND")
