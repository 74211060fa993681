"""How `leads` writes moments."""

from datetime import UTC, datetime


def moment(value: datetime) -> datetime:
    """In whole seconds of UTC without a zone, which JSON shows as ``2026-01-28T15:30:00``."""
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None)
