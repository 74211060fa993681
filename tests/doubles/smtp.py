"""A mail server of one test: aiosmtpd, which speaks SMTP (RFC 5321), on a free port of this event loop."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "robot@example.com", "p@ss:w/rd"  # characters that an address writes as %XX


@dataclass
class SmtpDouble:
    """``replies`` are what it says to MAIL, RCPT or DATA instead of yes; of several, one for each time."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str], bool]] = field(default_factory=list)
    """Sender, recipients, and whether it came over TLS."""
    signed_in: list[bool] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    hangs_at: str | None = None
    drops_at: str | None = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        await self._misbehave("EHLO", server)
        session.host_name = hostname
        return lines

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._reply("MAIL")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._reply("RCPT")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self._reply("DATA")
        if reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
            assert server.transport is not None
            encrypted = server.transport.get_extra_info("ssl_object") is not None
            self.envelopes.append((str(envelope.mail_from), envelope.rcpt_tos, encrypted))
            self.signed_in.append(bool(session.authenticated))
        await self._misbehave("DATA", server)
        return reply

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._misbehave("QUIT", server)
        return "221 Bye"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def _reply(self, verb: str) -> str:
        said = self.replies.get(verb)
        return said.pop(0) if said else "250 OK"

    async def _misbehave(self, verb: str, server: SMTP) -> None:
        if self.hangs_at == verb:
            await asyncio.sleep(60)
        if self.drops_at == verb:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()


@asynccontextmanager
async def smtp_server(*, tls: ssl.SSLContext | None = None, from_the_start: bool = False) -> AsyncIterator[SmtpDouble]:
    """A server that takes everything, until it is told otherwise. ``tls`` is offered by STARTTLS, or begun with."""
    double = SmtpDouble()

    def session() -> SMTP:
        return SMTP(
            double,
            hostname="mx.example.com",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=double.authenticate,
            tls_context=None if from_the_start else tls,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", 0, ssl=tls if from_the_start else None
    )
    double.port = server.sockets[0].getsockname()[1]
    try:
        yield double
    finally:
        server.close()
        # Sessions that hang are cut with the loop's tasks of aiosmtpd.
        for task in asyncio.all_tasks():
            if getattr(task.get_coro(), "__qualname__", "").startswith("SMTP._handle_client"):
                task.cancel()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for 127.0.0.1, and the file of the authority that its clients have to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Opora's tests")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
