"""Endpoints and their log: who may set them up, what they missed, what was sent again."""

from datetime import timedelta

import pytest
from starlette.responses import Response

from core import clock
from core.actor import Role
from core.errors import Forbidden, InvalidInput, NotFound
from core.paging import CursorPage
from core.refusals.outgoing import AddressRefused
from core.refusals.webhooks import TooManyEndpoints
from models.tenants import Tenant
from models.webhooks import DeliveryState, WebhookEndpoint
from services import retention, webhook_deliveries, webhook_sending, webhooks
from services.unit_of_work import unit_of_work
from services.webhooks import EndpointChanges
from tests.fixtures.people import MakeTenant, actor_of, new_user
from tests.webhooks.conftest import HEARD, Company
from tests.webhooks.receiver import Receiver


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_below_admin_nothing_is_set_up(tenant: Tenant, receiver: Receiver, role: Role) -> None:
    person = actor_of(await new_user(tenant, role))
    with pytest.raises(Forbidden):
        await webhooks.create(person, EndpointChanges(url=receiver.url))
    async with unit_of_work(person):
        assert not await WebhookEndpoint.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1/hook", "https://10.0.0.1/", "https://[::1]/", "ftp://example.com"])
async def test_an_address_of_ours_is_refused(tenant: Tenant, url: str) -> None:
    boss = actor_of(await new_user(tenant, Role.ADMIN))
    with pytest.raises(AddressRefused):
        await webhooks.create(boss, EndpointChanges(url=url))
    async with unit_of_work(boss):
        assert not await WebhookEndpoint.exists()


async def test_events_that_do_not_exist_are_refused(company: Company) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await webhooks.update(company.admin, company.endpoint.id, EndpointChanges(events=["ticket.eaten"]))
    assert refusal.value.field == "events"
    assert (await company.present()).events == list(HEARD)


async def test_there_is_an_end_of_endpoints(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_ENDPOINTS", 1)
    with pytest.raises(TooManyEndpoints):
        await webhooks.create(company.admin, EndpointChanges(url=company.receiver.url))


async def test_a_foreign_endpoint_answers_like_a_missing_one(company: Company, make_tenant: MakeTenant) -> None:
    stranger = actor_of(await new_user(await make_tenant(), Role.ADMIN))
    async with unit_of_work(stranger) as uow:
        with pytest.raises(NotFound):
            await webhooks.rotate(uow, company.endpoint.id)
        with pytest.raises(NotFound):
            await webhooks.delete(uow, company.endpoint.id)
    assert (await company.present()).sealed_previous is None


async def test_the_secret_rests_sealed(company: Company) -> None:
    assert company.secret not in (await company.present()).sealed_secret


async def test_a_test_event_tells_at_once_how_it_went(company: Company) -> None:
    company.receiver.replies = [Response("hello", 200), Response("no", 500)]
    went = await webhook_sending.test(company.admin, company.endpoint.id)
    assert (went.state, went.attempts[0].status, went.attempts[0].excerpt) == (DeliveryState.DELIVERED, 200, "hello")
    assert company.receiver.opened(company.secret)[0]["type"] == "webhook.test"
    assert (await webhook_sending.test(company.admin, company.endpoint.id)).state is DeliveryState.FAILED
    assert (await company.present()).failing_since is None


async def test_one_delivery_is_sent_again(company: Company) -> None:
    await company.ticket()
    await company.work()
    (delivery,) = await company.deliveries()
    async with unit_of_work(company.admin) as uow:
        await webhook_deliveries.replay(uow, delivery.id)
    await company.work()
    assert len(company.receiver.opened(company.secret)) == 2
    assert (await company.deliveries())[0].state is DeliveryState.DELIVERED


async def test_a_replay_takes_the_place_of_a_waiting_attempt(company: Company) -> None:
    company.receiver.replies = [Response(status_code=500)]
    await company.ticket()
    await company.work()
    (delivery,) = await company.deliveries()
    async with unit_of_work(company.admin) as uow:
        await webhook_deliveries.replay(uow, delivery.id)
    await company.work()
    await company.work_later()
    assert len(company.receiver.received) == 2


async def test_all_that_was_missed_is_sent_again_and_nothing_else(company: Company) -> None:
    await company.ticket("Taken")
    await company.work()
    company.receiver.replies = [Response(status_code=410)]
    await company.ticket("Refused")
    await company.work()
    await company.ticket("While it was off")
    await company.work()
    await webhooks.update(company.admin, company.endpoint.id, EndpointChanges(is_active=True))
    company.receiver.received.clear()
    async with unit_of_work(company.admin) as uow:
        told = await webhook_deliveries.replay_since(uow, company.endpoint.id, clock.now() - timedelta(hours=1))
    await company.work()
    titles = {told["data"]["ticket"]["title"] for told in company.receiver.opened(company.secret)}
    assert (told.count, told.has_more, titles) == (2, False, {"Refused", "While it was off"})


async def test_what_was_before_is_not_sent_again(company: Company) -> None:
    company.receiver.replies = [Response(status_code=410)]
    await company.ticket()
    await company.work()
    async with unit_of_work(company.admin) as uow:
        assert (await webhook_deliveries.replay_since(uow, company.endpoint.id, clock.now())).count == 0


async def test_the_log_is_paged_and_filtered(company: Company) -> None:
    company.receiver.replies = [Response(status_code=410)]
    for title in ("One", "Two"):
        await company.ticket(title)
        await company.work()
        await webhooks.update(company.admin, company.endpoint.id, EndpointChanges(is_active=True))
    async with unit_of_work(company.admin) as uow:
        page = await webhook_deliveries.listed(uow, company.endpoint.id, CursorPage(1))
        failed = await webhook_deliveries.listed(uow, company.endpoint.id, CursorPage(5), state=DeliveryState.FAILED)
    assert page.has_more
    assert page.rows[0].body["data"]["ticket"]["title"] == "Two"
    assert [row.body["data"]["ticket"]["title"] for row in failed.rows] == ["One"]


async def test_an_endpoint_goes_with_its_log(company: Company) -> None:
    await company.ticket()
    await company.work()
    async with unit_of_work(company.admin) as uow:
        await webhooks.delete(uow, company.endpoint.id)
    assert await company.deliveries() == []


async def test_old_events_are_forgotten(company: Company) -> None:
    await company.ticket()
    await company.work()
    await retention.forget_webhooks(days=0)
    assert await company.deliveries() == []
