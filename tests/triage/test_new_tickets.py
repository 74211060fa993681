"""The job of a new ticket: category, tone, language; once, and never over a person's word."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from core.actor import Actor
from core.errors import ModelUnavailable
from models.conversations import Conversation
from models.event_log import EventRecord
from models.tenants import Tenant
from models.tickets import Sentiment, Ticket
from services import categories, classifiers, tickets, triaging
from services.categories import CategoryChanges
from services.providers import providers
from services.shipped_examples import examples
from services.tickets import TicketChanges
from services.triage_rules import Rules, rules
from services.unit_of_work import unit_of_work
from tests.fixtures.work import DrainJobs
from tests.triage.conftest import Open, present

# Words of the shipped examples: with the tests' embedder, words in common are what makes texts alike.
PASSWORD = "I forgot my password and cannot log in to Windows"
UNHEARD_OF = "zxqv wvut"


async def key_of(actor: Actor, ticket: Ticket) -> str | None:
    async with unit_of_work(actor) as uow:
        return None if ticket.category_id is None else (await categories.get(uow, ticket.category_id)).key


async def updates_of(actor: Actor, ticket_id: int) -> int:
    async with unit_of_work(actor):
        return await EventRecord.filter(topic=f"ticket:{ticket_id}", kind="ticket.updated").count()


async def test_a_new_ticket_is_given_its_category(
    tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs
) -> None:
    ticket = await opened(PASSWORD)
    await drain_jobs(tenant)
    now = await present(agent, ticket.id)
    assert (await key_of(agent, now), now.auto_categorized) == ("password_reset", True)
    assert now.category_confidence is not None
    assert rules().category <= now.category_confidence <= 1
    assert now.updated_at == ticket.updated_at
    assert await updates_of(agent, ticket.id) == 1


async def test_an_unlikely_category_is_left_to_people(
    tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs
) -> None:
    ticket = await opened(UNHEARD_OF)
    await drain_jobs(tenant)
    now = await present(agent, ticket.id)
    assert (now.category_id, now.auto_categorized, now.category_confidence) == (None, False, None)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("Terrible service, I am very unhappy", Sentiment.NEGATIVE),
        ("Спасибо большое, всё заработало!", Sentiment.POSITIVE),
        ("12-кабинетте принтер басып шығармайды", Sentiment.NEUTRAL),
        (UNHEARD_OF, Sentiment.NEUTRAL),
    ],
)
async def test_a_new_ticket_has_a_tone(
    text: str, tone: Sentiment, tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs
) -> None:
    ticket = await opened(text)
    await drain_jobs(tenant)
    assert (await present(agent, ticket.id)).sentiment is tone


async def test_an_unknown_language_is_found(tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs) -> None:
    ticket = await opened("Құпиясөзімді ұмытып қалдым")
    async with unit_of_work(agent):
        await Conversation.filter(id=ticket.id).update(language=None)
    await drain_jobs(tenant)
    async with unit_of_work(agent):
        assert (await Conversation.get(id=ticket.id)).language == "kk"


async def test_what_a_person_chose_stays(tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs) -> None:
    async with unit_of_work(agent) as uow:
        chosen = (await categories.by_keys(uow))["network_issue"].id
    given, changed = await opened(PASSWORD, category_id=chosen), await opened(PASSWORD)
    async with unit_of_work(agent) as uow:
        await tickets.update(uow, changed.id, TicketChanges(category_id=chosen))
    await drain_jobs(tenant)
    for ticket_id in (given.id, changed.id):
        now = await present(agent, ticket_id)
        assert (now.category_id, now.auto_categorized, now.category_confidence) == (chosen, False, None)


async def test_a_ticket_that_is_gone_is_no_failure(
    tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs
) -> None:
    ticket = await opened(PASSWORD)
    async with unit_of_work(agent):
        await Conversation.filter(id=ticket.id).delete()
    await drain_jobs(tenant)


async def test_a_category_that_is_switched_off_is_not_chosen(
    tenant: Tenant, agent: Actor, admin: Actor, opened: Open, drain_jobs: DrainJobs
) -> None:
    async with unit_of_work(admin) as uow:
        password = (await categories.by_keys(uow))["password_reset"]
        await categories.update(uow, password.id, CategoryChanges(is_active=False))
    ticket = await opened(PASSWORD)
    await drain_jobs(tenant)
    assert (await present(agent, ticket.id)).category_id != password.id


async def test_a_choice_at_once_names_one_of_the_seven(customer: Actor) -> None:
    chosen = await triaging.choose(customer, PASSWORD, "")
    assert chosen is not None
    async with unit_of_work(customer) as uow:
        assert (await categories.get(uow, chosen.category_id)).key == "password_reset"
    assert 0.5 < chosen.confidence <= 1


@pytest.mark.parametrize("failure", ["down", "late"])
async def test_without_the_model_the_choice_is_left_to_the_job(
    failure: str, customer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def query(self: object, text: str) -> None:
        if failure == "late":
            await asyncio.sleep(60)
        raise ModelUnavailable("The embedding endpoint does not answer")

    monkeypatch.setattr("services.triaging.rules", _impatient)
    monkeypatch.setattr(type(providers().embedder), "query", query)
    assert await triaging.choose(customer, PASSWORD, "") is None


def _impatient() -> Rules:
    return replace(rules(), patience=0.05)


async def test_the_examples_of_a_slow_model_are_embedded_once(customer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first callers do not wait for it, later ones find it done."""
    began, answers = [], asyncio.Event()

    async def slow(*given: Any) -> Any:
        began.append(1)
        await answers.wait()
        return await examples(*given)

    monkeypatch.setattr("services.triaging.rules", _impatient)
    monkeypatch.setattr(classifiers, "examples", slow)
    classifiers._SHIPPED.clear()
    assert await asyncio.gather(*(triaging.choose(customer, PASSWORD, "") for _ in range(3))) == [None] * 3
    answers.set()
    monkeypatch.setattr("services.triaging.rules", rules)
    assert await triaging.choose(customer, PASSWORD, "") is not None
    assert len(began) == 1
