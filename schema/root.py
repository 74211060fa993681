"""The schema: everything that clients can ask, do and watch. Print it with `opora schema`."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext, ExecutionResult

from resolvers.ai_tokens import AiTokenMutation, AiTokenQuery
from resolvers.analytics import AnalyticsMutation, AnalyticsQuery
from resolvers.answering import AnsweringMutation, AnsweringQuery, AnsweringSubscription
from resolvers.assistant_trials import AssistantTrialQuery
from resolvers.assistants import AssistantMutation, AssistantQuery
from resolvers.billing import BillingQuery, BillingSubscription
from resolvers.bulk import BulkMutation
from resolvers.categories import CategoryMutation, CategoryQuery
from resolvers.chatbot import ChatbotMutation, ChatbotQuery, ChatbotSubscription
from resolvers.conversation_statistics import ConversationStatisticsQuery
from resolvers.copilot import CopilotMutation, CopilotQuery
from resolvers.dialog_events import DialogEventMutation, DialogEventQuery, DialogEventSubscription
from resolvers.dialogs import DialogMutation, DialogQuery
from resolvers.documents import DocumentMutation, DocumentQuery, DocumentSubscription
from resolvers.faqs import FaqMutation, FaqQuery
from resolvers.files import FileMutation
from resolvers.handoffs import HandoffMutation, HandoffQuery
from resolvers.identity import IdentityMutation, IdentityQuery
from resolvers.inbox import InboxMutation, InboxQuery
from resolvers.jobs import JobMutation, JobQuery
from resolvers.knowledge import KnowledgeMutation, KnowledgeQuery
from resolvers.leads import LeadMutation, LeadQuery, LeadSubscription
from resolvers.mail import MailMutation, MailQuery
from resolvers.monitoring import MonitoringQuery, MonitoringSubscription
from resolvers.passages import PassageQuery
from resolvers.payments import PaymentMutation, PaymentQuery
from resolvers.permissions import PermissionQuery
from resolvers.presence import PresenceQuery, PresenceSubscription
from resolvers.qa_entries import QaEntryMutation, QaEntryQuery
from resolvers.sign_in import SignInMutation, SignInQuery
from resolvers.sites import SiteQuery
from resolvers.statistics import StatisticsQuery
from resolvers.support_requests import SupportRequestMutation, SupportRequestQuery
from resolvers.telegram import TelegramMutation, TelegramQuery
from resolvers.tenants import TenantMutation, TenantQuery
from resolvers.tickets import TicketMutation, TicketQuery, TicketSubscription
from resolvers.typists import TypistMutation, TypistSubscription
from resolvers.unanswered import UnansweredMutation, UnansweredQuery
from resolvers.users import UserMutation, UserQuery
from resolvers.webhooks import WebhookMutation, WebhookQuery
from schema.executor import CompilingExecutor, run
from schema.preparation import Preparation, ready
from schema.types.dialog_events import DIALOG_EVENT_TYPES
from schema.types.events import EVENT_TYPES
from schema.types.scalars import SCALARS

_ONE_RULE = (
    "Every error has `extensions.code`, and `extensions.field` where one input is to blame. A field that fails is null."
)


@strawberry.type(description=f"What can be asked. {_ONE_RULE}")
class Query(
    IdentityQuery,
    SignInQuery,
    TicketQuery,
    InboxQuery,
    CategoryQuery,
    StatisticsQuery,
    ConversationStatisticsQuery,
    AnsweringQuery,
    KnowledgeQuery,
    FaqQuery,
    DocumentQuery,
    QaEntryQuery,
    UnansweredQuery,
    ChatbotQuery,
    LeadQuery,
    UserQuery,
    TenantQuery,
    BillingQuery,
    PaymentQuery,
    AssistantQuery,
    HandoffQuery,
    TelegramQuery,
    JobQuery,
    MailQuery,
    MonitoringQuery,
    DialogQuery,
    DialogEventQuery,
    SupportRequestQuery,
    AnalyticsQuery,
    AiTokenQuery,
    AssistantTrialQuery,
    WebhookQuery,
    PermissionQuery,
    CopilotQuery,
    PassageQuery,
    PresenceQuery,
    SiteQuery,
):
    pass


@strawberry.type(description=f"What can be done. {_ONE_RULE}")
class Mutation(
    IdentityMutation,
    SignInMutation,
    FileMutation,
    TicketMutation,
    InboxMutation,
    BulkMutation,
    CategoryMutation,
    TypistMutation,
    AnsweringMutation,
    KnowledgeMutation,
    FaqMutation,
    DocumentMutation,
    QaEntryMutation,
    UnansweredMutation,
    ChatbotMutation,
    LeadMutation,
    UserMutation,
    TenantMutation,
    AssistantMutation,
    HandoffMutation,
    TelegramMutation,
    JobMutation,
    DialogMutation,
    DialogEventMutation,
    CopilotMutation,
    MailMutation,
    SupportRequestMutation,
    AnalyticsMutation,
    AiTokenMutation,
    PaymentMutation,
    WebhookMutation,
):
    pass


@strawberry.type(description="What can be watched: by a WebSocket of graphql-transport-ws, or by GraphQL over SSE.")
class Subscription(
    TicketSubscription,
    TypistSubscription,
    AnsweringSubscription,
    ChatbotSubscription,
    LeadSubscription,
    DocumentSubscription,
    MonitoringSubscription,
    DialogEventSubscription,
    PresenceSubscription,
    BillingSubscription,
):
    pass


class OporaSchema(strawberry.Schema):
    """Errors are logged where they are rendered, in :mod:`schema.errors`. What was prepared before runs at once."""

    async def execute(self, query: str | None, *given: Any, **named: Any) -> ExecutionResult:
        """As Strawberry's. Its way, with the extensions, is for what is new and for what has to be refused."""
        result = None if given else await self._at_once(query or "", **named)
        return result or await super().execute(query, *given, **named)

    async def _at_once(self, query: str, **named: Any) -> ExecutionResult | None:
        # Where nobody says which types of operations are allowed, somebody asks from inside: that needs no speed.
        name, variables = named.get("operation_name"), named.get("variable_values")
        context: Any = named.get("context_value")
        prepared = ready(query, name, variables or {}, context)
        if prepared is None or not set(prepared.types.values()).issubset(named.get("allowed_operation_types") or ()):
            return None
        return await run(self._schema, prepared.document, name, variables, context)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        return None


schema = OporaSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=(*EVENT_TYPES, *DIALOG_EVENT_TYPES),
    extensions=[Preparation],
    execution_context_class=CompilingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS),
)
