"""Who may call what: the matrix as data, run against every root field of the schema."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
from graphql import GraphQLObjectType
from starlette.applications import Starlette
from strawberry.schema.schema_converter import GraphQLCoreConverter

from core.actor import Role
from resolvers.policy import METADATA, Requires
from schema.root import schema
from tests.fixtures.application import client_of
from tests.fixtures.people import new_tenant, new_user, sign_in
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import CALLS, call, code_of, document
from tests.graphql.snapshots import Unchanged, fingerprint
from tests.graphql.socket_client import PATIENCE_S, graphql_socket
from tests.graphql.world import World, make_world

ANYBODY, USER, AGENT, MODERATOR, ADMIN = "anybody", "user", "agent", "moderator", "admin"
SUPERADMIN = "superadmin"
_SILENCE_S = 0.3
_DENIALS = ("UNAUTHORIZED", "FORBIDDEN", "INTERNAL_ERROR")
CALLERS = ("anonymous", "user", "agent", "moderator", "admin", "superadmin")
MATRIX = {
    "Query.me": USER,
    "Query.allowedOperations": USER,
    "Query.signInProviders": ANYBODY,
    "Query.signInSetup": ADMIN,
    "Mutation.startSignIn": ANYBODY,
    "Mutation.finishSignIn": ANYBODY,
    "Mutation.createSignInProvider": ADMIN,
    "Mutation.updateSignInProvider": ADMIN,
    "Mutation.deleteSignInProvider": ADMIN,
    "Query.ticket": USER,
    "Query.tickets": USER,
    "Query.ticketAnalytics": AGENT,
    "Query.inbox": USER,
    "Query.inboxCounts": AGENT,
    "Query.savedViews": AGENT,
    "Mutation.createSavedView": AGENT,
    "Mutation.updateSavedView": ADMIN,  # the view is a colleague's, who shares it
    "Mutation.deleteSavedView": ADMIN,
    "Mutation.updateTickets": AGENT,
    "Mutation.deleteTickets": ADMIN,
    "Mutation.archiveDialogs": AGENT,
    "Mutation.reopenDialogs": AGENT,
    "Query.categories": USER,
    "Query.agentHealth": USER,
    "Query.ask": USER,
    "Query.knowledgeSources": AGENT,  # the call names an assistant; what all know is for customers too
    "Query.knowledgeChunks": USER,
    "Query.knowledgeSearch": USER,
    "Query.dashboard": AGENT,
    "Query.ticketStatistics": AGENT,
    "Query.conversationStatistics": AGENT,
    "Query.users": MODERATOR,
    "Query.user": ADMIN,
    "Query.balance": ADMIN,
    "Query.transactions": ADMIN,
    "Query.payment": ADMIN,
    "Query.payments": ADMIN,
    "Query.tenant": USER,
    "Query.tenantStats": AGENT,
    "Query.tenants": ADMIN,
    "Query.telegramBot": ADMIN,
    "Query.assistants": AGENT,
    "Query.assistant": AGENT,
    "Query.noticeChat": ADMIN,
    "Query.thresholdEffect": ADMIN,
    "Query.webhookEvents": ADMIN,
    "Query.webhookEndpoints": ADMIN,
    "Query.webhookDeliveries": ADMIN,
    "Mutation.createWebhookEndpoint": ADMIN,
    "Mutation.updateWebhookEndpoint": ADMIN,
    "Mutation.deleteWebhookEndpoint": ADMIN,
    "Mutation.rotateWebhookSecret": ADMIN,
    "Mutation.testWebhookEndpoint": ADMIN,
    "Mutation.replayWebhookDelivery": ADMIN,
    "Mutation.replayWebhookDeliveries": ADMIN,
    "Query.deadJobs": ADMIN,
    "Query.jobBacklog": ADMIN,
    "Query.systemHealth": AGENT,
    "Query.systemMetrics": AGENT,
    "Query.alerts": AGENT,
    "Query.logs": AGENT,
    "Query.supportRequests": USER,
    "Query.supportRequest": USER,
    "Query.supportRequestMessages": USER,
    "Query.installationUsers": SUPERADMIN,
    "Query.aiTokens": SUPERADMIN,
    "Query.aiModelPrices": SUPERADMIN,
    "Query.aiPools": SUPERADMIN,
    "Query.aiFailovers": SUPERADMIN,
    "Query.aiUsage": ADMIN,
    "Query.askAssistant": AGENT,
    "Query.installationOverview": SUPERADMIN,
    "Query.installationHealth": SUPERADMIN,
    "Mutation.createSupportRequest": USER,
    "Mutation.replyToSupportRequest": USER,
    "Mutation.recordEvent": USER,
    "Query.faqs": USER,
    "Query.documents": AGENT,
    "Query.qaEntries": AGENT,
    "Query.qaSearch": AGENT,
    "Query.unansweredGroups": AGENT,
    "Query.unansweredGroup": AGENT,
    "Query.unansweredQuestions": AGENT,
    "Query.knowledgeChunkVersions": USER,
    "Query.searchTrial": AGENT,
    "Mutation.answerUnanswered": AGENT,
    "Mutation.dismissUnanswered": AGENT,
    "Mutation.mergeUnanswered": AGENT,
    "Mutation.reopenUnanswered": AGENT,
    "Query.chatbotAnalytics": AGENT,
    "Query.chatbotLogs": AGENT,
    "Query.leads": AGENT,
    "Query.lead": AGENT,
    "Query.interview": AGENT,
    "Query.handoffQueue": AGENT,
    "Query.handoffContext": AGENT,
    "Query.handoffs": AGENT,
    "Query.operators": AGENT,
    "Query.handoffPlace": AGENT,
    "Query.siteAssistant": ANYBODY,
    "Query.demoSiteToken": ANYBODY,
    "Mutation.requestHandoff": AGENT,
    "Mutation.takeOverDialog": ADMIN,  # the call names another operator; taking over oneself is tested with handoffs
    "Mutation.releaseDialog": AGENT,
    "Mutation.cancelHandoff": AGENT,
    "Mutation.operatorHeartbeat": AGENT,
    "Mutation.register": ANYBODY,
    "Mutation.registerCompany": ANYBODY,
    "Mutation.login": ANYBODY,
    "Mutation.signInWithTelegram": ANYBODY,
    "Mutation.refresh": ANYBODY,
    "Query.keptMails": ADMIN,
    "Query.keptMail": ADMIN,
    "Mutation.confirmEmail": ANYBODY,
    "Mutation.resendConfirmation": ANYBODY,
    "Mutation.sendContactForm": ANYBODY,
    "Mutation.sendTestMail": ADMIN,
    "Mutation.logout": USER,
    "Mutation.changePassword": USER,
    "Mutation.updateMe": USER,
    "Mutation.createTicket": USER,
    "Mutation.setTyping": AGENT,  # the ticket is another customer's
    "Mutation.updateTicket": AGENT,  # the call assigns; a customer's own changes are tested with tickets
    "Mutation.deleteTicket": ADMIN,
    "Mutation.createCategory": ADMIN,
    "Mutation.updateCategory": ADMIN,
    "Mutation.deleteCategory": ADMIN,
    "Mutation.addMessage": AGENT,  # the ticket is another customer's
    "Mutation.uploadFile": USER,
    "Mutation.deleteUpload": USER,
    "Mutation.transcribeUpload": USER,
    "Mutation.respondToTicket": AGENT,
    "Mutation.requestReply": AGENT,
    "Mutation.addKnowledgeChunks": AGENT,
    "Mutation.uploadKnowledge": ADMIN,
    "Mutation.deleteKnowledgeSource": ADMIN,
    "Mutation.reindexKnowledge": AGENT,
    "Mutation.createFaq": AGENT,
    "Mutation.updateFaq": AGENT,
    "Mutation.deleteFaq": AGENT,
    "Mutation.uploadDocument": ADMIN,
    "Mutation.deleteDocument": ADMIN,
    "Mutation.createQaEntry": AGENT,
    "Mutation.updateQaEntry": AGENT,
    "Mutation.deleteQaEntry": AGENT,
    "Mutation.askChatbot": USER,
    "Mutation.sayInInterview": AGENT,
    "Mutation.updateLeadStatus": AGENT,
    "Mutation.createUser": ADMIN,
    "Mutation.updateUser": ADMIN,
    "Mutation.setUserRole": ADMIN,
    "Mutation.deactivateUser": ADMIN,
    "Mutation.createTenant": ADMIN,
    "Mutation.updateTenantSettings": ADMIN,
    "Mutation.createAiToken": SUPERADMIN,
    "Mutation.updateAiToken": SUPERADMIN,
    "Mutation.deleteAiToken": SUPERADMIN,
    "Mutation.testAiToken": SUPERADMIN,
    "Mutation.setAiModelPrice": SUPERADMIN,
    "Mutation.createAssistant": ADMIN,
    "Mutation.updateAssistant": ADMIN,
    "Mutation.rotateSiteToken": ADMIN,
    "Mutation.activateAssistants": ADMIN,
    "Mutation.deactivateAssistants": ADMIN,
    "Mutation.deleteAssistant": ADMIN,
    "Mutation.deleteAssistants": ADMIN,
    "Mutation.connectTelegramBot": ADMIN,
    "Mutation.disconnectTelegramBot": ADMIN,
    "Mutation.setNoticeChat": ADMIN,
    "Mutation.createPayment": ADMIN,
    "Mutation.refundPayment": "superadmin",
    "Mutation.retryJob": ADMIN,
    "Query.dialog": AGENT,
    "Query.dialogs": AGENT,
    "Mutation.openDialog": AGENT,
    "Mutation.sendDialogMessage": AGENT,
    "Mutation.archiveDialog": AGENT,
    "Mutation.reopenDialog": AGENT,
    "Query.copilot": AGENT,
    "Query.staff": AGENT,
    "Query.citedPassage": USER,
    "Mutation.suggestReply": AGENT,
    "Mutation.summariseConversation": AGENT,
    "Mutation.shortenText": AGENT,
    "Mutation.translateText": AGENT,
    "Subscription.viewers": AGENT,
    "Subscription.ticketEvents": AGENT,
    "Subscription.chatbotEvents": USER,
    "Subscription.typing": AGENT,
    "Subscription.inboxEvents": AGENT,
    "Subscription.answerStream": AGENT,
    "Subscription.leadEvents": AGENT,
    "Subscription.documentProgress": AGENT,
    "Subscription.billingEvents": ADMIN,
    "Query.streamStatistics": SUPERADMIN,
    "Mutation.setDialogTyping": AGENT,
    "Subscription.dialogEvents": AGENT,
    "Subscription.tenantDialogEvents": AGENT,
    "Subscription.monitoringEvents": AGENT,
}
FOREIGN_TO_CUSTOMERS = {"Query.ticket"}
"""The world's ticket is another customer's: the field is theirs to call, the row is not."""

ASKED_AMISS = {"Mutation.refresh": "UNAUTHORIZED"}
"""Anybody may call it, and the call's own token is none."""


