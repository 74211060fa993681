"""E-mail that stays here, as files."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import uuid4

import pytest

from config.settings import Settings
from core.refusals.mail import EmailSendFailed
from integrations.mail.factory import make_mailer
from integrations.mail.files import MailFolder
from tests.mail.test_smtp import MAIL

SENDER = "Opora <opora@example.com>"


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_a_file_is_the_whole_email(tmp_path: Path) -> None:
    await MailFolder(tmp_path / "mail", sender=SENDER).send(MAIL)
    (file,) = files(tmp_path / "mail")
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert (file.suffix, message["Subject"]) == (".eml", MAIL.subject)
    assert "012345" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "012345" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


async def test_sent_twice_it_is_one_file(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, sender=SENDER)
    await folder.send(MAIL)
    await folder.send(MAIL)
    assert len(files(tmp_path)) == 1


async def test_the_newest_are_kept(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, sender=SENDER, most=3)
    mails = [replace(MAIL, public_id=uuid4(), written_at=MAIL.written_at + timedelta(minutes=n)) for n in range(5)]
    for mail in mails:
        await folder.send(mail)
    assert [str(mail.public_id) in file.name for mail, file in zip(mails[2:], files(tmp_path), strict=True)] == [
        True
    ] * 3


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(EmailSendFailed):
        await MailFolder(tmp_path / "mail", sender=SENDER).send(MAIL)


async def test_without_a_server_mail_goes_to_the_data_folder(settings: Settings) -> None:
    mailer = make_mailer(settings)
    assert (mailer.name, mailer.keeps) == ("files", True)
    await mailer.probe()
