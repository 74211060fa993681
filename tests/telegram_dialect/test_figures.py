"""Statistics: what PostgreSQL computes is what a slow computation of its own gives, on random records."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Actor, Role, system_actor
from core.errors import Forbidden, NotFound
from models.categories import Category
from models.conversations import AuthorKind
from models.tickets import TicketPriority, TicketStatus
from services import statistics
from services.periods import Period
from services.statistics import TicketStatistics, percentages
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of, new_tenant, new_user
from tests.telegram_dialect import figures
from tests.telegram_dialect.figures import START, Record, Said, Shop

STAFF, CATEGORIES, DAYS = 3, 2, 4
_minutes = st.integers(0, DAYS * 24 * 60)
_said = st.builds(
    Said,
    kind=st.sampled_from([AuthorKind.OPERATOR, AuthorKind.OPERATOR, AuthorKind.CUSTOMER, AuthorKind.ASSISTANT]),
    by=st.integers(0, STAFF - 1),
    internal=st.booleans(),
    minute=st.integers(0, 3000),
)
_records = st.lists(
    st.builds(
        Record,
        status=st.sampled_from(TicketStatus),
        priority=st.sampled_from(TicketPriority),
        category=st.none() | st.integers(0, CATEGORIES - 1),
        assignee=st.none() | st.integers(0, STAFF - 1),
        minute=_minutes,
        took=st.integers(0, 5000),
        messages=st.lists(_said, max_size=4),
    ),
    max_size=8,
)
_few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def new_shop() -> Shop:
    tenant = await new_tenant()
    staff = [await new_user(tenant, Role.AGENT) for _ in range(STAFF)]
    async with unit_of_work(system_actor(tenant.id)):
        categories = [
            await Category.create(tenant_id=tenant.id, name=f"C{number}", sort_order=number)
            for number in range(CATEGORIES)
        ]
    return Shop(tenant, await new_user(tenant), staff, categories)


async def computed(shop: Shop, period: Period, category: int | None = None) -> TicketStatistics:
    chosen = None if category is None else shop.categories[category].id
    async with unit_of_work(actor_of(shop.staff[0])) as uow:
        return await statistics.ticket_statistics(uow, period, category_id=chosen)


@_few
@given(records=_records, first=_minutes, length=_minutes, category=st.none() | st.integers(0, CATEGORIES - 1))
async def test_a_period_is_what_a_slow_computation_gives(
    database: None, records: Sequence[Record], first: int, length: int, category: int | None
) -> None:
    shop = await new_shop()
    await shop.store(records)
    start = START + timedelta(minutes=first)
    period = Period(start, start + timedelta(minutes=length))
    found = await computed(shop, period, category)
    of_category = [record for record in records if category is None or record.category == category]
    cohort = [record for record in of_category if period.start <= record.created < period.end]
    _assert_counts(shop, found, cohort)
    _assert_times(shop, found, cohort)
    days = figures.days(of_category, period)
    shown = [(day.day, day.created, day.resolved) for day in found.days]
    # A period of no length touches no day, though it has a place in one.
    assert shown == days or (length == 0 and sum(created + resolved for _, created, resolved in shown) == 0)
    assert found.resolved == sum(resolved for _, _, resolved in shown)


@_few
@given(records=_records)
async def test_the_dashboard_is_the_same_over_all_time(database: None, records: Sequence[Record]) -> None:
    shop = await new_shop()
    await shop.store(records)
    found = await computed(shop, Period(START, START + timedelta(days=DAYS + 1)))
    async with unit_of_work(actor_of(shop.staff[0])) as uow:
        dashboard = await statistics.dashboard(uow)
    assert (dashboard.total, dashboard.by_status) == (found.total, found.by_status)
    assert dashboard.response == found.response
    assert [(one.user.id, one.tickets_handled) for one in dashboard.helpers] == [
        (one.user.id, one.tickets_handled) for one in found.helpers
    ]
    assert [(one.count, one.percentage) for one in dashboard.categories] == [
        (one.count, one.percentage) for one in found.categories
    ]


def _assert_counts(shop: Shop, found: TicketStatistics, cohort: Sequence[Record]) -> None:
    numbers = [None if record.category is None else shop.categories[record.category].id for record in cohort]
    assert found.total == len(cohort)
    assert figures.nonzero(found.by_status) == Counter(record.status for record in cohort)
    assert figures.nonzero(found.by_priority) == Counter(record.priority for record in cohort)
    assert figures.shares_of(found) == Counter(numbers)
    assert sum(share.percentage for share in found.categories) == (100 if cohort else 0)


def _assert_times(shop: Shop, found: TicketStatistics, cohort: Sequence[Record]) -> None:
    responses = [record.answers[0].minute for record in cohort if record.answers]
    resolutions = [record.took for record in cohort if record.resolved]
    assert figures.close(figures.shown(found.response), figures.summary(responses))
    assert figures.close(figures.shown(found.resolution), figures.summary(resolutions))
    expected = figures.helpers(cohort, STAFF)
    shown = {one.user.id: (one.tickets_handled, one.average_response_hours) for one in found.helpers}
    assert shown.keys() == {user.id for user in shop.staff}
    for number, user in enumerate(shop.staff):
        assert figures.close(shown[user.id], expected[number])
    handled = [one.tickets_handled for one in found.helpers]
    assert handled == sorted(handled, reverse=True)


@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_percentages_are_whole_and_sum_to_a_hundred(counts: list[int]) -> None:
    shares = percentages(counts)
    assert sum(shares) == (100 if sum(counts) else 0)
    assert all(abs(share - 100 * count / (sum(counts) or 1)) < 1 for share, count in zip(shares, counts, strict=True))


async def test_nothing_of_another_tenant_is_counted(database: None) -> None:
    shop, other = await new_shop(), await new_shop()
    said = Said(AuthorKind.OPERATOR, 0, internal=False, minute=5)
    await shop.store([Record(TicketStatus.OPEN, TicketPriority.LOW, 0, 0, 1, 1, [said])])
    async with unit_of_work(actor_of(other.staff[0])) as uow:
        dashboard = await statistics.dashboard(uow)
        with pytest.raises(NotFound):
            await statistics.ticket_statistics(
                uow, Period(START, START + timedelta(days=1)), category_id=shop.categories[0].id
            )
    assert (dashboard.total, dashboard.response.count) == (0, 0)
    assert {one.tickets_handled for one in dashboard.helpers} == {0}


@pytest.mark.parametrize("role", [Role.USER])
async def test_customers_see_no_figures(role: Role, database: None) -> None:
    shop = await new_shop()
    actor = Actor(shop.tenant.id, role, shop.customer.id)
    async with unit_of_work(actor) as uow:
        with pytest.raises(Forbidden):
            await statistics.dashboard(uow)
        with pytest.raises(Forbidden):
            await statistics.ticket_statistics(uow, Period(START, START))
