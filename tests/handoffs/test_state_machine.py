"""Handoffs under any sequence of calls: what holds of a dialog holds after each."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Actor
from models.dialogs import Dialog, HandoffStatus
from models.handoffs import OPEN, Handoff, HandoffState
from services import handoffs
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.handoffs.world import World, cancel, guest_of, kinds, outcomes, present, release, take, told

REFUSALS = {"HANDOFF_ALREADY_REQUESTED", "HANDOFF_CONFLICT", "HANDOFF_NOT_FOUND", "FORBIDDEN"}
PEOPLE = ("guest", "first", "second", "system")
STEPS = st.tuples(st.sampled_from(["ask", "take", "release", "close", "cancel", "return"]), st.sampled_from(PEOPLE))


class Model:
    """What one dialog should be, step by step. ``state`` and ``holder`` are those of its handoff, None without one."""

    def __init__(self) -> None:
        self.state: HandoffState | None = None
        self.holder: str | None = None
        self.moves = 0

    def expected(self, step: str, who: str) -> str | None:
        """The code that a step is refused with; None where it passes. Moves the model."""
        state, staff = self.state, who in ("first", "second")
        if step == "ask":
            return self._to(HandoffState.REQUESTED) if state not in OPEN else "HANDOFF_ALREADY_REQUESTED"
        if step == "take":
            return self._take(who) if staff else "FORBIDDEN"
        if step == "cancel":
            return self._to(HandoffState.CANCELLED) if state is HandoffState.REQUESTED else "HANDOFF_NOT_FOUND"
        if step == "return":
            return self._to(HandoffState.REQUESTED) if state is HandoffState.ACTIVE else None
        if who == "guest":
            return "FORBIDDEN"
        if state is not HandoffState.ACTIVE:
            return "HANDOFF_NOT_FOUND"
        return self._to(HandoffState.RELEASED) if who in (self.holder, "system") else "FORBIDDEN"

    def _take(self, who: str) -> str | None:
        if self.state is HandoffState.REQUESTED:
            self.holder = who
            return self._to(HandoffState.ACTIVE)
        if self.state is HandoffState.ACTIVE:
            return "HANDOFF_CONFLICT"
        return "HANDOFF_NOT_FOUND"

    def _to(self, state: HandoffState) -> str | None:
        self.state = state
        self.moves += 1
        return None


async def perform(world: World, dialog: Dialog, step: str, actor: Actor) -> Any:
    match step:
        case "ask":
            return await world.ask(dialog, by=actor, request_id=str(uuid4()))
        case "take":
            return await take(actor, dialog)
        case "release" | "close":
            return await release(actor, dialog, return_to_ai=step == "release")
        case "cancel":
            return await cancel(actor, dialog)
    return await give_back(world, dialog)


async def give_back(world: World, dialog: Dialog) -> None:
    async with unit_of_work(world.system) as uow:
        locked = await Dialog.filter(id=dialog.id).select_for_update().get()
        handoff = await Handoff.get_or_none(dialog_id=dialog.id, state=HandoffState.ACTIVE)
        if handoff is not None and handoff.operator_id is not None:
            await handoffs.give_back(uow, locked, handoff, gone=handoff.operator_id)


async def check(world: World, dialog: Dialog, model: Model) -> None:
    async with unit_of_work(world.system) as uow:
        all_of_it = await Handoff.filter(dialog_id=dialog.id).order_by("id")
        seqs = await uow.rows("SELECT seq FROM events WHERE topic = $1 ORDER BY seq", f"dialog:{dialog.id}")
    now = await present(dialog)
    assert sum(handoff.state in OPEN for handoff in all_of_it) <= 1
    assert now.handoff_status is (model.state.of_dialog if model.state else HandoffStatus.NONE)
    assert now.handoff_id == (all_of_it[-1].id if all_of_it else None)
    assert [row["seq"] for row in seqs] == list(range(1, len(seqs) + 1))
    assert len(await told(dialog)) == len(await kinds(dialog)) == model.moves
    if model.state is HandoffState.ACTIVE:
        assert all_of_it[-1].operator_id is not None


@pytest.fixture
async def people(world: World) -> dict[str, Actor]:
    return {"first": actor_of(world.agent), "second": await world.operator(), "system": world.system}


async def play(world: World, people: dict[str, Actor], steps: list[tuple[str, str]]) -> None:
    dialog, model = await world.dialog(), Model()
    everybody = {**people, "guest": guest_of(dialog)}
    for step, who in steps:
        (outcome,) = await outcomes([perform(world, dialog, step, everybody[who])])
        refused = outcome if isinstance(outcome, str) else None
        assert refused == model.expected(step, who), (step, who, steps)
    await check(world, dialog, model)


async def test_any_sequence_of_calls_keeps_the_promise(world: World, people: dict[str, Actor], override: Any) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEPS, min_size=1, max_size=12))
    def sequences(steps: list[tuple[str, str]]) -> None:
        asyncio.run_coroutine_threadsafe(play(world, people, steps), loop).result(timeout=60)

    with override(OPORA_OPERATOR_CAPACITY="1000"):
        await asyncio.to_thread(sequences)


async def test_any_calls_at_once_keep_it_too(world: World, people: dict[str, Actor]) -> None:
    dialog = await world.dialog()
    everybody = {**people, "guest": guest_of(dialog)}
    calls = [
        perform(world, dialog, step, everybody[who])
        for _ in range(3)
        for step in ("ask", "take", "release", "cancel", "return")
        for who in PEOPLE
    ]
    refused = {outcome for outcome in await outcomes(calls) if isinstance(outcome, str)}
    assert refused <= REFUSALS
    model = Model()
    async with unit_of_work(world.system):
        last = await Handoff.filter(dialog_id=dialog.id).order_by("-id").first()
    assert last is not None
    model.state, model.moves = last.state, len(await kinds(dialog))
    await check(world, dialog, model)