def root_fields() -> Iterator[tuple[str, object]]:
    """Every field of the three root types, with what Strawberry knows of it."""
    core = schema._schema
    for root in (core.query_type, core.mutation_type, core.subscription_type):
        assert isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items():
            yield f"{root.name}.{name}", field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


def test_every_root_field_declares_what_it_requires() -> None:
    undeclared = [
        name for name, field in root_fields() if not isinstance(getattr(field, "metadata", {}).get(METADATA), Requires)
    ]
    assert undeclared == []


def test_the_matrix_and_the_calls_cover_every_root_field() -> None:
    names = {name for name, _ in root_fields()}
    assert set(MATRIX) == names
    assert set(CALLS) == names


@dataclass(frozen=True)
class Crowd:
    """A world and everybody who may call: one of each role, and somebody who is not signed in."""

    world: World
    callers: dict[str, GraphQLClient]


async def new_crowd(client: httpx.AsyncClient) -> Crowd:
    world = await make_world(await new_tenant(), new_user)
    callers = {"anonymous": GraphQLClient(client)}
    for role in CALLERS[1:]:
        user = await new_user(world.tenant, Role(role))
        callers[role] = GraphQLClient(client, await sign_in(user, "graphql"))
    return Crowd(world, callers)


@pytest.fixture(scope="module")
async def crowds(application: Starlette) -> AsyncIterator[Unchanged[Crowd]]:
    async with client_of(application) as client:
        yield Unchanged(lambda: new_crowd(client), lambda crowd: crowd.world.tenant.id)


