"""Sessions: rotation, theft, and ends that hold everywhere at once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.actor import Actor, Role, system_actor
from core.errors import InvalidCredentials, NotAuthenticated, TokenExpired
from models.tenants import Tenant
from models.users import Session
from services import identity, passwords, tenants, tokens, users
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, actor_of
from tests.identity.conftest import access_changes, sign_in, signed_in

Ask = Callable[[str], Awaitable[str]]
_ROOT = Path(__file__).parents[2]


async def _session(actor: Actor) -> Session:
    async with unit_of_work(actor):
        return await Session.get(id=actor.session_id)


@asynccontextmanager
async def another_process(environment: dict[str, str]) -> AsyncIterator[Ask]:
    """`await ask(token)`: what another process of Opora takes the token for."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.identity.authenticator",
        cwd=_ROOT,
        env={**os.environ, **environment, "OPORA_LOG_LEVEL": "ERROR"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def ask(token: str) -> str:
        stdin.write(f"{token}\n".encode())
        return (await asyncio.wait_for(stdout.readline(), 20)).decode().strip()

    try:
        yield ask
    finally:
        stdin.close()
        await process.wait()


async def test_refreshing_gives_a_new_pair_and_keeps_the_access_token(tenant: Tenant, make_user: MakeUser) -> None:
    first = await sign_in(await make_user(tenant))
    second = await identity.refresh(str(first.refresh_token))
    third = await identity.refresh(str(second.refresh_token))
    actors = [await identity.authenticate(pair.access_token) for pair in (first, second, third)]
    assert len({actor.session_id for actor in actors}) == 1
    assert (await _session(actors[0])).generation == 2


async def test_a_refresh_token_used_again_ends_the_family(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    first, bystander = await sign_in(user), await sign_in(user)
    second = await identity.refresh(str(first.refresh_token))
    for stolen in (first, first, second):
        with pytest.raises(NotAuthenticated):
            await identity.refresh(str(stolen.refresh_token))
    with pytest.raises(NotAuthenticated):
        await identity.authenticate(second.access_token)
    assert await access_changes(tenant.id) == [user.id]
    assert (await identity.authenticate(bystander.access_token)).user_id == user.id


async def test_of_twenty_simultaneous_refreshes_one_wins_and_the_family_ends(
    tenant: Tenant, make_user: MakeUser
) -> None:
    pair = await sign_in(await make_user(tenant))
    results = await asyncio.gather(
        *(identity.refresh(str(pair.refresh_token)) for _ in range(20)), return_exceptions=True
    )
    won = [result for result in results if isinstance(result, identity.TokenPair)]
    assert len(won) == 1
    assert sum(isinstance(result, NotAuthenticated) for result in results) == 19
    with pytest.raises(NotAuthenticated):
        await identity.authenticate(won[0].access_token)
    assert len(await access_changes(tenant.id)) == 1


async def test_sessions_expire_unless_they_are_refreshed(
    tenant: Tenant, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, pair = clock.now(), await sign_in(await make_user(tenant))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=1801))
    with pytest.raises(TokenExpired):
        await identity.authenticate(pair.access_token)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=29))
    renewed = await identity.refresh(str(pair.refresh_token))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=58))
    renewed = await identity.refresh(str(renewed.refresh_token))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=89))
    with pytest.raises(TokenExpired):
        await identity.refresh(str(renewed.refresh_token))


async def test_an_expired_session_outlives_no_token(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await signed_in(await make_user(tenant))
    async with unit_of_work(actor):
        await Session.filter(id=actor.session_id).update(expires_at=clock.now())
    assert await identity.still_valid(actor) is None


async def test_logout_ends_this_session_alone(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    leaving, staying = await sign_in(user), await sign_in(user)
    actor = await identity.authenticate(leaving.access_token)
    await identity.logout(actor)
    await identity.logout(actor)
    with pytest.raises(NotAuthenticated):
        await identity.authenticate(leaving.access_token)
    with pytest.raises(NotAuthenticated):
        await identity.refresh(str(leaving.refresh_token))
    assert (await identity.authenticate(staying.access_token)).user_id == user.id
    assert await access_changes(tenant.id) == [user.id]
    assert (await _session(actor)).revoked_reason == "logout"


async def test_another_process_knows_of_every_change_at_once(
    tenant: Tenant, make_user: MakeUser, environment: dict[str, str]
) -> None:
    admin, user = await make_user(tenant, Role.ADMIN), await make_user(tenant)
    first, second = await sign_in(user), await sign_in(user)
    async with another_process(environment) as ask:
        assert await ask(first.access_token) == "user"
        await identity.logout(await identity.authenticate(first.access_token))
        assert [await ask(first.access_token), await ask(second.access_token)] == ["-", "user"]
        async with unit_of_work(actor_of(admin)) as uow:
            await users.set_role(uow, user.id, Role.MODERATOR)
        assert await ask(second.access_token) == "moderator"
        async with unit_of_work(actor_of(admin)) as uow:
            await users.deactivate(uow, user.id)
        assert await ask(second.access_token) == "-"
        assert await ask("forged.token.indeed") == "-"


async def test_a_live_connection_learns_the_role_as_of_now(tenant: Tenant, make_user: MakeUser) -> None:
    admin, user = await make_user(tenant, Role.ADMIN), await make_user(tenant, Role.AGENT)
    actor = await signed_in(user)
    async with unit_of_work(actor_of(admin)) as uow:
        await users.set_role(uow, user.id, Role.USER)
    assert await identity.still_valid(actor) == replace(actor, role=Role.USER)
    await identity.logout(actor)
    assert await identity.still_valid(actor) is None
    assert await identity.still_valid(system_actor(tenant.id)) == system_actor(tenant.id)


async def test_a_token_of_another_tenants_session_is_refused(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    user = await make_user(await make_tenant())
    pair, other = await sign_in(user), await make_tenant()
    pair.user.tenant_id = other.id
    session = await _session(await identity.authenticate(pair.access_token))
    session.tenant_id = other.id
    with pytest.raises(NotAuthenticated):
        await identity.authenticate(tokens.issue_access(pair.user, session, 60))


async def test_a_login_that_began_before_a_password_change_does_not_survive_it(
    tenant: Tenant, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make_user(tenant)
    actor = await signed_in(user)
    verify = passwords.matching

    async def change_meanwhile(*args: object, **kwargs: object) -> frozenset[str]:
        monkeypatch.setattr(passwords, "matching", verify)
        verified = await verify(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        await identity.change_password(actor, current_password=PASSWORD, new_password="battery-Staple-8")
        return verified

    monkeypatch.setattr(passwords, "matching", change_meanwhile)
    with pytest.raises(InvalidCredentials):
        await sign_in(user)


async def test_a_superadmin_looks_into_another_tenant_and_leaves_through_home(
    make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    home, other = await make_tenant(), await make_tenant()
    actor = await signed_in(await make_user(home, Role.SUPERADMIN))
    inside = await tenants.enter_tenant(actor, other.slug)
    assert (inside.tenant_id, inside.home_tenant_id) == (other.id, home.id)
    assert await identity.still_valid(inside) == inside
    assert identity.at_home(inside) == actor
    assert await tenants.enter_tenant(inside, home.id) == actor
    await identity.logout(inside)
    assert await identity.still_valid(inside) is None
    assert (await access_changes(home.id), await access_changes(other.id)) == ([actor.user_id], [])
