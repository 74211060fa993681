"""Companies and usernames: slugs from names in three alphabets, and what a login by username costs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, InvalidCredentials
from models.tenants import Tenant
from services import identity, registration
from services.registration import slug_base
from tests.fixtures.people import PASSWORD, MakeUser, unique


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("СтройКомпания Алматы", "stroikompaniya-almaty"),
        ("Қазақ Үйі ЖШС", "qazaq-uii-zhshs"),
        ("Щёлково & Ко.", "shchelkovo-ko"),
        ("Müller GmbH", "muller-gmbh"),
        ("  Acme   Corp  ", "acme-corp"),
        ("2024", "company-2024"),
        ("株式会社", "company"),
        ("!!!", "company"),
        ("й", "i"),
    ],
)
def test_names_become_slugs(name: str, slug: str) -> None:
    assert slug_base(name) == slug


@given(st.text(max_size=255))
def test_every_name_has_a_slug(name: str) -> None:
    slug = slug_base(name)
    assert re.fullmatch(r"(?!\d+\Z)[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 58


async def test_companies_of_one_name_have_slugs_of_their_own(database: None) -> None:
    name = unique("Two Twins")
    made = [
        await registration.register_company(
            email=f"{unique('twin')}@example.com", password="pass123", company_name=name
        )
        for _ in range(3)
    ]
    slugs = [company.tenant.slug for company in made]
    assert len(set(slugs)) == 3
    assert all(slug.startswith(slug_base(name)) for slug in slugs)


async def test_a_refused_company_leaves_no_tenant(database: None, tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    name = unique("Never")
    with pytest.raises(Conflict):
        await registration.register_company(email=str(user.email), password="pass123", company_name=name)
    again = await registration.register_company(
        email=f"{unique('x')}@example.com", password="pass123", company_name=name
    )
    assert again.tenant.slug == slug_base(name)


async def test_an_unknown_username_costs_what_a_wrong_password_does(
    tenant: Tenant, make_user: MakeUser, computations: list[bytes]
) -> None:
    name = unique("ann")
    await make_user(tenant, username=name)
    for asked in (name, unique("nobody"), "' OR 1=1 --"):
        computations.clear()
        with pytest.raises(InvalidCredentials):
            await identity.login(email=asked, password="wrong-horse-7", tenant_id=tenant.id)
        assert len(computations) == 1


async def test_a_username_signs_in_within_its_tenant(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant, username=unique("ann"))
    pair = await identity.login(email=str(user.username).upper(), password=PASSWORD, tenant_id=tenant.id)
    assert pair.user.id == user.id
    with pytest.raises(InvalidCredentials):
        await identity.login(email=str(user.username), password=PASSWORD)
