"""One valid request of every operation of the dialect, in the small world of one tenant: what tests of rights, of
isolation and of bad input run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from rest.operations import Operation
from rest.replyx.dialect import REPLYX
from tests.fixtures.people import PASSWORD, unique
from tests.graphql.operations import World

OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in REPLYX.operations}
Body = Callable[[], dict[str, Any]]
_AI_TOKEN = 2**62
"""Nobody has it: tokens are the installation's, not a world's."""


@dataclass(frozen=True)
class Sample:
    """``body`` is JSON; ``fields`` and ``file`` make a form instead."""

    body: Body | None = None
    query: Mapping[str, str] | None = None
    file: bool = False


def _register() -> dict[str, Any]:
    return {"email": f"{unique('new')}@example.com", "password": PASSWORD, "first_name": "A", "last_name": "B"}


BODIES: Mapping[str, Body] = {
    "register_user": _register,
    "log_in": lambda: {"email": "nobody@example.com", "password": PASSWORD},
    "update_me": lambda: {"first_name": "Renamed"},
    "change_password": lambda: {"current_password": "wrong", "new_password": PASSWORD},
    "open_dialog": lambda: {"first_name": "A"},
    "send_dialog_message": lambda: {"text": "Hello"},
    "create_entry": lambda: {"question": "Why?", "answer": "Because."},
    "update_entry": lambda: {"question": "Why?", "answer": "Elsewhere."},
    "request_handoff": lambda: {"reason": "customer_request", "request_id": "one"},
    "take_over": lambda: {"operator_comment": "Mine"},
    "take": lambda: {"operator_comment": "Mine"},
    "release": lambda: {"resolution": "done"},
    "cancel": lambda: {"cancel_reason": "solved"},
    "heartbeat": lambda: {"status": "online"},
    "create_assistant": lambda: {"name": "New"},
    "update_assistant": lambda: {"name": "Renamed"},
    "test_assistant": lambda: {"message": "Where is the secret door?"},
    "create_support_ticket": lambda: {"subject": "Payments", "message": "No card"},
    "reply_to_support_ticket": lambda: {"message": "More"},
    "create_ai_token": lambda: {"name": "spare", "token": "sk-0123456789abcdef", "is_active": False},
    "update_ai_token": lambda: {"priority": 2},
    "test_ai_token": lambda: {"model": "none"},
    "record_event": lambda: {"event_type": "opened"},
    "create_payment": lambda: {"amount": 10},
    "refund_payment": lambda: {"reason": "wrong"},
    "top_up": lambda: {"amount": 10},
    "confirm_email": lambda: {"email": "nobody@example.com", "confirmation_code": "000000"},
    "resend_confirmation": lambda: {"email": "nobody@example.com"},
    "contact_form": lambda: {"name": "A", "email": "a@example.com", "subject": "Prices", "message": "How much?"},
}
