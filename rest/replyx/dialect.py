"""The `replyx` dialect: whatever under /api is no other dialect's fails in its shape."""

from starlette.routing import BaseRoute

from rest.endpoints import Gate, dialect_routes
from rest.operations import Dialect
from rest.replyx import (
    admin,
    ai_monitoring,
    ai_tokens,
    analytics,
    assistant_trials,
    assistants,
    balance,
    dialogs,
    documents,
    email,
    examples,
    handoff,
    identity,
    operators,
    payments,
    qa_knowledge,
    realtime,
    support,
    system,
    users,
)
from rest.replyx.errors import ErrorView, replyx_error

REPLYX = Dialect(
    name="replyx",
    title="ReplyX",
    prefix="/api",
    shape=replyx_error,
    groups=(
        identity.group,
        users.group,
        dialogs.group,
        documents.group,
        qa_knowledge.group,
        handoff.group,
        operators.group,
        assistants.group,
        assistant_trials.group,
        realtime.group,
        support.group,
        system.group,
        admin.group,
        ai_tokens.group,
        ai_monitoring.group,
        analytics.group,
        payments.group,
        balance.group,
        email.group,
    ),
    error_schema=ErrorView,
    error_examples=examples.ERRORS,
)


def replyx_routes(gate: Gate) -> list[BaseRoute]:
    """Every path of the document."""
    return [*dialect_routes(REPLYX, gate), *realtime.socket_routes(gate.limiter)]
