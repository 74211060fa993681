"""Signing in from Telegram: who is let in, as whom, and that nothing forged, stale or broken is."""

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Role, system_actor
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.users import User
from services.tokens import TokenKind, decode
from services.unit_of_work import unit_of_work
from tests.doubles.telegram_web_app import fields_of, init_data, sign
from tests.fixtures.application import bearer
from tests.fixtures.people import MakeTenant
from tests.telegram_dialect.desk import assert_error
from tests.telegram_dialect.web_app import connect_bot, enter, entered, new_token, somebody, users_of

DAY_S = 24 * 3600
FORGED = "Подпись initData не прошла проверку"


def aged(seconds: float) -> str:
    return str(int(time.time() - seconds))


@pytest.fixture
async def token(tenant: Tenant) -> str:
    return await connect_bot(tenant)


async def test_a_new_user_joins_the_tenant_of_the_bot(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    response = await entered(client, somebody(tenant), token)
    assert response.status_code == 200
    answer = response.json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "user"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 604800)
    (user,) = await users_of(tenant)
    assert (user.role, user.full_name) == (Role.USER, "John Doe")
    created = user.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert answer["user"] == {
        "id": str(user.public_id),
        "telegram_id": user.telegram_id,
        "username": "john_doe",
        "first_name": "John",
        "role": "USER",
        "created_at": created,
    }
    claims = decode(answer["access_token"], TokenKind.ACCESS)
    assert 604790 < claims.expires_at.timestamp() - time.time() <= 604800


async def test_a_known_user_comes_back_as_the_same_under_a_new_username(
    client: httpx.AsyncClient, tenant: Tenant, token: str
) -> None:
    first = (await entered(client, somebody(tenant), token)).json()["user"]
    again = (await entered(client, somebody(tenant, username="jd"), token)).json()["user"]
    assert (again["id"], again["username"]) == (first["id"], "jd")
    assert len(await users_of(tenant)) == 1


async def test_a_user_without_a_username_has_none(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    user = {"id": 20_000_000 + tenant.id, "first_name": "Айгүл"}
    assert (await entered(client, user, token)).json()["user"]["username"] is None


async def test_the_default_tenants_bot_is_the_one_of_the_settings(
    client: httpx.AsyncClient, tenant: Tenant, override: Any
) -> None:
    token = new_token(tenant)
    with override(OPORA_TELEGRAM_BOT_TOKEN=token):
        response = await entered(client, somebody(tenant), token)
    claims = decode(response.json()["access_token"], TokenKind.ACCESS)
    assert claims.tenant_id == DEFAULT_TENANT_ID


async def test_one_person_is_a_user_of_each_tenant_apart(
    client: httpx.AsyncClient, tenant: Tenant, token: str, make_tenant: MakeTenant
) -> None:
    other = await make_tenant()
    elsewhere = await connect_bot(other)
    ids = {(await entered(client, somebody(tenant), each)).json()["user"]["id"] for each in (token, elsewhere)}
    assert len(ids) == 2
    assert [len(await users_of(one)) for one in (tenant, other)] == [1, 1]


async def test_the_hash_may_stand_in_the_body_alone_or_in_both(
    client: httpx.AsyncClient, tenant: Tenant, token: str
) -> None:
    fields = fields_of(somebody(tenant))
    signature = sign(fields, token)
    assert (await enter(client, urlencode(fields), signature)).status_code == 200
    assert (await enter(client, urlencode({**fields, "hash": signature}), signature)).status_code == 200
    assert (await enter(client, urlencode({**fields, "hash": signature}), signature.upper())).status_code == 200


async def test_two_hashes_that_differ_are_refused(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    data = init_data(somebody(tenant), token=token)
    for other in ("0" * 64, "no hash", "я" * 64):
        assert assert_error(await enter(client, data, other), 401) == FORGED
    assert await users_of(tenant) == []


async def test_no_hash_at_all_is_named(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    told = assert_error(await enter(client, urlencode(fields_of(somebody(tenant)))), 422, "hash")
    assert told == "подписи нет ни здесь, ни в initData"


@pytest.mark.parametrize("seconds", [DAY_S + 5, 10 * DAY_S, -65, -DAY_S])
async def test_data_of_another_day_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, token: str, seconds: float
) -> None:
    data = init_data(somebody(tenant), token=token, auth_date=aged(seconds))
    assert "устарели" in assert_error(await enter(client, data), 401)
    assert await users_of(tenant) == []


@pytest.mark.parametrize("seconds", [0, 60, DAY_S - 30, -30])
async def test_data_of_today_is_taken(client: httpx.AsyncClient, tenant: Tenant, token: str, seconds: float) -> None:
    data = init_data(somebody(tenant), token=token, auth_date=aged(seconds))
    assert (await enter(client, data)).status_code == 200


@pytest.mark.parametrize("auth_date", ["", "soon", "-1", "1e9", "9" * 400, "١٧٠٠٠٠٠٠٠٠"])
async def test_a_date_that_is_none_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, token: str, auth_date: str
) -> None:
    data = init_data(somebody(tenant), token=token, auth_date=auth_date)
    assert (await enter(client, data)).status_code == 401


@pytest.mark.parametrize(
    "user",
    ["", "{", "null", "[]", '"john"', "{}", '{"id": "7"}', '{"id": 0}', '{"id": -7}', '{"id": 7.5}', '{"id": true}',
     '{"id": 99999999999999999999}', '{"id": 9007199254740992}', '{"id": null, "first_name": "John"}'],
)  # fmt: skip
async def test_signed_data_that_names_nobody_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, token: str, user: str
) -> None:
    assert_error(await enter(client, init_data(token=token, user=user)), 422, "initData")
    assert await users_of(tenant) == []


