"""The queue: its order, to whom a dialog is offered, and how long it waits."""

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput
from core.languages import Language
from core.paging import OffsetPage
from models.handoffs import Handoff, HandoffPriority, HandoffState, OperatorStatus
from models.tickets import Sentiment
from services import handoff_estimates, handoff_queue
from services.handoff_queue import Queue
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.fixtures.work import DrainJobs
from tests.handoffs.world import World, beat, guest_of, kinds, new_assistant, release, take

LOW, NORMAL, HIGH, URGENT = HandoffPriority


async def queue_of(actor: Actor, skip: int = 0, limit: int = 100) -> Queue:
    async with unit_of_work(actor) as uow:
        return await handoff_queue.queue(uow, OffsetPage(skip, limit))


async def test_it_is_ordered_by_priority_then_by_waiting_time(world: World) -> None:
    given = [NORMAL, LOW, URGENT, NORMAL, HIGH, URGENT]
    ids = [(await world.waiting(priority=priority)).id for priority in given]
    queue = await queue_of(actor_of(world.agent))
    assert [row.dialog_id for row in queue.waiting] == [ids[each] for each in (2, 5, 4, 0, 3, 1)]
    assert ([row.position for row in queue.waiting], queue.total) == ([1, 2, 3, 4, 5, 6], 6)


async def test_a_page_of_it_knows_the_total(world: World) -> None:
    ids = [(await world.waiting()).id for _ in range(3)]
    page = await queue_of(actor_of(world.agent), skip=1, limit=1)
    assert ([(row.dialog_id, row.position) for row in page.waiting], page.total) == ([(ids[1], 2)], 3)


async def test_a_row_says_who_waits_and_for_what(world: World) -> None:
    dialog = await world.waiting(last_user_text="оператора")
    agent = actor_of(world.agent)
    (row,) = (await queue_of(agent)).waiting
    assert (row.customer_name, row.platform, row.reason, row.last_message) == (
        "Иван",
        "website",
        "keyword",
        "оператора",
    )
    await world.say(dialog, "Алло?")
    (row,) = (await queue_of(agent)).waiting
    assert row.last_message == "Алло?"


async def test_each_sees_the_assistants_that_they_serve(world: World) -> None:
    other = await new_assistant(world.tenant)
    await world.waiting()
    served = await world.dialog(assistant=other)
    await world.ask(served)
    agent = actor_of(world.agent)
    await beat(agent, assistant_ids=[other.id])
    queue = await queue_of(agent)
    assert ([row.dialog_id for row in queue.waiting], queue.total) == ([served.id], 1)
    await beat(agent)
    assert (await queue_of(agent)).total == 1
    await beat(agent, all_assistants=True)
    assert (await queue_of(agent)).total == 2


async def test_customers_have_no_queue(world: World, make_user: MakeUser) -> None:
    customer = actor_of(await make_user(world.tenant, Role.USER))
    for actor in (customer, guest_of(await world.dialog())):
        with pytest.raises(Forbidden):
            await queue_of(actor)


