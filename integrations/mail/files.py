"""E-mail that stays here, where no SMTP server is set: files that any mail program opens."""

import asyncio
import os
import tempfile
from datetime import UTC
from pathlib import Path

from core.refusals.mail import EmailSendFailed
from integrations.mail.messages import compose
from integrations.mail.port import OutgoingMail

_MOST_FILES = 1000


class MailFolder:
    """A :class:`integrations.mail.port.Mailer` that writes ``.eml`` files and keeps the newest ``most``."""

    name = "files"
    keeps = True

    def __init__(self, folder: Path, *, sender: str, most: int = _MOST_FILES) -> None:
        self._folder = folder
        self._sender = sender
        self._most = most

    async def send(self, mail: OutgoingMail) -> None:
        """Write it. Its name comes from the e-mail: one that is sent twice is one file. Raises EmailSendFailed."""
        message = compose(mail, sender=self._sender, encoding="8bit")
        written = mail.written_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
        try:
            await asyncio.to_thread(self._write, f"{written}-{mail.public_id}.eml", message.as_bytes())
        except OSError as error:
            raise EmailSendFailed(f"{self._folder} cannot be written: {error.strerror}") from None

    async def probe(self) -> None:
        """There is nobody to talk to."""

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Complete or not there: mkstemp makes it its owner's alone, for it may hold a code.
        handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, self._folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self._thin()

    def _thin(self) -> None:
        kept = sorted(path for path in self._folder.iterdir() if path.suffix == ".eml")
        for path in kept[: -self._most]:
            # Another worker may have been faster.
            path.unlink(missing_ok=True)
