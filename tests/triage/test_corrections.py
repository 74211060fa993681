"""What people decide is remembered, and the tenant's classifier follows it."""

import asyncio

import pytest

from core.actor import Actor, system_actor
from models.categories import TriageExample, TriageModel
from models.jobs import Job, JobState
from models.tenants import Tenant
from services import categories, classifiers, tickets, triaging
from services.classifiers import label_of
from services.providers import providers
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant
from tests.fixtures.work import DrainJobs
from tests.triage.conftest import Open, present

BADGE = "The badge reader at gate four rejects my card"


async def category(actor: Actor, key: str) -> int:
    async with unit_of_work(actor) as uow:
        return int((await categories.by_keys(uow))[key].id)


async def correct(actor: Actor, ticket_id: int, category_id: int | None) -> None:
    async with unit_of_work(actor) as uow:
        await tickets.update(uow, ticket_id, TicketChanges(category_id=category_id))


async def remembered(actor: Actor) -> list[tuple[int, int, str]]:
    async with unit_of_work(actor):
        rows = await TriageExample.all().order_by("ticket_id")
        return [(row.ticket_id, row.category_id, row.text) for row in rows]


async def fits_waiting(tenant: Tenant) -> int:
    async with unit_of_work(system_actor(tenant.id)):
        return await Job.filter(task="triage.fit", state=JobState.PENDING).count()


async def test_staff_teach_and_the_machines_word_is_no_more(agent: Actor, opened: Open, drain_jobs: DrainJobs,
                                                            tenant: Tenant) -> None:  # fmt: skip
    ticket = await opened("I forgot my password and cannot log in to Windows", "Please help")
    await drain_jobs(tenant)
    network = await category(agent, "network_issue")
    await correct(agent, ticket.id, network)
    now = await present(agent, ticket.id)
    assert (now.category_id, now.auto_categorized, now.category_confidence) == (network, False, None)
    assert await remembered(agent) == [(ticket.id, network, f"{ticket.title}\n{ticket.description}")]
    assert await fits_waiting(tenant) == 1


async def test_a_later_decision_takes_the_place_of_the_earlier(agent: Actor, opened: Open) -> None:
    ticket = await opened(BADGE)
    for key in ("network_issue", "hardware_issue"):
        await correct(agent, ticket.id, await category(agent, key))
    hardware = await category(agent, "hardware_issue")
    assert [(row[0], row[1]) for row in await remembered(agent)] == [(ticket.id, hardware)]
    await correct(agent, ticket.id, None)
    assert await remembered(agent) == []


async def test_the_present_category_again_teaches_nothing(tenant: Tenant, agent: Actor, opened: Open,
                                                          drain_jobs: DrainJobs) -> None:  # fmt: skip
    ticket = await opened("I forgot my password and cannot log in to Windows")
    await drain_jobs(tenant)
    now = await present(agent, ticket.id)
    await correct(agent, ticket.id, now.category_id)
    assert (await present(agent, ticket.id)).auto_categorized
    assert await remembered(agent) == []


async def test_customers_choose_for_themselves_and_teach_nobody(customer: Actor, opened: Open, tenant: Tenant) -> None:
    ticket = await opened(BADGE)
    other = await category(customer, "other")
    await correct(customer, ticket.id, other)
    assert (await present(customer, ticket.id)).category_id == other
    assert await remembered(customer) == []
    assert await fits_waiting(tenant) == 0


async def test_what_was_corrected_is_learned(tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs) -> None:
    hardware = await category(agent, "hardware_issue")
    for _ in range(3):
        await correct(agent, (await opened(BADGE)).id, hardware)
    await drain_jobs(tenant)
    chosen = await triaging.choose(agent, BADGE, "")
    assert chosen is not None
    assert chosen.category_id == hardware
    assert chosen.confidence > 0.5


async def test_an_own_category_is_known_by_its_words(tenant: Tenant, admin: Actor, opened: Open,
                                                     drain_jobs: DrainJobs) -> None:  # fmt: skip
    async with unit_of_work(admin) as uow:
        badges = await categories.create(uow, name="Badges", description="badge reader gate card rejects")
    await drain_jobs(tenant)
    ticket = await opened(BADGE)
    await drain_jobs(tenant)
    async with unit_of_work(admin) as uow:
        found = await classifiers.classifier(uow, await classifiers.shipped())
        verdict = found.classifier.classify(await providers().embedder.query(BADGE))
    assert verdict.label == label_of(badges)
    assert (await present(admin, ticket.id)).category_id in (badges.id, None)


async def test_of_many_corrections_the_last_one_fits(
    tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = []
    fit = classifiers._fitted_json
    monkeypatch.setattr(classifiers, "_fitted_json", lambda *given: fitted.append(1) or fit(*given))  # type: ignore[func-returns-value]
    for _ in range(5):
        await correct(agent, (await opened(BADGE)).id, await category(agent, "other"))
    await drain_jobs(tenant)
    assert len(fitted) == 1
    async with unit_of_work(agent):
        assert (await TriageModel.get()).examples > 5


async def test_a_model_of_another_embedder_is_fitted_again(
    tenant: Tenant, agent: Actor, opened: Open, drain_jobs: DrainJobs
) -> None:
    async with unit_of_work(agent):
        await TriageModel.create(tenant_id=tenant.id, embedder="gone", examples=1, parameters={})
    assert await triaging.choose(agent, "I forgot my password", "") is not None
    await drain_jobs(tenant)
    async with unit_of_work(agent):
        assert (await TriageModel.get()).embedder == providers().embedder.model


async def test_an_overtaken_fit_changes_nothing(tenant: Tenant, agent: Actor, opened: Open,
                                                drain_jobs: DrainJobs) -> None:  # fmt: skip
    await correct(agent, (await opened(BADGE)).id, await category(agent, "other"))
    await drain_jobs(tenant)
    async with unit_of_work(agent) as uow:
        before = await TriageModel.get()
        await uow.rows(classifiers._STORE, tenant.id, "stale", 1, "{}", 1)
    async with unit_of_work(agent):
        assert (await TriageModel.get()).embedder == before.embedder


async def test_tenants_learn_apart(tenant: Tenant, make_tenant: MakeTenant, agent: Actor, opened: Open,
                                   drain_jobs: DrainJobs) -> None:  # fmt: skip
    hardware = await category(agent, "hardware_issue")
    for _ in range(3):
        await correct(agent, (await opened(BADGE)).id, hardware)
    await drain_jobs(tenant)
    stranger = system_actor((await make_tenant()).id)
    async with unit_of_work(stranger) as uow:
        found = await classifiers.classifier(uow, await classifiers.shipped())
        assert found.classifier is await classifiers.shipped()
        assert await TriageExample.all().count() == 0


async def test_two_corrections_at_once_leave_one_example(agent: Actor, opened: Open) -> None:
    ticket = await opened(BADGE)
    wanted = [await category(agent, key) for key in ("other", "network_issue", "hardware_issue")]
    await asyncio.gather(*(correct(agent, ticket.id, each) for each in wanted))
    ((_, learned, _),) = await remembered(agent)
    assert learned == (await present(agent, ticket.id)).category_id
