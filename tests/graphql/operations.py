"""One valid call of every root field, in a small world of one tenant. What tests of rights and of isolation run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from core.actor import Role, system_actor
from models.jobs import Job, JobState
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from services import knowledge, messages, tickets
from services.ingestion import NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, MakeUser, actor_of, unique
from tests.graphql.client import GraphQLClient

MARK = "confidential"
"""Stands in everything that a world holds: it must not turn up elsewhere."""

CALLS: Mapping[str, str] = {
    "Query.me": "{ me { id email } }",
    "Query.ticket": "query($id: ID!) { ticket(id: $id) { title messages { edges { node { text } } } } }",
    "Query.tickets": """query($assignee: ID) { tickets(filter: {assignedTo: $assignee}) {
        edges { node { title description author { fullName } lastMessage { excerpt } } } } }""",
    "Query.agentHealth": "{ agentHealth { available } }",
    "Query.ask": 'query { ask(question: "Where is the secret door?") { content context { content } } }',
    "Query.knowledgeSources": "{ knowledgeSources { name } }",
    "Query.knowledgeChunks": """query($source: String) {
        knowledgeChunks(source: $source) { edges { node { content } } } }""",
    "Query.knowledgeSearch": 'query { knowledgeSearch(query: "secret door") { content source } }',
    "Query.users": "{ users { edges { node { fullName email } } } }",
    "Query.user": "query($user: ID!) { user(id: $user) { fullName } }",
    "Query.tenant": "{ tenant { id name } }",
    "Query.tenantStats": "{ tenantStats { totalTickets ticketsByStatus { status count } } }",
    "Query.tenants": "{ tenants { id name } }",
    "Query.deadJobs": "{ deadJobs { edges { node { id args } } } }",
    "Mutation.register": "mutation($register: RegisterInput!) { register(input: $register) { id } }",
    "Mutation.login": "mutation($login: LoginInput!) { login(input: $login) { accessToken } }",
    "Mutation.refresh": 'mutation { refresh(refreshToken: "none") { accessToken } }',
    "Mutation.logout": "mutation { logout { ok } }",
    "Mutation.changePassword": """mutation($password: ChangePasswordInput!) {
        changePassword(input: $password) { expiresIn } }""",
    "Mutation.updateMe": 'mutation { updateMe(input: {fullName: "Renamed"}) { fullName } }',
    "Mutation.createTicket": 'mutation { createTicket(input: {title: "New", autoRespond: false}) { id } }',
    "Mutation.updateTicket": """mutation($id: ID!, $change: UpdateTicketInput!) {
        updateTicket(id: $id, input: $change) { title } }""",
    "Mutation.deleteTicket": "mutation($id: ID!) { deleteTicket(id: $id) { id } }",
    "Mutation.addMessage": """mutation($id: ID!) {
        addMessage(ticketId: $id, input: {text: "Hello", autoRespond: false}) { text } }""",
    "Mutation.respondToTicket": "mutation($id: ID!) { respondToTicket(ticketId: $id, save: true) { content } }",
    "Mutation.requestReply": "mutation($id: ID!) { requestReply(ticketId: $id) { ticketId } }",
    "Mutation.addKnowledgeChunks": """mutation($source: String!) {
        addKnowledgeChunks(input: {source: $source, chunks: [{content: "Another passage."}]}) { created updated } }""",
    "Mutation.uploadKnowledge": "mutation($file: Upload!) { uploadKnowledge(file: $file) { source } }",
    "Mutation.deleteKnowledgeSource": """mutation($source: String!) {
        deleteKnowledgeSource(source: $source) { deleted } }""",
    "Mutation.reindexKnowledge": "mutation($source: String!) { reindexKnowledge(source: $source) { success } }",
    "Mutation.createUser": "mutation($newUser: CreateUserInput!) { createUser(input: $newUser) { id } }",
    "Mutation.updateUser": 'mutation($user: ID!) { updateUser(id: $user, input: {fullName: "Renamed"}) { fullName } }',
    "Mutation.setUserRole": "mutation($user: ID!) { setUserRole(id: $user, role: AGENT) { role } }",
    "Mutation.deactivateUser": "mutation($user: ID!) { deactivateUser(id: $user) { isActive } }",
    "Mutation.createTenant": "mutation($newTenant: CreateTenantInput!) { createTenant(input: $newTenant) { id } }",
    "Mutation.updateTenantSettings": "mutation { updateTenantSettings(input: {registrationOpen: false}) { id } }",
    "Mutation.retryJob": "mutation($job: ID!) { retryJob(id: $job) { state } }",
    "Subscription.ticketEvents": "subscription($id: ID!) { ticketEvents(id: $id, after: 0) { seq } }",
    "Subscription.inboxEvents": "subscription { inboxEvents(after: 0) { seq } }",
    "Subscription.answerStream": "subscription($id: ID!) { answerStream(ticketId: $id) { __typename } }",
}


@dataclass(frozen=True)
class World:
    """What one tenant holds."""

    tenant: Tenant
    customer: User
    colleague: User
    ticket: Ticket
    source: str
    job: Job

    def ids(self) -> set[str]:
        return {str(row.id) for row in (self.ticket, self.customer, self.colleague, self.job)}

    def variables(self) -> dict[str, Any]:
        """A value for every variable of the calls."""
        return {
            "id": str(self.ticket.id),
            "assignee": str(self.colleague.id),
            "user": str(self.customer.id),
            "job": str(self.job.id),
            "source": self.source,
            "change": {"title": "Changed", "assignedTo": str(self.colleague.id)},
            "register": {"email": f"{unique('new')}@example.com", "password": PASSWORD},
            "login": {"email": self.customer.email, "password": PASSWORD},
            "password": {"currentPassword": PASSWORD, "newPassword": PASSWORD},
            "newUser": {"email": f"{unique('new')}@example.com", "password": PASSWORD},
            "newTenant": {"name": "New", "slug": unique("new")},
            "file": None,
        }


async def make_world(tenant: Tenant, make_user: MakeUser) -> World:
    """A tenant with a ticket that an agent has, knowledge, and a dead job."""
    customer = await make_user(tenant, Role.USER, full_name=MARK)
    colleague = await make_user(tenant, Role.AGENT, full_name=MARK)
    async with unit_of_work(actor_of(customer)) as uow:
        ticket = await tickets.create(uow, title=MARK, description=f"{MARK} door", auto_respond=False)
        await messages.add(uow, ticket.id, text=f"The {MARK} message", auto_respond=False)
    async with unit_of_work(actor_of(colleague)) as uow:
        await tickets.update(uow, ticket.id, tickets.TicketChanges(assigned_to_id=colleague.id))
    source = f"{MARK}.md"
    chunks = [NewChunk(f"The secret door of {MARK} is behind the shelf.")]
    await knowledge.add_chunks(system_actor(tenant.id), source=source, chunks=chunks)
    async with unit_of_work(system_actor(tenant.id)):
        job = await Job.create(tenant_id=tenant.id, task="answering.reply", args={"note": MARK}, state=JobState.DEAD)
    return World(tenant, customer, colleague, ticket, source, job)


def document(field: str) -> str:
    return CALLS[field]


async def call(client: GraphQLClient, field: str, variables: Mapping[str, Any]) -> httpx.Response:
    """Call a query or mutation with those of the variables that it declares."""
    text = CALLS[field]
    given = {name: value for name, value in variables.items() if f"${name}:" in text}
    if "Upload!" in text:
        return await upload(client, text, given, b"# Title\n\nSome text of a file.", "notes.md")
    return await client.post(text, given)


async def upload(
    client: GraphQLClient, query: str, variables: Mapping[str, Any], data: bytes, name: str, **headers: str
) -> httpx.Response:
    """By the GraphQL multipart request specification; the file stands for ``variables.file``."""
    fields = {
        "operations": json.dumps({"query": query, "variables": {**variables, "file": None}}),
        "map": json.dumps({"0": ["variables.file"]}),
    }
    files = {"0": (name, data, "application/octet-stream")}
    return await client.client.post("/graphql", data=fields, files=files, headers={**client.headers, **headers})


def code_of(response: httpx.Response) -> str | None:
    errors = response.json().get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else None
