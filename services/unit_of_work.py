"""The unit of work: one transaction, one tenant, and the facts that it leaves behind.

At commit the facts are written with the data: numbered events in the log of their topics, and a job for each task
that the fan-out table names. Nothing is sent from here; the relay reads what was committed.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import orjson
import structlog
from tortoise.backends.asyncpg.client import TransactionWrapper

from config import tracing
from config.database import SYSTEM_ROLE, transaction
from config.lone_reads import read_across, read_in
from core.actor import Actor
from core.events import Event

Row = dict[str, Any]
Record = Mapping[str, Any]
"""A row as the driver gives it, or a :data:`Row`."""
logger = structlog.get_logger(__name__)

PUBLISH = "webhooks.publish"
"""The task that tells webhooks of a fact; its arguments are the event's name, the payload and the moment."""
_APPEND_EVENTS = f"""
WITH fresh AS (
    SELECT ord, topic, kind, visibility, payload, published, trace
    FROM ROWS FROM (jsonb_to_recordset($2::jsonb)
            AS (topic text, kind text, visibility text, payload jsonb, published text, trace text))
        WITH ORDINALITY AS f(topic, kind, visibility, payload, published, trace, ord)
), counted AS (
    SELECT topic, count(*) AS n FROM fresh GROUP BY topic
), numbered AS (
    INSERT INTO event_topics (tenant_id, topic, last_seq)
    SELECT $1, topic, n FROM counted ORDER BY topic
    ON CONFLICT (tenant_id, topic) DO UPDATE SET last_seq = event_topics.last_seq + EXCLUDED.last_seq
    RETURNING topic, last_seq
), appended AS (
    INSERT INTO events (tenant_id, topic, seq, kind, visibility, payload, created_at)
    SELECT $1, topic, last_seq - n + row_number() OVER (PARTITION BY topic ORDER BY ord), kind, visibility, payload,
           clock_timestamp()
    FROM fresh JOIN counted USING (topic) JOIN numbered USING (topic)
    ORDER BY ord
    RETURNING id
), told AS (
    INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at, trace)
    SELECT $1, '{PUBLISH}', jsonb_build_object('event', published, 'fact', payload, 'at', clock_timestamp()),
           'pending', 0, clock_timestamp(), clock_timestamp(), trace
    FROM fresh WHERE published IS NOT NULL AND EXISTS (
        SELECT FROM webhook_endpoints WHERE tenant_id = $1 AND (is_active OR disabled_at IS NOT NULL))
    ORDER BY ord
)
"""  # noqa: S608  # the piece is ours
_HAND_ON = f"{_APPEND_EVENTS} INSERT INTO event_outbox (tenant_id, event_id) SELECT $1, id FROM appended"  # noqa: S608
# Events are numbered in the order in which they were told, and so are their traces.
_HAND_ON_TRACED = f"""{_APPEND_EVENTS}
INSERT INTO event_outbox (tenant_id, event_id, trace)
SELECT $1, id, ($3::text[])[row_number() OVER (ORDER BY id)] FROM appended
"""  # noqa: S608  # as above
_ADD_JOBS = """
INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at, trace)
SELECT $1, task, args, 'pending', 0, clock_timestamp(), clock_timestamp(), trace
FROM jsonb_to_recordset($2::jsonb) AS (task text, args jsonb, trace text)
"""


class SystemReason(StrEnum):
    """Why a piece of code may see every tenant: the whole list."""

    LOGIN = "login by e-mail, before the tenant is known"
    AUTHENTICATION = "the token names the session, the session its tenant"
    TENANTS = "listing and creating tenants"
    COMPANY = "registering a company: an e-mail that no tenant knows, and a tenant that is not yet"
    SIGN_IN = "a company's short name, or the state of a sign-in under way, names the tenant"
    TELEGRAM_LOGIN = "the bot whose token verifies a Telegram sign-in names the tenant"
    RELAY = "handing on what all tenants committed"
    SWEEP = "jobs whose lease ran out, of all tenants"
    RETENTION = "old events of all tenants"
    MONITORING = "samples and the log of the whole installation"
    TELEGRAM = "an update names its bot, the bot its tenant"
    WIDGET = "a site token names its assistant, the assistant its tenant"
    HANDOFFS = "operators of all tenants whose heartbeat stopped"
    PAYMENTS = "a notification names its order, the order its tenant; open payments of all tenants"
    AI_POOL = "the tokens for chat models belong to the installation"
    INSTALLATION = "users, usage and health of the whole installation, for its superadmin"
    SUPPORT = "companies' requests to those who run the installation stand in the default tenant"
    COMMAND_LINE = "an operator at the command line"


class Fanout:
    """Set once by the composition root: which tasks follow which fact, and whom to wake after a commit."""

    tasks: Mapping[type[Event], Sequence[str]] = {}
    published: Callable[[Event], str | None] = staticmethod(lambda fact: None)
    """The name under which webhooks tell a fact; it has a topic then, and a job where the tenant has an endpoint."""
    wake: Callable[[int], None] = staticmethod(lambda tenant_id: None)


class Statements:
    """Hand-written SQL in the open transaction."""

    def __init__(self, client: TransactionWrapper) -> None:
        self._client = client

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        found: list[Row] = await self._client.execute_query_dict(sql, list(args))
        return found

    async def records(self, sql: str, *args: Any) -> Sequence[Record]:
        """Rows of a SELECT, not copied into dicts: for pages of many."""
        found: Sequence[Record]
        _, found = await self._client.execute_query(sql, list(args))
        return found

    async def row(self, sql: str, *args: Any) -> Row | None:
        rows = await self.rows(sql, *args)
        return rows[0] if rows else None


