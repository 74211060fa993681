"""A request is carried out once for its Idempotency-Key, and answered alike for a day.

Follows https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header. The row of a key goes through
three transactions: a claim before the work; a mark in the first transaction of the work that changes anything, so that
the effect and the word that there was one are one commit; the answer. A process that dies before the mark has left
nothing, and the next attempt does the work; one that dies after it has left the effect, which no attempt repeats.

A claim is leased: whoever works renews it. An attempt whose lease was taken over finds at its mark that the key is not
its own any more, and is rolled back.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog

from config.metrics import IDEMPOTENT_REQUESTS
from core.actor import Actor, system_actor
from core.errors import DomainError, Unavailable
from core.ids import new_uuid
from core.refusals.idempotency import IdempotencyAnswerLost, IdempotencyKeyReused, IdempotentRequestInProgress
from models.tenants import DEFAULT_TENANT_ID
from services import sealing
from services.rate_limits import by_address, by_person
from services.unit_of_work import AT_END, Row, Statements, unit_of_work

KEPT_H = 24
LEASE_S = 6.0
"""People wait for as long where a process died: the fence of the mark makes that it may be short."""
LARGEST_KEPT = 1024 * 1024
"""Bytes of an answer; a larger one is given once."""
_PURPOSE = "idempotency.answers"
NOT_KEPT = frozenset({401, 403, 408, 413, 415, 429})
"""Refusals of the moment: nothing ran, and the next attempt may fare better."""

# What expired is as if it had never been. An attempt that died before it changed anything is taken over by one that
# asks for the same; `$7` says that the service knows the key itself and goes on from where it broke off.
_CLAIM = """
INSERT INTO idempotency_keys AS k (tenant_id, digest, fingerprint, claim, lease_until, created_at, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5), clock_timestamp(),
        clock_timestamp() + make_interval(hours => $6))
ON CONFLICT (tenant_id, digest) DO UPDATE SET
    fingerprint = EXCLUDED.fingerprint, claim = EXCLUDED.claim, lease_until = EXCLUDED.lease_until,
    created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at,
    applied_at = NULL, answered_at = NULL, sealed_answer = NULL
WHERE k.expires_at < clock_timestamp() OR (
    k.fingerprint = EXCLUDED.fingerprint AND k.answered_at IS NULL AND k.lease_until < clock_timestamp()
    AND (k.applied_at IS NULL OR $7))
RETURNING id
"""
_PRESENT = """
SELECT fingerprint, sealed_answer,
    answered_at IS NOT NULL OR (applied_at IS NOT NULL AND lease_until < clock_timestamp() AND NOT $3) AS ended
