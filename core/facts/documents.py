"""How documents of assistants become knowledge."""

from dataclasses import dataclass

from core.events import Event, StaffEvent


def documents_topic(tenant_id: int) -> str:
    """All documents of a tenant, as its staff see them progress."""
    return f"tenant:{tenant_id}:documents"


@dataclass(frozen=True)
class DocumentUploaded(Event):
    """A document waits to be read."""

    kind = "document.uploaded"
    document_id: int


@dataclass(frozen=True)
class DocumentFileDropped(Event):
    """Nobody needs the stored file any more: its text is knowledge, or was refused, or the document is gone."""

    kind = "document.file_dropped"
    storage_key: str


@dataclass(frozen=True)
class DocumentProgressed(StaffEvent):
    """``status`` is processing, completed or failed; ``progress`` is in percent."""

    kind = "document.progressed"
    document_id: int
    status: str
    progress: int

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return (documents_topic(tenant_id),)
