"""Knowledge and the assistant over GraphQL, files by the multipart request specification."""

import json
from typing import Any

import pytest

from models.tenants import Tenant
from tests.fixtures.work import DrainJobs
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import code_of, upload
from tests.graphql.test_tickets import MESSAGES, opened

ADD = """mutation($input: AddKnowledgeChunksInput!) {
    addKnowledgeChunks(input: $input) { created updated skipped embedded failed } }"""
CHUNKS = """query($source: String, $after: String) { knowledgeChunks(first: 2, source: $source, after: $after) {
    edges { node { source content version isCurrent heading } } pageInfo { endCursor hasNextPage } } }"""
UPLOAD = """mutation($file: Upload!, $source: String) { uploadKnowledge(file: $file, source: $source) {
    filename source mimeType sizeBytes sha256 chunksProcessed chunks { created } } }"""
SEARCH = "query($query: String!) { knowledgeSearch(query: $query) { source content score version } }"
RESET = "To reset your password, open Settings and choose Reset."


def chunk(content: str, **metadata: Any) -> dict[str, Any]:
    return {"content": content, "metadata": metadata}


async def test_chunks_are_created_skipped_and_given_new_versions(agent: GraphQLClient) -> None:
    given = {"source": "faq.md", "chunks": [chunk(RESET, key="reset"), chunk("We are open at nine.", key="hours")]}
    first = (await agent(ADD, input=given))["addKnowledgeChunks"]
    assert first == {"created": 2, "updated": 0, "skipped": 0, "embedded": 2, "failed": 0}
    given["chunks"] = [chunk(RESET, key="reset"), chunk("We are open at ten.", key="hours")]
    second = (await agent(ADD, input=given))["addKnowledgeChunks"]
    assert (second["updated"], second["skipped"]) == (1, 1)
    page = (await agent(CHUNKS, source="faq.md"))["knowledgeChunks"]
    rest = (await agent(CHUNKS, source="faq.md", after=page["pageInfo"]["endCursor"]))["knowledgeChunks"]
    versions = [(edge["node"]["version"], edge["node"]["isCurrent"]) for edge in page["edges"] + rest["edges"]]
    assert sorted(versions) == [(1, False), (1, True), (2, True)]
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize("metadata", ["text", [1], 1, {"a": {"b": {"c": 1}}}])
async def test_metadata_is_an_object_that_can_be_stored(agent: GraphQLClient, metadata: Any) -> None:
    deep: Any = 1
    for _ in range(20):
        deep = {"deeper": deep}
    asked = {"source": "faq.md", "chunks": [{"content": "x", "metadata": metadata}]}
    fits = metadata == {"a": {"b": {"c": 1}}}
    assert (await agent.code(ADD, input=asked) is None) is fits
    asked["chunks"] = [{"content": "x", "metadata": deep}]
    assert await agent.code(ADD, input=asked) == "GRAPHQL_VALIDATION_FAILED"


async def test_what_was_loaded_is_found_and_what_was_deleted_is_not(
    customer: GraphQLClient, agent: GraphQLClient, admin: GraphQLClient
) -> None:
    await agent(ADD, input={"source": "faq.md", "chunks": [chunk(RESET)]})
    (found,) = (await customer(SEARCH, query="How do I reset my password?"))["knowledgeSearch"]
    assert (found["source"], found["content"], found["version"]) == ("faq.md", RESET, 1)
    assert 0 <= found["score"] <= 1
    (source,) = (await customer("{ knowledgeSources { name chunks } }"))["knowledgeSources"]
    assert source == {"name": "faq.md", "chunks": 1}
    deleted = await admin('mutation { deleteKnowledgeSource(source: "faq.md") { deleted source } }')
    assert deleted["deleteKnowledgeSource"] == {"deleted": 1, "source": "faq.md"}
    assert (await customer(SEARCH, query="reset password"))["knowledgeSearch"] == []
    assert await admin.code('mutation { deleteKnowledgeSource(source: "faq.md") { deleted } }') == "NOT_FOUND"


async def test_reindexing_counts_what_it_embedded(agent: GraphQLClient) -> None:
    await agent(ADD, input={"source": "faq.md", "chunks": [chunk(RESET)]})
    reindex = "mutation($source: String) { reindexKnowledge(source: $source) { success failed } }"
    assert (await agent(reindex))["reindexKnowledge"] == {"success": 1, "failed": 0}
    assert (await agent(reindex, source="faq.md"))["reindexKnowledge"] == {"success": 1, "failed": 0}
    assert await agent.code(reindex, source="nothing.md") == "NOT_FOUND"


async def test_a_name_too_long_for_a_source_is_refused(agent: GraphQLClient, admin: GraphQLClient) -> None:
    source = "x" * 256
    reindex = "mutation($source: String) { reindexKnowledge(source: $source) { success } }"
    assert await agent.code(reindex, source=source) == "VALIDATION_ERROR"
    delete = "mutation($source: String!) { deleteKnowledgeSource(source: $source) { deleted } }"
    assert await admin.code(delete, source=source) == "VALIDATION_ERROR"


