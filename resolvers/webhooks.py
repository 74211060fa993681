"""Webhooks: where a company's own servers hear of what happens."""

from datetime import datetime
from typing import Annotated

import strawberry

from core.paging import CursorPage
from models.webhooks import DeliveryState
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.paging import After, Connection, First, connection
from schema.types.rows import shown_id
from schema.types.scalars import row_id
from schema.types.webhooks import (
    CreateWebhookEndpointInput,
    UpdateWebhookEndpointInput,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEndpointDeleted,
    WebhookEndpointSecret,
    WebhookReplay,
)
from services import webhook_deliveries, webhook_events, webhook_sending, webhooks
from services.unit_of_work import unit_of_work

Since = Annotated[datetime, strawberry.argument(description="What happened from this moment on.")]


@strawberry.type
class WebhookQuery:
    @query(Requires.WEBHOOK_MANAGE)
    async def webhook_events(self, info: Info) -> list[str]:
        """The names of all events that endpoints can be told."""
        return list(webhook_events.NAMES)

    @query(Requires.WEBHOOK_MANAGE)
    async def webhook_endpoints(self, info: Info) -> list[WebhookEndpoint]:
        """The tenant's endpoints, oldest first."""
        async with unit_of_work(info.context.actor) as uow:
            return [WebhookEndpoint.of(row) for row in await webhooks.endpoints(uow)]

    @query(Requires.WEBHOOK_MANAGE)
    async def webhook_deliveries(
        self,
        info: Info,
        endpoint_id: ID,
        state: DeliveryState | None = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[WebhookDelivery]:
        """What was sent to an endpoint and how that went, newest first."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await webhook_deliveries.listed(uow, row_id(endpoint_id, "endpointId"), page, state=state)
        return connection(rows, node=WebhookDelivery.of, key=lambda row: row.id, after=after)


@strawberry.type
class WebhookMutation:
    @mutation(Requires.WEBHOOK_MANAGE)
    async def create_webhook_endpoint(self, info: Info, input: CreateWebhookEndpointInput) -> WebhookEndpointSecret:
        """A new endpoint. Errors: ADDRESS_REFUSED for a private network, HOST_UNKNOWN, TOO_MANY_ENDPOINTS."""
        return WebhookEndpointSecret.of(await webhooks.create(info.context.actor, input.changes()))

    @mutation(Requires.WEBHOOK_MANAGE)
    async def update_webhook_endpoint(self, info: Info, id: ID, input: UpdateWebhookEndpointInput) -> WebhookEndpoint:
        """Change an endpoint, or switch it on or off. Errors: as of `createWebhookEndpoint`."""
        return WebhookEndpoint.of(await webhooks.update(info.context.actor, row_id(id), input.changes()))

    @mutation(Requires.WEBHOOK_MANAGE)
    async def delete_webhook_endpoint(self, info: Info, id: ID) -> WebhookEndpointDeleted:
        """Tell an endpoint nothing more, and forget what it was told."""
        async with unit_of_work(info.context.actor) as uow:
            return WebhookEndpointDeleted(id=shown_id(await webhooks.delete(uow, row_id(id))))

    @mutation(Requires.WEBHOOK_MANAGE)
    async def rotate_webhook_secret(self, info: Info, id: ID) -> WebhookEndpointSecret:
        """A new secret. The present one signs beside it for 24 hours."""
        async with unit_of_work(info.context.actor) as uow:
            return WebhookEndpointSecret.of(await webhooks.rotate(uow, row_id(id)))

    @mutation(Requires.WEBHOOK_TEST)
    async def test_webhook_endpoint(self, info: Info, id: ID) -> WebhookDelivery:
        """Send the event `webhook.test` now, once, and tell how that went."""
        return WebhookDelivery.of(await webhook_sending.test(info.context.actor, row_id(id)))

    @mutation(Requires.WEBHOOK_REPLAY)
    async def replay_webhook_delivery(self, info: Info, id: ID) -> WebhookDelivery:
        """Send one event again, whatever became of it."""
        async with unit_of_work(info.context.actor) as uow:
            return WebhookDelivery.of(await webhook_deliveries.replay(uow, row_id(id)))

    @mutation(Requires.WEBHOOK_REPLAY_ALL)
    async def replay_webhook_deliveries(self, info: Info, endpoint_id: ID, since: Since) -> WebhookReplay:
        """Send what an endpoint missed: what failed, and what happened while it was switched off for failing."""
        async with unit_of_work(info.context.actor) as uow:
            told = await webhook_deliveries.replay_since(uow, row_id(endpoint_id, "endpointId"), since)
        return WebhookReplay(count=told.count, has_more=told.has_more)
