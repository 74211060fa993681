"""Fixtures: where e-mail goes in a test."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.mail.files import MailFolder
from integrations.mail.smtp import SmtpMailer
from services.providers import providers, use_providers
from tests.doubles.smtp import SmtpDouble, smtp_server

SENDER = "Opora <opora@example.com>"


@pytest.fixture
async def server(database: None) -> AsyncIterator[SmtpDouble]:
    """A mail server that this process sends to."""
    before = providers()
    async with smtp_server() as double:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{double.port}", sender=SENDER, timeout_s=2.0)
        use_providers(replace(before, mailer=mailer))
        yield double
    use_providers(before)


@pytest.fixture
def folder(database: None, tmp_path: Path) -> Iterator[Path]:
    """A folder that this process keeps its e-mail in."""
    before = providers()
    use_providers(replace(before, mailer=MailFolder(tmp_path / "mail", sender=SENDER)))
    yield tmp_path / "mail"
    use_providers(before)
