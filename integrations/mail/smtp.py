"""E-mail by SMTP (RFC 5321), through aiosmtplib: a connection for each e-mail, encrypted where the server offers it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import structlog
from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from core.network import assert_allowed
from core.refusals.mail import EmailRefused, EmailSendFailed, SmtpConnectionFailed
from integrations.mail.messages import compose, domain_of
from integrations.mail.port import OutgoingMail

_GOING_AWAY = 421
_FOR_GOOD = 500
_LONGEST_WORDS = 300
_GOODBYE_S = 2.0
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where e-mail goes, and as whom. ``encrypted`` from the first byte; else STARTTLS where it is offered."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    encrypted: bool

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """From ``smtp://user:password@host:port`` or ``smtps://…``; ports 587 and 465 where none is said."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if encrypted else 587),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or "") if parts.username else None,
            encrypted=encrypted,
        )

    def without_secrets(self, words: str) -> str:
        """What a server said, should it repeat what it was told."""
        for secret in (self.password, self.user):
            if secret:
                words = words.replace(secret, "***")
        return " ".join(words.split())[:_LONGEST_WORDS]


class SmtpMailer:
    """A :class:`integrations.mail.port.Mailer`. ``timeout_s`` bounds all of one e-mail but the goodbye."""

    keeps = False

    def __init__(self, url: str, *, sender: str, timeout_s: float) -> None:
        self._server = SmtpServer.parse(url)
        self._sender = sender
        self._timeout_s = timeout_s
        self._authorities: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        return self._server.host

    async def send(self, mail: OutgoingMail) -> None:
        """As the port has it. A server that is cut off after it had the whole e-mail may deliver it: the Message-ID
        is the same the next time.
        """
        message = compose(mail, sender=self._sender)
        async with self._connected() as client:
            try:
                await client.send_message(message)
            except (SMTPException, OSError, TimeoutError, ValueError) as error:
                raise self._refusal(error) from None

    async def probe(self) -> None:
        async with self._connected():
            return

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        """A connection that is encrypted and signed in, as far as it can be. Raises SmtpConnectionFailed."""
        assert_allowed("smtp")
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=domain_of(self._sender),
            timeout=self._timeout_s,
            use_tls=server.encrypted,
            tls_context=await self._trusted(),
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._connect(client)
                yield client
            await self._part(client)
        except TimeoutError:
            raise SmtpConnectionFailed(f"{server.host}:{server.port} did not answer in {self._timeout_s:g} s") from None
        finally:
            client.close()

    async def _trusted(self) -> ssl.SSLContext:
        """Who is believed, for the life of the mailer: reading the list anew is most of what an e-mail would cost."""
        if self._authorities is None:
            self._authorities = await asyncio.to_thread(ssl.create_default_context)
        return self._authorities

    async def _connect(self, client: SMTP) -> None:
        try:
            await client.connect()
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            raise self._unreachable(error) from None

    async def _part(self, client: SMTP) -> None:
        """The e-mail is the server's already: how it takes the goodbye changes nothing."""
        try:
            async with asyncio.timeout(min(_GOODBYE_S, self._timeout_s)):
                await client.quit()
        except (SMTPException, OSError, TimeoutError) as error:
            logger.debug("smtp_goodbye_failed", error=type(error).__name__)

    def _refusal(self, error: Exception) -> EmailSendFailed:
        """What a server that we talk to has against the e-mail, in its own words."""
        if isinstance(error, SMTPRecipientsRefused):
            error = error.recipients[0]
        if not isinstance(error, SMTPResponseException) or error.code == _GOING_AWAY:
            # Without a reply there is no refusal; an address that the server cannot read is one.
            return self._unreachable(error) if isinstance(error, OSError | SMTPResponseException) else self._told(error)
        # A sender that it does not like is a matter of our settings, which may be mended.
        lasting = error.code >= _FOR_GOOD and not isinstance(error, SMTPSenderRefused)
        words = self._server.without_secrets(f"{error.code} {error.message}")
        return (EmailRefused if lasting else EmailSendFailed)(f"The mail server refused the e-mail: {words}")

    def _told(self, error: Exception) -> EmailSendFailed:
        return EmailRefused(f"The e-mail cannot be sent: {self._server.without_secrets(str(error))}")

    def _unreachable(self, error: Exception) -> SmtpConnectionFailed:
        server = self._server
        said = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
        words = server.without_secrets(said) or type(error).__name__
        return SmtpConnectionFailed(f"No connection to the mail server {server.host}:{server.port}: {words}")
