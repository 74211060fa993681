"""Leads and interviews over GraphQL. Whole dialogues are in tests/leads_dialect, over REST too."""

import pytest

from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.socket_client import graphql_socket

SAY = """mutation($contact: String!, $text: String!) { sayInInterview(contact: $contact, text: $text) {
    text interviewId language functionCalled leadId } }"""
INTERVIEW = """query($id: ID!, $after: String) { interview(id: $id, first: 2, after: $after) {
    finishedAt language messages { edges { node { authorKind text } } pageInfo { hasNextPage endCursor } } } }"""
LEADS = (
    "query($status: [LeadStatus!], $first: Int!) { leads(first: $first, status: $status) { edges { node { id } } } }"
)
MOVE = "mutation($id: ID!, $status: LeadStatus!) { updateLeadStatus(id: $id, status: $status) { status } }"
WHOLE = "Хочу дом 150 м2 в Алматы, меня зовут Канат, 87768776637"


async def new_lead(admin: GraphQLClient, contact: str = "client") -> str:
    data = await admin(SAY, contact=contact, text=WHOLE)
    return str(data["sayInInterview"]["leadId"])


async def test_a_lead_shows_the_number_as_written_and_as_dialled(admin: GraphQLClient) -> None:
    lead = await new_lead(admin)
    data = await admin("query($id: ID!) { lead(id: $id) { name phone phoneE164 language status } }", id=lead)
    assert data["lead"] == {
        "name": "Канат", "phone": "87768776637", "phoneE164": "+77768776637", "language": "RUSSIAN", "status": "NEW",
    }  # fmt: skip


async def test_an_interview_shows_what_was_said_in_pages(admin: GraphQLClient) -> None:
    for text in ("Хочу дом", "Алматы"):
        answer = (await admin(SAY, contact="client", text=text))["sayInInterview"]
    first = (await admin(INTERVIEW, id=answer["interviewId"]))["interview"]
    after = first["messages"]["pageInfo"]["endCursor"]
    second = (await admin(INTERVIEW, id=answer["interviewId"], after=after))["interview"]
    assert first["finishedAt"] is None
    assert [edge["node"] for page in (first, second) for edge in page["messages"]["edges"]] == [
        {"authorKind": "CUSTOMER", "text": "Хочу дом"},
        {"authorKind": "ASSISTANT", "text": "В каком городе?"},
        {"authorKind": "CUSTOMER", "text": "Алматы"},
        {"authorKind": "ASSISTANT", "text": "Какую площадь рассматриваете?"},
    ]


async def test_leads_are_newest_first_and_of_the_asked_statuses(admin: GraphQLClient) -> None:
    first, second = await new_lead(admin, "a"), await new_lead(admin, "b")
    await admin(MOVE, id=first, status="COMPLETED")
    shown = [(await admin(LEADS, first=9, status=status))["leads"]["edges"] for status in (None, ["COMPLETED"])]
    assert [[edge["node"]["id"] for edge in edges] for edges in shown] == [[second, first], [first]]


async def test_a_lead_says_where_it_may_move_to(admin: GraphQLClient) -> None:
    lead = await new_lead(admin)
    moved = MOVE.replace("{ status }", "{ status nextStatuses }")
    shown = (await admin(moved, id=lead, status="REJECTED"))["updateLeadStatus"]
    assert shown == {"status": "REJECTED", "nextStatuses": ["IN_PROGRESS"]}
    assert (await admin(MOVE, id=lead, status=shown["nextStatuses"][0]))["updateLeadStatus"]["status"] == "IN_PROGRESS"


async def test_a_move_that_is_not_allowed_names_both_statuses(admin: GraphQLClient) -> None:
    lead = await new_lead(admin)
    await admin(MOVE, id=lead, status="COMPLETED")
    with pytest.raises(Refused, match="completed to rejected") as refused:
        await admin(MOVE, id=lead, status="REJECTED")
    assert refused.value.code == "INVALID_TRANSITION"


@pytest.mark.parametrize(("contact", "text", "field"), [("", "Хочу дом", "contact"), ("client", "  ", "text")])
async def test_a_wrong_input_is_named(admin: GraphQLClient, contact: str, text: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        await admin(SAY, contact=contact, text=text)
    assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", field)


async def test_the_telegram_mode_is_a_setting_of_the_tenant(admin: GraphQLClient) -> None:
    assert (await admin("{ tenant { telegramMode } }"))["tenant"] == {"telegramMode": "SUPPORT"}
    changed = await admin("mutation { updateTenantSettings(input: {telegramMode: LEADS}) { telegramMode } }")
    assert changed["updateTenantSettings"] == {"telegramMode": "LEADS"}


@pytest.mark.usefixtures("live_events")
async def test_leads_are_watched_as_they_come_and_move(live: str, admin: GraphQLClient) -> None:
    lead = await new_lead(admin)
    async with graphql_socket(live) as socket:
        await socket.init(admin.token)
        await socket.subscribe("1", "subscription { leadEvents(after: 0) { seq kind lead { id status } } }")
        first = (await socket.next())["data"]["leadEvents"]
        await admin(MOVE, id=lead, status="IN_PROGRESS")
        second = (await socket.next())["data"]["leadEvents"]
    assert (first["seq"], first["kind"], first["lead"]["id"]) == (1, "lead.registered", lead)
    assert (second["seq"], second["kind"], second["lead"]["status"]) == (2, "lead.status_changed", "IN_PROGRESS")