class Reading(Protocol):
    """Who reads, and the rows of a SELECT: by a unit of work, or by a :class:`LoneRead`."""

    @property
    def actor(self) -> Actor: ...

    @property
    def tenant_id(self) -> int: ...

    async def records(self, sql: str, *args: Any) -> Sequence[Record]: ...


class LoneRead:
    """Reads in the tenant of its actor, each time by one statement alone: a third of a transaction's round trips."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @property
    def tenant_id(self) -> int:
        return self.actor.tenant_id

    async def records(self, sql: str, *args: Any) -> Sequence[Record]:
        """Raises Unavailable when the database does not answer."""
        with tracing.span("lone read"):
            return await read_in(self.tenant_id, sql, *args)


class AtEnd(Protocol):
    """What belongs into each transaction of a request, after its own statements; it may refuse the commit."""

    async def __call__(self, statements: Statements, *, surely: bool) -> None:
        """``surely``: facts will be written yet."""


AT_END: ContextVar[AtEnd | None] = ContextVar("at_end", default=None)
"""Set while a request with an Idempotency-Key is carried out (:mod:`services.idempotency`)."""


async def _at_end(statements: Statements, *, surely: bool) -> None:
    at_end = AT_END.get()
    if at_end is not None:
        await at_end(statements, surely=surely)


class UnitOfWork(Statements):
    """What a service works with: who acts, SQL in the open transaction, and :meth:`emit`."""

    def __init__(self, actor: Actor, client: TransactionWrapper) -> None:
        super().__init__(client)
        self.actor = actor
        self._facts: list[_Told] = []
        self._followers: list[Callable[[], None]] = []

    @property
    def tenant_id(self) -> int:
        return self.actor.tenant_id

    def emit(self, *facts: Event) -> None:
        """Tell facts; they are written when the unit of work commits, in this order."""
        trace = tracing.traceparent()
        self._facts.extend(_Told(fact, trace) for fact in facts)

    def then(self, follower: Callable[[], None]) -> None:
        """Call this once all is committed."""
        self._followers.append(follower)

    async def write_facts(self) -> bool:
        """Write what was emitted; True where there was anything. Called once, by :func:`unit_of_work`."""
        events = [row for told in self._facts for row in _events_of(told, self.tenant_id)]
        jobs = [
            {"task": task, "args": told.fact.payload(), "trace": told.trace}
            for told in self._facts
            for task in Fanout.tasks[type(told.fact)]
        ]
        # Jobs first: the counters' row locks, which writers of one topic queue for, are held for the shortest time.
        if jobs:
            await self.rows(_ADD_JOBS, self.tenant_id, orjson.dumps(jobs).decode())
        if events:
            written = orjson.dumps(events).decode()
            if tracing.is_on():
                await self.rows(_HAND_ON_TRACED, self.tenant_id, written, [row["trace"] for row in events])
            else:
                await self.rows(_HAND_ON, self.tenant_id, written)
        return bool(events or jobs)

    def follow(self) -> None:
        """All is committed. Called once, by :func:`unit_of_work`."""
        for follower in self._followers:
            follower()


class _Told(NamedTuple):
    """A fact, and the span under which it was told."""

    fact: Event
    trace: str | None


def _events_of(told: _Told, tenant_id: int) -> list[Row]:
    """A row for each of its topics; the first says that webhooks tell of it."""
    fact = told.fact
    row = {"kind": fact.kind, "visibility": fact.visibility, "payload": fact.payload(), "trace": told.trace}
    names = [Fanout.published(fact)]
    return [{**row, "topic": topic, "published": names.pop() if names else None} for topic in fact.topics(tenant_id)]


@asynccontextmanager
async def unit_of_work(actor: Actor, *, traced: bool = True) -> AsyncIterator[UnitOfWork]:
    """A transaction inside the actor's tenant. Raises Unavailable when the database does not answer.

    Not ``traced`` where its trace is known only later.
    """
    with tracing.span("unit of work") if traced else nullcontext():
        async with transaction(actor.tenant_id) as client:
            uow = UnitOfWork(actor, client)
            yield uow
            await _at_end(uow, surely=bool(uow._facts))
            told = await uow.write_facts()
    uow.follow()
    if told:
        Fanout.wake(actor.tenant_id)


@asynccontextmanager
async def joining(statements: Statements, actor: Actor) -> AsyncIterator[UnitOfWork]:
    """Work of one tenant in a transaction across tenants, whose first it may be: its facts are written with the rest.

    Call ``Fanout.wake`` after the commit, or the relay finds them at its next look.
    """
    uow = UnitOfWork(actor, statements._client)
    yield uow
    await uow.write_facts()


@asynccontextmanager
async def system_unit_of_work(reason: SystemReason) -> AsyncIterator[Statements]:
    """A transaction across tenants. ``reason`` names one of the few needs for it; it tells no facts."""
    logger.debug("system_unit_of_work", reason=reason.name)
    async with transaction(None, role=SYSTEM_ROLE) as client:
        statements = Statements(client)
        yield statements
        await _at_end(statements, surely=False)


async def system_row(reason: SystemReason, sql: str, *args: object) -> Row | None:
    """The row of one statement across tenants that only reads; None where there is none. ``reason`` as above."""
    logger.debug("system_row", reason=reason.name)
    rows = await read_across(sql, *args)
    return dict(rows[0]) if rows else None
