"""The way of an event to a company's servers: a message, a delivery for each endpoint, attempts over three days.

Sent at least once, in no certain order, as Standard Webhooks has it: receivers know an event again by its
``webhook-id``. An endpoint that has taken nothing for days is given up, and the company's admins are told.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog

from core import clock
from core.actor import Actor, Role, system_actor
from core.facts.webhooks import WebhookDue
from integrations import webhooks as wire
from integrations.webhooks import Answer, Outgoing
from models.tenants import Tenant
from models.users import User
from models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookMessage
from services import jobs, mail, webhook_deliveries, webhook_events, webhooks
from services.jobs import NotYet, RunningJob
from services.mail_templates import Template
from services.unit_of_work import UnitOfWork, unit_of_work
from services.webhook_deliveries import DeliveryRow

PAUSES_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Before the second attempt and each later one, as the specification recommends: ten attempts in some three days."""
GIVEN_UP_AFTER = timedelta(days=5)
OFF = "ENDPOINT_OFF"
"""Stands where a response's code would, for a delivery whose endpoint was switched off meanwhile."""
_SPREAD = 0.1
_LONGEST_PAUSE_S = 86_400.0
_KEPT_ATTEMPTS = 20
_MOST_TOLD = 10
_HEARING = """
INSERT INTO webhook_deliveries (tenant_id, endpoint_id, message_id, state, round, tries, attempts, next_at, created_at)
SELECT tenant_id, id, $2, 'pending', 0, 0, '[]', clock_timestamp(), clock_timestamp() FROM webhook_endpoints
WHERE tenant_id = $1 AND is_active AND (coalesce(events, 'null') = 'null' OR events ? $3) RETURNING id, round
"""
_RECOVERED = "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL"
_FAILING = "UPDATE webhook_endpoints SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL"
_GIVE_UP = """
UPDATE webhook_endpoints SET is_active = false, disabled_at = $2, updated_at = $2
WHERE id = $1 AND is_active AND ($3 OR failing_since < $4) RETURNING failing_since
"""
logger = structlog.get_logger(__name__)


async def publish(uow: UnitOfWork, *, event: str, fact: Mapping[str, Any], at: str) -> int:
    """Write an event down for every endpoint that wants it. Returns how many deliveries are due."""
    data = await webhook_events.data_of(uow.tenant_id, fact)
    body = webhook_events.body_of(event, at, data)
    message = await WebhookMessage.create(tenant_id=uow.tenant_id, event=event, body=body)
    due = await uow.rows(_HEARING, uow.tenant_id, message.id, event)
    uow.emit(*(WebhookDue(row["id"], round=row["round"]) for row in due))
    return len(due)


async def deliver(job: RunningJob, outgoing: Outgoing, *, delivery_id: int, in_round: int) -> None:
    """One attempt at a delivery. Ends the job, or raises NotYet with the pause before the next attempt."""
    answer = await wire.send(outgoing)
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        pause = await _note(uow, delivery_id, in_round, answer)
        if pause is None:
            await jobs.finish(uow, job)
    if pause is not None:
        raise NotYet(pause)


async def test(actor: Actor, endpoint_id: int) -> DeliveryRow:
    """Send an endpoint a test event now, once; whether it is switched on does not matter.

    Raises Forbidden below admin, NotFound, Unavailable where its secret cannot be opened.
    """
    async with unit_of_work(actor) as uow:
        delivery = await webhook_deliveries.add_test(uow, endpoint_id)
        endpoint = await webhooks.get(uow, endpoint_id)
        outgoing = await _outgoing(delivery, endpoint)
    answer = await wire.send(outgoing)
    async with unit_of_work(actor) as uow:
        _keep(delivery, answer, clock.now())
        _end(delivery, DeliveryState.DELIVERED if answer.accepted else DeliveryState.FAILED)
        await delivery.save()
        return await webhook_deliveries.get(uow, delivery.id)


