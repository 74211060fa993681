"""An e-mail as RFC 5322 has it: headers that cannot be broken out of, text and HTML side by side."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from core.emails import ascii_domain
from integrations.mail.port import OutgoingMail

Encoding = Literal["8bit", "quoted-printable"]


def compose(mail: OutgoingMail, *, sender: str, encoding: Encoding = "quoted-printable") -> EmailMessage:
    """``sender`` is ``Name <address>``. The policy refuses line breaks in headers with ValueError.

    ``Auto-Submitted`` (RFC 3834) keeps vacation notices and other robots from answering.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(address, name)
    message["To"] = _address(mail.recipient)
    if mail.reply_to is not None:
        message["Reply-To"] = _address(mail.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.public_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language.value
    message.set_content(mail.text, cte=encoding)
    message.add_alternative(mail.html, subtype="html", cte=encoding)
    return message


def _address(address: str, name: str = "") -> Address:
    # Not as one string: the parser knows no name beyond ASCII, which servers with SMTPUTF8 (RFC 6531) take.
    user, _, domain = ascii_domain(address).rpartition("@")
    return Address(display_name=name, username=user, domain=domain)


def domain_of(sender: str) -> str:
    """Where the sender's address is, in ASCII: our name towards mail servers."""
    return ascii_domain(parseaddr(sender)[1]).rpartition("@")[2]
