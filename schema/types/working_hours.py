"""The hours in which a company's people work."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

import strawberry

from core import clock
from core.hours import WorkingHours as Hours
from core.hours import clock_text
from services import working_hours


@strawberry.type(description="From when to when, as HH:MM of 00:00 to 24:00.")
class WorkingSpan:
    opens: str
    closes: str


@strawberry.type(description="When people work. At other times who asks for a person is told when they are back.")
class WorkingHours:
    time_zone: str = strawberry.field(description="A name of the IANA database, such as Asia/Almaty.")
    week: list[list[WorkingSpan]] = strawberry.field(description="Seven days, Monday first; a day off is empty.")
    days_off: list[date]
    open_now: bool
    opens_at: datetime | None = strawberry.field(description="The next opening; null where none is in a year.")

    @classmethod
    def of_stored(cls, kept: Mapping[str, Any] | None) -> Self | None:
        hours = working_hours.read(kept)
        return None if hours is None else cls._of(hours, clock.now())

    @classmethod
    def _of(cls, hours: Hours, at: datetime) -> Self:
        return cls(
            time_zone=hours.zone,
            week=[
                [WorkingSpan(opens=clock_text(span.opens), closes=clock_text(span.closes)) for span in day]
                for day in hours.week
            ],
            days_off=sorted(hours.days_off),
            open_now=hours.is_open(at),
            opens_at=hours.opens_after(at),
        )


@strawberry.input(description="As HH:MM of 00:00 to 24:00; hours that go past midnight are two spans.")
class WorkingSpanInput:
    opens: str
    closes: str


@strawberry.input(description="When people work: seven days, Monday first.")
class WorkingHoursInput:
    time_zone: str = strawberry.field(description="A name of the IANA database, such as Asia/Almaty.")
    week: list[list[WorkingSpanInput]]
    days_off: list[date] = strawberry.field(default_factory=list)


def hours_of(given: WorkingHoursInput | None) -> Hours | None:
    """Raises InvalidInput naming ``hours``."""
    if given is None:
        return None
    week = [[(span.opens, span.closes) for span in day] for day in given.week]
    return working_hours.checked(given.time_zone, week, given.days_off)
