"""Keys under which clients may send a request again, and what was answered."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class IdempotencyKey(Model):
    """One request of one caller. ``digest`` is of the caller and the key, ``fingerprint`` of what was asked.

    ``claim`` numbers the attempt that works on it, while ``lease_until`` is not over. ``applied_at`` is written by the
    first transaction that changed anything, in that transaction; ``answered_at`` once the answer is known, which stands
    in ``sealed_answer`` unless it was too large to keep.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    digest = fields.CharField(max_length=64)
    fingerprint = fields.CharField(max_length=64)
    claim: UUID = fields.UUIDField()
    lease_until: datetime = fields.DatetimeField()
    applied_at: datetime | None = fields.DatetimeField(null=True)
    answered_at: datetime | None = fields.DatetimeField(null=True)
    sealed_answer: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at: datetime = fields.DatetimeField()

    class Meta:
        app = "opora"
        table = "idempotency_keys"
        unique_together = (("tenant_id", "digest"),)
        indexes = (Index(fields=["expires_at"]),)
