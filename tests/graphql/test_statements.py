"""How many statements an operation costs the database."""

import asyncio
from typing import Any

import pytest

from config.lone_reads import read_across, read_in
from core import clock
from core.actor import Actor, Role
from core.events import TicketUpdated, Visibility
from resolvers.events import shown_event
from services import unit_of_work as module
from services.events import StoredEvent
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.test_tickets import opened, wrote

PLAIN = "{ tickets(first: 50) { edges { node { id title author { fullName } assignee { id } } } } }"
NESTED = """{ tickets(first: 20) { edges { node { id messages(first: 3) {
    edges { node { text author { fullName } } } pageInfo { hasNextPage } } } } } }"""


class Counter:
    """Counts statements of units of work, and the transactions that hold them."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.transactions = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter()
    uow = module.UnitOfWork.__init__

    def counting(run: Any) -> Any:
        async def counted(*args: Any, **named: Any) -> Any:
            counter.statements.append(next(arg for arg in args if isinstance(arg, str)))
            return await run(*args, **named)

        return counted

    def opening(self: module.UnitOfWork, *args: object) -> None:
        counter.transactions += 1
        uow(self, *args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(module.Statements, "rows", counting(module.Statements.rows))
    monkeypatch.setattr(module.Statements, "records", counting(module.Statements.records))
    monkeypatch.setattr(module, "read_across", counting(read_across))
    monkeypatch.setattr(module, "read_in", counting(read_in))
    monkeypatch.setattr(module.UnitOfWork, "__init__", opening)
    return counter


async def test_a_list_is_one_statement(customer: GraphQLClient, counted: Counter) -> None:
    for _ in range(3):
        await opened(customer)
    counted.statements.clear()
    counted.transactions = 0
    await customer(PLAIN)
    (authentication, page) = counted.statements
    assert "sessions" in authentication
    assert "FROM tickets" in page
    assert counted.transactions == 0


async def test_users_with_what_they_did_are_one_statement(admin: GraphQLClient, counted: Counter) -> None:
    data = await admin("{ users { edges { node { fullName ticketsCount lastActivity } } } }")
    (authentication, page) = counted.statements
    assert ("sessions s JOIN" in authentication, "FROM (SELECT * FROM users" in page) == (True, True)
    assert counted.transactions == 1
    assert all(edge["node"]["lastActivity"] for edge in data["users"]["edges"])
    await admin("{ users { edges { node { fullName } } } }")
    assert "tickets_count" not in counted.statements[-1]


async def test_what_is_not_selected_is_not_joined(customer: GraphQLClient, counted: Counter) -> None:
    for selection, parts in (
        ("id", []),
        ("author { id }", ["author ON true"]),
        ("category { name }", ["g ON true"]),
        ("lastMessage { id }", ["m ON true"]),
        ("messageCount", ["count(*)"]),
        ("... on Ticket { lastSeq }", ["event_topics"]),
        ("...More", ["m ON true", "count(*)"]),
    ):
        fragment = " fragment More on Ticket { messageCount lastMessage { excerpt } }" if "More" in selection else ""
        await customer(f"{{ tickets {{ edges {{ node {{ {selection} }} }} }} }}{fragment}")
        page = counted.statements[-1]
        known = ("author ON true", "assignee ON true", "g ON true", "m ON true", "count(*)", "event_topics")
        assert [part for part in known if part in page] == parts


async def test_messages_of_many_tickets_share_their_statements(customer: GraphQLClient, counted: Counter) -> None:
    for number in range(6):
        ticket_id = await opened(customer)
        for text in range(number):
            await wrote(customer, ticket_id, f"{number}/{text}")
    counted.statements.clear()
    counted.transactions = 0
    edges = (await customer(NESTED))["tickets"]["edges"]
    texts = [[edge["node"]["text"] for edge in row["node"]["messages"]["edges"]] for row in edges]
    assert texts == [[f"{number}/{text}" for text in range(min(number, 3))] for number in range(5, -1, -1)]
    more = [row["node"]["messages"]["pageInfo"]["hasNextPage"] for row in edges]
    assert more == [True, True, False, False, False, False]
    assert all(edge["node"]["author"]["fullName"] for row in edges for edge in row["node"]["messages"]["edges"])
    assert counted.transactions == 2


async def test_a_customer_reads_no_notes_through_a_list(customer: GraphQLClient, agent: GraphQLClient) -> None:
    ticket_id = await opened(customer)
    await wrote(agent, ticket_id, "A note", internal=True)
    await wrote(agent, ticket_id, "Hello")
    seen = (await customer(NESTED))["tickets"]["edges"][0]["node"]["messages"]["edges"]
    assert [edge["node"]["text"] for edge in seen] == ["Hello"]


async def test_operations_at_the_same_time_do_not_meet(customer: GraphQLClient, agent: GraphQLClient) -> None:
    """Fields resolve concurrently, and so do requests: each has a unit of work of its own."""
    await opened(customer)
    nested = "b: tickets { edges { node { messages { edges { cursor } } } } }"
    both = f"{{ a: tickets {{ edges {{ cursor }} }} {nested} tenant {{ id }} }}"
    results = await asyncio.gather(*(client(both) for client in (customer, agent) for _ in range(8)))
    assert all(len(data["a"]["edges"]) == 1 and data["tenant"] for data in results)
    with pytest.raises(Refused):
        await customer("{ me { id } users { edges { cursor } } }")


async def test_what_happens_to_a_ticket_is_told_without_reading_it(counted: Counter) -> None:
    event = StoredEvent(1, "queue", 7, TicketUpdated.kind, Visibility.PUBLIC, {"ticket_id": 5}, clock.now())
    told = await shown_event(event, Actor(1, Role.AGENT))
    assert told is not None
    assert (told.seq, told.ticket_id) == (7, "5")
    assert counted.transactions == 0
    assert counted.statements == []
