"""The fan-out table is complete, and says so."""

import pytest

from core.events import ReplyRequested, all_events
from workers.fanout import FANOUT, check_complete
from workers.task import TASKS, task


def test_every_fact_has_a_row_and_every_task_a_body() -> None:
    assert set(FANOUT) == set(all_events())
    assert {name for names in FANOUT.values() for name in names} <= set(TASKS)


def test_a_fact_without_a_row_is_refused() -> None:
    with pytest.raises(LookupError, match="ReplyRequested"):
        check_complete({fact: names for fact, names in FANOUT.items() if fact is not ReplyRequested})


def test_a_task_without_a_body_is_refused() -> None:
    with pytest.raises(LookupError, match=r"nobody\.knows"):
        check_complete({**FANOUT, ReplyRequested: ("nobody.knows",)})


def test_two_tasks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"answering\.reply"):
        task("answering.reply")(TASKS["answering.reply"].body)
