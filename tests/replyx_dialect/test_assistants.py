"""Assistants as the document shows them, with their bots and site tokens."""

import re
from itertools import count
from typing import Any

import httpx
import pytest

from core.actor import Role
from models.assistants import Assistant
from models.tenants import Tenant
from models.users import User
from rest.replyx import assistant_examples as examples
from services.sealing import unseal
from services.unit_of_work import SystemReason, system_unit_of_work
from tests.doubles.telegram import BotDouble, Refusal, TelegramDouble, flood
from tests.fixtures.application import bearer
from tests.fixtures.people import new_user, sign_in
from tests.replyx_dialect.world import Account, told

PATH = "/api/assistants"
SHOWN = {
    "id", "name", "description", "system_prompt", "ai_model", "is_active", "telegram_bot_token",
    "telegram_bot_username", "website_integration", "allowed_domains", "created_at", "site_token",
}  # fmt: skip
WITHOUT_BOT = {name: value for name, value in examples.NEW_ASSISTANT.items() if name != "telegram_bot_token"}
_numbers = count(610_001)


async def make(client: httpx.AsyncClient, account: Account, **changes: Any) -> dict[str, Any]:
    response = await client.post(PATH, headers=account.headers, json={**WITHOUT_BOT, **changes})
    assert response.status_code == 201, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def listed(client: httpx.AsyncClient, account: Account) -> list[dict[str, Any]]:
    response = await client.get(PATH, headers=account.headers)
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.json()
    return found


async def put(client: httpx.AsyncClient, account: Account, assistant: dict[str, Any], **changes: Any) -> httpx.Response:
    return await client.put(f"{PATH}/{assistant['id']}", headers=account.headers, json=changes)


async def kept_bots(assistant: dict[str, Any]) -> list[tuple[int, bool, str]]:
    """Number, whether it serves, and token of the assistant's bots as they are stored."""
    async with system_unit_of_work(SystemReason.TELEGRAM) as statements:
        rows = await statements.rows(
            "SELECT id, is_active, sealed_token FROM telegram_bots WHERE assistant_id = $1", assistant["id"]
        )
    return [(row["id"], row["is_active"], unseal(row["sealed_token"])) for row in rows]


async def test_the_documents_example_makes_an_assistant(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble
) -> None:
    number = next(_numbers)
    telegram.bots[examples.NEW_ASSISTANT["telegram_bot_token"]] = BotDouble(number, "my_support_bot")
    made = await make(client, account, **examples.NEW_ASSISTANT)
    assert made.keys() == SHOWN
    expected = {**examples.NEW_ASSISTANT, "is_active": True, "telegram_bot_username": "my_support_bot"}
    assert {name: made[name] for name in expected} == {**expected, "telegram_bot_token": f"{number}:..."}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["created_at"])
    assert re.fullmatch(r"[\w-]{43}", made["site_token"])
    assert await kept_bots(made) == [(number, True, "1234567890:ABC...")]


async def test_get_put_and_post_show_the_same(client: httpx.AsyncClient, account: Account) -> None:
    first, second = await make(client, account), await make(client, account, name="Второй")
    assert await listed(client, account) == [first, second]
    assert (await client.get(f"{PATH}/{first['id']}", headers=account.headers)).json() == first
    changed = await put(client, account, first, **examples.ASSISTANT_CHANGES)
    assert (changed.status_code, changed.json()) == (200, {**first, **examples.ASSISTANT_CHANGES})
    assert await listed(client, account) == [changed.json(), second]


async def test_a_name_is_enough(client: httpx.AsyncClient, account: Account) -> None:
    response = await client.post(PATH, headers=account.headers, json={"name": "Один"})
    made = response.json()
    assert (response.status_code, made["description"], made["allowed_domains"]) == (201, "", [])
    assert (made["is_active"], made["website_integration"]) == (True, False)
    assert (made["telegram_bot_token"], made["telegram_bot_username"]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field", "issue"),
    [
        ({"name": ""}, "name", "не короче 1 симв."),
        ({"name": "я" * 129}, "name", "не длиннее 128 симв."),
        ({"name": None}, "name", "должно быть строкой"),
        ({"system_prompt": "x" * 20_001}, "system_prompt", "не длиннее 20000 симв."),
        ({"is_active": "yes"}, "is_active", "должно быть true или false"),
        (
            {"allowed_domains": ["example.com", "https://example.com/chat"]},
            "allowed_domains.1",
            "укажите домен, как example.com или *.example.com, без https:// и пути",
        ),
        ({"allowed_domains": "example.com"}, "allowed_domains", "должно быть списком"),
    ],
)
async def test_wrong_values_are_named_and_nothing_is_made(
    client: httpx.AsyncClient, account: Account, changes: dict[str, Any], field: str, issue: str
) -> None:
    response = await client.post(PATH, headers=account.headers, json={**WITHOUT_BOT, **changes})
    assert told(response) == (422, "VALIDATION_ERROR", field)
    assert response.json()["error"]["details"]["issue"] == issue
    assert await listed(client, account) == []


