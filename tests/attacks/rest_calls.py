"""One valid request of every operation of every REST dialect, in the small world of one tenant.

Those of `support` and `replyx` are the ones that their own tests have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from app.openapi import DIALECTS
from rest.operations import Dialect, Operation
from tests.fixtures.people import PASSWORD, unique
from tests.graphql.world import World
from tests.replyx_dialect.reach import BODIES as REPLYX_BODIES
from tests.replyx_dialect.reach import ids_of as replyx_ids
from tests.support_dialect.world import SAMPLES

Body = Callable[[World], dict[str, Any]]
MISSING_NUMBER = 2**62
MISSING_UUID = UUID(int=7)


@dataclass(frozen=True)
class Target:
    """An operation, by the name that tests show."""

    dialect: Dialect
    operation: Operation

    @property
    def name(self) -> str:
        return f"{self.dialect.name}.{self.operation.name}"


TARGETS: Mapping[str, Target] = {
    target.name: target for dialect in DIALECTS for target in (Target(dialect, each) for each in dialect.operations)
}


def _login(world: World) -> dict[str, Any]:
    return {"username": world.customer.email, "password": PASSWORD}


def _by_email(world: World) -> dict[str, Any]:
    return {"email": world.customer.email, "password": PASSWORD}


BODIES: Mapping[str, Body] = {
    "support.log_in": _by_email,
    "telegram.sign_in": lambda world: {"initData": "none"},
    "telegram.update_profile": lambda world: {"first_name": "Renamed"},
    "telegram.change_role": lambda world: {"role": "HELPER"},
    "telegram.change_status": lambda world: {"is_active": False},
    "telegram.create_ticket": lambda world: {"title": "Новый тикет", "description": "Не открывается"},
    "telegram.update_ticket": lambda world: {"title": "Другое название"},
    "telegram.add_message": lambda world: {"content": "Привет"},
    "telegram.create_category": lambda world: {"name": unique("Новая")},
    "telegram.update_category": lambda world: {"name": unique("Другая")},
    "leads.register_company": lambda world: {
        "email": f"{unique('new')}@example.com", "password": PASSWORD, "company_name": "New",
    },
    "leads.update_lead": lambda world: {"status": "in_progress"},
    "itdesk.register_user": lambda world: {
        "email": f"{unique('new')}@example.com", "password": PASSWORD, "username": unique("new"), "full_name": "New",
    },
    "itdesk.log_in_user": _login,
    "itdesk.create_ticket": lambda world: {"title": "New ticket", "description": "It does not open"},
    "itdesk.update_ticket": lambda world: {"title": "Changed"},
    "itdesk.chat": lambda world: {"message": "Where is the secret door?"},
    "itdesk.create_faq": lambda world: {"question": "Why is it?", "answer": "Because it is.", "category": "New"},
    "itdesk.update_faq": lambda world: {"answer": "Elsewhere it is."},
    **{f"replyx.{name}": body for name, body in REPLYX_BODIES.items()},
}  # fmt: skip
FORMS: Mapping[str, Body] = {
    "support.log_in_by_form": _login,
    "leads.log_in_company": _login,
    "leads.chat": lambda world: {"user_id": "stranger", "text": "Where is the secret door?"},
    "replyx.upload_document": lambda world: {"assistant_id": str(world.assistant.id)},
}
_IN_TELEGRAM: Mapping[str, Callable[[World], UUID]] = {
    "users": lambda world: world.customer.public_id,
    "tickets": lambda world: world.ticket.public_id,
    "categories": lambda world: world.category.public_id,
    "files": lambda world: world.upload.public_id,
}
_NUMBERS: Mapping[str, Callable[[World], object]] = {
    "ticket_id": lambda world: world.ticket.id,
    "user_id": lambda world: world.customer.id,
    "source": lambda world: world.source,
    "lead_id": lambda world: world.lead.id,
    "faq_id": lambda world: world.faq.id,
}


def ids_of(target: Target, world: World) -> dict[str, object]:
    """A value of the world for every parameter of the path."""
    names = target.operation.path_parameters
    if target.dialect.name == "replyx":
        return {name: replyx_ids(world)[name] for name in names}
    if target.dialect.name == "telegram":
        return {name: _IN_TELEGRAM[target.operation.path.split("/")[1]](world) for name in names}
    return {name: _NUMBERS[name](world) for name in names}


def missing(like: object) -> object:
    """An id of the same kind that nothing has."""
    if isinstance(like, UUID):
        return MISSING_UUID
    if isinstance(like, str):
        return "TICKET-2025-999999" if like.startswith("TICKET-") else "202501011"
    return MISSING_NUMBER


def payload(target: Target, world: World) -> dict[str, Any]:
    """What httpx's `request` takes beside method and address. Raises KeyError where the operation has no case."""
    given: dict[str, Any] = {}
    parameters = target.operation.parameters
    if "body" in parameters and (target.name in BODIES or not target.operation.has_optional_body):
        body = BODIES.get(target.name) or SAMPLES[target.operation.name].body
        assert body is not None, target.name
        given["json"] = body(world)  # type: ignore[arg-type]  # of a world they need the tenant alone
    if "form" in parameters:
        given["data"] = FORMS[target.name](world)
    if target.operation.requires_file:
        given["files"] = {target.operation.file_field: ("a.md", b"# Title\n\nSome text.", "text/markdown")}
    if "raw" in parameters:
        given["json"] = {"OrderId": world.payment.order_id}
    return given


async def ask(
    client: httpx.AsyncClient,
    target: Target,
    ours: World,
    headers: Mapping[str, str],
    *,
    ids: Mapping[str, object] | None = None,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> httpx.Response:
    """The operation's request on what is ``ours``, but for ``ids`` in the path and ``changes`` by kind."""
    operation = target.operation
    address = target.dialect.prefix + operation.path
    for name, value in {**ids_of(target, ours), **(ids or {})}.items():
        address = address.replace(f"{{{name}:path}}", str(value)).replace(f"{{{name}}}", str(value))
    given = payload(target, ours)
    for kind, fields in (changes or {}).items():
        given[kind] = {**given.get(kind, {}), **fields}
    return await client.request(operation.method, address, headers=dict(headers), **given)


def fields_of(target: Target) -> dict[str, str]:
    """The fields of body, form and query, each with what httpx calls the place."""
    places = {"body": "json", "form": "data", "query": "params"}
    found: dict[str, str] = {}
    for kind, place in places.items():
        struct = target.operation.parameters.get(kind)
        if struct is not None:
            found |= {field.encode_name: place for field in msgspec.structs.fields(struct)}
    return found