async def due(delivery_id: int, in_round: int) -> Outgoing | None:
    """What is to be sent; None where nothing is: it was, it is being replayed, or its endpoint is gone or off."""
    delivery = await WebhookDelivery.filter(id=delivery_id).select_for_update().get_or_none()
    if delivery is None or delivery.round != in_round or delivery.state is not DeliveryState.PENDING:
        return None
    endpoint = await WebhookEndpoint.get(id=delivery.endpoint_id)
    if endpoint.is_active:
        return await _outgoing(delivery, endpoint)
    _keep(delivery, Answer(None, "", OFF, 0), clock.now())
    _end(delivery, DeliveryState.FAILED)
    await delivery.save()
    return None


async def _outgoing(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> Outgoing:
    message = await WebhookMessage.get(id=delivery.message_id)
    return Outgoing(
        url=endpoint.url,
        message_id=webhook_deliveries.key_of(message.public_id),
        body=orjson.dumps(webhook_events.in_order(message.body)),
        secrets=webhooks.secrets_of(endpoint, clock.now()),
    )


async def _note(uow: UnitOfWork, delivery_id: int, in_round: int, answer: Answer) -> float | None:
    """Keep how an attempt went. Returns the seconds before the next one, None where there is none."""
    at = clock.now()
    delivery = await WebhookDelivery.filter(id=delivery_id).select_for_update().get_or_none()
    if delivery is None or delivery.round != in_round:
        return None
    _keep(delivery, answer, at)
    pause = None if answer.accepted or answer.gone else pause_s(delivery.tries, answer)
    if answer.accepted:
        _end(delivery, DeliveryState.DELIVERED)
        await uow.rows(_RECOVERED, delivery.endpoint_id)
    elif pause is None:
        _end(delivery, DeliveryState.FAILED)
    else:
        delivery.next_at = at + timedelta(seconds=pause)
    await delivery.save()
    if not answer.accepted:
        await uow.rows(_FAILING, delivery.endpoint_id, at)
        await _give_up(uow, delivery.endpoint_id, answer, at)
    return pause


def pause_s(tries: int, answer: Answer) -> float | None:
    """Seconds after attempt number ``tries``, spread by a tenth; longer where the server asks for it, up to a day."""
    if tries > len(PAUSES_S):
        return None
    # random, not secrets: it spreads load and guards nothing.
    usual = PAUSES_S[tries - 1] * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311
    return min(max(usual, answer.retry_after_s or 0.0), _LONGEST_PAUSE_S * (1 + _SPREAD))


def _keep(delivery: WebhookDelivery, answer: Answer, at: datetime) -> None:
    attempt = {
        "at": at.isoformat(),
        "status": answer.status,
        "excerpt": answer.excerpt,
        "error": answer.error,
        "ms": answer.took_ms,
    }
    delivery.attempts = [*delivery.attempts, attempt][-_KEPT_ATTEMPTS:]
    delivery.tries += 1


def _end(delivery: WebhookDelivery, state: DeliveryState) -> None:
    delivery.state, delivery.finished_at, delivery.next_at = state, clock.now(), None


async def _give_up(uow: UnitOfWork, endpoint_id: int, answer: Answer, at: datetime) -> None:
    """Switch off an endpoint that took nothing for days, or that says it is gone; tell the admins, once."""
    row = await uow.row(_GIVE_UP, endpoint_id, at, answer.gone, at - GIVEN_UP_AFTER)
    if row is None:
        return
    endpoint, tenant = await WebhookEndpoint.get(id=endpoint_id), await Tenant.get(id=uow.tenant_id)
    logger.warning("webhook_endpoint_off", endpoint=endpoint_id, since=row["failing_since"])
    admins = User.filter(tenant_id=uow.tenant_id, is_active=True, email__not_isnull=True)
    values = {
        "company": tenant.name,
        "url": endpoint.url,
        "since": f"{row['failing_since']:%Y-%m-%d %H:%M} UTC",
        "answer": str(answer.status or answer.error),
    }
    for admin in await admins.filter(role__in=(Role.ADMIN, Role.SUPERADMIN)).order_by("id").limit(_MOST_TOLD):
        await mail.queue(
            uow,
            template=Template.WEBHOOK_DISABLED,
            recipient=admin.email or "",
            language=tenant.language,
            values=values,
            once=f"webhook-off:{endpoint_id}:{int(at.timestamp())}:{admin.id}",
        )
