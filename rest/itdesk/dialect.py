"""The `itdesk` dialect: IT Support's REST API under /api, which it shares with other dialects."""

from starlette.routing import BaseRoute

from rest.endpoints import Gate, dialect_routes
from rest.itdesk import chatbot, dashboard, examples, faqs, identity, tickets
from rest.itdesk.errors import ErrorView, itdesk_error
from rest.itdesk.realtime import socket_routes
from rest.operations import Dialect

ITDESK = Dialect(
    name="itdesk",
    title="IT Support",
    prefix="/api",
    exact=True,
    shape=itdesk_error,
    groups=(identity.group, dashboard.group, tickets.group, chatbot.group, faqs.group),
    error_schema=ErrorView,
    validation_status=400,
    error_examples=examples.ERRORS,
)


def itdesk_routes(gate: Gate) -> list[BaseRoute]:
    """Every path of the document."""
    return [*dialect_routes(ITDESK, gate), *socket_routes()]
