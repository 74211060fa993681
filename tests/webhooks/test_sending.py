"""The way of an event: signed, retried over days, given up, and never into a private network."""

from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.responses import RedirectResponse, Response

from core import clock
from core.actor import Role
from integrations.webhooks import Answer, new_secret, signature
from models.jobs import Job
from models.mail import Mail
from models.tenants import Tenant
from models.webhooks import DeliveryState
from services import messages, webhook_sending, webhooks
from services.unit_of_work import unit_of_work
from services.webhooks import EndpointChanges
from tests.fixtures.people import new_user
from tests.fixtures.work import DrainJobs
from tests.webhooks.conftest import Company


async def test_an_event_is_sent_once_and_verified_by_the_library(company: Company) -> None:
    ticket_id = await company.ticket("The lamp is broken")
    await company.work()
    (told,) = company.receiver.opened(company.secret)
    assert told["type"] == "ticket.created"
    assert (told["data"]["ticket"]["id"], told["data"]["ticket"]["title"]) == (str(ticket_id), "The lamp is broken")
    (delivery,) = await company.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 1)


async def test_another_secret_does_not_verify(company: Company) -> None:
    await company.ticket()
    await company.work()
    with pytest.raises(WebhookVerificationError):
        company.receiver.opened("whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBvZiAzMmI=")


async def test_both_secrets_verify_for_a_day_after_rotation(company: Company) -> None:
    async with unit_of_work(company.admin) as uow:
        fresh = await webhooks.rotate(uow, company.endpoint.id)
    await company.ticket()
    await company.work()
    assert company.receiver.opened(company.secret) == company.receiver.opened(fresh.secret)
    await company.change(previous_until=clock.now())
    company.receiver.received.clear()
    await company.ticket()
    await company.work()
    assert len(company.receiver.opened(fresh.secret)) == 1
    with pytest.raises(WebhookVerificationError):
        company.receiver.opened(company.secret)


async def test_what_fails_is_tried_again_under_the_same_id(company: Company) -> None:
    company.receiver.replies = [Response("out of order", 503)]
    await company.ticket()
    await company.work()
    (waiting,) = await company.deliveries()
    assert (waiting.state, waiting.attempts[0]["status"]) == (DeliveryState.PENDING, 503)
    assert waiting.attempts[0]["excerpt"] == "out of order"
    assert waiting.next_at is not None
    await company.work_later()
    first, second = (headers["webhook-id"] for headers, _ in company.receiver.received)
    assert first == second
    assert (await company.deliveries())[0].state is DeliveryState.DELIVERED


async def test_after_the_last_attempt_it_rests_and_is_no_dead_letter(company: Company) -> None:
    company.receiver.otherwise = lambda: Response(status_code=500)
    await company.ticket()
    for _ in range(len(webhook_sending.PAUSES_S) + 2):
        await company.work_later()
    (delivery,) = await company.deliveries()
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, len(webhook_sending.PAUSES_S) + 1)
    async with unit_of_work(company.admin):
        assert not await Job.filter(tenant_id=company.tenant.id, state="dead").exists()


@pytest.mark.parametrize(
    ("tries", "asked", "least", "most"),
    [(1, None, 4.5, 5.5), (9, None, 77_760, 95_040), (1, 600.0, 600, 600), (1, 1e9, 86_400, 95_041)],
)
def test_pauses_grow_to_a_day_and_heed_the_server(tries: int, asked: float | None, least: float, most: float) -> None:
    pause = webhook_sending.pause_s(tries, Answer(503, "", None, 1, asked))
    assert pause is not None
    assert least <= pause <= most


def test_there_is_no_pause_after_the_last_attempt() -> None:
    assert webhook_sending.pause_s(len(webhook_sending.PAUSES_S) + 1, Answer(500, "", None, 1)) is None


async def test_redirects_are_not_followed(company: Company) -> None:
    moved = company.receiver.url.replace("/hook", "/moved")
    company.receiver.replies = [RedirectResponse(moved)]
    await company.ticket()
    await company.work()
    assert len(company.receiver.received) == 1
    assert (await company.deliveries())[0].attempts[0]["status"] == 307


