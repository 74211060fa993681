"""Files: uploaded first, then sent with a message, read by those who may read the message.

An upload reserves its place in the quotas by a row, is stored, and becomes visible when the row says so. Rows are
therefore never without an object that somebody could see, and no object is ever without a row that names it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import structlog

from config.settings import get_settings
from core import clock
from core.actor import Actor, system_actor
from core.errors import FileInfected, InvalidInput, NotFound, QuotaExceeded, TooLarge, Unavailable
from core.ids import new_uuid
from models.conversations import Attachment
from services.file_links import SignedLink, check, path_of, signed_path
from services.file_types import recognise, shown_name
from services.providers import providers
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

__all__ = [
    "MOST_ATTACHMENTS", "Attachment", "attach", "check_room", "check_safe", "check_size", "content", "delete",
    "discard", "forget_unsent", "linked", "of_messages", "owner_of", "path_of", "read", "remove", "signed_path",
    "stored", "upload", "whole",
]  # fmt: skip

MOST_ATTACHMENTS = 10
_MIB = 1024 * 1024
_BATCH = 100
_REMOVAL_S = 5.0
logger = structlog.get_logger(__name__)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('opora.files', $1))"
_USED = """
SELECT coalesce(sum(size_bytes), 0)::bigint AS tenant,
       coalesce(sum(size_bytes) FILTER (WHERE uploaded_by_id = $2), 0)::bigint AS person,
       coalesce((SELECT sum(size_bytes) FROM attachments WHERE tenant_id = $1 AND guest_id = $3), 0)::bigint AS guest,
       coalesce((SELECT sum(size_bytes) FROM attachments WHERE tenant_id = $1 AND guest_id IS NOT NULL), 0)::bigint
           AS guests
FROM (
    SELECT size_bytes, uploaded_by_id FROM attachments WHERE tenant_id = $1
    UNION ALL
    SELECT size_bytes, uploaded_by_id FROM documents WHERE tenant_id = $1
) AS kept
"""
_READABLE = """
SELECT a.id FROM attachments a
LEFT JOIN messages m ON m.id = a.message_id LEFT JOIN conversations c ON c.id = m.conversation_id
WHERE a.tenant_id = $1 AND a.public_id = $2 AND a.stored_at IS NOT NULL
    AND (a.uploaded_by_id IS NOT DISTINCT FROM $3::bigint AND a.guest_id IS NOT DISTINCT FROM $5::uuid
         OR a.message_id IS NOT NULL AND ($4 OR m.visibility = 'public' AND c.customer_id = $3::bigint))
"""
_ATTACH = """
UPDATE attachments SET message_id = $2
WHERE tenant_id = $1 AND public_id = ANY ($3::uuid[]) AND message_id IS NULL AND stored_at IS NOT NULL
    AND uploaded_by_id IS NOT DISTINCT FROM $4::bigint AND guest_id IS NOT DISTINCT FROM $5::uuid
