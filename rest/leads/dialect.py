"""The `leads` dialect: SaaS Platform's REST API under /api, which it shares with other dialects."""

from starlette.routing import BaseRoute

from rest.endpoints import Gate, dialect_routes
from rest.leads import chat, examples, identity, leads
from rest.leads.errors import ErrorView, leads_error
from rest.operations import Dialect

LEADS = Dialect(
    name="leads",
    title="SaaS Platform",
    prefix="/api",
    exact=True,
    shape=leads_error,
    groups=(identity.group, chat.group, leads.group),
    error_schema=ErrorView,
    error_examples=examples.ERRORS,
)


def leads_routes(gate: Gate) -> list[BaseRoute]:
    """Every path of the document."""
    return dialect_routes(LEADS, gate)
