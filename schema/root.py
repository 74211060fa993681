"""The schema: everything that clients can ask, do and watch. Print it with `opora schema`."""

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from resolvers.answering import AnsweringMutation, AnsweringQuery, AnsweringSubscription
from resolvers.billing import BillingQuery
from resolvers.categories import CategoryMutation, CategoryQuery
from resolvers.chatbot import ChatbotMutation, ChatbotQuery, ChatbotSubscription
from resolvers.faqs import FaqMutation, FaqQuery
from resolvers.files import FileMutation
from resolvers.identity import IdentityMutation, IdentityQuery
from resolvers.jobs import JobMutation, JobQuery
from resolvers.knowledge import KnowledgeMutation, KnowledgeQuery
from resolvers.leads import LeadMutation, LeadQuery, LeadSubscription
from resolvers.monitoring import MonitoringQuery, MonitoringSubscription
from resolvers.statistics import StatisticsQuery
from resolvers.telegram import TelegramMutation, TelegramQuery
from resolvers.tenants import TenantMutation, TenantQuery
from resolvers.tickets import TicketMutation, TicketQuery, TicketSubscription
from resolvers.typists import TypistMutation, TypistSubscription
from resolvers.users import UserMutation, UserQuery
from schema.executor import CompilingExecutor
from schema.preparation import Preparation
from schema.types.events import EVENT_TYPES
from schema.types.scalars import SCALARS

_ONE_RULE = (
    "Every error has `extensions.code`, and `extensions.field` where one input is to blame. A field that fails is null."
)


@strawberry.type(description=f"What can be asked. {_ONE_RULE}")
class Query(
    IdentityQuery,
    TicketQuery,
    CategoryQuery,
    StatisticsQuery,
    AnsweringQuery,
    KnowledgeQuery,
    FaqQuery,
    ChatbotQuery,
    LeadQuery,
    UserQuery,
    TenantQuery,
    BillingQuery,
    TelegramQuery,
    JobQuery,
    MonitoringQuery,
):
    pass


@strawberry.type(description=f"What can be done. {_ONE_RULE}")
class Mutation(
    IdentityMutation,
    FileMutation,
    TicketMutation,
    CategoryMutation,
    TypistMutation,
    AnsweringMutation,
    KnowledgeMutation,
    FaqMutation,
    ChatbotMutation,
    LeadMutation,
    UserMutation,
    TenantMutation,
    TelegramMutation,
    JobMutation,
):
    pass


@strawberry.type(description="What can be watched, over a WebSocket that speaks graphql-transport-ws.")
class Subscription(
    TicketSubscription,
    TypistSubscription,
    AnsweringSubscription,
    ChatbotSubscription,
    LeadSubscription,
    MonitoringSubscription,
):
    pass


class OporaSchema(strawberry.Schema):
    """Errors are logged where they are rendered, in :mod:`schema.errors`."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        return None


schema = OporaSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=EVENT_TYPES,
    extensions=[Preparation],
    execution_context_class=CompilingExecutor,
    config=StrawberryConfig(scalar_map=SCALARS),
)
