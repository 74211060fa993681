"""Companies' requests to those who run the installation.

Each is a ticket of the default tenant, so that its staff answer it as any other. Its author, whose company is another
tenant, is a customer there under a user of their own, who cannot sign in, and reaches what they wrote by that alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from core.actor import Actor, Role, system_actor
from core.clock import now
from core.emails import checked_email
from core.errors import Forbidden, InvalidInput, NotFound
from core.paging import OffsetPage
from core.text import checked_text
from models.conversations import Message
from models.support_requests import SupportRequest
from models.tenants import DEFAULT_TENANT_ID
from models.tickets import Ticket, TicketPriority, TicketStatus
from models.users import User
from services import messages, tickets, users
from services.installation_users import STAND_IN
from services.messages import MessageView
from services.reply_times import ReplyTime, expected_reply
from services.unit_of_work import Row, UnitOfWork, unit_of_work

MAX_SUBJECT = 255
MAX_ATTACHMENTS = 10
MAX_NAME = 255
MAX_TOPIC = 64
_IS_NUMBER = re.compile(r"TICKET-[0-9]{4}-[0-9]{6,9}")

_JOIN = """
INSERT INTO users (public_id, tenant_id, username, full_name, first_name, last_name, role, is_active,
    onboarding_completed, created_at, updated_at)
VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 'user', false, false, clock_timestamp(), clock_timestamp())
ON CONFLICT (tenant_id, lower(username)) DO UPDATE SET full_name = EXCLUDED.full_name
RETURNING id
"""
_NUMBER = "SELECT nextval('support_request_numbers') AS number"
_PAGE = """
SELECT r.id, r.number, r.topic, r.contact_email, r.attachments, t.title, t.description, t.status, t.priority,
    t.created_at, t.updated_at, count(*) OVER () AS total
FROM support_requests r JOIN tickets t ON t.id = r.id
WHERE r.author_tenant_id = $1 AND r.author_id = $2 AND ($3::text[] IS NULL OR t.status = ANY ($3))
    AND ($4::text IS NULL OR t.priority = $4) AND ($5::text IS NULL OR r.number = $5)
ORDER BY r.id DESC OFFSET $6 LIMIT $7
"""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a company asks. ``attachments`` are names of files that the text mentions; ``topic`` is in its own words."""

    subject: str
    message: str
    priority: TicketPriority = TicketPriority.MEDIUM
    topic: str = ""
    contact_email: str | None = None
    attachments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as its author sees it. ``expected`` says how soon requests like it are answered."""

    number: str
    subject: str
    message: str
    status: TicketStatus
    priority: TicketPriority
    topic: str
    contact_email: str | None
    attachments: Sequence[str]
    created_at: datetime
    updated_at: datetime
    expected: ReplyTime


@dataclass(frozen=True, slots=True)
class RequestPage:
    requests: Sequence[RequestView]
    total: int


async def create(actor: Actor, asked: NewRequest) -> RequestView:
    """File a request of the actor, which people answer: nothing that the assistant knows is of a company's account.

    Raises Forbidden to those who are no user, InvalidInput.
    """
    _check(asked)
    contact = None if asked.contact_email is None else checked_email(asked.contact_email, field="user_email")
    author = await _author(actor)
    async with unit_of_work(await _customer(author)) as uow:
        ticket = await tickets.create(
            uow,
            title=asked.subject.strip(),
            description=asked.message,
            priority=asked.priority,
            auto_respond=False,
        )
        request = await SupportRequest.create(
            id=ticket.id,
            tenant_id=uow.tenant_id,
            number=await _next_number(uow),
            author_tenant_id=author.tenant_id,
            author_id=author.id,
            contact_email=contact or author.email,
            topic=asked.topic,
            attachments=list(asked.attachments),
        )
        return _shown(request, ticket, await expected_reply(uow, ticket.priority))


async def list_requests(
    actor: Actor,
    *,
    page: OffsetPage,
    statuses: Sequence[TicketStatus] | None = None,
    priority: TicketPriority | None = None,
) -> RequestPage:
    """The actor's own requests, newest first. Raises Forbidden to those who are no user."""
    author = await _author(actor)
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        wanted = None if statuses is None else [status.value for status in statuses]
        rows = await uow.rows(_PAGE, author.tenant_id, author.id, wanted, priority, None, page.skip, page.limit)
        expected = {rank: await expected_reply(uow, rank) for rank in {TicketPriority(row["priority"]) for row in rows}}
    return RequestPage(
        [_of_row(row, expected[TicketPriority(row["priority"])]) for row in rows], rows[0]["total"] if rows else 0
    )