FROM idempotency_keys WHERE tenant_id = $1 AND digest = $2
"""
_RENEW = """
UPDATE idempotency_keys SET lease_until = clock_timestamp() + make_interval(secs => $3) WHERE id = $1 AND claim = $2
RETURNING id
"""
_MARK = "SELECT mark_idempotency_key($1, $2, $3) AS ours"
_KEEP = """
UPDATE idempotency_keys SET sealed_answer = $3, answered_at = clock_timestamp() WHERE id = $1 AND claim = $2
RETURNING id
"""
_FREE = "DELETE FROM idempotency_keys WHERE id = $1 AND claim = $2 AND (applied_at IS NULL OR $3) RETURNING id"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose keys are meant: callers know nothing of each other's."""

    tenant_id: int
    name: str

    @classmethod
    def of(cls, actor: Actor | None, address: str, *, newcomer: bool = False) -> "Caller":
        """The user or guest; the address of those who did not sign in, and, within its site, of a ``newcomer``: a
        guest who has no number yet, and would be another one at each attempt.
        """
        if actor is None:
            return cls(DEFAULT_TENANT_ID, by_address(address))
        if actor.guest is not None and newcomer:
            return cls(actor.tenant_id, f"{actor.guest.assistant_id}:{actor.guest.site}:{by_address(address)}")
        return cls(actor.tenant_id, by_person(actor))


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request and its key. ``fingerprint`` is a digest of all that is asked.

    ``resumes``: the service knows the key itself, so that what broke off half-way may run again under it.
    """

    caller: Caller
    key: str
    fingerprint: str
    resumes: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.caller.name}\n{self.key}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. ``ran`` is false where the operation was refused before anything of it was carried out."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    ran: bool = True
    replayed: bool = False

    @property
    def lasting(self) -> bool:
        return self.ran and self.status < 500 and self.status not in NOT_KEPT


@dataclass(slots=True)
class _Claim:
    """One attempt at a request."""

    id: int
    tenant_id: int
    number: UUID
    open: bool = True

    async def mark(self, statements: Statements, *, surely: bool) -> None:
        """Say in an open transaction that it took effect. Raises IdempotentRequestInProgress where another attempt has
        taken the key over. What a request started and left behind is not its own doing any more.
        """
        if not self.open:
            return
        row = await statements.row(_MARK, self.id, self.number, surely)
        if row is None or not row["ours"]:
            raise IdempotentRequestInProgress

    async def write(self, statement: str, *arguments: object) -> bool:
        async with unit_of_work(system_actor(self.tenant_id)) as uow:
            return await uow.row(statement, self.id, self.number, *arguments) is not None

    async def renew(self) -> None:
        """Hold on to the lease until cancelled."""
        while True:
            await asyncio.sleep(LEASE_S / 3)
            try:
                await self.write(_RENEW, LEASE_S)
            except Exception as error:
                # The fence holds without the lease; what fails once may not fail the next time.
                logger.warning("idempotency_lease_not_renewed", error=str(error), kind=type(error).__name__)


async def once(asked: Keyed, perform: Callable[[], Awaitable[Answer]]) -> Answer:
    """What ``perform`` answers, or answered before. ``perform`` renders failures and raises none.

    Raises IdempotencyKeyReused, IdempotentRequestInProgress, IdempotencyAnswerLost, Unavailable.
    """
    claim = await _claim(asked)
    if isinstance(claim, Answer):
        return claim
    async with _at_work(claim):
        answer = await perform()
    try:
        await _keep(claim, answer, asked.resumes)
    except Unavailable as error:
        # The client hears of it all the same. Until the lease is over the key says that the request is at work.
        logger.warning("idempotent_answer_not_kept", error=error.message)
    return answer


async def _claim(asked: Keyed) -> "_Claim | Answer":
    """The right to work on a request, or its answer."""
    tenant_id, number = asked.caller.tenant_id, new_uuid()
    async with unit_of_work(system_actor(tenant_id)) as uow:
        lease = (LEASE_S, KEPT_H, asked.resumes)
        row = await uow.row(_CLAIM, tenant_id, asked.digest, asked.fingerprint, number, *lease)
        present = None if row is not None else await uow.row(_PRESENT, tenant_id, asked.digest, asked.resumes)
    if row is not None:
        return _Claim(row["id"], tenant_id, number)
    return _answered(asked, present)


def _answered(asked: Keyed, present: Row | None) -> Answer:
    """What the row of a key that is another attempt's tells."""
    if present is not None and present["fingerprint"] != asked.fingerprint:
        raise _counted("reused", IdempotencyKeyReused())
    if present is None or not present["ended"]:
        # Without a row it was given free between the two statements, as a lease may have run out between them.
        raise _counted("in_progress", IdempotentRequestInProgress())
    if present["sealed_answer"] is None:
        raise _counted("lost", IdempotencyAnswerLost())
    IDEMPOTENT_REQUESTS.labels("replayed").inc()
    return _opened(present["sealed_answer"])


@asynccontextmanager
async def _at_work(claim: _Claim) -> AsyncIterator[None]:
    renewing = asyncio.create_task(claim.renew())
    token = AT_END.set(claim.mark)
    try:
        yield
    finally:
        AT_END.reset(token)
        claim.open = False
        renewing.cancel()


async def _keep(claim: _Claim, answer: Answer, resumes: bool) -> None:
    """Keep an answer; a refusal that left nothing behind is forgotten, so that the client may come again."""
    if not answer.lasting and await claim.write(_FREE, resumes):
        IDEMPOTENT_REQUESTS.labels("refused").inc()
        return
    sealed = None if len(answer.body) > LARGEST_KEPT else _sealed(answer)
    await claim.write(_KEEP, sealed)
    IDEMPOTENT_REQUESTS.labels("carried_out" if sealed else "too_large").inc()


def _counted(outcome: str, error: DomainError) -> DomainError:
    IDEMPOTENT_REQUESTS.labels(outcome).inc()
    return error


def _sealed(answer: Answer) -> str:
    """Answers may hold what is shown once: tokens, secrets of webhooks."""
    told = {"status": answer.status, "headers": answer.headers, "body": base64.b64encode(answer.body).decode()}
    return sealing.seal(orjson.dumps(told).decode(), purpose=_PURPOSE)


def _opened(sealed: str) -> Answer:
    """Raises Unavailable where the key that sealed it was lost."""
    told = orjson.loads(sealing.unseal(sealed, purpose=_PURPOSE))
    headers = [(name, value) for name, value in told["headers"]]
    return Answer(told["status"], headers, base64.b64decode(told["body"]), replayed=True)


def fingerprint_of(*parts: bytes) -> str:
    """A digest of parts, whose borders count."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
