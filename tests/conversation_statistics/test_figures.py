"""Figures about conversations: what PostgreSQL computes is what a slow computation gives, on random records."""

from collections.abc import Sequence
from datetime import date, timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Role, system_actor
from core.clock import now
from core.errors import Forbidden, InvalidInput
from models.conversations import AuthorKind
from models.dialogs import Dialog
from models.tenants import Tenant
from services import conversation_statistics as statistics
from services.conversation_statistics import ConversationStatistics, CountedKind, EscalationCause, Volume
from services.periods import Period
from services.unit_of_work import unit_of_work
from tests.conversation_statistics import figures
from tests.conversation_statistics.figures import START, Desk, Record, Said
from tests.fixtures.people import MakeUser, TokenFor, actor_of, new_tenant, new_user
from tests.graphql.client import GraphQLClient
from tests.handoffs.world import new_assistant

ZONE = "America/New_York"
"""Its clocks go forward on the tenth day of the records."""
DAYS = 12
TICKET, DIALOG = CountedKind.TICKET, CountedKind.DIALOG
_records = st.lists(
    st.builds(
        Record,
        kind=st.sampled_from(CountedKind),
        minute=st.integers(0, DAYS * 24 * 60 - 1),
        called=st.none() | st.integers(0, 500),
        ended=st.booleans(),
        messages=st.lists(
            st.builds(
                Said,
                kind=st.sampled_from([AuthorKind.OPERATOR, AuthorKind.ASSISTANT, AuthorKind.CUSTOMER]),
                minute=st.integers(0, 3000),
                by=st.integers(0, 1),
                internal=st.booleans(),
            ),
            max_size=3,
        ),
    ),
    max_size=8,
)
_few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def new_desk() -> Desk:
    tenant = await new_tenant()
    staff = [await new_user(tenant, Role.AGENT, full_name=name) for name in ("First", "Second")]
    return Desk(tenant, await new_user(tenant), staff, await new_assistant(tenant))


async def computed(desk: Desk, zone: str = "UTC", kind: CountedKind | None = None) -> ConversationStatistics:
    async with unit_of_work(actor_of(desk.staff[0])) as uow:
        period = Period(START, START + timedelta(days=DAYS))
        return await statistics.summary(uow, period, zone=zone, kind=kind)


@_few
@given(records=_records, kind=st.none() | st.sampled_from(CountedKind))
async def test_volume_is_what_a_slow_computation_gives(
    database: None, records: Sequence[Record], kind: CountedKind | None
) -> None:
    desk = await new_desk()
    await desk.store(records)
    found = await computed(desk, ZONE, kind)
    chosen = [record for record in records if kind in (None, record.kind)]
    assert found.total == figures.volume(chosen)
    by_day = figures.days(chosen, ZONE)
    # The period begins in the evening of the day before, in the zone.
    expected = [date(2024, 2, 29) + timedelta(days=number) for number in range(DAYS + 1)]
    assert list(found.days) == [(day, by_day.get(day, Volume())) for day in expected]


async def test_first_responses_are_spread_over_the_buckets(database: None) -> None:
    desk = await new_desk()
    minutes = [0, 1, 4, 20, 3000]
    await desk.store([Record(TICKET, messages=[Said(AuthorKind.OPERATOR, minute)]) for minute in minutes])
    found = (await computed(desk)).first_response
    assert (found.count, found.median_s, found.average_s) == (5, 240, 36_300)
    assert list(found.buckets) == [1, 2, 0, 1, 0, 0, 1]
    assert found.p90_s == pytest.approx(0.6 * 3000 * 60 + 0.4 * 20 * 60)


async def test_escalations_of_both_kinds_share_their_causes(database: None) -> None:
    desk = await new_desk()
    await desk.store([Record(TICKET, called=5), Record(DIALOG, called=5), Record(DIALOG, called=9)])
    found = {each.cause: (each.tickets, each.dialogs) for each in (await computed(desk)).escalations}
    assert found == {EscalationCause.CUSTOMER_REQUEST: (0, 2), EscalationCause.NO_GROUND: (1, 0)}


