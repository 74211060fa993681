"""What reading gives and chunking takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A run of text under one heading path.

    ``text`` holds blocks separated by blank lines; list items start with ``- `` or a number, table rows with ``|``.
    ``page`` counts from 1. ``key`` is the identity that an imported record brought along. ``whole`` marks a question
    with its answer, which is quoted in one piece.
    """

    heading_path: tuple[str, ...]
    page: int | None
    text: str
    key: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A readable file. ``sha256`` (hex) and ``size_bytes`` are of the uploaded bytes; ``name`` is safe to show."""

    name: str
    mime_type: str
    sha256: str
    size_bytes: int
    sections: list[Section]
