"""Documents and Q&A entries of assistants in GraphQL."""

import pytest

from models.tenants import Tenant
from tests.fixtures.work import DrainJobs
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import upload
from tests.graphql.socket_client import graphql_socket

MAKE = 'mutation { createAssistant(input: {name: "Helper"}) { id } }'
UPLOAD = """mutation($file: Upload!, $assistant: ID) {
    uploadDocument(file: $file, assistantId: $assistant) { id status assistantId } }"""
LIST = """query($assistant: ID) { documents(assistantId: $assistant) {
    edges { node { id fileName mimeType sizeBytes status progress chunksCount error(language: RUSSIAN) } } } }"""
WATCH = """subscription { documentProgress(after: 0) {
    seq status progress documentId document { chunksCount } } }"""
CREATE = """mutation($input: CreateQaEntryInput!) { createQaEntry(input: $input) {
    id assistantId question answer tags } }"""
UPDATE = 'mutation($id: ID!) { updateQaEntry(id: $id, input: {answer: "Under the rug."}) { answer } }'
DELETE = "mutation($id: ID!) { deleteQaEntry(id: $id) { id } }"
ENTRIES = "query($assistant: ID) { qaEntries(assistantId: $assistant) { edges { node { question } } } }"
SEARCH = "query($query: String!) { qaSearch(query: $query) { question } }"
DOOR = b"The secret door is behind the tall shelf in the library."


async def uploaded(admin: GraphQLClient, assistant: str | None, name: str = "door.md") -> str:
    response = await upload(admin, UPLOAD, {"assistant": assistant}, DOOR, name)
    shown = response.json()["data"]["uploadDocument"]
    assert (shown["status"], shown["assistantId"]) == ("PROCESSING", assistant)
    return str(shown["id"])


async def test_a_document_is_uploaded_read_and_deleted(
    admin: GraphQLClient, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    assistant = (await admin(MAKE))["createAssistant"]["id"]
    document = await uploaded(admin, assistant)
    await drain_jobs(tenant)
    (edge,) = (await admin(LIST, assistant=assistant))["documents"]["edges"]
    assert edge["node"] == {
        "id": document, "fileName": "door.md", "mimeType": "text/markdown", "sizeBytes": len(DOOR),
        "status": "COMPLETED", "progress": 100, "chunksCount": 1, "error": None,
    }  # fmt: skip
    delete = "mutation($id: ID!) { deleteDocument(id: $id) { id } }"
    assert (await admin(delete, id=document))["deleteDocument"] == {"id": document}
    assert await admin.code(delete, id=document) == "NOT_FOUND"


@pytest.mark.usefixtures("live_events")
async def test_reading_is_watched(live: str, admin: GraphQLClient, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    document = await uploaded(admin, None)
    async with graphql_socket(live) as socket:
        await socket.init(admin.token)
        await socket.subscribe("1", WATCH)
        events = [(await socket.next())["data"]["documentProgress"]]
        await drain_jobs(tenant)
        while events[-1]["status"] == "PROCESSING":
            events.append((await socket.next())["data"]["documentProgress"])
    assert (events[0]["progress"], {event["documentId"] for event in events}) == (0, {document})
    assert events[-1]["status"] == "COMPLETED"
    assert events[-1]["document"] == {"chunksCount": 1}


async def test_an_entry_is_kept(admin: GraphQLClient, agent: GraphQLClient) -> None:
    assistant = (await admin(MAKE))["createAssistant"]["id"]
    given = {
        "question": "Where is the door?",
        "answer": "Behind the shelf.",
        "tags": ["door"],
        "assistantId": assistant,
    }
    created = (await agent(CREATE, input=given))["createQaEntry"]
    assert {name: created[name] for name in given} == given
    assert (await agent(UPDATE, id=created["id"]))["updateQaEntry"] == {"answer": "Under the rug."}
    assert len((await agent(ENTRIES, assistant=assistant))["qaEntries"]["edges"]) == 1
    assert (await agent(SEARCH, query="doors"))["qaSearch"] == [{"question": "Where is the door?"}]
    assert (await agent(DELETE, id=created["id"]))["deleteQaEntry"] == {"id": created["id"]}
    assert await agent.code(DELETE, id=created["id"]) == "NOT_FOUND"


async def test_an_unknown_assistant_is_not_found(agent: GraphQLClient) -> None:
    assert await agent.code(ENTRIES, assistant="404404") == "NOT_FOUND"
    assert await agent.code(LIST, assistant="404404") == "NOT_FOUND"
