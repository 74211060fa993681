"""The hours in which a company's people work: kept with the tenant, and told to customers who ask for a person.

Stored as ``{"zone": "Asia/Almaty", "week": [[["09:00", "18:00"]], ...], "days_off": ["2026-01-01"]}``, Monday first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from core import clock
from core.errors import InvalidInput
from core.hours import Span, WorkingHours, clock_text, minute_of
from core.languages import Language
from models.tenants import Tenant
from services.operators import present_since
from services.unit_of_work import UnitOfWork
from services.wording.texts import wording

MOST_SPANS = 4
MOST_DAYS_OFF = 100
_FIELD = "hours"
_SOMEBODY_IS_HERE = """
SELECT 1 FROM operators WHERE tenant_id = $1 AND heartbeat_at > $2 AND status <> 'away' LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Away:
    """Nobody works now. ``back`` is in the company's own zone; None where no opening is known."""

    back: datetime | None
    since: datetime


def checked(zone: str, week: Sequence[Sequence[tuple[str, str]]], days_off: Sequence[date]) -> WorkingHours:
    """Hours as a person gave them, times as ``HH:MM``. Raises InvalidInput naming ``hours``."""
    if zone not in available_timezones():
        raise InvalidInput("hours name a time zone that is not known", field=_FIELD)
    if len(week) != 7:
        raise InvalidInput("hours must have seven days, Monday first", field=_FIELD)
    if len(days_off) > MOST_DAYS_OFF:
        raise InvalidInput(f"hours have at most {MOST_DAYS_OFF} days off", field=_FIELD)
    return WorkingHours(zone, tuple(_checked_day(day) for day in week), frozenset(days_off))


def stored(hours: WorkingHours) -> dict[str, Any]:
    week = [[[clock_text(span.opens), clock_text(span.closes)] for span in day] for day in hours.week]
    return {"zone": hours.zone, "week": week, "days_off": [day.isoformat() for day in sorted(hours.days_off)]}


def read(kept: Mapping[str, Any] | None) -> WorkingHours | None:
    """What a tenant's row holds; None for a company that is always there."""
    if kept is None:
        return None
    week = tuple(tuple(Span(minute_of(a) or 0, minute_of(b) or 0) for a, b in day) for day in kept["week"])
    return WorkingHours(kept["zone"], week, frozenset(map(date.fromisoformat, kept["days_off"])))


async def away(uow: UnitOfWork) -> Away | None:
    """Whether the company is closed now and no operator is there all the same; None where a person can be expected."""
    tenant = await Tenant.get(id=uow.tenant_id)
    hours, now = read(tenant.hours), clock.now()
    if hours is None or hours.is_open(now):
        return None
    if await uow.row(_SOMEBODY_IS_HERE, uow.tenant_id, present_since()):
        return None
    return Away(hours.opens_after(now), now)


def in_words(absence: Away, language: Language) -> str:
    """What customers are told: that nobody is there, and when somebody is."""
    words = wording(language)
    if absence.back is None:
        return words.render("away_for_long")
    back = absence.back
    told = {
        "time": f"{back:%H:%M} ({_offset(back)})",
        "day": str(back.day),
        "weekday": words.render(f"weekday_{back.isoweekday()}"),
        "month": words.render(f"month_{back.month}"),
    }
    ahead = (back.date() - absence.since.astimezone(back.tzinfo).date()).days
    key = {0: "back_today", 1: "back_tomorrow"}.get(ahead, "back_on_day")
    return words.render("away", back=words.render(key, **told))


def _offset(moment: datetime) -> str:
    """``UTC+5``, ``UTC-3:30``."""
    offset = moment.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _checked_day(day: Sequence[tuple[str, str]]) -> tuple[Span, ...]:
    if len(day) > MOST_SPANS:
        raise InvalidInput(f"hours have at most {MOST_SPANS} spans a day", field=_FIELD)
    spans = sorted((_checked_span(*span) for span in day), key=lambda span: span.opens)
    if any(later.opens < earlier.closes for earlier, later in pairwise(spans)):
        raise InvalidInput("hours of one day must not overlap", field=_FIELD)
    return tuple(spans)


def _checked_span(opens: str, closes: str) -> Span:
    first, last = minute_of(opens), minute_of(closes)
    if first is None or last is None:
        raise InvalidInput("hours must be written as HH:MM, from 00:00 to 24:00", field=_FIELD)
    if first >= last:
        raise InvalidInput("hours must close later than they open; split those that go past midnight", field=_FIELD)
    return Span(first, last)