@pytest.mark.parametrize(
    "wrong", [{"max_capacity": 0}, {"max_capacity": 1001}, {"assistant_ids": [2**40]}, {"assistant_ids": [0]}]
)
async def test_a_wrong_heartbeat_is_refused(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await beat(actor_of(world.agent), **wrong)


async def test_who_is_least_loaded_for_their_capacity_is_offered_a_dialog(world: World) -> None:
    small, large = await world.operator(), await world.operator()
    await beat(small, max_capacity=2)
    await beat(large, max_capacity=10)
    offered = [(await world.ask(await world.dialog())).offered_to_id for _ in range(12)]
    assert (offered.count(small.user_id), offered.count(large.user_id)) == (2, 10)
    assert (await world.ask(await world.dialog())).offered_to_id is None


async def test_who_is_away_or_serves_others_is_offered_nothing(world: World, make_user: MakeUser) -> None:
    away, busy, elsewhere, gone = [await world.operator() for _ in range(4)]
    await beat(away, status=OperatorStatus.AWAY)
    await beat(busy, status=OperatorStatus.BUSY)
    await beat(elsewhere, assistant_ids=[(await new_assistant(world.tenant)).id])
    await beat(gone)
    async with unit_of_work(world.system) as uow:
        await uow.rows(
            "UPDATE operators SET heartbeat_at = $1 WHERE user_id = $2",
            clock.now() - timedelta(seconds=61),
            gone.user_id,
        )
    dialog = await world.dialog()
    assert (await world.ask(dialog)).offered_to_id is None
    assert (await take(busy, dialog)).handoff.operator_id == busy.user_id


async def test_a_dialog_that_needed_a_person_lately_is_urgent_to_a_degree(world: World) -> None:
    dialog, agent = await world.waiting(), actor_of(world.agent)
    await take(agent, dialog)
    await release(agent, dialog)
    assert (await world.ask(dialog)).priority is HIGH


ANGRY = "Это ужасно! Вы меня обманули, верните деньги, отвратительный сервис, я в ярости!"


async def test_angry_words_move_a_dialog_forward(
    world: World, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = await world.waiting(last_user_text="Нужен оператор")
    angry = await world.waiting(last_user_text=ANGRY)
    given = await world.waiting(last_user_text=ANGRY, priority=LOW)
    monkeypatch.setattr("services.handoff_priorities.tone_of", tone_by_words)
    await drain_jobs(world.tenant)
    queue = await queue_of(actor_of(world.agent))
    assert [(row.dialog_id, row.priority) for row in queue.waiting] == [
        (angry.id, HIGH), (calm.id, NORMAL), (given.id, LOW),
    ]  # fmt: skip
    assert await kinds(angry) == ["handoff.requested", "handoff.prioritised"]


async def tone_by_words(text: str) -> Sentiment:
    """In the place of the classifier, whose quality is measured elsewhere: the embedder's double knows no moods."""
    return Sentiment.NEGATIVE if "ужасно" in text else Sentiment.NEUTRAL


async def estimate(world: World, position: int) -> int:
    async with unit_of_work(world.system) as uow:
        return await handoff_estimates.estimate(uow, position)


async def handled(world: World, count: int, *, waited_s: float, took_s: float) -> None:
    """Past handoffs, each of which was first in the queue."""
    dialog, now = await world.dialog(), clock.now()
    async with unit_of_work(world.system):
        await Handoff.bulk_create(
            Handoff(
                tenant_id=world.tenant.id, dialog_id=dialog.id, assistant_id=dialog.assistant_id, request_id=str(each),
                state=HandoffState.RELEASED, reason="keyword", rank=2, queue_position=1, estimated_wait_s=0,
                requested_at=now - timedelta(seconds=waited_s + took_s), taken_at=now - timedelta(seconds=took_s),
                ended_at=now,
            )
            for each in range(count)
        )  # fmt: skip


async def test_the_estimate_follows_what_was_measured(world: World) -> None:
    before = await estimate(world, 1)
    await handled(world, 100, waited_s=1200, took_s=3000)
    await beat(actor_of(world.agent), max_capacity=1)
    after = await estimate(world, 1)
    assert before < 300
    assert 1100 <= after <= 1200
    assert 2800 <= await estimate(world, 2) - after <= 3000


async def test_each_who_waits_is_told_an_estimate_of_their_own(world: World) -> None:
    await handled(world, 100, waited_s=1200, took_s=3000)
    agent = actor_of(world.agent)
    await beat(agent, max_capacity=1)
    for _ in range(2):
        await world.waiting()
    queue = await queue_of(agent)
    first, second = queue.waiting
    assert (first.estimated_wait_s, second.estimated_wait_s) == (await estimate(world, 1), await estimate(world, 2))
    assert queue.estimated_wait_s > second.estimated_wait_s > first.estimated_wait_s


async def test_more_operators_make_it_shorter(world: World) -> None:
    await handled(world, 20, waited_s=60, took_s=600)
    await beat(actor_of(world.agent), max_capacity=1)
    alone = await estimate(world, 6)
    await beat(await world.operator(), max_capacity=4)
    assert await estimate(world, 6) < alone / 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1-2 минуты"), (119, "1-2 минуты"), (300, "5-10 минут"), (601, "10-15 минут"), (7200, "больше часа")],
)
def test_a_wait_in_words(seconds: int, words: str) -> None:
    assert handoff_estimates.in_words(seconds, Language.RUSSIAN) == words