async def test_an_address_that_leads_into_a_private_network_is_not_called(company: Company, override: Any) -> None:
    """Permitted when it was typed in; what it resolves to is asked at each attempt."""
    await company.ticket()
    with override(OPORA_PRIVATE_NETWORKS=""):
        await company.work()
    assert company.receiver.received == []
    assert (await company.deliveries())[0].attempts[0]["error"] == "ADDRESS_REFUSED"


async def test_a_server_that_is_away_is_a_failed_attempt(company: Company) -> None:
    await company.change(url="http://127.0.0.1:9/hook")
    await company.ticket()
    await company.work()
    assert (await company.deliveries())[0].attempts[0]["error"] == "UNREACHABLE"


async def test_only_chosen_events_are_told(company: Company) -> None:
    await webhooks.update(company.admin, company.endpoint.id, EndpointChanges(events=["ticket.deleted"]))
    await company.ticket()
    await company.work()
    assert company.receiver.received == []


async def test_a_note_among_staff_is_not_told(company: Company) -> None:
    ticket_id = await company.ticket()
    async with unit_of_work(company.admin) as uow:
        await messages.add(uow, ticket_id, text="A difficult one", internal=True, auto_respond=False)
    await company.work()
    assert [told["type"] for told in company.receiver.opened(company.secret)] == ["ticket.created"]


async def test_a_tenant_without_endpoints_has_no_jobs_for_them(tenant: Tenant, drain_jobs: DrainJobs) -> None:
    company = Company(tenant, None, "", None, drain_jobs)  # type: ignore[arg-type]  # it has none
    await company.ticket()
    async with unit_of_work(company.admin):
        assert not await Job.filter(tenant_id=tenant.id, task__startswith="webhooks.").exists()


async def test_another_tenants_endpoint_hears_nothing(company: Company, make_tenant: Any) -> None:
    other = Company(await make_tenant(), company.endpoint, "", company.receiver, company.drain)
    await other.ticket()
    await other.work()
    assert company.receiver.received == []


async def test_an_endpoint_that_fails_for_days_is_switched_off_and_admins_are_told(company: Company) -> None:
    boss = await new_user(company.tenant, Role.ADMIN)
    company.receiver.otherwise = lambda: Response(status_code=500)
    await company.change(failing_since=clock.now() - webhook_sending.GIVEN_UP_AFTER - timedelta(minutes=1))
    await company.ticket()
    await company.work()
    present = await company.present()
    assert not present.is_active
    assert present.disabled_at is not None
    async with unit_of_work(company.admin):
        letters = await Mail.filter(tenant_id=company.tenant.id, template="webhook_disabled")
    assert [letter.recipient for letter in letters] == [boss.email]


async def test_one_failure_switches_nothing_off_and_success_forgets_it(company: Company) -> None:
    company.receiver.replies = [Response(status_code=500)]
    await company.ticket()
    await company.work()
    failing = await company.present()
    assert failing.is_active
    assert failing.failing_since is not None
    await company.work_later()
    assert (await company.present()).failing_since is None


async def test_gone_switches_off_at_once(company: Company) -> None:
    company.receiver.replies = [Response(status_code=410)]
    await company.ticket()
    await company.work()
    assert not (await company.present()).is_active
    assert (await company.deliveries())[0].state is DeliveryState.FAILED


async def test_a_long_answer_is_cut(company: Company) -> None:
    company.receiver.replies = [Response("x\x00" * 100_000, 500)]
    await company.ticket()
    await company.work()
    excerpt = (await company.deliveries())[0].attempts[0]["excerpt"]
    assert 0 < len(excerpt) <= 2000
    assert "\x00" not in excerpt


def test_the_librarys_signature_is_ours() -> None:
    secret, at = new_secret(), clock.now()
    theirs = Webhook(secret).sign("msg_1", at, "{}")
    assert signature(secret, "msg_1", int(at.timestamp()), b"{}") == theirs
