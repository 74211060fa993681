"""The `replyx` dialect: whatever under /api is no other dialect's fails in its shape."""

from starlette.routing import BaseRoute

from rest.endpoints import Gate, dialect_routes
from rest.operations import Dialect
from rest.replyx import examples, identity, users
from rest.replyx.errors import ErrorView, replyx_error

REPLYX = Dialect(
    name="replyx",
    title="ReplyX",
    prefix="/api",
    shape=replyx_error,
    groups=(identity.group, users.group),
    error_schema=ErrorView,
    error_examples=examples.ERRORS,
)


def replyx_routes(gate: Gate) -> list[BaseRoute]:
    """Every path of the document."""
    return dialect_routes(REPLYX, gate)
