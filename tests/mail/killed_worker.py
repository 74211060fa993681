"""A worker that is killed between the mail server's yes and its own mark: ``python -m … JOB TENANT PORT``."""

import asyncio
import os
import signal
import sys
from dataclasses import replace

from app.composition import make_providers, open_process
from config.settings import Settings, get_settings
from integrations.mail.port import OutgoingMail
from integrations.mail.smtp import SmtpMailer
from services.providers import Providers
from tests.doubles.embeddings import DeterministicEmbedder
from workers.attempts import run_job
from workers.mail import SEND
from workers.task import TASKS


class Dying(SmtpMailer):
    async def send(self, mail: OutgoingMail) -> None:
        await super().send(mail)
        os.kill(os.getpid(), signal.SIGKILL)


def choose(settings: Settings) -> Providers:
    mailer = Dying(f"smtp://127.0.0.1:{sys.argv[3]}", sender="Opora <opora@example.com>", timeout_s=5.0)
    return replace(make_providers(settings, DeterministicEmbedder()), mailer=mailer)


async def main() -> None:
    async with open_process(get_settings(), choose):
        await run_job(TASKS[SEND], int(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(main())
