"""The `telegram` dialect: Telegram Ticket Bot's REST API under /api/v1."""

from starlette.routing import BaseRoute

from rest.endpoints import Gate, dialect_routes
from rest.operations import Dialect
from rest.telegram import categories, examples, files, identity, messages, statistics, tickets, users
from rest.telegram.errors import ErrorView, telegram_error
from rest.telegram.realtime import socket_routes

TELEGRAM = Dialect(
    name="telegram",
    title="Telegram Ticket Bot",
    prefix="/api/v1",
    shape=telegram_error,
    groups=(
        identity.group,
        files.group,
        users.group,
        tickets.group,
        messages.group,
        categories.group,
        statistics.group,
    ),
    error_schema=ErrorView,
    error_examples={422: examples.VALIDATION_ERROR},
    elsewhere=("/uploads/files/",),
)


def telegram_routes(gate: Gate) -> list[BaseRoute]:
    """Every path of the document."""
    return [*dialect_routes(TELEGRAM, gate), *socket_routes()]
