"""The code that confirms an address: how long, how often, whose."""

import asyncio
import re
from datetime import timedelta

import pytest

from core import clock
from core.actor import Role, system_actor
from core.errors import BadRequest
from core.refusals.mail import ConfirmationCodeExpired
from models.mail import EmailCode, Mail
from models.tenants import Tenant
from models.users import User
from services import confirmations, mail
from services.sessions import authenticate
from services.tokens import Dialect
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, unique


async def new_code(user: User) -> str:
    """What the newest e-mail to the user says."""
    assert user.email is not None
    await confirmations.resend(email=user.email)
    return await code_of(user)


async def code_of(user: User) -> str:
    async with unit_of_work(system_actor(user.tenant_id)):
        newest = await Mail.filter(recipient=user.email, template="confirmation_code").order_by("-id").first()
    assert newest is not None
    letter = mail.opened(newest)
    assert letter is not None
    found = re.search(r"\b\d{6}\b", letter.text)
    assert found is not None
    return found[0]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def confirm(user: User, code: str) -> User:
    return (await confirmations.confirm(email=str(user.email), code=code, dialect=Dialect.REPLYX)).user


async def is_confirmed(user: User) -> bool:
    async with unit_of_work(system_actor(user.tenant_id)):
        return (await User.get(id=user.id)).email_confirmed_at is not None


@pytest.fixture
async def user(tenant: Tenant, make_user: MakeUser) -> User:
    return await make_user(tenant)


async def test_the_right_code_confirms_and_signs_in(user: User) -> None:
    code = await new_code(user)
    pair = await confirmations.confirm(email=str(user.email).upper(), code=f" {code} ", dialect=Dialect.REPLYX)
    assert (await authenticate(pair.access_token)).user_id == user.id
    assert await is_confirmed(user)


async def test_a_code_is_good_once(user: User) -> None:
    code = await new_code(user)
    await confirm(user, code)
    with pytest.raises(BadRequest):
        await confirm(user, code)


async def test_a_new_code_replaces_the_old(user: User) -> None:
    old, new = await new_code(user), await new_code(user)
    while new == old:
        new = await new_code(user)
    with pytest.raises(BadRequest):
        await confirm(user, old)
    assert (await confirm(user, new)).id == user.id


@pytest.mark.parametrize("code", ["", "12345", "1234567", "абвгде", "\ud800", "0x1234"])
async def test_what_is_no_code_is_wrong(user: User, code: str) -> None:
    await new_code(user)
    with pytest.raises(BadRequest) as caught:
        await confirm(user, code)
    assert (caught.value.code, caught.value.field) == ("BAD_REQUEST", "code")


async def test_five_tries_and_then_the_right_one_is_too_late(user: User) -> None:
    code = await new_code(user)
    for _ in range(5):
        with pytest.raises(BadRequest, match="wrong"):
            await confirm(user, another(code))
    with pytest.raises(ConfirmationCodeExpired) as caught:
        await confirm(user, code)
    assert caught.value.code == "CONFIRMATION_CODE_EXPIRED"
    assert not await is_confirmed(user)
    assert (await confirm(user, await new_code(user))).id == user.id


async def test_tries_at_the_same_moment_are_counted_each(user: User) -> None:
    code = await new_code(user)
    tried = await asyncio.gather(*(confirm(user, another(code)) for _ in range(20)), return_exceptions=True)
    expired = [outcome for outcome in tried if isinstance(outcome, ConfirmationCodeExpired)]
    assert len(expired) == 15
    async with unit_of_work(system_actor(user.tenant_id)):
        assert (await EmailCode.get(user_id=user.id)).tries == 5


async def test_after_a_quarter_of_an_hour_it_has_expired(user: User) -> None:
    code = await new_code(user)
    async with unit_of_work(system_actor(user.tenant_id)):
        waiting = await EmailCode.get(user_id=user.id)
        assert timedelta(minutes=14) < waiting.expires_at - clock.now() <= timedelta(minutes=15)
        await EmailCode.filter(user_id=user.id).update(expires_at=clock.now())
    with pytest.raises(ConfirmationCodeExpired):
        await confirm(user, code)
    assert not await is_confirmed(user)


async def test_the_code_does_not_stand_in_the_database(user: User) -> None:
    code = await new_code(user)
    async with unit_of_work(system_actor(user.tenant_id)) as uow:
        rows = await uow.rows("SELECT c.*, m.* FROM email_codes c, mail m WHERE m.recipient = c.email")
    assert rows
    # Figures of moments and ids may hold anything: what matters is the text.
    texts = [str(row[name]) for row in rows for name in ("code_hash", "sealed_body", "subject")]
    assert not any(code == found for text in texts for found in re.findall(r"(?<!\w)\d{6}(?!\w)", text))


async def test_the_code_says_in_which_tenant_it_is_meant(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    email = f"{unique('both')}@example.com"
    first, second = [await make_user(await make_tenant(), email=email) for _ in range(2)]
    await confirmations.resend(email=email)
    codes = [await code_of(first), await code_of(second)]
    if codes[0] != codes[1]:
        assert (await confirm(first, codes[0])).id == first.id
        assert not await is_confirmed(second)
        assert (await confirm(second, codes[1])).id == second.id


async def test_nobody_is_told_of_an_address_that_nobody_has(database: None) -> None:
    unknown = f"{unique('nobody')}@example.com"
    await confirmations.resend(email=unknown)
    with pytest.raises(BadRequest, match="wrong"):
        await confirmations.confirm(email=unknown, code="123456", dialect=Dialect.REPLYX)


async def test_who_is_confirmed_or_shut_out_gets_no_code(tenant: Tenant, make_user: MakeUser) -> None:
    people = [await make_user(tenant, email_confirmed_at=clock.now()), await make_user(tenant, is_active=False)]
    for person in people:
        await confirmations.resend(email=str(person.email))
    async with unit_of_work(system_actor(tenant.id)):
        assert not await Mail.filter(recipient__in=[person.email for person in people]).exists()


async def test_the_owner_of_a_company_is_welcomed_once(tenant: Tenant, make_user: MakeUser) -> None:
    owner, member = await make_user(tenant, Role.ADMIN), await make_user(tenant)
    for person in (owner, member):
        await confirm(person, await new_code(person))
    async with unit_of_work(system_actor(tenant.id)):
        welcomed = await Mail.filter(template="welcome")
    assert [mail.recipient for mail in welcomed] == [owner.email]
