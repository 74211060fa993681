"""The `support` dialect: LLM Support Agent's REST API under /v1."""

from starlette.routing import BaseRoute

from rest.endpoints import Gate, dialect_routes
from rest.operations import Dialect
from rest.support import answering, examples, identity, knowledge, messages, tenants, tickets, users
from rest.support.errors import ErrorView, support_error
from rest.support.realtime import socket_routes

SUPPORT = Dialect(
    name="support",
    title="LLM Support Agent",
    prefix="/v1",
    shape=support_error,
    groups=(
        identity.group,
        tickets.group,
        messages.group,
        answering.group,
        knowledge.group,
        users.group,
        tenants.group,
    ),
    error_schema=ErrorView,
    error_examples={422: examples.VALIDATION_ERROR, 404: examples.ERROR},
)


def support_routes(gate: Gate) -> list[BaseRoute]:
    """Every path of the document."""
    return [*dialect_routes(SUPPORT, gate), *socket_routes(SUPPORT.prefix)]