async def test_bots_do_not_sign_in(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    assert (await entered(client, somebody(tenant, is_bot=True), token)).status_code == 403
    assert await users_of(tenant) == []


async def test_odd_names_are_kept_as_they_can_be(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    odd = somebody(tenant, first_name="a\x00b" + "я" * 300, last_name=7, username=["x"])
    user = (await entered(client, odd, token)).json()["user"]
    assert (user["first_name"][:3], len(user["first_name"]), user["username"]) == ("abя", 128, None)


def _twice(data: str) -> str:
    return f"{data}&auth_date={aged(0)}"


@pytest.mark.parametrize(
    "spoil",
    [
        _twice,
        lambda data: f"{data}&user={quote(json.dumps({'id': 1}))}",
        lambda data: f"{data}&hash={'0' * 64}",
        lambda data: data.replace("%22", "%2", 1),
        lambda data: data.replace("%22", "%zz", 1),
        lambda data: data.replace("%22", "%FF", 1),
        lambda data: f"{data}&&",
        lambda data: f"{data}&lone",
        lambda data: "",
        lambda data: "initData",
        lambda data: "&".join(f"a{number}=1" for number in range(60)),
        lambda data: f"{data}&start_param={'x' * 10_000}",
    ],
)
async def test_what_no_telegram_client_sends_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, token: str, spoil: Any
) -> None:
    told = assert_error(await enter(client, spoil(init_data(somebody(tenant), token=token))), 422, "initData")
    assert told in ("это не то, что получает Telegram Mini App", "не длиннее 8192 симв.")
    assert await users_of(tenant) == []


@pytest.mark.parametrize("body", [{"initData": 7}, {"initData": None}, {}, {"initData": ["a"]}])
async def test_wrong_types_are_named(client: httpx.AsyncClient, database: None, body: dict[str, Any]) -> None:
    response = await client.post("/api/v1/auth/telegram", json=body)
    assert_error(response, 422, "initData")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
async def test_no_changed_character_passes(
    client: httpx.AsyncClient, tenant: Tenant, token: str, drawn: st.DataObject
) -> None:
    fields = fields_of(somebody(tenant))
    signed = {**fields, "hash": sign(fields, token)}
    name = drawn.draw(st.sampled_from(sorted(signed)))
    place = drawn.draw(st.integers(0, len(signed[name]) - 1))
    put = drawn.draw(st.text(st.characters(codec="utf-8"), min_size=0, max_size=2))
    changed = signed[name][:place] + put + signed[name][place + 1 :]
    if changed.lower() == signed[name].lower():
        return
    response = await enter(client, urlencode({**signed, name: changed}))
    assert response.status_code in (401, 422), response.text
    assert await users_of(tenant) == []


@pytest.mark.parametrize("added", [{"extra": "1"}, {"Auth_Date": "1"}, {"auth_date\nuser": "1"}])
async def test_a_field_added_after_signing_is_refused(
    client: httpx.AsyncClient, tenant: Tenant, token: str, added: dict[str, str]
) -> None:
    data = f"{init_data(somebody(tenant), token=token)}&{urlencode(added)}"
    assert assert_error(await enter(client, data), 401) == FORGED


async def test_another_bots_signature_is_forged(client: httpx.AsyncClient, tenant: Tenant, token: str) -> None:
    for other in (f"{token}x", "", token.partition(":")[2]):
        assert assert_error(await entered(client, somebody(tenant), other), 401) == FORGED
    assert await users_of(tenant) == []


async def test_a_disconnected_bot_lets_nobody_in(
    client: httpx.AsyncClient, tenant: Tenant, token: str, make_tenant: MakeTenant
) -> None:
    idle = await make_tenant()
    stopped = await connect_bot(idle, is_active=False)
    assert (await entered(client, somebody(tenant), stopped)).status_code == 401
    assert await users_of(idle) == []


async def test_a_blocked_user_is_refused_and_shut_out_at_once(
    client: httpx.AsyncClient, tenant: Tenant, token: str
) -> None:
    signed_in = (await entered(client, somebody(tenant), token)).json()["access_token"]
    async with unit_of_work(system_actor(tenant.id)):
        await User.all().update(is_active=False)
    assert assert_error(await entered(client, somebody(tenant), token), 403) == "Учётная запись заблокирована"
    assert assert_error(await client.get("/api/v1/auth/me", headers=bearer(signed_in)), 401) == "Не авторизован"


@pytest.mark.usefixtures("fresh_database")
async def test_without_any_bot_it_says_what_to_set(client: httpx.AsyncClient) -> None:
    told = assert_error(await enter(client, init_data()), 503)
    assert "OPORA_TELEGRAM_BOT_TOKEN" in told
