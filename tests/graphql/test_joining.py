"""Companies, usernames, Telegram and the list of people, over GraphQL: what the dialects offer stands here first."""

import pytest

from core.actor import Role
from models.tenants import Tenant
from services import identity, registration
from tests.doubles.telegram_web_app import init_data
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, unique
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import SignIn
from tests.graphql.test_identity import LOGIN, REGISTER
from tests.graphql.test_statements import Counter, counted
from tests.telegram_dialect.web_app import connect_bot, somebody

__all__ = ["counted"]

COMPANY = """mutation($input: RegisterCompanyInput!) { registerCompany(input: $input) {
    user { id email role tenantId } tenant { id name slug } } }"""
ENTER = """mutation($data: String!, $hash: String) { signInWithTelegram(initData: $data, hash: $hash) {
    accessToken refreshToken expiresIn user { telegramId telegramUsername firstName lastName role tenantId } } }"""
USERS = """query($filter: UserFilter) { users(filter: $filter, first: 50) { edges { node {
    id ticketsCount lastActivity } } } }"""
UPDATE_ME = """mutation($input: UpdateMeInput!) { updateMe(input: $input) {
    fullName firstName lastName telegramUsername } }"""


async def test_a_company_is_registered_with_its_admin(anonymous: GraphQLClient) -> None:
    email, name = f"{unique('boss')}@example.com", unique("Acme")
    given = {"email": email, "password": PASSWORD, "companyName": name}
    made = (await anonymous(COMPANY, input=given))["registerCompany"]
    assert (made["user"]["role"], made["tenant"]["name"]) == ("ADMIN", name)
    assert made["user"]["tenantId"] == made["tenant"]["id"]
    assert await anonymous.code(COMPANY, input=given) == "CONFLICT"
    assert (await anonymous(LOGIN, input={"email": email, "password": PASSWORD}))["login"]["user"]["email"] == email


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"companyName": " "}, "VALIDATION_ERROR", "companyName"),
        ({"firstName": "x" * 129}, "VALIDATION_ERROR", "firstName"),
        ({"fullName": "x" * 256}, "VALIDATION_ERROR", "fullName"),
        ({"password": "password1"}, "WEAK_PASSWORD", "password"),
        ({"email": "nobody"}, "VALIDATION_ERROR", "email"),
    ],
)
async def test_what_a_company_is_refused_for(
    anonymous: GraphQLClient, database: None, changes: dict[str, str], code: str, field: str
) -> None:
    given = {"email": f"{unique('boss')}@example.com", "password": PASSWORD, "companyName": "Acme", **changes}
    with pytest.raises(Refused) as refused:
        await anonymous(COMPANY, input=given)
    assert (refused.value.code, refused.value.field) == (code, field)


async def test_a_company_without_a_name_is_called_as_its_admin_and_has_the_bonus(anonymous: GraphQLClient) -> None:
    given = {"email": f"{unique('boss')}@example.com", "password": PASSWORD, "firstName": "Ann", "lastName": "Lee"}
    made = (await anonymous(COMPANY, input=given))["registerCompany"]
    assert made["tenant"]["name"] == "Ann Lee"
    pair = (await anonymous(LOGIN, input={"email": given["email"], "password": PASSWORD}))["login"]
    owner = GraphQLClient(anonymous.client, pair["accessToken"])
    shown = await owner("{ tenant { plan } balance { balance welcomeBonus totalSpent } me { onboardingCompleted } }")
    assert shown["balance"] == {"balance": "500.00", "welcomeBonus": "500.00", "totalSpent": "0"}
    assert (shown["tenant"]["plan"], shown["me"]["onboardingCompleted"]) == ("trial", False)


async def test_the_plan_is_the_superadmins_to_set(
    tenant: Tenant, make_user: MakeUser, sign_in: SignIn, admin: GraphQLClient
) -> None:
    change = 'mutation { updateTenantSettings(input: {plan: "business"}) { plan } }'
    assert await admin.code(change) == "FORBIDDEN"
    assert (await admin("{ tenant { plan } }"))["tenant"]["plan"] == "trial"
    superadmin = await sign_in(await make_user(tenant, Role.SUPERADMIN))
    assert (await superadmin(change))["updateTenantSettings"]["plan"] == "business"


async def test_one_says_when_the_first_steps_are_done(customer: GraphQLClient) -> None:
    done = "mutation { updateMe(input: {onboardingCompleted: true}) { onboardingCompleted } }"
    assert (await customer(done))["updateMe"] == {"onboardingCompleted": True}


