"""Categories, triage and the counts of tickets, over GraphQL."""

from typing import Any

import pytest

from models.tenants import Tenant
from tests.fixtures.work import DrainJobs
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.test_statements import Counter, counted  # noqa: F401  # a fixture

CATEGORIES = "{ categories { id publicId key name color isActive sortOrder } }"
CREATE = "mutation($input: CreateCategoryInput!) { createCategory(input: $input) { id name key description } }"
UPDATE = """mutation($id: ID!, $input: UpdateCategoryInput!) {
    updateCategory(id: $id, input: $input) { name description isActive } }"""
DELETE = "mutation($id: ID!) { deleteCategory(id: $id) { id } }"
TICKET = "id category { id key name } autoCategorized categoryConfidence sentiment language"
OPEN = f"mutation($input: CreateTicketInput!) {{ createTicket(input: $input) {{ {TICKET} }} }}"
CHANGE = f"mutation($id: ID!, $input: UpdateTicketInput!) {{ updateTicket(id: $id, input: $input) {{ {TICKET} }} }}"
LIST = f"query($filter: TicketFilter) {{ tickets(filter: $filter) {{ edges {{ node {{ {TICKET} }} }} }} }}"
FORGOTTEN = "I forgot my password and cannot log in to Windows"


async def category_id(client: GraphQLClient, key: str) -> str:
    found = (await client(CATEGORIES))["categories"]
    return next(str(each["id"]) for each in found if each["key"] == key)


async def opened(client: GraphQLClient, **given: Any) -> dict[str, Any]:
    ticket: dict[str, Any] = (await client(OPEN, input={"title": FORGOTTEN, "autoRespond": False, **given}))[
        "createTicket"
    ]
    return ticket


async def found(client: GraphQLClient, **chosen: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in (await client(LIST, filter=chosen))["tickets"]["edges"]]


async def test_an_admin_makes_changes_and_deletes(admin: GraphQLClient) -> None:
    made = (await admin(CREATE, input={"name": "Billing", "description": "Invoices"}))["createCategory"]
    assert (made["name"], made["key"], made["description"]) == ("Billing", None, "Invoices")
    changed = (await admin(UPDATE, id=made["id"], input={"isActive": False}))["updateCategory"]
    assert changed == {"name": "Billing", "description": "Invoices", "isActive": False}
    assert (await admin(DELETE, id=made["id"]))["deleteCategory"]["id"] == made["id"]
    assert len((await admin(CATEGORIES))["categories"]) == 7


async def test_one_in_use_is_a_conflict(admin: GraphQLClient, customer: GraphQLClient) -> None:
    made = (await admin(CREATE, input={"name": "Billing"}))["createCategory"]
    await opened(customer, categoryId=made["id"])
    with pytest.raises(Refused, match="1 ticket is in it") as refused:
        await admin(DELETE, id=made["id"])
    assert refused.value.code == "CONFLICT"


async def test_a_customer_gives_a_category(customer: GraphQLClient) -> None:
    network = await category_id(customer, "network_issue")
    ticket = await opened(customer, categoryId=network)
    assert (ticket["category"]["key"], ticket["autoCategorized"]) == ("network_issue", False)
    assert (ticket["categoryConfidence"], ticket["language"]) == (None, "ENGLISH")


async def test_the_job_gives_what_nobody_gave(
    tenant: Tenant, customer: GraphQLClient, agent: GraphQLClient, drain_jobs: DrainJobs
) -> None:
    assert (await opened(customer))["category"] is None
    await drain_jobs(tenant)
    (ticket,) = await found(agent)
    assert (ticket["category"]["key"], ticket["autoCategorized"]) == ("password_reset", True)
    assert ticket["categoryConfidence"] > 0.5
    assert ticket["sentiment"] == "NEUTRAL"


async def test_staff_correct_it(
    tenant: Tenant, customer: GraphQLClient, agent: GraphQLClient, drain_jobs: DrainJobs
) -> None:
    ticket = await opened(customer)
    await drain_jobs(tenant)
    network = await category_id(agent, "network_issue")
    changed = (await agent(CHANGE, id=ticket["id"], input={"categoryId": network}))["updateTicket"]
    assert (changed["category"]["id"], changed["autoCategorized"], changed["categoryConfidence"]) == (
        network, False, None,
    )  # fmt: skip
    none = (await agent(CHANGE, id=ticket["id"], input={"categoryId": None}))["updateTicket"]
    assert none["category"] is None


async def test_filters_by_category_and_tone(
    tenant: Tenant, customer: GraphQLClient, agent: GraphQLClient, drain_jobs: DrainJobs
) -> None:
    network = await category_id(customer, "network_issue")
    given = await opened(customer, categoryId=network)
    angry = await opened(customer, title="Terrible service, I am very unhappy")
    await drain_jobs(tenant)
    assert [ticket["id"] for ticket in await found(agent, category=[network])] == [given["id"]]
    assert [ticket["id"] for ticket in await found(agent, sentiment=["NEGATIVE"])] == [angry["id"]]


async def test_a_category_that_is_none_is_refused(customer: GraphQLClient) -> None:
    for wrong in ("999999999999", "x"):
        with pytest.raises(Refused) as refused:
            await opened(customer, categoryId=wrong)
        assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "categoryId")
    assert await found(customer) == []


async def test_categories_of_a_list_cost_no_further_statement(
    customer: GraphQLClient,
    counted: Counter,  # noqa: F811
) -> None:
    network = await category_id(customer, "network_issue")
    for _ in range(3):
        await opened(customer, categoryId=network)
    counted.statements.clear()
    counted.transactions = 0
    tickets = await found(customer)
    assert [ticket["category"]["id"] for ticket in tickets] == [network] * 3
    (authentication, page) = counted.statements
    assert "sessions" in authentication
    assert "FROM categories" in page
    assert counted.transactions == 0
    await customer("{ tickets { edges { node { id } } } }")
    assert "FROM categories" not in counted.statements[-1]


async def test_the_counts(customer: GraphQLClient, agent: GraphQLClient) -> None:
    network = await category_id(customer, "network_issue")
    await opened(customer, categoryId=network, priority="HIGH")
    await opened(customer)
    text = """{ ticketAnalytics { total averageResolutionHours byStatus { status count }
        byPriority { priority count } bySentiment { sentiment count } byCategory { category { key } count } } }"""
    counts = (await agent(text))["ticketAnalytics"]
    assert (counts["total"], counts["averageResolutionHours"]) == (2, None)
    assert {"status": "OPEN", "count": 2} in counts["byStatus"]
    assert {"priority": "HIGH", "count": 1} in counts["byPriority"]
    assert {"category": {"key": "network_issue"}, "count": 1} in counts["byCategory"]
    assert {"category": None, "count": 1} in counts["byCategory"]
    assert await customer.code(text) == "FORBIDDEN"
