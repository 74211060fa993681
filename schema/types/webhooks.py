"""Webhooks."""

from datetime import datetime
from typing import Self

import strawberry

from core import clock
from core.unset import UNSET
from models.webhooks import DeliveryState
from models.webhooks import WebhookEndpoint as EndpointRow
from schema.types.rows import copier, shown_id
from schema.types.scalars import JSONObject
from services import webhook_deliveries, webhooks
from services.webhook_deliveries import DeliveryRow
from services.webhooks import EndpointChanges

strawberry.enum(DeliveryState, name="WebhookDeliveryState", description="FAILED has no attempt left; replay it.")

_ENDPOINT = copier(
    "url", "description", "events", "is_active", "failing_since", "disabled_at", "created_at", "updated_at"
)
_DELIVERY = copier("event", "state", "tries", "next_at", "created_at", "finished_at")
_ATTEMPT = copier("at", "status", "excerpt", "error", "took_ms")


@strawberry.type(description="A server of the company's that is told what happens, by the rules of Standard Webhooks.")
class WebhookEndpoint:
    id: strawberry.ID
    url: str
    description: str
    events: list[str] | None = strawberry.field(description="What it is told; null for everything.")
    is_active: bool
    failing_since: datetime | None = strawberry.field(description="Since when it takes nothing; null where it does.")
    disabled_at: datetime | None = strawberry.field(description="When we gave it up; null where a person did.")
    previous_secret_until: datetime | None = strawberry.field(
        description="Until when the secret before signs too; null where only the present one does."
    )
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: EndpointRow) -> Self:
        until = row.previous_until
        overlap = until if until is not None and until > clock.now() else None
        return cls(id=shown_id(row.id), previous_secret_until=overlap, **_ENDPOINT(row))


@strawberry.type(description="An endpoint and its new secret, which is shown this once.")
class WebhookEndpointSecret:
    endpoint: WebhookEndpoint
    secret: str = strawberry.field(description="`whsec_` and base64, as libraries of Standard Webhooks take it.")

    @classmethod
    def of(cls, made: webhooks.WithSecret) -> Self:
        return cls(endpoint=WebhookEndpoint.of(made.endpoint), secret=made.secret)


@strawberry.type(description="One attempt at a delivery.")
class WebhookAttempt:
    at: datetime
    status: int | None = strawberry.field(description="The response's code; null where none came.")
    excerpt: str = strawberry.field(description="The beginning of the response's body.")
    error: str | None = strawberry.field(description="The code of what kept a response from coming.")
    took_ms: int

    @classmethod
    def of(cls, attempt: webhook_deliveries.Attempt) -> Self:
        return cls(**_ATTEMPT(attempt))


@strawberry.type(description="One event on its way to one endpoint.")
class WebhookDelivery:
    id: strawberry.ID
    endpoint_id: strawberry.ID
    webhook_id: str = strawberry.field(description="The header `webhook-id`, the same at every attempt.")
    event: str
    body: JSONObject
    state: DeliveryState
    tries: int = strawberry.field(description="Attempts since it was first sent, or last replayed.")
    attempts: list[WebhookAttempt] = strawberry.field(description="The latest ones, oldest first.")
    next_at: datetime | None = strawberry.field(description="When it is tried next.")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: DeliveryRow) -> Self:
        return cls(
            id=shown_id(row.id),
            endpoint_id=shown_id(row.endpoint_id),
            webhook_id=row.message_key,
            body=JSONObject(dict(row.body)),
            attempts=[WebhookAttempt.of(each) for each in row.attempts],
            **_DELIVERY(row),
        )


@strawberry.type(description="What is sent once more.")
class WebhookReplay:
    count: int
    has_more: bool = strawberry.field(description="More was missed than is sent again at once: ask again.")


@strawberry.type(description="An endpoint that is told nothing more.")
class WebhookEndpointDeleted:
    id: strawberry.ID


@strawberry.input
class CreateWebhookEndpointInput:
    url: str = strawberry.field(description="https://, at a public address.")
    description: str = ""
    events: list[str] | None = strawberry.field(default=None, description="See `webhookEvents`; null for everything.")

    def changes(self) -> EndpointChanges:
        return EndpointChanges(url=self.url, description=self.description, events=self.events)


@strawberry.input(description="What to change of an endpoint; what is left out stays.")
class UpdateWebhookEndpointInput:
    url: strawberry.Maybe[str]
    description: strawberry.Maybe[str]
    events: strawberry.Maybe[list[str] | None]
    is_active: strawberry.Maybe[bool]

    def changes(self) -> EndpointChanges:
        return EndpointChanges(
            url=self.url.value if self.url else UNSET,
            description=self.description.value if self.description else UNSET,
            events=self.events.value if self.events else UNSET,
            is_active=self.is_active.value if self.is_active else UNSET,
        )
