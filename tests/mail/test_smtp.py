"""SMTP against a real server: what arrives, and what is told when it does not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from core.languages import Language
from core.network import NetworkInTransaction, forbidden
from core.refusals.mail import EmailRefused, EmailSendFailed, SmtpConnectionFailed
from integrations.mail.port import OutgoingMail
from integrations.mail.smtp import SmtpMailer
from tests.doubles.smtp import PASSWORD, USER, SmtpDouble, certificate, smtp_server

MAIL = OutgoingMail(
    public_id=UUID("01890000-0000-7000-8000-000000000001"),
    recipient="анна@почта.рф",
    reply_to="ivan@example.com",
    language=Language.RUSSIAN,
    subject="Подтвердите адрес",
    text="Код:\n\n    012345\n",
    html="<p>Код: <b>012345</b></p>\n",
    written_at=datetime(2025, 9, 11, 10, 0, tzinfo=UTC),
)


def mailer(
    double: SmtpDouble,
    *,
    scheme: str = "smtp",
    user: str | None = None,
    password: str = PASSWORD,
    timeout_s: float = 5.0,
) -> SmtpMailer:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return SmtpMailer(
        f"{scheme}://{login}127.0.0.1:{double.port}", sender="Опора <opora@example.com>", timeout_s=timeout_s
    )


def changed(**columns: Any) -> OutgoingMail:
    values = {name: getattr(MAIL, name) for name in OutgoingMail.__slots__}
    return OutgoingMail(**{**values, **columns})


@pytest.fixture
async def server() -> AsyncIterator[SmtpDouble]:
    async with smtp_server() as double:
        yield double


async def test_an_email_arrives_as_text_and_html(server: SmtpDouble) -> None:
    await mailer(server).send(MAIL)
    (message,) = server.received
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    shown = [part.get_content().replace("\r\n", "\n") for part in (text, html)]
    assert shown == [MAIL.text, MAIL.html]
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")


async def test_its_headers_say_who_when_and_that_a_machine_wrote(server: SmtpDouble) -> None:
    await mailer(server).send(changed(recipient="anna@почта.рф"))
    (message,) = server.received
    assert {name: message[name] for name in ("From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted")} == {
        "From": "Опора <opora@example.com>",
        "To": "anna@xn--80a1acny.xn--p1ai",
        "Reply-To": "ivan@example.com",
        "Subject": "Подтвердите адрес",
        "Message-ID": f"<{MAIL.public_id}@example.com>",
        "Auto-Submitted": "auto-generated",
    }
    assert message["Date"].datetime == MAIL.written_at
    assert server.envelopes == [("opora@example.com", ["anna@xn--80a1acny.xn--p1ai"], False)]


async def test_a_name_beyond_ascii_goes_out_by_smtputf8(server: SmtpDouble) -> None:
    await mailer(server).send(MAIL)
    assert server.envelopes[0][1] == ["анна@xn--80a1acny.xn--p1ai"]


@pytest.mark.parametrize("field", ["subject", "recipient", "reply_to"])
async def test_no_value_becomes_a_header(server: SmtpDouble, field: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)newline|line|parse|invalid|header"):
        await mailer(server).send(changed(**{field: "a@example.com\r\nBcc: thief@example.com"}))
    assert server.received == []


@pytest.mark.parametrize(
    ("verb", "reply", "raised"),
    [
        ("RCPT", "550 5.1.1 No such user here", EmailRefused),
        ("RCPT", "450 4.2.0 Greylisted, try later", EmailSendFailed),
        ("MAIL", "553 5.7.1 Sender not allowed", EmailSendFailed),
        ("DATA", "554 5.7.1 Looks like junk", EmailRefused),
        ("DATA", "452 4.3.1 Disk full", EmailSendFailed),
        ("RCPT", "421 4.3.2 Going away", SmtpConnectionFailed),
    ],
)
async def test_a_refusal_is_told_in_the_servers_words(
    server: SmtpDouble, verb: str, reply: str, raised: type[EmailSendFailed]
) -> None:
    server.replies[verb] = [reply]
    with pytest.raises(EmailSendFailed) as caught:
        await mailer(server).send(MAIL)
    assert type(caught.value) is raised
    assert reply[:3] in caught.value.message
    assert reply[10:] in caught.value.message


async def test_codes_of_refusals() -> None:
    assert (EmailRefused.code, EmailSendFailed.code) == ("EMAIL_SEND_FAILED", "EMAIL_SEND_FAILED")
    assert SmtpConnectionFailed.code == "SMTP_CONNECTION_FAILED"


async def test_words_that_repeat_the_password_are_told_without_it(server: SmtpDouble) -> None:
    server.replies["RCPT"] = [f"550 {USER} with {PASSWORD} may not"]
    with pytest.raises(EmailSendFailed) as caught:
        await mailer(server, user=USER).send(MAIL)
    assert "550 *** with *** may not" in caught.value.message


async def test_it_signs_in_where_the_address_says_as_whom(server: SmtpDouble) -> None:
    await mailer(server, user=USER).send(MAIL)
    assert server.signed_in == [True]


async def test_a_wrong_password_is_a_failed_connection(server: SmtpDouble) -> None:
    with pytest.raises(SmtpConnectionFailed) as caught:
        await mailer(server, user=USER, password="wrong-secret").send(MAIL)
    assert "535" in caught.value.message
    assert "wrong-secret" not in caught.value.message
    assert server.received == []


@pytest.mark.parametrize("verb", ["EHLO", "DATA"])
async def test_a_server_that_hangs_is_left_in_time(server: SmtpDouble, verb: str) -> None:
    server.hangs_at = verb
    async with asyncio.timeout(3):
        with pytest.raises(SmtpConnectionFailed):
            await mailer(server, timeout_s=0.3).send(MAIL)


@pytest.mark.parametrize("verb", ["EHLO", "DATA"])
async def test_a_server_that_hangs_up_is_a_failed_connection(server: SmtpDouble, verb: str) -> None:
    server.drops_at = verb
    with pytest.raises(SmtpConnectionFailed):
        await mailer(server).send(MAIL)


@pytest.mark.parametrize("fault", ["hangs_at", "drops_at"])
async def test_a_server_that_forgets_its_manners_at_the_goodbye_has_the_email(server: SmtpDouble, fault: str) -> None:
    """Else it would be sent again, and arrive again."""
    setattr(server, fault, "QUIT")
    await mailer(server, timeout_s=0.3).send(MAIL)
    assert len(server.received) == 1


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SmtpConnectionFailed, match=f"127.0.0.1:{port}"):
        await mailer(SmtpDouble(port=port)).send(MAIL)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_the_connection_is_encrypted_where_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    context, authority = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with smtp_server(tls=context, from_the_start=scheme == "smtps") as double:
        await mailer(double, scheme=scheme, user=USER).send(MAIL)
        assert double.envelopes[0][2] is True
        assert double.signed_in == [True]


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with smtp_server(tls=context) as double:
        with pytest.raises(SmtpConnectionFailed, match=r"(?i)certificate"):
            await mailer(double, user=USER).send(MAIL)
        assert double.received == []


async def test_the_probe_signs_in_and_sends_nothing(server: SmtpDouble) -> None:
    await mailer(server, user=USER).probe()
    with pytest.raises(SmtpConnectionFailed):
        await mailer(server, user=USER, password="wrong").probe()
    assert server.received == []


async def test_no_email_leaves_in_a_transaction(server: SmtpDouble) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await mailer(server).send(MAIL)
