"""What the product asks of whatever takes its e-mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.languages import Language


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One e-mail to one address. ``public_id`` makes its Message-ID: the same at every attempt."""

    public_id: UUID
    recipient: str
    reply_to: str | None
    language: Language
    subject: str
    text: str
    html: str
    written_at: datetime


class Mailer(Protocol):
    """``name`` is the server's, or ``files``; ``keeps`` says that e-mail stays here, for admins to read."""

    @property
    def name(self) -> str: ...

    @property
    def keeps(self) -> bool: ...

    async def send(self, mail: OutgoingMail) -> None:
        """Hand the e-mail over, within a bounded time.

        Raises SmtpConnectionFailed where there is no talking to the server, EmailRefused for what it refuses for good,
        EmailSendFailed for what it refuses now.
        """
        ...

    async def probe(self) -> None:
        """Whether it could be handed over: connection, encryption and sign-in. Raises SmtpConnectionFailed."""
        ...
