"""Requesting, taking over, releasing, cancelling: who may, what each answers, what the customer is told."""

from typing import Any
from uuid import uuid4

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, NotFound
from core.languages import Language
from core.refusals.handoffs import (
    HandoffAlreadyRequested,
    HandoffConflict,
    HandoffNotFound,
    HandoffRateLimit,
    OperatorCapacityExceeded,
)
from models.conversations import AuthorKind
from models.dialogs import DialogStatus, HandoffStatus
from models.handoffs import HandoffPriority, HandoffState
from services import dialogs, handoffs
from services.handoffs import Wish
from services.rate_limits import Bucket, Decision
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.handoffs.world import World, beat, cancel, guest_of, kinds, outcomes, present, release, take, told


async def test_a_request_queues_the_dialog_and_tells_the_customer(world: World) -> None:
    dialog = await world.dialog()
    handoff = await world.ask(dialog, by=guest_of(dialog), last_user_text="Позовите человека")
    assert (handoff.state, handoff.queue_position, handoff.priority) == ("requested", 1, "normal")
    assert (await present(dialog)).handoff_status is HandoffStatus.REQUESTED
    (notice,) = await told(dialog)
    assert "передаю разговор сотруднику" in notice
    assert "Место в очереди: 1." in notice


async def test_the_same_request_gets_the_same_answer_also_later(world: World) -> None:
    dialog = await world.dialog()
    first = await world.ask(dialog, request_id="one")
    agent = actor_of(world.agent)
    await take(agent, dialog)
    await release(agent, dialog)
    again = await world.ask(dialog, request_id="one")
    assert (again.id, again.queue_position, again.estimated_wait_s) == (
        first.id, first.queue_position, first.estimated_wait_s,
    )  # fmt: skip
    assert (await present(dialog)).handoff_status is HandoffStatus.RELEASED


async def test_the_same_request_twenty_times_at_once_is_one(world: World) -> None:
    dialog = await world.dialog()
    answers = await outcomes(world.ask(dialog, request_id="one") for _ in range(20))
    assert len({answer if isinstance(answer, str) else answer.id for answer in answers}) == 1
    assert await kinds(dialog) == ["handoff.requested"]
    assert len(await told(dialog)) == 1


@pytest.mark.parametrize("taken", [False, True])
async def test_another_request_meanwhile_is_handoff_already_requested(world: World, taken: bool) -> None:
    dialog = await world.waiting()
    if taken:
        await take(actor_of(world.agent), dialog)
    with pytest.raises(HandoffAlreadyRequested) as refused:
        await world.ask(dialog)
    assert refused.value.code == "HANDOFF_ALREADY_REQUESTED"
    assert len(await told(dialog)) == 1 + taken


class Counting:
    """Allows three, as the limit does; counts what it was asked."""

    def __init__(self) -> None:
        self.identities: list[str] = []

    async def check(self, bucket: Bucket, *identities: str) -> Decision:
        assert bucket is Bucket.HANDOFF
        self.identities += identities
        return Decision(len(self.identities) <= 3, limit=3, retry_after=42)


async def test_the_fourth_request_of_a_minute_is_handoff_rate_limit_and_repeats_are_not_counted(world: World) -> None:
    dialog, limiter = await world.dialog(), Counting()
    for number in range(3):
        for _ in range(3):
            await handoffs.ask(world.system, dialog.id, Wish("keyword", str(number)), limiter)
        await cancel(world.system, dialog)
    with pytest.raises(HandoffRateLimit) as refused:
        await handoffs.ask(world.system, dialog.id, Wish("keyword", "3"), limiter)
    assert (refused.value.code, refused.value.retry_after) == ("HANDOFF_RATE_LIMIT", 42)
    assert limiter.identities == [f"dialog:{dialog.id}"] * 4
    assert (await present(dialog)).handoff_status is HandoffStatus.NONE


async def test_an_archived_dialog_is_open_again_for_an_operator(world: World) -> None:
    dialog = await world.dialog()
    async with unit_of_work(world.system) as uow:
        await dialogs.archive(uow, dialog.id)
    await world.ask(dialog)
    assert (await present(dialog)).status is DialogStatus.ACTIVE


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"request_id": ""}, "request_id"),
        ({"request_id": "x" * 65}, "request_id"),
        ({"request_id": "a\x00"}, "request_id"),
        ({"request_id": "opora:message:1"}, "request_id"),
        ({"reason": " "}, "reason"),
        ({"last_user_text": "\ud800"}, "last_user_text"),
    ],
)
async def test_a_wrong_request_changes_nothing(world: World, wish: dict[str, Any], field: str) -> None:
    dialog = await world.dialog()
    with pytest.raises(InvalidInput) as refused:
        await world.ask(dialog, **wish)
    assert refused.value.field == field
    assert (await present(dialog)).handoff_status is HandoffStatus.NONE