async def get(actor: Actor, number: str) -> RequestView:
    """One request of the actor's own. Raises Forbidden, NotFound."""
    author = await _author(actor)
    if not _IS_NUMBER.fullmatch(number):
        raise NotFound("ticket")
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        row = await uow.row(_PAGE, author.tenant_id, author.id, None, None, number, 0, 1)
        if row is None:
            raise NotFound("ticket", number)
        return _of_row(row, await expected_reply(uow, TicketPriority(row["priority"])))


async def list_messages(actor: Actor, number: str, page: OffsetPage) -> list[MessageView]:
    """What was said on a request of the actor's own, oldest first; no internal notes. Raises Forbidden, NotFound."""
    author, request = await _own(actor, number)
    async with unit_of_work(await _customer(author)) as uow:
        return await messages.list_messages(uow, request.id, page)


async def reply(actor: Actor, number: str, *, text: str, attachments: Sequence[str] = ()) -> Message:
    """Write on a request of the actor's own; a resolved one reopens. Raises Forbidden, NotFound, InvalidInput."""
    _check_attachments(attachments)
    author, request = await _own(actor, number)
    async with unit_of_work(await _customer(author)) as uow:
        message = await messages.add(uow, request.id, text=text, auto_respond=False)
        if attachments:
            await _mention(uow, request, attachments)
        return message


async def _mention(uow: UnitOfWork, request: SupportRequest, names: Sequence[str]) -> None:
    held = await SupportRequest.filter(id=request.id).select_for_update().get()
    held.attachments = list(dict.fromkeys([*held.attachments, *names]))
    await held.save(update_fields=["attachments"])


async def _author(actor: Actor) -> User:
    """The person themselves, wherever a superadmin looks around."""
    if actor.user_id is None:
        raise Forbidden
    home = actor.home_tenant_id or actor.tenant_id
    async with unit_of_work(Actor(home, actor.role, actor.user_id)) as uow:
        return await users.get_me(uow)


async def _customer(author: User) -> Actor:
    """The author as a customer of the default tenant."""
    if author.tenant_id == DEFAULT_TENANT_ID:
        return Actor(DEFAULT_TENANT_ID, Role.USER, author.id)
    first, last = users.names_of(author)
    name = author.full_name or f"{first} {last}".strip() or (author.email or "")
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        # With colons it is a name that nobody can register under, and so take what others wrote.
        row = await uow.row(_JOIN, DEFAULT_TENANT_ID, f"{STAND_IN}{author.tenant_id}:{author.id}", name, first, last)
    assert row is not None  # noqa: S101  # an upsert returns its row
    return Actor(DEFAULT_TENANT_ID, Role.USER, row["id"])


async def _own(actor: Actor, number: str) -> tuple[User, SupportRequest]:
    author = await _author(actor)
    if not _IS_NUMBER.fullmatch(number):
        raise NotFound("ticket")
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)):
        request = await SupportRequest.get_or_none(
            number=number, author_tenant_id=author.tenant_id, author_id=author.id
        )
    if request is None:
        raise NotFound("ticket", number)
    return author, request


async def _next_number(uow: UnitOfWork) -> str:
    row = await uow.row(_NUMBER)
    assert row is not None  # noqa: S101  # nextval has one row
    return f"TICKET-{now().year}-{row['number']:06d}"


def _check(asked: NewRequest) -> None:
    checked_text(asked.subject, field="subject", least=1, most=MAX_SUBJECT)
    checked_text(asked.message, field="message", least=1, most=messages.MAX_TEXT)
    checked_text(asked.topic, field="category", most=MAX_TOPIC)
    _check_attachments(asked.attachments)


def _check_attachments(names: Sequence[str]) -> None:
    if len(names) > MAX_ATTACHMENTS:
        raise InvalidInput(f"attachments must be at most {MAX_ATTACHMENTS}", field="attachments")
    for name in names:
        checked_text(name, field="attachments", least=1, most=MAX_NAME)


def _shown(request: SupportRequest, ticket: Ticket, expected: ReplyTime) -> RequestView:
    return RequestView(
        number=request.number,
        subject=ticket.title,
        message=ticket.description,
        status=ticket.status,
        priority=ticket.priority,
        topic=request.topic,
        contact_email=request.contact_email,
        attachments=request.attachments,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        expected=expected,
    )


def _of_row(row: Row, expected: ReplyTime) -> RequestView:
    named: dict[str, Any] = {name: row[name] for name in ("number", "topic", "contact_email", "created_at")}
    return RequestView(
        **named,
        subject=row["title"],
        message=row["description"],
        status=TicketStatus(row["status"]),
        priority=TicketPriority(row["priority"]),
        attachments=_names(row["attachments"]),
        updated_at=row["updated_at"],
        expected=expected,
    )


def _names(stored: str | list[str]) -> list[str]:
    names: list[str] = orjson.loads(stored) if isinstance(stored, str) else stored
    return names
