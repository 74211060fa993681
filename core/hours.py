"""When a company's people work: spans of each weekday in one time zone, but for days off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
_FURTHEST_DAYS = 370


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes after midnight, ``opens`` < ``closes`` <= 1440."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """``week`` has seven days, Monday first, each with its spans in order; ``zone`` is a name of the IANA database."""

    zone: str
    week: tuple[tuple[Span, ...], ...]
    days_off: frozenset[date] = frozenset()

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.time_zone)
        minute = local.hour * 60 + local.minute
        return any(span.opens <= minute < span.closes for span in self._spans(local.date()))

    def opens_after(self, at: datetime) -> datetime | None:
        """The first opening that is later than ``at``, in the hours' own zone; None where there is none in a year."""
        local = at.astimezone(self.time_zone)
        for ahead in range(_FURTHEST_DAYS):
            day = local.date() + timedelta(days=ahead)
            for span in self._spans(day):
                opening = datetime.combine(day, clock_time(span.opens), self.time_zone)
                # Compared in UTC: two moments of one zone are else compared by their clocks, which may be set back.
                if opening.timestamp() > local.timestamp():
                    return opening
        return None

    def _spans(self, day: date) -> Sequence[Span]:
        return () if day in self.days_off else self.week[day.weekday()]


def clock_time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def minute_of(text: str) -> int | None:
    """Minutes after midnight of ``HH:MM``, up to ``24:00``; None for what is no such time."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()):
        return None
    minute = int(hours) * 60 + int(minutes)
    return minute if int(minutes) < 60 and minute <= DAY_MIN else None


def clock_text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