async def test_guests_set_no_priority(world: World) -> None:
    dialog = await world.dialog()
    with pytest.raises(Forbidden):
        await world.ask(dialog, by=guest_of(dialog), priority=HandoffPriority.URGENT)
    assert await told(dialog) == []


async def test_an_operator_takes_over_and_the_customer_reads_the_name(world: World) -> None:
    dialog = await world.waiting()
    operator = await world.operator(full_name="Анна Смирнова")
    taken = await take(operator, dialog, comment="Принимаю")
    assert (taken.handoff.state, taken.handoff.operator_id) == (HandoffState.ACTIVE, operator.user_id)
    assert (await present(dialog)).handoff_status is HandoffStatus.ACTIVE
    assert (await told(dialog))[-1] == "Оператор Анна на связи и видит всю переписку."


async def test_what_is_taken_is_a_conflict_to_its_holder_too(world: World) -> None:
    dialog, agent = await world.waiting(), actor_of(world.agent)
    await take(agent, dialog)
    with pytest.raises(HandoffConflict):
        await take(agent, dialog)
    assert await kinds(dialog) == ["handoff.requested", "handoff.started"]
    assert len(await told(dialog)) == 2


async def test_another_operator_gets_handoff_conflict(world: World) -> None:
    dialog = await world.waiting()
    await take(actor_of(world.agent), dialog)
    with pytest.raises(HandoffConflict) as refused:
        await take(await world.operator(), dialog)
    assert refused.value.code == "HANDOFF_CONFLICT"


async def test_of_fifty_at_once_one_wins(world: World) -> None:
    dialog = await world.waiting()
    people = [await world.operator() for _ in range(50)]
    answers = await outcomes(take(person, dialog) for person in people)
    assert sorted(answer if isinstance(answer, str) else "won" for answer in answers) == ["HANDOFF_CONFLICT"] * 49 + [
        "won"
    ]
    assert await kinds(dialog) == ["handoff.requested", "handoff.started"]
    assert len(await told(dialog)) == 2


async def test_no_two_takeovers_slip_through_the_capacity(world: World) -> None:
    operator = await world.operator()
    await beat(operator, max_capacity=3)
    waiting = [await world.waiting() for _ in range(10)]
    answers = await outcomes(take(operator, dialog) for dialog in waiting)
    assert (
        sorted(answer if isinstance(answer, str) else "" for answer in answers)
        == [""] * 3 + ["OPERATOR_CAPACITY_EXCEEDED"] * 7
    )
    assert (await beat(operator)).load == 3


async def test_who_names_no_capacity_has_that_of_the_settings(world: World, override: Any) -> None:
    agent = actor_of(world.agent)
    with override(OPORA_OPERATOR_CAPACITY="1"):
        await take(agent, await world.waiting())
        with pytest.raises(OperatorCapacityExceeded) as refused:
            await take(agent, await world.waiting())
    assert refused.value.code == "OPERATOR_CAPACITY_EXCEEDED"


async def test_admins_hand_a_dialog_to_somebody(world: World, make_user: MakeUser) -> None:
    dialog, operator = await world.waiting(), await world.operator()
    admin = actor_of(await make_user(world.tenant, Role.ADMIN))
    taken = await take(admin, dialog, operator_id=operator.user_id)
    assert taken.handoff.operator_id == operator.user_id


async def test_others_do_not(world: World) -> None:
    dialog, other = await world.waiting(), await world.operator()
    with pytest.raises(Forbidden):
        await take(actor_of(world.agent), dialog, operator_id=other.user_id)
    assert (await present(dialog)).handoff_status is HandoffStatus.REQUESTED


async def test_a_customer_is_no_operator(world: World, make_user: MakeUser) -> None:
    dialog, customer = await world.waiting(), await make_user(world.tenant, Role.USER)
    admin = actor_of(await make_user(world.tenant, Role.ADMIN))
    with pytest.raises(InvalidInput):
        await take(admin, dialog, operator_id=customer.id)
    for actor in (actor_of(customer), guest_of(dialog)):
        with pytest.raises(Forbidden):
            await take(actor, dialog)
    assert (await present(dialog)).handoff_status is HandoffStatus.REQUESTED


async def test_a_superadmin_of_another_company_is_no_operator_here(world: World) -> None:
    stranger = Actor(world.tenant.id, Role.SUPERADMIN, user_id=2**40, home_tenant_id=world.tenant.id + 1)
    with pytest.raises(Forbidden):
        await take(stranger, await world.waiting())


async def test_release_gives_the_dialog_back_to_the_assistant(world: World) -> None:
    dialog, agent = await world.waiting(), actor_of(world.agent)
    await take(agent, dialog, comment="Принимаю")
    handoff = await release(agent, dialog, resolution="completed", comment="Вопрос решен")
    assert (handoff.state, handoff.resolution, handoff.operator_comment) == (
        "released", "completed", "Принимаю\nВопрос решен",
    )  # fmt: skip
    now = await present(dialog)
    assert (now.handoff_status, now.status) == (HandoffStatus.RELEASED, DialogStatus.ACTIVE)
    assert (await told(dialog))[-1] == "Оператор завершил разговор. Дальше вам снова отвечает ассистент."


