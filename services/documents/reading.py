"""Read an uploaded or imported file into sections of text."""

import hashlib
from collections.abc import Callable, Mapping

from core.errors import DomainError, TooLarge, UnreadableDocument
from services.documents import markdown, records
from services.documents.document import Document, Section
from services.documents.formats import MIME_TYPES, Format, check_agreement, named_format, safe_name
from services.documents.limits import Budget
from services.documents.plain_text import clean, decode

__all__ = ["Document", "Section", "read_document"]

DEFAULT_TIME_LIMIT_S = 60.0


def read_document(name: str, data: bytes, *, max_bytes: int, time_limit_s: float = DEFAULT_TIME_LIMIT_S) -> Document:
    """Read a .txt, .md, .pdf, .docx, .csv or .jsonl file. CPU only and slow: call it off the event loop.

    The kind is decided from the content; the extension has to agree. Raises TooLarge, UnsupportedFormat and
    UnreadableDocument, and nothing else.
    """
    name = safe_name(name)
    if len(data) > max_bytes:
        raise TooLarge(f"The file is larger than {max_bytes / 1_048_576:.4g} MB", field="file")
    form = named_format(name)
    if not data.strip(b" \t\r\n\f\x0b\x00\xef\xbb\xbf"):
        raise UnreadableDocument("The file is empty", field="file")
    check_agreement(form, data)
    sections = [section for section in _parse(form, data, Budget(time_limit_s)) if section.text]
    if not sections:
        raise UnreadableDocument("The file holds no text", field="file")
    return Document(name, MIME_TYPES[form], hashlib.sha256(data).hexdigest(), len(data), sections)


def _parse(form: Format, data: bytes, budget: Budget) -> list[Section]:
    try:
        return _PARSERS[form](data, budget)
    except DomainError:
        raise
    except Exception as error:
        if _ran_out_of_memory(error):
            raise TooLarge("The file needs too much memory to be read; split it", field="file") from error
        # Parsers of damaged files raise whatever their depths meet; for the sender it is one fact.
        raise UnreadableDocument(f"The .{form.value} file is damaged and cannot be read", field="file") from error


def _ran_out_of_memory(error: BaseException | None) -> bool:
    """Whether memory ran out, also where a parser caught that and failed over it in its own way."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__cause__ or error.__context__
    return error is not None


# These two are heavy, and few processes ever read such a file.
def _read_pdf(data: bytes, budget: Budget) -> list[Section]:
    from services.documents import pdf

    return pdf.sections(data, budget)


def _read_word(data: bytes, budget: Budget) -> list[Section]:
    from services.documents import word

    return word.sections(data, budget)


def _read_text(data: bytes, budget: Budget) -> list[Section]:
    return [Section((), None, budget.spend(clean(decode(data))))]


def _read_markdown(data: bytes, budget: Budget) -> list[Section]:
    return markdown.sections(budget.spend(clean(decode(data))))


def _read_csv(data: bytes, budget: Budget) -> list[Section]:
    return records.csv_sections(budget.spend(decode(data)), budget)


def _read_jsonl(data: bytes, budget: Budget) -> list[Section]:
    return records.jsonl_sections(budget.spend(decode(data)), budget)


_PARSERS: Mapping[Format, Callable[[bytes, Budget], list[Section]]] = {
    Format.TEXT: _read_text,
    Format.MARKDOWN: _read_markdown,
    Format.PDF: _read_pdf,
    Format.DOCX: _read_word,
    Format.CSV: _read_csv,
    Format.JSONL: _read_jsonl,
}
