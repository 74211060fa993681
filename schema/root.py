"""The schema: everything that clients can ask, do and watch. Print it with `opora schema`."""

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from resolvers.answering import AnsweringMutation, AnsweringQuery, AnsweringSubscription
from resolvers.identity import IdentityMutation, IdentityQuery
from resolvers.jobs import JobMutation, JobQuery
from resolvers.knowledge import KnowledgeMutation, KnowledgeQuery
from resolvers.tenants import TenantMutation, TenantQuery
from resolvers.tickets import TicketMutation, TicketQuery, TicketSubscription
from resolvers.users import UserMutation, UserQuery
from schema.executor import CompilingExecutor
from schema.preparation import Preparation
from schema.types.events import EVENT_TYPES
from schema.types.scalars import SCALARS

_ONE_RULE = (
    "Every error has `extensions.code`, and `extensions.field` where one input is to blame. A field that fails is null."
)


@strawberry.type(description=f"What can be asked. {_ONE_RULE}")
class Query(IdentityQuery, TicketQuery, AnsweringQuery, KnowledgeQuery, UserQuery, TenantQuery, JobQuery):
    pass


@strawberry.type(description=f"What can be done. {_ONE_RULE}")
class Mutation(
    IdentityMutation, TicketMutation, AnsweringMutation, KnowledgeMutation, UserMutation, TenantMutation, JobMutation
):
    pass


@strawberry.type(description="What can be watched, over a WebSocket that speaks graphql-transport-ws.")
class Subscription(TicketSubscription, AnsweringSubscription):
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