async def test_without_the_assistant_the_dialog_is_archived(world: World) -> None:
    dialog, agent = await world.waiting(), actor_of(world.agent)
    await take(agent, dialog)
    await release(agent, dialog, return_to_ai=False)
    now = await present(dialog)
    assert (now.handoff_status, now.status) == (HandoffStatus.RELEASED, DialogStatus.ARCHIVED)
    assert "Если появится новый вопрос" in (await told(dialog))[-1]


async def replies_owed(world: World) -> list[int]:
    async with unit_of_work(world.system) as uow:
        rows = await uow.rows(
            "SELECT (args->>'message_id')::bigint AS id FROM jobs WHERE args ? 'message_id' ORDER BY id"
        )
    return [row["id"] for row in rows]


@pytest.mark.parametrize(("by", "owed"), [(AuthorKind.CUSTOMER, True), (AuthorKind.OPERATOR, False)])
async def test_what_nobody_answered_the_assistant_answers(world: World, by: AuthorKind, owed: bool) -> None:
    dialog, agent = await world.waiting(), actor_of(world.agent)
    await take(agent, dialog)
    message = await world.say(dialog, "А доставка?", by)
    await release(agent, dialog)
    assert await replies_owed(world) == ([message.id] if owed else [])


async def test_only_the_holder_or_an_admin_releases(world: World, make_user: MakeUser) -> None:
    dialog = await world.waiting()
    await take(actor_of(world.agent), dialog)
    for actor in (await world.operator(), guest_of(dialog)):
        with pytest.raises(Forbidden):
            await release(actor, dialog)
    assert (await present(dialog)).handoff_status is HandoffStatus.ACTIVE
    await release(actor_of(await make_user(world.tenant, Role.ADMIN)), dialog)
    assert (await present(dialog)).handoff_status is HandoffStatus.RELEASED


@pytest.mark.parametrize("by_guest", [True, False])
async def test_a_request_is_withdrawn(world: World, by_guest: bool) -> None:
    dialog = await world.waiting()
    handoff = await cancel(guest_of(dialog) if by_guest else actor_of(world.agent), dialog)
    assert (handoff.state, handoff.cancel_reason) == (HandoffState.CANCELLED, "solved")
    assert (await present(dialog)).handoff_status is HandoffStatus.NONE
    assert (await told(dialog))[-1] == "Вызов оператора отменён. Вам снова отвечает ассистент."


async def test_nothing_to_act_on_is_handoff_not_found(world: World) -> None:
    dialog, agent = await world.dialog(), actor_of(world.agent)
    for call in (take(agent, dialog), release(agent, dialog), cancel(agent, dialog)):
        with pytest.raises(HandoffNotFound) as refused:
            await call
        assert refused.value.code == "HANDOFF_NOT_FOUND"
    await world.ask(dialog)
    assert await outcomes([release(agent, dialog)]) == ["HANDOFF_NOT_FOUND"]
    await take(agent, dialog)
    assert await outcomes([cancel(agent, dialog)]) == ["HANDOFF_NOT_FOUND"]
    await release(agent, dialog)
    assert await outcomes([release(agent, dialog), take(agent, dialog)]) == ["HANDOFF_NOT_FOUND"] * 2


async def test_other_guests_and_companies_find_nothing(
    world: World, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    dialog, other = await world.waiting(), await world.dialog()
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    for call in (
        cancel(guest_of(other), dialog),
        cancel(stranger, dialog),
        take(stranger, dialog),
        release(stranger, dialog),
    ):
        with pytest.raises(NotFound):
            await call
    assert await kinds(dialog) == ["handoff.requested"]


@pytest.mark.parametrize(
    ("language", "words"),
    [(Language.ENGLISH, "has ended the conversation"), (Language.KAZAKH, "әңгімені аяқтады"), (None, "завершил")],
)
async def test_the_customer_is_told_in_their_language(world: World, language: Language | None, words: str) -> None:
    dialog, agent = await world.dialog(language=language), actor_of(world.agent)
    await world.ask(dialog)
    await take(agent, dialog)
    await release(agent, dialog)
    assert words in (await told(dialog))[-1]


async def test_the_notice_answers_the_turn_that_asked(world: World) -> None:
    dialog = await world.dialog()
    message = await world.say(dialog, "оператор")
    async with unit_of_work(world.system) as uow:
        locked = await dialogs.get_locked(uow, dialog.id)
        await handoffs.request(uow, locked, reason="no_ground", request_id=str(uuid4()), turn_id=message.id)
    assert "В базе знаний нет ответа" in (await told(dialog))[0]
    await cancel(guest_of(dialog), dialog)
    assert await replies_owed(world) == []
