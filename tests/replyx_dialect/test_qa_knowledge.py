"""Q&A entries as the document shows them."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from rest.replyx import knowledge_examples as examples
from services import retrieval
from tests.fixtures.application import bearer
from tests.fixtures.people import actor_of, new_user, sign_in
from tests.replyx_dialect.test_documents import assistant_of, owner_of, tenant_of
from tests.replyx_dialect.world import Account, told

PATH = "/api/qa-knowledge"


async def add(client: httpx.AsyncClient, account: Account, **changes: Any) -> dict[str, Any]:
    body = {**examples.NEW_QA, "assistant_id": None, **changes}
    response = await client.post(PATH, headers=account.headers, json=body)
    assert response.status_code == 201, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def listed(client: httpx.AsyncClient, account: Account, **query: Any) -> list[str]:
    response = await client.get(PATH, headers=account.headers, params=query)
    assert response.status_code == 200, response.text
    return [row["question"] for row in response.json()]


async def test_the_documents_example_is_known_at_once(client: httpx.AsyncClient, account: Account) -> None:
    assistant = await assistant_of(account)
    shown = await add(client, account, assistant_id=assistant)
    assert {name: shown[name] for name in examples.NEW_QA} == {**examples.NEW_QA, "assistant_id": assistant}
    found = await retrieval.search(actor_of(await owner_of(account)), shown["question"], assistant_id=assistant)
    assert [chunk.content for chunk in found.chunks] == [examples.NEW_QA["answer"]]


async def test_entries_are_listed_by_assistant_and_by_words(client: httpx.AsyncClient, account: Account) -> None:
    assistant = await assistant_of(account)
    await add(client, account, question="Сколько стоит доставка?", assistant_id=assistant)
    await add(client, account, question="Где настройки бота?")
    assert await listed(client, account) == ["Сколько стоит доставка?", "Где настройки бота?"]
    assert await listed(client, account, assistant_id=assistant) == ["Сколько стоит доставка?"]
    assert (await listed(client, account, q="настройками"))[0] == "Где настройки бота?"
    assert await listed(client, account, q="вертолёт") == []


async def test_an_entry_is_changed_and_deleted(client: httpx.AsyncClient, account: Account) -> None:
    entry = await add(client, account)
    path = f"{PATH}/{entry['id']}"
    changed = await client.put(path, headers=account.headers, json={"answer": "Иначе."})
    assert changed.json() == {**entry, "answer": "Иначе."}
    assert (await client.delete(path, headers=account.headers)).status_code == 200
    assert told(await client.put(path, headers=account.headers, json={"answer": "?"}))[:2] == (404, "NOT_FOUND")
    assert await listed(client, account) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"question": ""}, "question"),
        ({"answer": None}, "answer"),
        ({"answer": "a" * 10_001}, "answer"),
        ({"tags": "дверь"}, "tags"),
        ({"assistant_id": 0}, "assistant_id"),
    ],
)
async def test_wrong_values_are_named(
    client: httpx.AsyncClient, account: Account, wrong: dict[str, Any], field: str
) -> None:
    body = {**examples.NEW_QA, "assistant_id": None, **wrong}
    response = await client.post(PATH, headers=account.headers, json=body)
    assert told(response)[:2] == (422, "VALIDATION_ERROR")
    assert str(told(response)[2]).startswith(field)
    assert await listed(client, account) == []


async def test_another_accounts_entries_are_not_there(client: httpx.AsyncClient, account: Account) -> None:
    other = await Account.make(client)
    entry, assistant = await add(client, other), await assistant_of(other)
    path = f"{PATH}/{entry['id']}"
    answers = [
        await client.put(path, headers=account.headers, json={"answer": "?"}),
        await client.delete(path, headers=account.headers),
        await client.get(PATH, headers=account.headers, params={"assistant_id": assistant}),
        await client.post(PATH, headers=account.headers, json={**examples.NEW_QA, "assistant_id": assistant}),
    ]
    assert [told(answer)[:2] for answer in answers] == [(404, "NOT_FOUND")] * 4
    assert (await listed(client, account), await listed(client, other)) == ([], [entry["question"]])


async def test_customers_keep_no_entries(client: httpx.AsyncClient, account: Account) -> None:
    customer = await new_user(await tenant_of(account), Role.USER)
    headers = bearer(await sign_in(customer))
    response = await client.post(PATH, headers=headers, json={"question": "?", "answer": "!"})
    assert told(response)[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    assert told(await client.get(PATH, headers=headers))[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    assert await listed(client, account) == []
