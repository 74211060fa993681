"""Dialogs that wait while nobody is there: staff are called by e-mail, once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.actor import Role
from models.dialogs import Dialog
from models.handoffs import Handoff, OperatorStatus
from models.mail import Mail
from models.tenants import Tenant
from services import handoff_calls, lost_operators, mail
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of, new_user
from tests.handoffs.world import World, beat, cancel, new_assistant, take
from workers.schedule import SCHEDULE


async def aged(world: World, dialog: Dialog, seconds: float = 31) -> Dialog:
    async with unit_of_work(world.system):
        await Handoff.filter(dialog_id=dialog.id).update(requested_at=clock.now() - timedelta(seconds=seconds))
    return dialog


async def called(tenant: Tenant, world: World) -> list[str]:
    await handoff_calls.call_staff()
    async with unit_of_work(world.system):
        return [letter.recipient for letter in await Mail.filter(template="operator_needed").order_by("id")]


async def test_the_schedule_calls() -> None:
    assert any(duty.work is handoff_calls.call_staff for duty in SCHEDULE)


async def test_staff_are_called_once_where_nobody_is_there(world: World) -> None:
    admin = await new_user(world.tenant, Role.ADMIN)
    await new_user(world.tenant, Role.USER)
    await new_user(world.tenant, Role.AGENT, is_active=False)
    dialog = await aged(world, await world.waiting(last_user_text="Где мой заказ?"))
    await asyncio.gather(*(handoff_calls.call_staff() for _ in range(5)))
    assert await called(world.tenant, world) == [world.agent.email, admin.email]
    async with unit_of_work(world.system):
        letter = await Mail.filter(template="operator_needed").first()
        assert letter is not None
        said = str(mail.opened(letter))
    assert all(word in said for word in (str(dialog.id), "Техподдержка", "клиент попросил человека", "Где мой заказ?"))


@pytest.mark.parametrize("beating", [{}, {"status": OperatorStatus.BUSY}])
async def test_nobody_is_called_while_somebody_is_there(world: World, beating: dict[str, Any]) -> None:
    await beat(actor_of(world.agent), **beating)
    await aged(world, await world.waiting())
    assert await called(world.tenant, world) == []


async def test_somebody_who_is_away_or_serves_another_assistant_is_not_there(world: World) -> None:
    other = await new_assistant(world.tenant)
    elsewhere, away = await world.operator(), await world.operator()
    await beat(elsewhere, assistant_ids=[other.id])
    await beat(away, status=OperatorStatus.AWAY)
    await aged(world, await world.waiting())
    recipients = await called(world.tenant, world)
    assert len(recipients) == 2
    assert world.agent.email in recipients


async def test_a_young_request_waits_quietly(world: World) -> None:
    await aged(world, await world.waiting(), 20)
    assert await called(world.tenant, world) == []


async def test_one_that_was_taken_or_cancelled_calls_nobody(world: World) -> None:
    await take(actor_of(world.agent), await aged(world, await world.waiting()))
    await cancel(world.system, await aged(world, await world.waiting()))
    assert await called(world.tenant, world) == []


async def test_one_that_lost_its_operator_calls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await beat(actor_of(world.agent))
    await take(actor_of(world.agent), await aged(world, await world.waiting()))
    real = clock.now
    for passed in (61, 500):
        monkeypatch.setattr(clock, "now", lambda passed=passed: real() + timedelta(seconds=passed))
        await lost_operators.return_dialogs()
    assert await called(world.tenant, world) == [world.agent.email]
