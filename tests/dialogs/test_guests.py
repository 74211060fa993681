"""Guests come from allowed sites alone, are who their signed id says, and see nothing but their own dialogs."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import Forbidden, NotAuthenticated, NotFound, TokenExpired
from models.assistants import Assistant
from services import dialogs, guests, identity, tokens
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import SITE, Shop, enter, new_assistant, opened
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

ALLOWED = ["shop.example.com", "*.example.org", "xn--e1afmkfd.xn--p1ai", "localhost"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example.com", "http://shop.example.com", "https://shop.example.com:8443",
        "https://www.example.org", "https://a.b.example.org", "https://xn--e1afmkfd.xn--p1ai", "http://localhost:3000",
    ],
)  # fmt: skip
def test_pages_of_an_allowed_domain_may_use_the_assistant(origin: str) -> None:
    assert guests.is_allowed(origin, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    [
        None, "", "null", "https://example.com", "https://evil-shop.example.com.evil.net", "https://www.shop.example.com",
        "https://example.org", "https://evilexample.org", "https://*.example.org", "https://shop.example.com@evil.net",
        "https://shop.example.com/path", "ftp://shop.example.com", "shop.example.com", "https://[::1", "file://",
    ],
)  # fmt: skip
def test_other_origins_may_not(origin: str | None) -> None:
    assert not guests.is_allowed(origin, ALLOWED)


@given(st.text())
def test_no_text_is_an_origin_by_accident(text: str) -> None:
    assert not guests.is_allowed(f"https://evil.net/{text}", ALLOWED)
    assert not guests.is_allowed(text, [])


async def test_each_new_guest_is_another(shop: Shop) -> None:
    first, second = await enter(shop.assistant), await enter(shop.assistant)
    assert first.guest is not None
    assert second.guest is not None
    assert first.guest.id != second.guest.id
    assert (first.tenant_id, first.user_id, first.is_staff) == (shop.tenant.id, None, False)


async def test_a_signed_guest_id_brings_the_same_guest_back(shop: Shop) -> None:
    assert await enter(shop.assistant, guests.guest_id_of(shop.guest)) == shop.guest


async def test_a_guest_id_outlives_a_rotation_of_the_secret_key(shop: Shop, override: Any) -> None:
    with override(OPORA_SECRET_KEY="a" * 40):
        guest_id = guests.guest_id_of(shop.guest)
    with override(OPORA_SECRET_KEY="b" * 40, OPORA_SECRET_KEY_PREVIOUS="a" * 40):
        assert await enter(shop.assistant, guest_id) == shop.guest
    with override(OPORA_SECRET_KEY="b" * 40), pytest.raises(NotAuthenticated):
        await enter(shop.assistant, guest_id)


async def test_a_forged_guest_id_is_refused(shop: Shop) -> None:
    number, _, signature = guests.guest_id_of(shop.guest).partition(".")
    for forged in (number, f"{number}.", f"{'0' * 32}.{signature}", f"{number}.{signature[:-1]}ё", "", "x.y"):
        with pytest.raises(NotAuthenticated):
            await enter(shop.assistant, forged)


async def test_a_guest_id_is_worth_nothing_with_another_assistant(shop: Shop) -> None:
    other = await new_assistant(shop.tenant, shop.admin)
    with pytest.raises(NotAuthenticated):
        await enter(other, guests.guest_id_of(shop.guest))


@pytest.mark.parametrize("columns", [{"is_active": False}, {"website_integration": False}])
async def test_an_assistant_that_serves_no_site_lets_nobody_in(shop: Shop, columns: dict[str, bool]) -> None:
    other = await new_assistant(shop.tenant, shop.admin, **columns)
    with pytest.raises(NotAuthenticated):
        await enter(other)


@pytest.mark.parametrize("token", ["", "unknown", "x" * 5000])
async def test_an_unknown_site_token_is_refused(shop: Shop, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        await guests.enter(site_token=token, origin=SITE)


@pytest.mark.parametrize("origin", [None, "https://evil.net", "null"])
async def test_a_site_token_is_refused_from_elsewhere(shop: Shop, origin: str | None) -> None:
    with pytest.raises(Forbidden):
        await guests.enter(site_token=shop.assistant.site_token, origin=origin)


async def test_an_assistants_number_lets_guests_in_as_its_token_does(shop: Shop) -> None:
    assert (await guests.enter(assistant_id=shop.assistant.id, origin=SITE)).tenant_id == shop.tenant.id
    with pytest.raises(Forbidden):
        await guests.enter(assistant_id=shop.assistant.id, origin=None)
    with pytest.raises(NotAuthenticated):
        await guests.enter(origin=SITE)


async def test_a_guests_token_speaks_for_the_guest_and_opens_nothing_else(shop: Shop) -> None:
    issued = guests.token_of(shop.guest)
    assert await guests.authenticate(issued.token) == shop.guest
    assert issued.expires_at > clock.now() + timedelta(hours=1)
    with pytest.raises(NotAuthenticated):
        await identity.authenticate(issued.token)
    with pytest.raises(NotAuthenticated):
        await identity.refresh(issued.token)


async def test_a_users_token_makes_no_guest(shop: Shop, make_user: MakeUser) -> None:
    pair = await identity.login(email=(await make_user(shop.tenant)).email or "", password="Correct-horse-7")
    with pytest.raises(NotAuthenticated):
        await guests.authenticate(pair.access_token)


async def test_a_guests_token_runs_out(shop: Shop) -> None:
    assert shop.guest.guest
    past = clock.now() - timedelta(seconds=1)
    token = tokens.issue_guest(shop.tenant.id, shop.assistant.id, shop.guest.guest.id, past)
    with pytest.raises(TokenExpired):
        await guests.authenticate(token)


async def test_a_guests_token_ends_with_the_integration_and_is_refused_from_other_sites(shop: Shop) -> None:
    token = guests.token_of(shop.guest).token
    with pytest.raises(Forbidden):
        await guests.authenticate(token, origin="https://evil.net")
    async with unit_of_work(shop.admin):
        await Assistant.filter(id=shop.assistant.id).update(website_integration=False)
    with pytest.raises(NotAuthenticated):
        await guests.authenticate(token)


async def test_guests_see_their_own_dialogs_alone(shop: Shop, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    dialog = await opened(shop)
    stranger = actor_of(await make_user(await make_tenant()))
    for actor in (await enter(shop.assistant), actor_of(await make_user(shop.tenant)), stranger):
        async with unit_of_work(actor) as uow:
            with pytest.raises(NotFound):
                await dialogs.get(uow, dialog.id)
    async with unit_of_work(shop.guest) as uow:
        assert (await dialogs.get(uow, dialog.id)).id == dialog.id


@pytest.mark.parametrize(
    ("origin", "may"), [(SITE, True), ("https://a.example.org", True), ("https://evil.net", False)]
)
async def test_pages_may_read_where_an_assistant_serves_their_site(shop: Shop, origin: str, may: bool) -> None:
    assert await guests.may_read(origin, shop.assistant.site_token) is may
    assert not await guests.may_read(origin, "another token")
