"""From an uploaded or imported file to the passages that are to be known of it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from config.settings import get_settings
from core.errors import InvalidInput, UnsupportedFormat
from services.documents.chunking import chunk as cut
from services.documents.document import Document
from services.documents.formats import ACCEPTED, UPLOADED, Format, named_format, safe_name
from services.documents.isolation import read_document_isolated
from services.ingestion import Batch, NewChunk

_STEP = 64


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """A file that was read, and all its passages."""

    document: Document
    batch: Batch

    def steps(self) -> Iterator[Batch]:
        """The passages in parts that retire nothing: what is stored of them stays when the work is interrupted."""
        names = list(self.batch.chunks)
        for start in range(0, len(names), _STEP):
            step = {name: self.batch.chunks[name] for name in names[start : start + _STEP]}
            yield replace(self.batch, chunks=step, replaces=None)


def check_uploaded(file_name: str) -> Format:
    """What kind of file the name of an upload says. Raises UnsupportedFormat for a table too."""
    form = named_format(safe_name(file_name))
    if form not in UPLOADED:
        raise UnsupportedFormat(f"Tables are not uploaded. Accepted: {ACCEPTED}", field="file")
    return form


async def read(
    file_name: str, data: bytes, *, source: str | None = None, assistant_id: int | None = None
) -> KnowledgeFile:
    """Read a file and cut it, into the source of that name, else of the file's.

    Raises InvalidInput, and what :func:`services.documents.reading.read_document` raises.
    """
    settings = get_settings()
    document = await read_document_isolated(file_name, data, max_bytes=settings.limits.max_upload_bytes)
    name = source or document.name
    check_source(name)
    pieces = await asyncio.to_thread(cut, document, target_chars=settings.knowledge.chunk_chars)
    # Several files may share a source; each replaces what came from a file of its own name.
    prefix = "" if name == document.name else f"{document.name[:40]}#"
    chunks = {
        f"{prefix}{piece.key}"[:255]: NewChunk(piece.content, {"page": piece.page} if piece.page else {}, piece.heading)
        for piece in pieces
    }
    return KnowledgeFile(document, Batch(name, chunks, prefix, document.mime_type, document.sha256, assistant_id))


def check_source(name: str) -> None:
    """Raises InvalidInput for what cannot be the name of a source."""
    if not name.strip() or len(name) > 255:
        raise InvalidInput("source must be 1 to 255 characters long", field="source")
