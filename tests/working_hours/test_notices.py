"""Customers who ask for a person outside of working hours are told when people are back, in their language."""

from datetime import UTC, datetime

import pytest

from core import clock
from core.actor import Role, system_actor
from core.errors import Forbidden, InvalidInput
from core.events import EscalationReason
from core.hours import WorkingHours
from core.languages import Language
from models.conversations import Message
from models.tenants import Tenant
from services import operators, tenants, threads, tickets, working_hours
from services.unit_of_work import unit_of_work
from services.working_hours import Away
from tests.fixtures.people import actor_of, new_tenant, new_user
from tests.handoffs.world import World

WEEKDAYS = [[("09:00", "18:00")]] * 5 + [[], []]
SATURDAY = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
BACK = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def closed_company(monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """It is Saturday noon in Almaty, and people work on weekdays."""
    hours = working_hours.checked("Asia/Almaty", WEEKDAYS, [])
    tenant = await new_tenant(hours=working_hours.stored(hours))
    monkeypatch.setattr(clock, "now", lambda: SATURDAY)
    return tenant


async def said_in(conversation_id: int, tenant: Tenant) -> str:
    async with unit_of_work(system_actor(tenant.id)):
        rows = await Message.filter(conversation_id=conversation_id).order_by("id")
    return rows[-1].text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.RUSSIAN, "вернутся в понедельник, 23 ноября, в 09:00 (UTC+5)"),
        (Language.KAZAKH, "23 қараша, дүйсенбі, сағат 09:00 (UTC+5)"),
        (Language.ENGLISH, "on Monday, 23 November, at 09:00 (UTC+5)"),
    ],
)
async def test_a_dialog_is_told_when_people_are_back(
    database: None, monkeypatch: pytest.MonkeyPatch, language: Language, words: str
) -> None:
    world = await World.make(await closed_company(monkeypatch))
    dialog = await world.dialog(language=language)
    await world.ask(dialog)
    assert words in await said_in(dialog.id, world.tenant)


async def test_a_ticket_is_told_too(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = await closed_company(monkeypatch)
    customer = actor_of(await new_user(tenant))
    async with unit_of_work(customer) as uow:
        ticket = await tickets.create(uow, title="Нет звука", auto_respond=False)
        await threads.escalate(uow, ticket, EscalationReason.NO_GROUND)
    assert "вернутся в понедельник, 23 ноября" in await said_in(ticket.id, tenant)


async def test_an_operator_who_is_there_all_the_same_counts(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await World.make(await closed_company(monkeypatch))
    async with unit_of_work(actor_of(world.agent)) as uow:
        await operators.heartbeat(uow)
    dialog = await world.waiting()
    assert "вернутся" not in await said_in(dialog.id, world.tenant)


async def test_without_hours_people_are_always_expected(tenant: Tenant) -> None:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        assert await working_hours.away(uow) is None


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), "сегодня в 09:00 (UTC+5)"),
        (datetime(2026, 11, 22, 18, 59, tzinfo=UTC), "завтра в 09:00 (UTC+5)"),
        (SATURDAY, "в понедельник, 23 ноября, в 09:00 (UTC+5)"),
    ],
)
def test_days_are_named_as_people_name_them(since: datetime, words: str) -> None:
    zone = WorkingHours("Asia/Almaty", ((),) * 7).time_zone
    assert f"вернутся {words} " in working_hours.in_words(Away(BACK.astimezone(zone), since), Language.RUSSIAN)


@pytest.mark.parametrize(
    ("zone", "week"),
    [
        ("Mars/Olympus", WEEKDAYS),
        ("UTC", WEEKDAYS[:6]),
        ("UTC", [[("18:00", "09:00")], *WEEKDAYS[1:]]),
        ("UTC", [[("09:00", "13:00"), ("12:00", "18:00")], *WEEKDAYS[1:]]),
        ("UTC", [[("nine", "18:00")], *WEEKDAYS[1:]]),
    ],
)
def test_hours_that_make_no_sense_are_refused(zone: str, week: list[list[tuple[str, str]]]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        working_hours.checked(zone, week, [])
    assert refusal.value.field == "hours"


async def test_hours_are_kept_and_taken_back_by_admins_alone(tenant: Tenant) -> None:
    hours = working_hours.checked("Asia/Almaty", WEEKDAYS, [])
    boss, agent = actor_of(await new_user(tenant, Role.ADMIN)), actor_of(await new_user(tenant, Role.AGENT))
    async with unit_of_work(boss) as uow:
        await tenants.update_settings(uow, hours=hours)
    async with unit_of_work(agent) as uow:
        with pytest.raises(Forbidden):
            await tenants.update_settings(uow, hours=None)
        assert working_hours.read((await tenants.current(uow)).hours) == hours
    async with unit_of_work(boss) as uow:
        assert (await tenants.update_settings(uow, hours=None)).hours is None