RETURNING id
"""
# Marked first: from then on nobody can send them, however long the store takes to forget them.
_ABANDON = """
UPDATE attachments SET stored_at = NULL WHERE id IN (
    SELECT id FROM attachments
    WHERE message_id IS NULL AND (created_at < clock_timestamp() - interval '24 hours'
        OR stored_at IS NULL AND created_at < clock_timestamp() - interval '1 hour')
    ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, storage_key
"""
_ABANDON_OWN = """
UPDATE attachments SET stored_at = NULL
WHERE tenant_id = $1 AND public_id = $2 AND message_id IS NULL
    AND uploaded_by_id IS NOT DISTINCT FROM $3::bigint AND guest_id IS NOT DISTINCT FROM $4::uuid
RETURNING id, storage_key
"""
_FORGET = "DELETE FROM attachments WHERE id = ANY ($1::bigint[]) AND stored_at IS NULL RETURNING id"


async def upload(actor: Actor, *, file_name: str, data: bytes) -> Attachment:
    """Check, scan and store a file; it waits a day to be sent with a message.

    Raises TooLarge, QuotaExceeded, UnreadableDocument (empty, damaged), UnsupportedFormat, FileInfected, Unavailable.
    """
    check_size(data, most_mb=_largest_mb(actor))
    attachment = await asyncio.to_thread(_described, actor, file_name, data)
    await check_safe(data)
    await _reserve(actor, attachment)
    try:
        await providers().files.put(attachment.storage_key, data, mime_type=attachment.mime_type)
    except Unavailable:
        await _take_back(actor, attachment)
        raise
    async with unit_of_work(actor):
        attachment.stored_at = clock.now()
        await attachment.save(update_fields=["stored_at"])
    return attachment


def check_size(data: bytes, *, most_mb: int | None = None) -> None:
    """Raises TooLarge for more than an upload may have, or than ``most_mb`` MiB."""
    limit = most_mb or get_settings().limits.max_upload_mb
    if len(data) > limit * _MIB:
        raise TooLarge(f"The file is larger than {limit} MB", field="file")


async def check_safe(data: bytes) -> None:
    """Raises FileInfected where a scanner is set and finds something, Unavailable where it does not answer."""
    scanner = providers().scanner
    if scanner is not None and (signature := await scanner.scan(data)) is not None:
        raise FileInfected(signature)


async def check_room(uow: UnitOfWork, size: int) -> None:
    """Raises QuotaExceeded where ``size`` more bytes are too many. Uploads of a tenant wait for each other until the
    unit of work ends.
    """
    await uow.rows(_LOCK, uow.tenant_id)
    await _check_quotas(uow, size)


async def read(actor: Actor, public_id: UUID) -> Attachment:
    """A file that the actor uploaded, or whose message the actor may see. Raises NotFound for all others."""
    async with unit_of_work(actor) as uow:
        return await _readable(uow, public_id)


async def linked(public_id: UUID, link: SignedLink) -> Attachment:
    """The file that a signed link opens. Raises NotFound."""
    check(link, public_id)
    async with unit_of_work(system_actor(link.tenant)):
        found = await Attachment.get_or_none(public_id=public_id, stored_at__not_isnull=True)
    if found is None:
        raise NotFound("file", public_id)
    return found


def content(attachment: Attachment, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """The bytes from ``start`` up to, not including, ``end``. Iterating raises NotFound, Unavailable."""
    return providers().files.read(attachment.storage_key, start=start, end=end)


async def whole(attachment: Attachment) -> bytes:
    """All bytes of a file, at most what an upload may have. Raises NotFound, Unavailable."""
    return await stored(attachment.storage_key)


async def stored(key: str) -> bytes:
    """All bytes of an object. Raises NotFound, Unavailable."""
    return b"".join([piece async for piece in providers().files.read(key)])


async def delete(actor: Actor, public_id: UUID) -> None:
    """Remove one's own file that no message carries yet. Raises NotFound, Unavailable."""
    async with unit_of_work(actor) as uow:
        row = await uow.row(_ABANDON_OWN, uow.tenant_id, public_id, owner_of(actor), guest_of(actor))
    if row is None:
        raise NotFound("file", public_id)
    await providers().files.delete(row["storage_key"])
    async with unit_of_work(actor) as uow:
        await uow.rows(_FORGET, [row["id"]])


async def attach(uow: UnitOfWork, message_id: int, public_ids: Sequence[UUID]) -> None:
    """Send the actor's own files with a message: each once, whoever else tries to at the same time.

    Raises InvalidInput for more than ten, and for any that is missing, sent already or another person's.
    """
    if len(public_ids) > MOST_ATTACHMENTS:
        raise InvalidInput(f"attachments must be at most {MOST_ATTACHMENTS} files", field="attachments")
    if not public_ids:
        return
    owner = (owner_of(uow.actor), guest_of(uow.actor))
    sent = await uow.rows(_ATTACH, uow.tenant_id, message_id, list(public_ids), *owner)
    if len(sent) != len(public_ids):
        raise InvalidInput(
            "attachments must name files of yours that were not sent yet, each once", field="attachments"
        )


async def of_messages(message_ids: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
    """The files of messages, in the order of their upload. Call it inside a unit of work."""
    found: dict[int, tuple[Attachment, ...]] = dict.fromkeys(message_ids, ())
    if found:
        for attachment in await Attachment.filter(message_id__in=list(found)).order_by("id"):
            message_id = attachment.message_id or 0
            found[message_id] = (*found[message_id], attachment)
    return found


async def forget_unsent() -> int:
    """Remove files that no message carries (any more), a day after their upload, of all tenants. Returns how many.

    One turn takes at most a hundred files and a few seconds. What the store does not remove in them is asked for again.
    """
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        rows = await statements.rows(_ABANDON, _BATCH)
    removals = await asyncio.gather(*(remove(row["storage_key"]) for row in rows))
    gone = [row["id"] for row, removed in zip(rows, removals, strict=True) if removed]
    if gone:
        async with system_unit_of_work(SystemReason.RETENTION) as statements:
            await statements.rows(_FORGET, gone)
    return len(gone)


async def discard(key: str) -> None:
    """Remove an object; a missing one is fine. Raises Unavailable."""
    await providers().files.delete(key)


async def remove(key: str) -> bool:
    """As :func:`discard`; False where the store does not do it in a few seconds."""
    try:
        async with asyncio.timeout(_REMOVAL_S):
            await providers().files.delete(key)
    except (Unavailable, TimeoutError):
        return False
    return True


def _described(actor: Actor, file_name: str, data: bytes) -> Attachment:
    kind = recognise(file_name, data)
    public_id = new_uuid()
    return Attachment(
        public_id=public_id,
        tenant_id=actor.tenant_id,
        uploaded_by_id=owner_of(actor),
        guest_id=guest_of(actor),
        file_name=shown_name(file_name, kind),
        mime_type=kind.mime_type,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        # Nothing that a client chose: the name is only shown.
        storage_key=f"{actor.tenant_id}/{public_id.hex[:2]}/{public_id}",
    )


async def _reserve(actor: Actor, attachment: Attachment) -> None:
    """Take the file's place in the quotas."""
    async with unit_of_work(actor) as uow:
        await check_room(uow, attachment.size_bytes)
        await attachment.save()


async def _check_quotas(uow: UnitOfWork, size: int) -> None:
    limits = get_settings().limits
    used = await uow.row(_USED, uow.tenant_id, owner_of(uow.actor), guest_of(uow.actor))
    if used is None:
        raise NotFound("tenant", uow.tenant_id)
    if used["person"] + size > limits.upload_quota_mb * _MIB and owner_of(uow.actor) is not None:
        raise QuotaExceeded(f"Your files would take more than {limits.upload_quota_mb} MB", field="file")
    if uow.actor.guest is not None:
        _check_guest(used["guest"] + size, used["guests"] + size)
    if used["tenant"] + size > limits.tenant_quota_mb * _MIB:
        raise QuotaExceeded(f"The files of all would take more than {limits.tenant_quota_mb} MB", field="file")


def _check_guest(own: int, all_guests: int) -> None:
    """Anybody may be a guest, and a new one at each call: the half of a tenant's room stays with its people."""
    limits = get_settings().limits
    if own > limits.guest_quota_mb * _MIB:
        raise QuotaExceeded(f"Your files would take more than {limits.guest_quota_mb} MB", field="file")
    if all_guests > limits.tenant_quota_mb * _MIB // 2:
        raise QuotaExceeded("The files of visitors would take too much", field="file")


def _largest_mb(actor: Actor) -> int:
    limits = get_settings().limits
    return limits.max_upload_mb if actor.guest is None else min(limits.max_upload_mb, limits.guest_upload_mb)


async def _take_back(actor: Actor, attachment: Attachment) -> None:
    """Undo a reservation. Where the store does not answer for that either, the row stays for the duty."""
    try:
        await providers().files.delete(attachment.storage_key)
        async with unit_of_work(actor) as uow:
            await uow.rows(_FORGET, [attachment.id])
    except Unavailable as error:
        logger.warning("upload_left_behind", file=str(attachment.public_id), reason=error.message)


async def _readable(uow: UnitOfWork, public_id: UUID) -> Attachment:
    actor = uow.actor
    row = await uow.row(_READABLE, uow.tenant_id, public_id, owner_of(actor), actor.is_staff, guest_of(actor))
    if row is None:
        raise NotFound("file", public_id)
    return await Attachment.get(id=row["id"])


def owner_of(actor: Actor) -> int | None:
    """The user whose files the actor's are. A superadmin who looks into another tenant is none of its people."""
    return None if actor.home_tenant_id is not None else actor.user_id


def guest_of(actor: Actor) -> UUID | None:
    return None if actor.guest is None else actor.guest.id