async def test_domains_are_kept_as_browsers_write_them(client: httpx.AsyncClient, account: Account) -> None:
    given = [" Example.COM ", "пример.рф", "*.Example.com.", "localhost", "example.com"]
    made = await make(client, account, allowed_domains=given)
    assert made["allowed_domains"] == ["example.com", "xn--e1afmkfd.xn--p1ai", "*.example.com", "localhost"]


@pytest.mark.parametrize("token", ["1234567890:ABC...", "none", "610000:AA-nobody-knows"])
async def test_invalid_telegram_token_leaves_no_assistant(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble, token: str
) -> None:
    body = {**examples.NEW_ASSISTANT, "telegram_bot_token": token}
    response = await client.post(PATH, headers=account.headers, json=body)
    assert told(response) == (400, "INVALID_TELEGRAM_TOKEN", "telegram_bot_token")
    assert response.json()["error"]["message"] == "Некорректный токен Telegram"
    assert await listed(client, account) == []


async def test_bot_already_exists_for_another_assistant_and_another_account(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble
) -> None:
    token = telegram.add_bot(next(_numbers))
    owner = await make(client, account, telegram_bot_token=token)
    stranger = await Account.make(client)
    for each, present in ((account, [owner]), (stranger, [])):
        response = await client.post(PATH, headers=each.headers, json={**WITHOUT_BOT, "telegram_bot_token": token})
        assert told(response) == (409, "BOT_ALREADY_EXISTS", "telegram_bot_token")
        assert response.json()["error"]["message"] == "Бот с таким токеном уже существует"
        assert await listed(client, each) == present


@pytest.mark.parametrize("refusal", [
    Refusal(400, "Bad Request: bad webhook: HTTPS url must be provided", method="setWebhook"),
    Refusal(502, "Bad Gateway", method="setWebhook"),
    Refusal(502, "Bad Gateway", method="getMe"),
    flood(30, method="setWebhook"),
])  # fmt: skip
async def test_bot_startup_failed_leaves_no_assistant(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble, override: Any, refusal: Refusal
) -> None:
    token = telegram.add_bot(next(_numbers))
    telegram.refusals += [refusal] * 2
    with override(OPORA_PUBLIC_URL="https://help.example.com"):
        response = await client.post(PATH, headers=account.headers, json={**WITHOUT_BOT, "telegram_bot_token": token})
    assert told(response) == (503, "BOT_STARTUP_FAILED", "telegram_bot_token")
    assert response.json()["error"]["message"] == "Ошибка запуска бота"
    assert token not in response.text
    assert await listed(client, account) == []
    telegram.refusals.clear()
    assert (await make(client, account, telegram_bot_token=token))["telegram_bot_username"] == "support_bot"


async def test_a_bot_that_cannot_start_changes_nothing_of_the_assistant(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble
) -> None:
    present = await make(client, account, telegram_bot_token=telegram.add_bot(next(_numbers)))
    telegram.refusals += [Refusal(502, "Bad Gateway", method="getMe")] * 2
    response = await put(client, account, present, name="Иной", telegram_bot_token=telegram.add_bot(next(_numbers)))
    assert told(response) == (503, "BOT_STARTUP_FAILED", "telegram_bot_token")
    assert await listed(client, account) == [present]


async def test_the_masked_token_changes_nothing_and_null_lets_the_bot_go(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble
) -> None:
    number = next(_numbers)
    made = await make(client, account, telegram_bot_token=telegram.add_bot(number))
    asked = len(telegram.calls)
    assert (await put(client, account, made, **made)).json() == made
    assert (len(telegram.calls), [bot[0] for bot in await kept_bots(made)]) == (asked, [number])
    gone = (await put(client, account, made, telegram_bot_token=None)).json()
    assert (gone["telegram_bot_token"], gone["telegram_bot_username"], await kept_bots(made)) == (None, None, [])


