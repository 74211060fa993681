"""Tickets over GraphQL."""

from typing import Any

import pytest

from core.actor import Role
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import SignIn

CREATE = """mutation($input: CreateTicketInput!) { createTicket(input: $input) {
    id title status priority author { fullName email } assignee { id } lastMessage { id } messageCount } }"""
ADD = "mutation($id: ID!, $input: AddMessageInput!) { addMessage(ticketId: $id, input: $input) { id text internal } }"
UPDATE = """mutation($id: ID!, $input: UpdateTicketInput!) {
    updateTicket(id: $id, input: $input) { title status assignee { id fullName } } }"""
LIST = """query($first: Int!, $after: String, $filter: TicketFilter) {
    tickets(first: $first, after: $after, filter: $filter) {
        edges { cursor node { id title messageCount lastMessage { excerpt authorKind } author { fullName } } }
        pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
MESSAGES = """query($id: ID!, $first: Int!, $after: String) { ticket(id: $id) { messages(first: $first, after: $after) {
    edges { node { text internal authorKind author { fullName email } citations { source } } }
    pageInfo { hasNextPage endCursor } } } }"""


async def opened(client: GraphQLClient, title: str = "Broken") -> str:
    """The id of a new ticket that nobody answers."""
    data = await client(CREATE, input={"title": title, "autoRespond": False})
    return str(data["createTicket"]["id"])


async def wrote(client: GraphQLClient, ticket_id: str, text: str, *, internal: bool = False) -> dict[str, Any]:
    data = await client(ADD, id=ticket_id, input={"text": text, "internal": internal, "autoRespond": False})
    message: dict[str, Any] = data["addMessage"]
    return message


async def test_a_customer_opens_a_ticket_and_sees_it(customer: GraphQLClient) -> None:
    data = await customer(CREATE, input={"title": "Broken", "priority": "HIGH", "autoRespond": False})
    ticket = data["createTicket"]
    assert ticket["status"] == "OPEN"
    assert ticket["priority"] == "HIGH"
    assert ticket["messageCount"] == 0
    assert ticket["lastMessage"] is None
    assert ticket["author"]["email"] is not None
    seen = await customer("query($id: ID!) { ticket(id: $id) { title } }", id=ticket["id"])
    assert seen == {"ticket": {"title": "Broken"}}


async def test_tickets_come_in_pages_newest_first(customer: GraphQLClient) -> None:
    made = [await opened(customer, f"Ticket {number}") for number in range(5)]
    await wrote(customer, made[4], "hello " * 100)
    first = (await customer(LIST, first=3))["tickets"]
    assert [edge["node"]["id"] for edge in first["edges"]] == made[:1:-1]
    assert first["pageInfo"]["hasNextPage"]
    assert not first["pageInfo"]["hasPreviousPage"]
    newest = first["edges"][0]["node"]
    assert newest["messageCount"] == 1
    assert newest["lastMessage"]["authorKind"] == "CUSTOMER"
    assert len(newest["lastMessage"]["excerpt"]) == 280
    rest = (await customer(LIST, first=3, after=first["pageInfo"]["endCursor"]))["tickets"]
    assert [edge["node"]["id"] for edge in rest["edges"]] == made[1::-1]
    assert not rest["pageInfo"]["hasNextPage"]
    assert rest["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize(("first", "after", "field"), [(0, None, "first"), (101, None, "first"), (5, "x", "after")])
async def test_a_page_out_of_bounds_is_refused(
    customer: GraphQLClient, first: int, after: str | None, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        await customer(LIST, first=first, after=after)
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", field)


async def test_filters_narrow_the_list(customer: GraphQLClient, agent: GraphQLClient) -> None:
    urgent, other = await opened(customer, "Urgent"), await opened(customer, "Other")
    me = (await agent("{ me { id } }"))["me"]["id"]
    await agent(UPDATE, id=urgent, input={"status": "IN_PROGRESS", "priority": "CRITICAL", "assignedTo": me})

    async def ids(**chosen: Any) -> list[str]:
        data = await agent(LIST, first=10, filter=chosen)
        return [edge["node"]["id"] for edge in data["tickets"]["edges"]]

    assert await ids(status=["IN_PROGRESS", "CLOSED"]) == [urgent]
    assert await ids(priority=["CRITICAL"]) == [urgent]
    assert await ids(assignedTo=me) == [urgent]
    assert await ids(unassigned=True) == [other]
    assert await ids() == [other, urgent]


async def test_a_customer_lists_their_own_tickets_only(
    customer: GraphQLClient, agent: GraphQLClient, tenant: Tenant, make_user: MakeUser, sign_in: SignIn
) -> None:
    mine = await opened(customer)
    neighbour = await sign_in(await make_user(tenant, Role.USER))
    assert (await neighbour(LIST, first=10))["tickets"]["edges"] == []
    assert [edge["node"]["id"] for edge in (await agent(LIST, first=10))["tickets"]["edges"]] == [mine]
    assert await neighbour.code("query($id: ID!) { ticket(id: $id) { id } }", id=mine) == "FORBIDDEN"


async def test_what_is_left_out_of_an_update_stays(customer: GraphQLClient, agent: GraphQLClient) -> None:
    ticket_id = await opened(customer, "Before")
    me = (await agent("{ me { id } }"))["me"]["id"]
    assigned = (await agent(UPDATE, id=ticket_id, input={"assignedTo": me}))["updateTicket"]
    assert (assigned["title"], assigned["assignee"]["id"]) == ("Before", me)
    renamed = (await agent(UPDATE, id=ticket_id, input={"title": "After"}))["updateTicket"]
    assert (renamed["title"], renamed["assignee"]["id"]) == ("After", me)
    freed = (await agent(UPDATE, id=ticket_id, input={"assignedTo": None}))["updateTicket"]
    assert (freed["title"], freed["assignee"]) == ("After", None)


async def test_a_move_not_allowed_names_both_statuses(customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    await customer(UPDATE, id=ticket_id, input={"status": "CLOSED"})
    with pytest.raises(Refused) as refused:
        await customer(UPDATE, id=ticket_id, input={"status": "IN_PROGRESS"})
    assert (refused.value.code, refused.value.field) == ("INVALID_TRANSITION", "status")
    assert "closed" in refused.value.errors[0]["message"]
    assert "in_progress" in refused.value.errors[0]["message"]


async def test_a_customer_may_not_assign(customer: GraphQLClient, tenant: Tenant, make_user: MakeUser) -> None:
    staff = await make_user(tenant, Role.AGENT)
    ticket_id = await opened(customer)
    assert await customer.code(UPDATE, id=ticket_id, input={"title": "New", "assignedTo": str(staff.id)}) == "FORBIDDEN"
    unchanged = await ticket_row(staff, ticket_id)
    assert (unchanged.title, unchanged.assigned_to_id) == ("Broken", None)


async def test_only_an_admin_deletes(customer: GraphQLClient, agent: GraphQLClient, admin: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    delete = "mutation($id: ID!) { deleteTicket(id: $id) { id } }"
    assert await customer.code(delete, id=ticket_id) == "FORBIDDEN"
    assert await agent.code(delete, id=ticket_id) == "FORBIDDEN"
    assert await admin(delete, id=ticket_id) == {"deleteTicket": {"id": ticket_id}}
    assert await admin.code("query($id: ID!) { ticket(id: $id) { id } }", id=ticket_id) == "NOT_FOUND"


async def test_an_internal_note_is_never_shown_to_the_customer(customer: GraphQLClient, agent: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    await wrote(agent, ticket_id, "Hello")
    assert (await wrote(agent, ticket_id, "They are a VIP", internal=True))["internal"]
    for client, texts in ((customer, ["Hello"]), (agent, ["Hello", "They are a VIP"])):
        page = (await client(MESSAGES, id=ticket_id, first=10))["ticket"]["messages"]
        assert [edge["node"]["text"] for edge in page["edges"]] == texts
        row = (await client(LIST, first=1))["tickets"]["edges"][0]["node"]
        assert (row["messageCount"], row["lastMessage"]["excerpt"]) == (len(texts), texts[-1])


async def test_an_empty_message_is_refused_by_the_name_of_its_input(customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    response = await customer.post(ADD, {"id": ticket_id, "input": {"text": " "}})
    (error,) = response.json()["errors"]
    assert error["message"].startswith("text must be")
    assert error["extensions"]["field"] == "text"


async def test_a_customer_writes_no_notes_and_in_nobody_elses_name(customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    for given in ({"internal": True}, {"author": "OPERATOR"}, {"author": "ASSISTANT"}):
        assert await customer.code(ADD, id=ticket_id, input={"text": "x", **given}) == "FORBIDDEN"
    page = (await customer(MESSAGES, id=ticket_id, first=10))["ticket"]["messages"]
    assert page["edges"] == []


async def test_a_customer_sees_the_operators_name_but_not_the_address(
    customer: GraphQLClient, agent: GraphQLClient
) -> None:
    ticket_id = await opened(customer)
    await wrote(agent, ticket_id, "Hello")
    await wrote(customer, ticket_id, "Hi")
    page = (await customer(MESSAGES, id=ticket_id, first=10))["ticket"]["messages"]
    operator, own = (edge["node"]["author"] for edge in page["edges"])
    assert (operator["fullName"], operator["email"]) == ("Agent Person", None)
    assert own["email"] is not None


async def test_messages_come_in_pages_oldest_first(customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    for number in range(3):
        await wrote(customer, ticket_id, f"Message {number}")
    first = (await customer(MESSAGES, id=ticket_id, first=2))["ticket"]["messages"]
    assert [edge["node"]["text"] for edge in first["edges"]] == ["Message 0", "Message 1"]
    assert first["pageInfo"]["hasNextPage"]
    rest = (await customer(MESSAGES, id=ticket_id, first=2, after=first["pageInfo"]["endCursor"]))["ticket"]["messages"]
    assert [edge["node"]["text"] for edge in rest["edges"]] == ["Message 2"]


async def test_an_empty_message_is_refused_by_its_own_name(customer: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    with pytest.raises(Refused) as refused:
        await customer(ADD, id=ticket_id, input={"text": "  "})
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "text")


async def ticket_row(user: User, ticket_id: str) -> Ticket:
    async with unit_of_work(actor_of(user)):
        return await Ticket.get(id=int(ticket_id))