async def test_operators_are_credited_with_what_they_did(database: None) -> None:
    desk = await new_desk()
    both = [Said(AuthorKind.OPERATOR, minute, by=by) for minute, by in ((10, 1), (20, 0), (30, 0))]
    note = [Said(AuthorKind.OPERATOR, 1, by=1, internal=True)]
    await desk.store([Record(TICKET, ended=True, messages=both), Record(DIALOG, called=5, messages=note)])
    by_name = {each.user.full_name: each for each in (await computed(desk)).operators}
    first, second = by_name["First"], by_name["Second"]
    assert (first.answered, first.messages, first.resolved, first.taken, first.first_response_s) == (1, 2, 1, 0, None)
    assert (second.answered, second.messages, second.resolved, second.taken) == (1, 1, 0, 1)
    assert (second.first_response_s, second.handling_s) == (600, 300)


async def test_the_assistants_first_answer_is_timed_in_tickets(database: None) -> None:
    desk = await new_desk()
    await desk.store([Record(TICKET, messages=[Said(AuthorKind.ASSISTANT, 2)]), Record(TICKET)])
    assert (await computed(desk)).assistant_first_s == 120


@pytest.mark.parametrize(("silent_hours", "resolved"), [(23, 0), (25, 1)])
async def test_a_dialog_is_resolved_once_it_was_silent_for_a_day(
    database: None, silent_hours: int, resolved: int
) -> None:
    desk = await new_desk()
    await desk.store([Record(DIALOG, messages=[Said(AuthorKind.ASSISTANT, 1)])])
    async with unit_of_work(system_actor(desk.tenant.id)):
        await Dialog.filter(tenant_id=desk.tenant.id).update(updated_at=now() - timedelta(hours=silent_hours))
    total = (await computed(desk)).total
    assert (total.by_assistant, total.resolved_by_assistant) == (1, resolved)


async def test_figures_are_of_ones_own_tenant_alone(database: None) -> None:
    desk, other = await new_desk(), await new_desk()
    await other.store([Record(TICKET, called=1, messages=[Said(AuthorKind.OPERATOR, 1)]), Record(DIALOG, called=1)])
    found = await computed(desk)
    assert found.total == Volume()
    assert not found.escalations
    assert {each.user.id for each in found.operators} == {user.id for user in desk.staff}


async def test_figures_are_for_staff(database: None) -> None:
    desk = await new_desk()
    with pytest.raises(Forbidden):
        async with unit_of_work(actor_of(desk.customer)) as uow:
            await statistics.summary(uow, Period(START, START))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "UTC'; DROP"])
async def test_an_unknown_zone_is_refused(tenant: Tenant, zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        async with unit_of_work(system_actor(tenant.id)) as uow:
            await statistics.summary(uow, Period(START, START), zone=zone)
    assert refused.value.field == "time_zone"


async def test_the_api_shows_both_outcomes_and_times(
    client: httpx.AsyncClient, database: None, token_for: TokenFor
) -> None:
    desk = await new_desk()
    await desk.store([Record(TICKET, messages=[Said(AuthorKind.ASSISTANT, 1)]), Record(TICKET, called=3)])
    agent = GraphQLClient(client, await token_for(desk.staff[0], "graphql"))
    data = await agent(
        """query($from: DateTime, $to: DateTime) { conversationStatistics(from: $from, to: $to, kind: TICKET) {
        timeZone total { total byAssistant waiting } assistantFirstS days { day volume { tickets } }
        firstResponse { count buckets { belowS count } } escalations { cause tickets } } }""",
        **{"from": START.isoformat(), "to": (START + timedelta(days=1)).isoformat()},
    )
    assert data["conversationStatistics"] == {
        "timeZone": "UTC",
        "total": {"total": 2, "byAssistant": 1, "waiting": 1},
        "assistantFirstS": 60,
        "days": [{"day": "2024-03-01", "volume": {"tickets": 2}}],
        "firstResponse": {
            "count": 0,
            "buckets": [{"belowS": end, "count": 0} for end in (*statistics.BUCKETS_S, None)],
        },
        "escalations": [{"cause": "NO_GROUND", "tickets": 1}],
    }


async def test_the_time_zone_is_blamed_by_its_name(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, token_for: TokenFor
) -> None:
    agent = GraphQLClient(client, await token_for(await make_user(tenant, Role.AGENT), "graphql"))
    assert await agent.code('{ conversationStatistics(timeZone: "Mars") { timeZone } }') == "VALIDATION_ERROR"
