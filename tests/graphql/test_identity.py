"""Signing in and out over GraphQL, and the limits on trying."""

from typing import Any

import pytest

from app.rate_limits import RateLimits
from core.actor import Role
from models.tenants import Tenant
from tests.fixtures.application import client_of
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, unique
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import SignIn

REGISTER = "mutation($input: RegisterInput!) { register(input: $input) { id email role tenantId isActive } }"
LOGIN = """mutation($input: LoginInput!) {
    login(input: $input) { accessToken refreshToken tokenType expiresIn user { email } } }"""
REFRESH = "mutation($token: String!) { refresh(refreshToken: $token) { accessToken refreshToken } }"
CHANGE = """mutation($old: String!, $new: String!) {
    changePassword(input: {currentPassword: $old, newPassword: $new}) { accessToken } }"""
ME = "{ me { email role } }"


async def test_who_registers_can_sign_in(anonymous: GraphQLClient, tenant: Tenant) -> None:
    email = f"{unique('new')}@example.com"
    given = {"email": email, "password": PASSWORD, "tenantId": str(tenant.id)}
    user = (await anonymous(REGISTER, input=given))["register"]
    assert (user["email"], user["role"], user["tenantId"], user["isActive"]) == (email, "USER", str(tenant.id), True)
    assert await anonymous.code(REGISTER, input=given) == "CONFLICT"
    pair = (await anonymous(LOGIN, input={"email": email, "password": PASSWORD}))["login"]
    assert (pair["tokenType"], pair["user"]["email"]) == ("bearer", email)
    assert (await GraphQLClient(anonymous.client, pair["accessToken"])(ME))["me"] == {"email": email, "role": "USER"}


async def test_what_registration_refuses(anonymous: GraphQLClient, make_tenant: MakeTenant) -> None:
    closed = await make_tenant(registration_open=False)
    new = {"email": f"{unique('new')}@example.com", "password": PASSWORD}
    for given, code, field in (
        ({**new, "tenantId": str(closed.id)}, "FORBIDDEN", None),
        ({**new, "tenantId": str(2**60)}, "NOT_FOUND", None),
        ({**new, "tenantId": "x"}, "VALIDATION_ERROR", "tenantId"),
        ({**new, "email": "nobody"}, "VALIDATION_ERROR", "email"),
        ({**new, "password": "password1"}, "WEAK_PASSWORD", "password"),
    ):
        with pytest.raises(Refused) as refused:
            await anonymous(REGISTER, input=given)
        assert (refused.value.code, refused.value.field) == (code, field)


async def test_a_refresh_token_is_good_once(anonymous: GraphQLClient, tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    given = {"email": user.email, "password": PASSWORD, "tenantId": str(tenant.id)}
    first = (await anonymous(LOGIN, input=given))["login"]["refreshToken"]
    second = (await anonymous(REFRESH, token=first))["refresh"]
    assert await anonymous.code(REFRESH, token=first) == "UNAUTHORIZED"
    thief = GraphQLClient(anonymous.client, second["accessToken"])
    assert await thief.code(ME) == "UNAUTHORIZED"
    assert await anonymous.code(REFRESH, token=second["refreshToken"]) == "UNAUTHORIZED"


async def test_a_wrong_password_and_an_unknown_address_answer_alike(
    anonymous: GraphQLClient, tenant: Tenant, make_user: MakeUser
) -> None:
    user = await make_user(tenant)
    for email in (user.email, "nobody@example.com", "no address"):
        assert await anonymous.code(LOGIN, input={"email": email, "password": "Wrong-1234"}) == "INVALID_CREDENTIALS"


async def test_logout_ends_the_session_at_once(customer: GraphQLClient) -> None:
    assert (await customer("mutation { logout { ok } }"))["logout"]["ok"]
    assert await customer.code(ME) == "UNAUTHORIZED"


async def test_a_new_password_ends_all_sessions_and_opens_one(
    tenant: Tenant, make_user: MakeUser, sign_in: SignIn
) -> None:
    user = await make_user(tenant)
    here, there = await sign_in(user), await sign_in(user)
    with pytest.raises(Refused) as refused:
        await here(CHANGE, old="Wrong-1234", new="Another-horse-8")
    assert (refused.value.code, refused.value.field) == ("BAD_REQUEST", "currentPassword")
    token = (await here(CHANGE, old=PASSWORD, new="Another-horse-8"))["changePassword"]["accessToken"]
    assert [await here.code(ME), await there.code(ME)] == ["UNAUTHORIZED", "UNAUTHORIZED"]
    assert (await GraphQLClient(here.client, token)(ME))["me"]["email"] == user.email


async def test_one_changes_ones_own_name(customer: GraphQLClient) -> None:
    update = "mutation($name: String!) { updateMe(input: {fullName: $name}) { fullName } }"
    assert (await customer(update, name="Жанна"))["updateMe"]["fullName"] == "Жанна"
    assert await customer.code(update, name="x" * 256) == "VALIDATION_ERROR"


async def test_sign_ins_are_limited_by_address_and_by_account_also_within_one_request(
    override: Any, tenant: Tenant, make_user: MakeUser, valkey: Any, application: Any
) -> None:
    user = await make_user(tenant, Role.USER)
    tries = " ".join(
        f't{number}: login(input: {{email: "{user.email}", password: "Wrong-1234"}}) {{ expiresIn }}'
        for number in range(7)
    )
    with override(OPORA_RATE_LIMITS="on") as settings:
        application.state.rate_limits, before = RateLimits(settings), application.state.rate_limits
        try:
            async with client_of(application) as client:
                response = await client.post("/graphql", json={"query": f"mutation {{ {tries} }}"})
        finally:
            await application.state.rate_limits.close()
            application.state.rate_limits = before
    codes = [error["extensions"]["code"] for error in response.json()["errors"]]
    assert codes == ["INVALID_CREDENTIALS"] * 5 + ["RATE_LIMIT_EXCEEDED"] * 2
    assert response.json()["errors"][-1]["extensions"]["retryAfter"] > 0
    assert response.headers["x-ratelimit-limit"] == "5"
    assert response.headers["x-ratelimit-remaining"] == "0"


async def test_requests_are_limited_and_told_so(override: Any, application: Any, customer: GraphQLClient) -> None:
    with override(OPORA_RATE_LIMITS="on", OPORA_RATE_LIMIT_GRAPHQL_PER_MINUTE="2") as settings:
        application.state.rate_limits, before = RateLimits(settings), application.state.rate_limits
        try:
            responses = [await customer.post("{ __typename }") for _ in range(3)]
        finally:
            await application.state.rate_limits.close()
            application.state.rate_limits = before
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert [response.headers["x-ratelimit-remaining"] for response in responses] == ["1", "0", "0"]
    assert responses[2].json()["errors"][0]["extensions"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert int(responses[2].headers["retry-after"]) > 0
