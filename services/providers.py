"""The models and stores that services work with, chosen once by the composition root of each process."""

from dataclasses import dataclass

from integrations.antivirus.port import VirusScanner
from integrations.embeddings.calibration import Calibration
from integrations.embeddings.port import Embedder
from integrations.llm.port import ChatModel
from integrations.mail.port import Mailer
from integrations.payments.factory import Payments
from integrations.speech.port import SpeechToText
from integrations.storage.port import FileStore
from integrations.telegram.port import Telegram
from integrations.vectors.pgvector import PgVectorStore
from integrations.vectors.port import VectorStore


@dataclass(frozen=True, slots=True)
class Providers:
    """``archive`` holds every vector in PostgreSQL; ``index`` is what searches them, often the same object."""

    embedder: Embedder
    calibration: Calibration
    archive: PgVectorStore
    index: VectorStore
    chat: ChatModel | None
    files: FileStore
    scanner: VirusScanner | None
    speech: SpeechToText | None
    telegram: Telegram
    mailer: Mailer
    payments: Payments

    @property
    def indexed_elsewhere(self) -> bool:
        return self.index is not self.archive


_installed: list[Providers] = []


def use_providers(chosen: Providers) -> None:
    _installed[:] = [chosen]


def providers() -> Providers:
    """Raises RuntimeError in a process whose composition root chose none."""
    if not _installed:
        raise RuntimeError("use_providers() has not been called in this process")
    return _installed[0]
