"""The alerts are the one topic that is watched from other tenants, and by staff alone."""

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, NotFound
from core.events import own_tickets_topic, queue_topic
from core.facts.monitoring import monitoring_topic
from realtime.topics import INSTALLATION, authorise, log_tenant

STAFF = Actor(tenant_id=7, role=Role.AGENT, user_id=70)
CUSTOMER = Actor(tenant_id=7, role=Role.USER, user_id=71)


async def test_staff_of_any_tenant_watch_the_alerts() -> None:
    await authorise(STAFF, INSTALLATION)
    assert log_tenant(STAFF, INSTALLATION) == 1


async def test_customers_do_not() -> None:
    for tenant_id in (1, 7):
        with pytest.raises(Forbidden):
            await authorise(Actor(tenant_id=tenant_id, role=Role.USER, user_id=71), INSTALLATION)


@pytest.mark.parametrize(
    "topic", [queue_topic(1), monitoring_topic(7), monitoring_topic(2), "tenant:1:chatbot", "tenant:01:monitoring"]
)
async def test_nothing_else_of_the_default_tenant_is_in_reach(topic: str) -> None:
    with pytest.raises(NotFound):
        await authorise(STAFF, topic)
    assert log_tenant(STAFF, topic) == STAFF.tenant_id


async def test_own_tickets_are_watched_by_their_owner_alone() -> None:
    await authorise(CUSTOMER, own_tickets_topic(71))
    for other in (STAFF, Actor(tenant_id=7, role=Role.USER, user_id=72)):
        with pytest.raises(Forbidden):
            await authorise(other, own_tickets_topic(71))