async def test_a_file_is_uploaded_and_found(admin: GraphQLClient) -> None:
    data = f"# Passwords\n\n{RESET}\n".encode()
    response = await upload(admin, UPLOAD, {"source": "manual"}, data, "../guide.md")
    report = response.json()["data"]["uploadKnowledge"]
    assert (report["filename"], report["source"], report["sizeBytes"]) == ("guide.md", "manual", len(data))
    assert report["chunks"]["created"] == report["chunksProcessed"] == 1
    (found,) = (await admin(SEARCH, query="reset password"))["knowledgeSearch"]
    assert found["source"] == "manual"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "empty.txt", None),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image.txt", None),
        (b"%PDF-1.7 broken", "broken.pdf", None),
        (b"x" * 1_100_000, "large.txt", "FILE_TOO_LARGE"),
        (b"x" * 3_000_000, "larger.txt", "FILE_TOO_LARGE"),
    ],
)
async def test_a_bad_file_is_refused_and_leaves_nothing(
    admin: GraphQLClient, override: Any, data: bytes, name: str, code: str | None
) -> None:
    with override(OPORA_MAX_UPLOAD_MB="1"):
        response = await upload(admin, UPLOAD, {}, data, name)
    expected = {code} if code else {"UNREADABLE_DOCUMENT", "UNSUPPORTED_FORMAT", "BAD_REQUEST", "VALIDATION_ERROR"}
    assert code_of(response) in expected
    assert (await admin("{ knowledgeSources { name } }"))["knowledgeSources"] == []


async def test_files_are_taken_from_admins_alone(
    anonymous: GraphQLClient, customer: GraphQLClient, agent: GraphQLClient
) -> None:
    stranger = await upload(anonymous, UPLOAD, {}, b"text", "a.txt")
    assert (stranger.status_code, code_of(stranger)) == (401, "UNAUTHORIZED")
    for client in (customer, agent):
        assert code_of(await upload(client, UPLOAD, {}, b"text", "a.txt")) == "FORBIDDEN"
    assert (await agent("{ knowledgeSources { name } }"))["knowledgeSources"] == []


@pytest.mark.parametrize(
    ("operations", "places"),
    [
        ("{", "{}"),
        ("[]", "{}"),
        ("{}", "[]"),
        (None, '{"0": ["variables.file"]}'),
        (None, '{"1": ["variables.file"]}'),
        (None, '{"0": "variables.file"}'),
        (None, '{"0": ["query"]}'),
        (None, '{"0": ["variables.other.deep"]}'),
        (None, '{"0": ["variables"]}'),
        (None, '{"0": [1]}'),
        (None, '{"0": ["variables.list.9"]}'),
    ],
)
async def test_a_malformed_multipart_request_is_a_400(
    admin: GraphQLClient, operations: str | None, places: str
) -> None:
    given = operations or json.dumps({"query": UPLOAD, "variables": {"file": None, "list": [None], "taken": 1}})
    fields = {"operations": given, "map": places}
    files = {"0": ("a.txt", b"text", "text/plain")} if operations or places != '{"0": ["variables.file"]}' else {}
    response = await admin.client.post("/graphql", data=fields, files=files or {"x": b""}, headers=admin.headers)
    assert response.status_code == 400
    assert code_of(response) == "BAD_REQUEST"


async def test_text_in_the_place_of_a_file_is_refused(admin: GraphQLClient) -> None:
    assert await admin.code(UPLOAD, file="not a file") == "VALIDATION_ERROR"


async def test_the_playground_answers_with_what_it_cites_and_stores_nothing(
    customer: GraphQLClient, agent: GraphQLClient
) -> None:
    await agent(ADD, input={"source": "faq.md", "chunks": [chunk(RESET)]})
    ask = "query($q: String!) { ask(question: $q) { content model needsEscalation escalationReason cited { source } } }"
    person = (await customer(ask, q="Call me a human operator, please"))["ask"]
    assert (person["needsEscalation"], person["escalationReason"]) == (True, "CUSTOMER_REQUEST")
    answer = (await customer(ask, q="How do I reset my password?"))["ask"]
    assert answer["model"] == "extractive"
    assert (await customer("{ tickets { edges { cursor } } }"))["tickets"]["edges"] == []
    assert await customer.code(ask, q="") == "VALIDATION_ERROR"


async def test_a_reply_is_requested_and_arrives(customer: GraphQLClient, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    ticket_id = await opened(customer, "I want to talk to a person")
    request = "mutation($id: ID!) { requestReply(ticketId: $id) { ticketId } }"
    assert (await customer(request, id=ticket_id))["requestReply"] == {"ticketId": ticket_id}
    reply_and_triage = 2
    assert await drain_jobs(tenant) == reply_and_triage
    page = (await customer(MESSAGES, id=ticket_id, first=5))["ticket"]["messages"]
    assert [edge["node"]["authorKind"] for edge in page["edges"]] == ["SYSTEM"]


async def test_a_ticket_is_answered_on_demand(customer: GraphQLClient, agent: GraphQLClient) -> None:
    ticket_id = await opened(customer, "I want to talk to a person")
    respond = "mutation($id: ID!, $save: Boolean!) { respondToTicket(ticketId: $id, save: $save) { needsEscalation } }"
    assert (await agent(respond, id=ticket_id, save=False))["respondToTicket"]["needsEscalation"]
    assert (await customer(MESSAGES, id=ticket_id, first=5))["ticket"]["messages"]["edges"] == []
    await agent(respond, id=ticket_id, save=True)
    assert len((await customer(MESSAGES, id=ticket_id, first=5))["ticket"]["messages"]["edges"]) == 1


async def test_the_models_in_use_are_named(customer: GraphQLClient) -> None:
    health = (await customer("{ agentHealth { available chatModel embedModel models } }"))["agentHealth"]
    assert (health["available"], health["chatModel"], health["models"]) == (False, "extractive", [])
