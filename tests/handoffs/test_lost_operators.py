"""Operators who are gone: their dialogs return to the queue, once, and the customers are told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.actor import Role, system_actor
from models.dialogs import Dialog, HandoffStatus
from models.handoffs import Handoff, HandoffState
from models.users import User
from services import lost_operators
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.handoffs.world import World, beat, kinds, outcomes, present, take, told
from workers.schedule import SCHEDULE

Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """`later(90)`: it is 90 seconds later than it was."""
    real, passed = clock.now, timedelta()

    def moved() -> datetime:
        return real() + passed

    def move(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(clock, "now", moved)
    return move


async def handoff_of(dialog: Dialog) -> Handoff:
    async with unit_of_work(system_actor(dialog.tenant_id)):
        return await Handoff.get(dialog_id=dialog.id)


async def test_the_schedule_looks_after_them() -> None:
    assert any(duty.work is lost_operators.return_dialogs and duty.every_s <= 10 for duty in SCHEDULE)


async def test_an_operator_is_offline_after_sixty_seconds(world: World, later: Later) -> None:
    agent = actor_of(world.agent)
    assert (await beat(agent)).online
    later(59)
    assert await presence(world) is True
    later(2)
    assert await presence(world) is False


async def presence(world: World) -> bool:
    from services import operators

    async with unit_of_work(world.system) as uow:
        (operator,) = await operators.list_operators(uow)
    return operator.online


async def test_dialogs_return_after_the_grace_time(world: World, later: Later) -> None:
    dialog, agent = await world.dialog(), actor_of(world.agent)
    asked = (await world.ask(dialog)).requested_at
    await beat(agent)
    await take(agent, dialog)
    for wait in (61, 119):
        later(wait)
        await lost_operators.return_dialogs()
        assert (await present(dialog)).handoff_status is HandoffStatus.ACTIVE
    later(2)
    await lost_operators.return_dialogs()
    handoff = await handoff_of(dialog)
    assert (handoff.state, handoff.operator_id, handoff.requested_at) == (HandoffState.REQUESTED, None, asked)
    assert (await present(dialog)).handoff_status is HandoffStatus.REQUESTED
    assert "Связь с оператором прервалась" in (await told(dialog))[-1]
    assert await kinds(dialog) == ["handoff.requested", "handoff.started", "handoff.returned"]


async def test_two_schedulers_return_a_dialog_once(world: World, later: Later, override: Any) -> None:
    dialogs, agent = [await world.waiting() for _ in range(3)], actor_of(world.agent)
    await beat(agent)
    for dialog in dialogs:
        await take(agent, dialog)
    later(61)
    with override(OPORA_HANDOFF_GRACE_S="0"):
        returned = await outcomes(lost_operators.return_dialogs() for _ in range(4))
    assert sum(int(each) for each in returned) == 3
    for dialog in dialogs:
        assert (await kinds(dialog)).count("handoff.returned") == 1


async def test_a_heartbeat_in_time_keeps_the_dialogs(world: World, later: Later) -> None:
    dialog, agent = await world.waiting(), actor_of(world.agent)
    await beat(agent)
    await take(agent, dialog)
    later(100)
    await lost_operators.return_dialogs()
    await beat(agent)
    later(59)
    await lost_operators.return_dialogs()
    assert (await present(dialog)).handoff_status is HandoffStatus.ACTIVE


async def test_who_never_sent_a_heartbeat_is_not_lost(world: World, later: Later) -> None:
    dialog = await world.waiting()
    await take(actor_of(world.agent), dialog)
    later(100_000)
    await lost_operators.return_dialogs()
    assert (await present(dialog)).handoff_status is HandoffStatus.ACTIVE


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.USER}])
async def test_dialogs_of_who_may_not_answer_any_more_return_at_once(world: World, change: dict[str, Any]) -> None:
    dialog = await world.waiting()
    await take(actor_of(world.agent), dialog)
    async with unit_of_work(world.system):
        await User.filter(id=world.agent.id).update(**change)
    await lost_operators.return_dialogs()
    assert (await present(dialog)).handoff_status is HandoffStatus.REQUESTED


async def test_what_returned_another_takes_over(world: World, later: Later, override: Any) -> None:
    dialog, agent, other = await world.waiting(), actor_of(world.agent), await world.operator()
    await beat(agent)
    await take(agent, dialog)
    later(61)
    await beat(other)
    with override(OPORA_HANDOFF_GRACE_S="0"):
        await lost_operators.return_dialogs()
    assert (await handoff_of(dialog)).offered_to_id == other.user_id
    assert (await take(other, dialog)).handoff.operator_id == other.user_id
