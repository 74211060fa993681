"""The dashboard in GraphQL, and its subscription."""

from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from core.clock import now
from core.facts.monitoring import AlertClosed, AlertOpened
from models.monitoring import Alert, Metric, Severity
from models.tenants import DEFAULT_TENANT_ID, Tenant
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, TokenFor, unique
from tests.graphql.client import GraphQLClient
from tests.graphql.conftest import live  # noqa: F401  # fixture
from tests.graphql.socket_client import GraphQLSocket, graphql_socket
from tests.monitoring.conftest import rows

SYSTEM = system_actor(DEFAULT_TENANT_ID)
EVENTS = """subscription($after: BigInt) { monitoringEvents(after: $after) { __typename
    ... on HealthSampled { health { cpuUsage } }
    ... on AlertChanged { seq change alert { id host message(language: RUSSIAN) } } } }"""


@pytest.fixture
async def agent(client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, token_for: TokenFor) -> GraphQLClient:
    return GraphQLClient(client, await token_for(await make_user(tenant, Role.AGENT), "graphql"))


async def open_alert() -> Alert:
    async with unit_of_work(SYSTEM) as uow:
        alert = await Alert.create(
            host=unique("server"), metric=Metric.DISK, severity=Severity.CRITICAL, message="", value=97.25,
            threshold=95.0, opened_at=now(),
        )  # fmt: skip
        uow.emit(AlertOpened(alert.id))
    return alert


async def close_alert(alert: Alert) -> None:
    async with unit_of_work(SYSTEM) as uow:
        await Alert.filter(id=alert.id).update(closed_at=now())
        uow.emit(AlertClosed(alert.id))


async def test_health_and_metrics(agent: GraphQLClient) -> None:
    data = await agent(
        "{ systemHealth { cpuUsage openTickets } systemMetrics(hours: 24) { stepSeconds points { at } } }"
    )
    assert data["systemHealth"]["openTickets"] == 0
    assert data["systemMetrics"]["stepSeconds"] == 300


@pytest.mark.parametrize("hours", [0, -5, 2161])
async def test_hours_out_of_bounds(agent: GraphQLClient, hours: int) -> None:
    query = "query($hours: Int!) { systemMetrics(hours: $hours) { stepSeconds } }"
    assert await agent.code(query, hours=hours) == "VALIDATION_ERROR"


async def test_alerts_and_their_words(agent: GraphQLClient) -> None:
    alert = await open_alert()
    query = "query($open: Boolean) { alerts(open: $open) { edges { node { id kk: message(language: KAZAKH) } } } }"
    assert await _shown(agent, query, alert, True) == f"{alert.host} дискісінің 97.2 % толған (шегі 95 %)"
    await close_alert(alert)
    assert await _shown(agent, query, alert, True) is None
    assert await _shown(agent, query, alert, False) is not None


async def _shown(agent: GraphQLClient, query: str, alert: Alert, is_open: bool) -> str | None:
    edges = (await agent(query, open=is_open))["alerts"]["edges"]
    return next((edge["node"]["kk"] for edge in edges if edge["node"]["id"] == str(alert.id)), None)


async def test_lines_of_the_log_are_those_of_the_tenant(agent: GraphQLClient, tenant: Tenant) -> None:
    for tenant_id, level in ((tenant.id, "ERROR"), (tenant.id, "INFO"), (DEFAULT_TENANT_ID, "ERROR")):
        await rows(
            "INSERT INTO log_records (tenant_id, level, message, source, hostname, metadata, logged_at)"
            " VALUES ($1, $2, 'said', 'app', 'h', '{\"a\": 1}', now())", tenant_id, level,
        )  # fmt: skip
    query = "query($filter: LogFilter) { logs(filter: $filter) { edges { node { level source metadata } } } }"
    for chosen, count in (({}, 2), ({"level": "ERROR"}, 1), ({"source": "app"}, 2), ({"source": "other"}, 0)):
        edges = (await agent(query, filter=chosen))["logs"]["edges"]
        assert len(edges) == count
    everything = (await agent(query))["logs"]["edges"]
    assert everything[0]["node"] == {"level": "INFO", "source": "app", "metadata": {"a": 1}}


async def next_change(socket: GraphQLSocket, operation: str) -> dict[str, Any]:
    """The next event of an alert; figures may come in between at any time."""
    while True:
        event: dict[str, Any] = (await socket.next(operation))["data"]["monitoringEvents"]
        if event["__typename"] == "AlertChanged":
            return event


@pytest.mark.usefixtures("live_events")
async def test_the_subscription_gives_figures_and_alerts(agent: GraphQLClient, live: str) -> None:  # noqa: F811
    async with graphql_socket(live) as socket:
        await socket.init(agent.token)
        await socket.subscribe("1", EVENTS)
        first = (await socket.next())["data"]["monitoringEvents"]
        assert first["__typename"] == "HealthSampled"
        alert = await open_alert()
        await close_alert(alert)
        changes = [await next_change(socket, "1") for _ in range(2)]
        assert [(change["change"], change["alert"]["id"]) for change in changes] == [
            ("OPENED", str(alert.id)), ("CLOSED", str(alert.id)),
        ]  # fmt: skip
        await socket.subscribe("2", EVENTS, after=changes[0]["seq"])
        assert (await next_change(socket, "2"))["change"] == "CLOSED"