async def test_another_token_takes_the_place_of_this_assistants_bot_alone(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble
) -> None:
    first, other, second = next(_numbers), next(_numbers), next(_numbers)
    made = await make(client, account, telegram_bot_token=telegram.add_bot(first))
    beside = await make(client, account, telegram_bot_token=telegram.add_bot(other))
    changed = await put(client, account, made, telegram_bot_token=telegram.add_bot(second, "second_bot"))
    assert (changed.json()["telegram_bot_token"], changed.json()["telegram_bot_username"]) == (
        f"{second}:...", "second_bot"
    )  # fmt: skip
    assert [bot[0] for bot in (*await kept_bots(made), *await kept_bots(beside))] == [second, other]


async def test_an_inactive_assistants_bot_is_silent(
    client: httpx.AsyncClient, account: Account, telegram: TelegramDouble
) -> None:
    made = await make(client, account, telegram_bot_token=telegram.add_bot(next(_numbers)))
    for active in (False, True):
        assert (await put(client, account, made, is_active=active)).json()["is_active"] is active
        assert [bot[1] for bot in await kept_bots(made)] == [active]


async def test_a_deleted_assistant_is_gone(client: httpx.AsyncClient, account: Account) -> None:
    made = await make(client, account)
    path = f"{PATH}/{made['id']}"
    response = await client.delete(path, headers=account.headers)
    assert (response.status_code, response.json()["success"]) == (200, True)
    assert await listed(client, account) == []
    for again in (await client.delete(path, headers=account.headers), await client.get(path, headers=account.headers)):
        assert told(again) == (404, "NOT_FOUND", None)


async def test_bulk_is_all_or_nothing(client: httpx.AsyncClient, account: Account) -> None:
    made = [await make(client, account, name=f"Номер {number}") for number in range(3)]
    ids = [each["id"] for each in made]

    async def bulk(action: str, chosen: list[int]) -> httpx.Response:
        return await client.post(f"{PATH}/bulk", headers=account.headers, json={"action": action, "ids": chosen})

    done = await bulk("deactivate", [ids[2], ids[0], ids[0]])
    assert (done.status_code, done.json()) == (200, {"action": "deactivate", "ids": [ids[0], ids[2]], "count": 2})
    assert [each["is_active"] for each in await listed(client, account)] == [False, True, False]
    for action in ("activate", "delete"):
        assert told(await bulk(action, [*ids, 2**40])) == (404, "NOT_FOUND", None)
    assert [each["is_active"] for each in await listed(client, account)] == [False, True, False]
    assert told(await bulk("delete", [])) == (422, "VALIDATION_ERROR", "ids")
    assert told(await bulk("sell", ids)) == (422, "VALIDATION_ERROR", "action")
    assert (await bulk("delete", ids)).json()["count"] == 3
    assert await listed(client, account) == []


@pytest.fixture
async def agent(account: Account) -> User:
    """An operator of the account."""
    async with system_unit_of_work(SystemReason.TENANTS):
        owner = await User.get(id=account.shown["id"])
        tenant = await Tenant.get(id=owner.tenant_id)
    return await new_user(tenant, Role.AGENT)


async def test_operators_see_assistants_without_tokens_and_change_nothing(
    client: httpx.AsyncClient, account: Account, agent: User, telegram: TelegramDouble
) -> None:
    made = await make(client, account, telegram_bot_token=telegram.add_bot(next(_numbers), "shop_bot"))
    headers, path = bearer(await sign_in(agent, "replyx")), f"{PATH}/{made['id']}"
    (seen,) = (await client.get(PATH, headers=headers)).json()
    assert (seen["telegram_bot_token"], seen["site_token"], seen["telegram_bot_username"]) == (None, None, "shop_bot")
    denied = [
        await client.post(PATH, headers=headers, json={"name": "Чужой"}),
        await client.put(path, headers=headers, json={"name": "Чужой"}),
        await client.delete(path, headers=headers),
        await client.post(f"{PATH}/bulk", headers=headers, json={"action": "delete", "ids": [made["id"]]}),
    ]
    assert {told(response)[:2] for response in denied} == {(403, "INSUFFICIENT_PERMISSIONS")}
    assert await listed(client, account) == [made]


async def test_strangers_see_nothing(client: httpx.AsyncClient, account: Account) -> None:
    made = await make(client, account)
    stranger = await Account.make(client)
    path = f"{PATH}/{made['id']}"
    for response in (
        await client.get(path, headers=stranger.headers),
        await client.put(path, headers=stranger.headers, json={"name": "Чужой"}),
        await client.delete(path, headers=stranger.headers),
    ):
        assert told(response) == (404, "NOT_FOUND", None)
    assert told(await client.get(PATH)) == (401, "UNAUTHORIZED", None)
    async with system_unit_of_work(SystemReason.WIDGET):
        assert await Assistant.filter(id=made["id"]).exists()
    assert await listed(client, account) == [made]