async def test_a_username_registers_and_signs_in(anonymous: GraphQLClient, tenant: Tenant) -> None:
    name = unique("ann")
    given = {"email": f"{name}@example.com", "password": PASSWORD, "username": name, "tenantId": str(tenant.id)}
    await anonymous(REGISTER, input=given)
    login = {"username": name, "password": PASSWORD, "tenantId": str(tenant.id)}
    assert (await anonymous(LOGIN, input=login))["login"]["user"]["email"] == given["email"]
    assert await anonymous.code(REGISTER, input={**given, "email": f"{unique('x')}@example.com"}) == "CONFLICT"
    for names in ({}, {"username": name, "email": given["email"]}):
        assert await anonymous.code(LOGIN, input={"password": PASSWORD, **names}) == "VALIDATION_ERROR"


async def test_a_role_takes_an_admin_or_being_the_first_of_the_default_tenant(
    anonymous: GraphQLClient,
    admin: GraphQLClient,
    tenant: Tenant,
    make_tenant: MakeTenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def given(joined: Tenant, role: str = "ADMIN") -> dict[str, str]:
        email = f"{unique('new')}@example.com"
        return {"email": email, "password": PASSWORD, "tenantId": str(joined.id), "role": role}

    empty = await make_tenant()
    assert await anonymous.code(REGISTER, input=given(empty)) == "FORBIDDEN"
    assert await admin.code(REGISTER, input=given(empty)) == "FORBIDDEN"
    assert (await admin(REGISTER, input=given(tenant)))["register"]["role"] == "ADMIN"
    assert await admin.code(REGISTER, input=given(tenant, "SUPERADMIN")) == "FORBIDDEN"
    for module in (identity, registration):
        monkeypatch.setattr(module, "DEFAULT_TENANT_ID", empty.id)
    assert (await anonymous(REGISTER, input=given(empty)))["register"]["role"] == "ADMIN"
    assert await anonymous.code(REGISTER, input=given(empty)) == "FORBIDDEN"


async def test_telegram_signs_in(anonymous: GraphQLClient, tenant: Tenant) -> None:
    token = await connect_bot(tenant)
    person = somebody(tenant)
    entered = (await anonymous(ENTER, data=init_data(person, token=token)))["signInWithTelegram"]
    assert entered["user"] == {
        "telegramId": person["id"],
        "telegramUsername": "john_doe",
        "firstName": "John",
        "lastName": "Doe",
        "role": "USER",
        "tenantId": str(tenant.id),
    }
    assert entered["refreshToken"]
    assert await anonymous.code(ENTER, data=init_data(person, token=token), hash="0" * 64) == "UNAUTHORIZED"
    with pytest.raises(Refused) as refused:
        await anonymous(ENTER, data="none")
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "initData")


async def test_names_change_apart_and_together(customer: GraphQLClient) -> None:
    given = {"firstName": "Ann", "lastName": "Petrova", "telegramUsername": "ann_p"}
    changed = (await customer(UPDATE_ME, input=given))["updateMe"]
    assert changed == {**given, "fullName": "Ann Petrova"}
    changed = (await customer(UPDATE_ME, input={"fullName": "Anna Orlova"}))["updateMe"]
    assert changed == {**given, "firstName": "Anna", "lastName": "Orlova", "fullName": "Anna Orlova"}
    with pytest.raises(Refused) as refused:
        await customer(UPDATE_ME, input={"telegramUsername": "x" * 65})
    assert refused.value.field == "telegramUsername"


async def test_moderators_search_people(tenant: Tenant, make_user: MakeUser, sign_in: SignIn) -> None:
    sought = await make_user(tenant, full_name="Анна Каренина")
    moderator = await sign_in(await make_user(tenant, Role.MODERATOR))
    for given in ({"search": "каренин"}, {"role": ["USER"], "isActive": True}, {"search": "АННА", "role": ["USER"]}):
        (edge,) = (await moderator(USERS, filter=given))["users"]["edges"]
        assert edge["node"]["id"] == str(sought.id)
    assert (await moderator(USERS, filter={"search": "каренин", "isActive": False}))["users"]["edges"] == []
    assert await moderator.code(USERS, filter={"search": "x" * 300}) == "VALIDATION_ERROR"


async def test_deeds_of_many_people_are_one_statement(
    tenant: Tenant, make_user: MakeUser, admin: GraphQLClient, counted: Counter
) -> None:
    for _ in range(5):
        await make_user(tenant)
    counted.statements.clear()
    people = (await admin(USERS))["users"]["edges"]
    assert len(people) == 6
    assert all(edge["node"]["ticketsCount"] == 0 and edge["node"]["lastActivity"] for edge in people)
    assert sum("tickets_count" in sql for sql in counted.statements) == 1
