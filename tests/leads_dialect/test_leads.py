"""GET /api/leads and the status: the documented shape, pages, filters, and whose they are."""

import re

import httpx
import pytest

from core.actor import Role
from models.tenants import Tenant
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeUser
from tests.leads_dialect.talk import chat
from tests.leads_dialect.world import Company

WHOLE = "Хочу построить дом 150 м2 в Алматы, есть участок. Меня зовут Канат, 87768776637"
DOCUMENTED = {
    "id": int, "owner_id": int, "bot_user_id": int, "name": str, "phone": str, "city": str, "object_type": str,
    "area": str, "summary": str, "language": str, "status": str, "created_at": str,
}  # fmt: skip


async def with_leads(client: httpx.AsyncClient, company: Company, count: int) -> list[int]:
    """The ids of new leads, each of another client."""
    for number in range(count):
        response = await chat(client, company, user_id=f"client-{number}", text=WHOLE)
        assert response.json()["function_called"] == "register_lead"
    leads = (await client.get("/api/leads", headers=company.headers)).json()["leads"]
    return [lead["id"] for lead in leads]


async def test_a_lead_has_the_documented_fields_of_the_documented_types(
    client: httpx.AsyncClient, company: Company
) -> None:
    await with_leads(client, company, 1)
    body = (await client.get("/api/leads", headers=company.headers)).json()
    (lead,) = body["leads"]
    assert body["total"] == 1
    assert {name: type(value) for name, value in lead.items()} == DOCUMENTED
    assert lead["owner_id"] == company.account["id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", lead["created_at"])
    assert lead["summary"].startswith("Строительство дома, 150 м², Алматы, есть участок.")


async def test_a_company_without_leads_gets_an_empty_list(client: httpx.AsyncClient, company: Company) -> None:
    response = await client.get("/api/leads", headers=company.headers)
    assert response.json() == {"leads": [], "total": 0}


async def test_leads_come_in_pages(client: httpx.AsyncClient, company: Company) -> None:
    ids = await with_leads(client, company, 3)
    assert ids == sorted(ids)
    body = (await client.get("/api/leads?skip=1&limit=1", headers=company.headers)).json()
    assert ([lead["id"] for lead in body["leads"]], body["total"]) == ([ids[1]], 3)


async def test_leads_are_filtered_by_status(client: httpx.AsyncClient, company: Company) -> None:
    first, _ = await with_leads(client, company, 2)
    await client.patch(f"/api/leads/{first}", json={"status": "in_progress"}, headers=company.headers)
    body = (await client.get("/api/leads?status=in_progress", headers=company.headers)).json()
    assert ([lead["id"] for lead in body["leads"]], body["total"]) == ([first], 1)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("status=sold", "status: must be one of: new, in_progress, completed, rejected"),
        ("limit=0", "limit: must be at least 1"),
        ("limit=1001", "limit: must be at most 1000"),
        ("skip=-1", "skip: must be at least 0"),
        ("limit=many", "limit: must be a whole number"),
    ],
)
async def test_wrong_filters_are_named(client: httpx.AsyncClient, company: Company, query: str, detail: str) -> None:
    response = await client.get(f"/api/leads?{query}", headers=company.headers)
    assert (response.status_code, response.json()) == (422, {"detail": detail})


async def test_a_status_moves_and_back(client: httpx.AsyncClient, company: Company) -> None:
    (lead,) = await with_leads(client, company, 1)
    for status in ("in_progress", "completed", "in_progress", "new", "rejected", "rejected"):
        response = await client.patch(f"/api/leads/{lead}", json={"status": status}, headers=company.headers)
        assert (response.status_code, response.json()["status"]) == (200, status)
    refused = await client.patch(f"/api/leads/{lead}", json={"status": "new"}, headers=company.headers)
    assert (refused.status_code, refused.json()) == (400, {"detail": "Lead cannot move from rejected to new"})


async def test_another_companys_lead_is_a_missing_one(client: httpx.AsyncClient, company: Company) -> None:
    (lead,) = await with_leads(client, company, 1)
    rival = await Company.make(client)
    for number in (lead, 2**62):
        response = await client.patch(f"/api/leads/{number}", json={"status": "rejected"}, headers=rival.headers)
        assert (response.status_code, response.json()) == (404, {"detail": "Lead not found"})
    assert (await client.get("/api/leads", headers=rival.headers)).json() == {"leads": [], "total": 0}
    (ours,) = (await client.get("/api/leads", headers=company.headers)).json()["leads"]
    assert ours["status"] == "new"


@pytest.mark.parametrize(("role", "status"), [(Role.USER, 403), (Role.AGENT, 200), (Role.MODERATOR, 200)])
async def test_leads_are_for_staff(
    tenant: Tenant, make_user: MakeUser, as_user: AsUser, role: Role, status: int
) -> None:
    client = await as_user(await make_user(tenant, role))
    assert (await client.get("/api/leads")).status_code == status


async def test_leads_need_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/leads")).status_code == 401