@pytest.fixture
async def crowd(crowds: Unchanged[Crowd]) -> Crowd:
    return await crowds.get()


@pytest.mark.parametrize("field", [name for name in MATRIX if not name.startswith("Subscription.")])
async def test_a_field_is_for_those_in_the_matrix(field: str, crowd: Crowd) -> None:
    denials = {caller: denied for caller in CALLERS if (denied := _expected_denial(field, caller))}
    before = await fingerprint(crowd.world.tenant.id) if denials else None
    codes = {caller: await _code(crowd, caller, field) for caller in denials}
    assert codes == denials
    assert not denials or await fingerprint(crowd.world.tenant.id) == before
    for caller in [each for each in CALLERS if each not in denials]:
        code = await _code(crowd, caller, field)
        assert code == ASKED_AMISS.get(field) or code not in _DENIALS, (caller, code)


async def _code(crowd: Crowd, caller: str, field: str) -> str | None:
    return code_of(await call(crowd.callers[caller], field, crowd.world.variables()))


@pytest.mark.usefixtures("live_events")
@pytest.mark.parametrize("field", [name for name in MATRIX if name.startswith("Subscription.")])
async def test_a_subscription_is_for_those_in_the_matrix(field: str, live: str, crowd: Crowd) -> None:
    expected = {caller: _expected_denial(field, caller) for caller in CALLERS}
    watching = (
        _watch(live, client, field, crowd.world, PATIENCE_S if expected[caller] else _SILENCE_S)
        for caller, client in crowd.callers.items()
    )
    assert dict(zip(crowd.callers, await asyncio.gather(*watching), strict=True)) == expected


async def _watch(live: str, client: GraphQLClient, field: str, world: World, patience_s: float) -> str | None:
    """The code that a subscription is refused with; None where it gives an event, or nothing for so long."""
    variables = {name: value for name, value in world.variables().items() if f"${name}:" in document(field)}
    async with graphql_socket(live) as socket:
        await socket.init(client.token)
        await socket.subscribe("1", document(field), **variables)
        try:
            async with asyncio.timeout(patience_s):
                payload = await socket.next()
        except TimeoutError:
            return None
    return str(payload["errors"][0]["extensions"]["code"]) if "errors" in payload else None


def _expected_denial(field: str, caller: str) -> str | None:
    least = MATRIX[field]
    if least == ANYBODY:
        return None
    if caller == "anonymous":
        return "UNAUTHORIZED"
    if field in FOREIGN_TO_CUSTOMERS and caller == "user":
        return "FORBIDDEN"
    return None if Role(caller).includes(Role(least)) else "FORBIDDEN"
