"""Periods of time that figures are asked for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from core.clock import now
from core.errors import InvalidInput

DEFAULT_DAYS = 30
MOST_DAYS = 3660
_YEARS = (1970, 9998)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to, but not with, ``end``; both in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def checked(cls, start: datetime | None, end: datetime | None, *, fields: tuple[str, str]) -> "Period":
        """Without ``end`` up to now, without ``start`` the 30 days before; a moment without a zone is in UTC.

        Raises InvalidInput that names one of ``fields``: the end before the start, more than ten years.
        """
        end = now() if end is None else _in_utc(end, fields[1])
        start = end - timedelta(days=DEFAULT_DAYS) if start is None else _in_utc(start, fields[0])
        if start > end:
            raise InvalidInput(f"{fields[0]} must not be later than {fields[1]}", field=fields[0])
        if end - start > timedelta(days=MOST_DAYS):
            raise InvalidInput(f"The period must be at most {MOST_DAYS} days long", field=fields[0])
        return cls(start, end)


def bound(text: str, field: str, *, ends: bool) -> datetime:
    """A day of UTC, of which an end includes the whole, or a moment. Raises InvalidInput naming ``field``."""
    try:
        if _DAY.fullmatch(text):
            day = datetime.combine(datetime.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1) if ends else day
        # An offset's plus sign arrives as a blank where the client did not encode it.
        return datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{field} must be a date or a moment as in ISO 8601", field=field) from None


def _in_utc(moment: datetime, field: str) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise InvalidInput(f"{field} must be in the years {_YEARS[0]} to {_YEARS[1]}", field=field)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
