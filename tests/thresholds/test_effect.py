"""What thresholds would have done is counted from what was really asked."""

from collections.abc import Sequence

import pytest

from core.actor import Role, system_actor
from core.errors import Forbidden, InvalidInput
from models.conversations import Conversation, Message
from models.tenants import Tenant
from services import answer_thresholds
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, actor_of, new_user


async def answered(tenant: Tenant, confidences: Sequence[float | None]) -> None:
    async with unit_of_work(system_actor(tenant.id)):
        conversation = await Conversation.create(tenant_id=tenant.id, kind="ticket")
        for confidence in confidences:
            await Message.create(
                tenant_id=tenant.id,
                conversation_id=conversation.id,
                author_kind="assistant",
                text="!",
                confidence=confidence,
            )


async def effect(
    tenant: Tenant, *, answer: float | None = 0.7, suggest: float | None = 0.3, last: int = 1000
) -> object:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        told = await answer_thresholds.effect(uow, answer=answer, suggest=suggest, last=last)
    return told.sampled, told.answered, told.suggested, told.escalated


async def test_the_latest_answers_are_counted_by_thresholds(tenant: Tenant, make_tenant: MakeTenant) -> None:
    await answered(tenant, [0.05, 0.3, 0.69, 0.7, 1.0, None])
    await answered(await make_tenant(), [0.5])
    assert await effect(tenant) == (5, 2, 2, 1)
    assert await effect(tenant, answer=0.2, suggest=0.1) == (5, 4, 0, 1)
    assert await effect(tenant, last=2) == (2, 2, 0, 0)


async def test_the_distribution_has_every_answer(tenant: Tenant) -> None:
    await answered(tenant, [0.0, 0.049, 0.05, 0.999, 1.0])
    async with unit_of_work(system_actor(tenant.id)) as uow:
        told = await answer_thresholds.effect(uow, answer=None, suggest=None, last=10)
    assert (told.distribution[0], told.distribution[1], told.distribution[-1]) == (2, 1, 2)
    assert (len(told.distribution), told.thresholds) == (answer_thresholds.BUCKETS, told.measured)


async def test_without_answers_there_is_no_effect(tenant: Tenant) -> None:
    assert await effect(tenant) == (0, 0, 0, 0)


async def test_it_is_for_admins_and_bounded(tenant: Tenant) -> None:
    agent = actor_of(await new_user(tenant, Role.AGENT))
    async with unit_of_work(agent) as uow:
        with pytest.raises(Forbidden):
            await answer_thresholds.effect(uow, answer=None, suggest=None, last=10)
    with pytest.raises(InvalidInput):
        await effect(tenant, last=10_000_000)
