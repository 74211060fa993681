"""E-mail that waits to be sent."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class MailQueued(Event):
    kind = "mail.queued"
    mail_id: int
