"""When a company is open, over midnight, days off and changes of the clock."""

from datetime import UTC, date, datetime

import pytest

from core.hours import Span, WorkingHours, minute_of

DAY = (Span(9 * 60, 18 * 60),)
WEEK = (DAY, DAY, DAY, DAY, DAY, (), ())
ALMATY = WorkingHours("Asia/Almaty", WEEK, frozenset({date(2026, 11, 23)}))
BERLIN = WorkingHours("Europe/Berlin", (DAY,) * 7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-20T03:59", False),
        ("2026-11-20T04:00", True),
        ("2026-11-20T12:59", True),
        ("2026-11-20T13:00", False),
        ("2026-11-21T06:00", False),
        ("2026-11-23T06:00", False),
    ],
)
def test_it_opens_and_closes_by_its_own_clock(at: str, is_open: bool) -> None:
    assert ALMATY.is_open(utc(at)) is is_open


def test_the_next_opening_is_behind_the_weekend_and_a_day_off() -> None:
    assert ALMATY.opens_after(utc("2026-11-20T14:00")) == utc("2026-11-24T04:00")


def test_the_next_opening_of_a_day_that_is_to_begin_is_its_own() -> None:
    assert ALMATY.opens_after(utc("2026-11-20T01:00")) == utc("2026-11-20T04:00")


def test_a_clock_that_is_set_back_moves_the_opening() -> None:
    assert BERLIN.opens_after(utc("2026-10-23T20:00")) == utc("2026-10-24T07:00")
    assert BERLIN.opens_after(utc("2026-10-24T20:00")) == utc("2026-10-25T08:00")


def test_who_never_opens_has_no_next_opening() -> None:
    assert WorkingHours("UTC", ((),) * 7).opens_after(utc("2026-11-20T14:00")) is None


@pytest.mark.parametrize(
    ("text", "minute"),
    [("00:00", 0), ("24:00", 1440), ("09:30", 570), ("24:01", None), ("9:30", None), ("09:60", None), ("०९:00", None)],
)
def test_times_are_read_as_written(text: str, minute: int | None) -> None:
    assert minute_of(text) == minute
