"""What is to be sent to tenants' own servers."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class WebhookDue(Event):
    """A delivery waits to be sent. ``round`` counts its replays: a job of an earlier one has nothing left to do."""

    kind = "webhook.due"
    delivery_id: int
    round: int
