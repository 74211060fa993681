"""One valid call of every root field, in a small world of one tenant. What tests of rights and of isolation run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from core.actor import Role, system_actor
from models.categories import Category
from models.conversations import Attachment
from models.jobs import Job, JobState
from models.leads import Lead
from models.tenants import Tenant
from models.tickets import Ticket
from models.users import User
from services import categories, chatbot, faqs, interviews, knowledge, messages, tickets
from services.faqs import FaqRow
from services.files import upload as upload_file
from services.ingestion import NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, MakeUser, actor_of, unique
from tests.graphql.client import GraphQLClient

MARK = "confidential"
"""Stands in everything that a world holds: it must not turn up elsewhere."""

CALLS: Mapping[str, str] = {
    "Query.me": "{ me { id email } }",
    "Query.balance": "{ balance { balance welcomeBonus totalSpent } }",
    "Query.ticket": """query($id: ID!) { ticket(id: $id) {
        title messages { edges { node { text attachments { url } } } } } }""",
    "Query.tickets": """query($assignee: ID, $categories: [ID!]) {
        tickets(filter: {assignedTo: $assignee, category: $categories}) {
        edges { node { title description author { fullName } lastMessage { excerpt } } } } }""",
    "Query.ticketAnalytics": "{ ticketAnalytics { total byCategory { category { name } count } } }",
    "Query.categories": "{ categories { id name description } }",
    "Query.agentHealth": "{ agentHealth { available } }",
    "Query.ask": 'query { ask(question: "Where is the secret door?") { content context { content } } }',
    "Query.knowledgeSources": "{ knowledgeSources { name } }",
    "Query.knowledgeChunks": """query($source: String) {
        knowledgeChunks(source: $source) { edges { node { content } } } }""",
    "Query.knowledgeSearch": 'query { knowledgeSearch(query: "secret door") { content source } }',
    "Query.dashboard": "{ dashboard { total categories { count } helpers { helper { fullName } } } }",
    "Query.ticketStatistics": """query($category: ID) { ticketStatistics(categoryId: $category) {
        created categories { category { name } } helpers { helper { fullName } } } }""",
    "Query.users": "{ users { edges { node { fullName email ticketsCount lastActivity } } } }",
    "Query.user": "query($user: ID!) { user(id: $user) { fullName } }",
    "Query.tenant": "{ tenant { id name } }",
    "Query.tenantStats": "{ tenantStats { totalTickets ticketsByStatus { status count } } }",
    "Query.tenants": "{ tenants { id name } }",
    "Query.telegramBot": "{ telegramBot { id username isActive receivesBy lastError } }",
    "Query.noticeChat": "{ noticeChat { chatId } }",
    "Query.deadJobs": "{ deadJobs { edges { node { id args } } } }",
    "Query.systemHealth": "{ systemHealth { host cpuUsage activeAlerts openTickets } }",
    "Query.systemMetrics": "{ systemMetrics(hours: 1) { stepSeconds points { at cpuUsage memoryUsage diskUsage } } }",
    "Query.alerts": "{ alerts(open: true) { edges { node { host metric severity message(language: KAZAKH) } } } }",
    "Query.logs": "{ logs(filter: {level: INFO}) { edges { node { level message source metadata } } } }",
    "Query.faqs": """query { faqs(filter: {search: "secret door"}) {
        edges { node { question answer category tags isActive } } } }""",
    "Query.chatbotAnalytics": "{ chatbotAnalytics { totalQueries commonQueries { query count } } }",
    "Query.chatbotLogs": "{ chatbotLogs { edges { node { query response sessionId userId } } } }",
    "Query.leads": "{ leads { edges { node { id name phone summary } } } }",
    "Query.lead": "query($lead: ID!) { lead(id: $lead) { name phone summary } }",
    "Query.interview": """query($interview: ID!) {
        interview(id: $interview) { messages { edges { node { text } } } } }""",
    "Mutation.register": "mutation($register: RegisterInput!) { register(input: $register) { id } }",
    "Mutation.login": "mutation($login: LoginInput!) { login(input: $login) { accessToken } }",
    "Mutation.registerCompany": """mutation($company: RegisterCompanyInput!) {
        registerCompany(input: $company) { user { id email role } tenant { id slug } } }""",
    "Mutation.signInWithTelegram": 'mutation { signInWithTelegram(initData: "none") { accessToken } }',
    "Mutation.refresh": 'mutation { refresh(refreshToken: "none") { accessToken } }',
    "Mutation.logout": "mutation { logout { ok } }",
    "Mutation.changePassword": """mutation($password: ChangePasswordInput!) {
        changePassword(input: $password) { expiresIn } }""",
    "Mutation.updateMe": 'mutation { updateMe(input: {fullName: "Renamed"}) { fullName } }',
    "Mutation.createTicket": """mutation($category: ID) {
        createTicket(input: {title: "New", autoRespond: false, categoryId: $category}) { id } }""",
    "Mutation.setTyping": "mutation($id: ID!) { setTyping(ticketId: $id, isTyping: true) { isTyping } }",
    "Mutation.updateTicket": """mutation($id: ID!, $change: UpdateTicketInput!) {
        updateTicket(id: $id, input: $change) { title } }""",
    "Mutation.deleteTicket": "mutation($id: ID!) { deleteTicket(id: $id) { id } }",
    "Mutation.createCategory": 'mutation { createCategory(input: {name: "New"}) { id } }',
    "Mutation.updateCategory": """mutation($category: ID!) {
        updateCategory(id: $category, input: {name: "Renamed"}) { name } }""",
    "Mutation.deleteCategory": "mutation($category: ID!) { deleteCategory(id: $category) { id } }",
    "Mutation.addMessage": """mutation($id: ID!) {
        addMessage(ticketId: $id, input: {text: "Hello", autoRespond: false}) { text } }""",
    "Mutation.uploadFile": "mutation($file: Upload!) { uploadFile(file: $file) { publicId } }",
    "Mutation.deleteUpload": "mutation($upload: UUID!) { deleteUpload(id: $upload) { publicId } }",
    "Mutation.transcribeUpload": "mutation($upload: UUID!) { transcribeUpload(id: $upload) { text } }",
    "Mutation.respondToTicket": "mutation($id: ID!) { respondToTicket(ticketId: $id, save: true) { content } }",
    "Mutation.requestReply": "mutation($id: ID!) { requestReply(ticketId: $id) { ticketId } }",
    "Mutation.addKnowledgeChunks": """mutation($source: String!) {
        addKnowledgeChunks(input: {source: $source, chunks: [{content: "Another passage."}]}) { created updated } }""",
    "Mutation.uploadKnowledge": "mutation($file: Upload!) { uploadKnowledge(file: $file) { source } }",
    "Mutation.deleteKnowledgeSource": """mutation($source: String!) {
        deleteKnowledgeSource(source: $source) { deleted } }""",
    "Mutation.reindexKnowledge": "mutation($source: String!) { reindexKnowledge(source: $source) { success } }",
    "Mutation.createFaq": """mutation {
        createFaq(input: {question: "Why?", answer: "Because.", category: "Reasons"}) { id } }""",
    "Mutation.updateFaq": 'mutation($faq: ID!) { updateFaq(id: $faq, input: {answer: "Elsewhere."}) { answer } }',
    "Mutation.deleteFaq": "mutation($faq: ID!) { deleteFaq(id: $faq) { id } }",
    "Mutation.askChatbot": """mutation {
        askChatbot(input: {message: "Where is the secret door?", sessionId: "s"}) { response citations { quote } } }""",
    "Mutation.sayInInterview": 'mutation { sayInInterview(contact: "new", text: "Хочу дом") { text } }',
    "Mutation.updateLeadStatus": """mutation($lead: ID!) {
        updateLeadStatus(id: $lead, status: IN_PROGRESS) { status } }""",
    "Mutation.createUser": "mutation($newUser: CreateUserInput!) { createUser(input: $newUser) { id } }",
    "Mutation.updateUser": 'mutation($user: ID!) { updateUser(id: $user, input: {fullName: "Renamed"}) { fullName } }',
    "Mutation.setUserRole": "mutation($user: ID!) { setUserRole(id: $user, role: AGENT) { role } }",
    "Mutation.deactivateUser": "mutation($user: ID!) { deactivateUser(id: $user) { isActive } }",
    "Mutation.createTenant": "mutation($newTenant: CreateTenantInput!) { createTenant(input: $newTenant) { id } }",
    "Mutation.updateTenantSettings": "mutation { updateTenantSettings(input: {registrationOpen: false}) { id } }",
    "Mutation.connectTelegramBot": 'mutation { connectTelegramBot(token: "none") { username } }',
    "Mutation.disconnectTelegramBot": "mutation { disconnectTelegramBot { ok } }",
    "Mutation.setNoticeChat": "mutation { setNoticeChat(chatId: -1001234567890) { chatId } }",
    "Mutation.retryJob": "mutation($job: ID!) { retryJob(id: $job) { state } }",
    "Subscription.ticketEvents": "subscription($id: ID!) { ticketEvents(id: $id, after: 0) { seq } }",
    "Subscription.chatbotEvents": "subscription { chatbotEvents(after: 0) { seq message { text } } }",
    "Subscription.typing": "subscription($id: ID!) { typing(ticketId: $id) { isTyping } }",
    "Subscription.inboxEvents": "subscription { inboxEvents(after: 0) { seq } }",
    "Subscription.leadEvents": "subscription { leadEvents(after: 0) { seq kind lead { name } } }",
    "Subscription.monitoringEvents": "subscription { monitoringEvents { __typename } }",
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
    upload: Attachment
    faq: FaqRow
    category: Category
    lead: Lead

    def ids(self) -> set[str]:
        rows = (self.ticket, self.customer, self.colleague, self.job, self.faq, self.category, self.lead)
        return {str(row.id) for row in rows}

    def variables(self) -> dict[str, Any]:
        """A value for every variable of the calls."""
        return {
            "id": str(self.ticket.id),
            "assignee": str(self.colleague.id),
            "user": str(self.customer.id),
            "job": str(self.job.id),
            "upload": str(self.upload.public_id),
            "faq": str(self.faq.id),
            "category": str(self.category.id),
            "categories": None,
            "lead": str(self.lead.id),
            "interview": str(self.lead.interview_id),
            "source": self.source,
            "change": {"title": "Changed", "assignedTo": str(self.colleague.id)},
            "register": {"email": f"{unique('new')}@example.com", "password": PASSWORD},
            "company": {"email": f"{unique('new')}@example.com", "password": PASSWORD, "companyName": "New"},
            "login": {"email": self.customer.email, "password": PASSWORD},
            "password": {"currentPassword": PASSWORD, "newPassword": PASSWORD},
            "newUser": {"email": f"{unique('new')}@example.com", "password": PASSWORD},
            "newTenant": {"name": "New", "slug": unique("new")},
            "file": None,
        }


async def make_world(tenant: Tenant, make_user: MakeUser) -> World:
    """A tenant with a ticket that an agent has, knowledge, a FAQ entry, a session with the chatbot, and a dead job."""
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
    faq = await faqs.create(actor_of(colleague), question=f"{MARK} secret door?", answer=f"The {MARK} door opens.")
    await chatbot.chat(actor_of(customer), message=f"The {MARK} secret door?", session_key=MARK)
    uploaded = await upload_file(actor_of(customer), file_name=f"{MARK}.txt", data=f"The {MARK} file".encode())
    async with unit_of_work(system_actor(tenant.id)):
        job = await Job.create(tenant_id=tenant.id, task="answering.reply", args={"note": MARK}, state=JobState.DEAD)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        category = await categories.create(uow, name=MARK, description=f"What is {MARK}")
    return World(tenant, customer, colleague, ticket, source, job, uploaded, faq, category, lead=await _lead(tenant))


async def _lead(tenant: Tenant) -> Lead:
    reply = await interviews.say(
        system_actor(tenant.id), contact=MARK, text=f"Хочу дом 150 м2 в Алматы, {MARK}. Меня зовут Канат, 87768776637"
    )
    async with unit_of_work(system_actor(tenant.id)):
        return await Lead.get(id=reply.lead_id)


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
