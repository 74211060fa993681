"""One valid request of every operation of the dialect, in the small world of one tenant: what tests of rights, of
isolation and of bad input run."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from rest.operations import Operation
from rest.replyx.dialect import REPLYX
from tests.fixtures.people import PASSWORD, unique
from tests.graphql.world import World

OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in REPLYX.operations}
Body = Callable[[World], dict[str, Any]]
NOBODYS = 2**62
"""An id that nothing has. Tokens for models are the installation's, and not in a world."""
_PERSON = {"email": "nobody@example.com", "password": PASSWORD}
_MONEY = {"amount": 10}
BODIES: Mapping[str, Body] = {
    "register_account": lambda world: {**_PERSON, "email": f"{unique('new')}@example.com"},
    "log_in_account": lambda world: _PERSON,
    "update_user_me": lambda world: {"first_name": "Renamed"},
    "change_user_password": lambda world: {"current_password": "wrong", "new_password": PASSWORD},
    "open_dialog": lambda world: {"assistant_id": world.assistant.id},
    "send_dialog_message": lambda world: {"text": "Hello"},
    "create_qa": lambda world: {"question": "Why?", "answer": "Because.", "assistant_id": world.assistant.id},
    "update_qa": lambda world: {"answer": "Elsewhere."},
    "request_handoff": lambda world: {"request_id": "one"},
    "take_over": lambda world: {"operator_comment": "Mine"},
    "take": lambda world: {"operator_comment": "Mine"},
    "release": lambda world: {"resolution": "done"},
    "cancel": lambda world: {"cancel_reason": "solved"},
    "operator_heartbeat": lambda world: {"status": "available"},
    "create_assistant": lambda world: {"name": "New"},
    "update_assistant": lambda world: {"name": "Renamed"},
    "change_assistants": lambda world: {"action": "deactivate", "ids": [world.assistant.id]},
    "test_assistant": lambda world: {"message": "Where is the secret door?"},
    "create_support_ticket": lambda world: {"subject": "Payments", "message": "No card"},
    "reply_to_support_ticket": lambda world: {"message": "More"},
    "create_ai_token": lambda world: {"name": unique("spare"), "token": "sk-0123456789abcdef", "is_active": False},
    "update_ai_token": lambda world: {"priority": 2},
    "test_ai_token": lambda world: {"model": "none"},
    "send_analytics_event": lambda world: {"event_type": "opened"},
    "create_payment": lambda world: _MONEY,
    "refund_payment": lambda world: _MONEY,
    "top_up_balance": lambda world: _MONEY,
    "send_test_email": lambda world: {"to": "test@example.com"},
    "confirm_email": lambda world: {"email": "nobody@example.com", "code": "000000"},
    "resend_confirmation": lambda world: {"email": "nobody@example.com"},
    "send_contact_form": lambda world: {
        "name": "A", "email": "a@example.com", "subject": "Prices", "message": "How much?",
    },
}  # fmt: skip


def ids_of(world: World) -> dict[str, object]:
    """A value for every parameter of a path."""
    return {
        "dialog_id": world.dialog.id,
        "document_id": world.document.id,
        "entry_id": world.qa.id,
        "assistant_id": world.assistant.id,
        "payment_id": world.payment.order_id,
        "ticket_id": "TICKET-2025-000000",
        "token_id": NOBODYS,
    }


async def ask(
    client: httpx.AsyncClient,
    name: str,
    world: World,
    headers: Mapping[str, str],
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    ids: Mapping[str, object] | None = None,
) -> httpx.Response:
    """The operation's request; ``ids`` stand in the path in place of the world's, ``changes`` in ``json``, in the
    ``data`` of a form, or in the ``params`` of the query.
    """
    operation = OPERATIONS[name]
    given: dict[str, Any] = {"json": BODIES[name](world)} if name in BODIES else {}
    if "upload" in operation.parameters:
        given = {"files": {"file": ("a.md", b"# Title\n\nSome text.", "text/markdown")}}
        given["data"] = {"assistant_id": str(world.assistant.id)}
    if "raw" in operation.parameters:
        given = {"json": {"OrderId": world.payment.order_id}}
    for kind, fields in (changes or {}).items():
        given[kind] = {**given.get(kind, {}), **fields}
    address = "/api" + operation.path.format(**{**ids_of(world), **(ids or {})})
    return await client.request(operation.method, address, headers=dict(headers), **given)
