"""Cut a document into passages that can be embedded, found and quoted.

A passage holds whole sentences of one section. The default length, in characters, stays well within the 512 tokens that
the embedding model reads at once, in Russian and Kazakh too, whose words cost more tokens.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.languages import Language
from services.documents.document import Document, Section
from services.documents.passage_units import Unit, units
from services.documents.sentences import guess_language

DEFAULT_TARGET_CHARS = 800
DEFAULT_OVERLAP_SENTENCES = 1
MAX_KEY_CHARS = 200
# Room for a table, a list or a last sentence that would be worse off on its own.
_STRETCH = 1.5
_HEADING_CHARS = 300


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage. ``key`` is its identity within the source and stays when other sections change; ``content`` is what
    a customer is quoted; ``heading`` the path ``A > B``; ``page`` counts from 1, ``position`` from 0.
    """

    key: str
    content: str
    heading: str
    page: int | None
    position: int
    language: Language

    @property
    def embedded_text(self) -> str:
        """What is embedded and indexed: the heading gives a passage the words that its sentences leave out."""
        return f"{self.heading}\n{self.content}" if self.heading else self.content


def max_chunk_chars(target_chars: int) -> int:
    """The length that no ``content`` exceeds."""
    return int(target_chars * _STRETCH)


def chunk(
    document: Document,
    *,
    target_chars: int = DEFAULT_TARGET_CHARS,
    overlap_sentences: int = DEFAULT_OVERLAP_SENTENCES,
) -> list[Chunk]:
    """Passages in order; the same file always gives the same keys. CPU only: about a second per 10 MB."""
    keys = _Keys()
    chunks: list[Chunk] = []
    for section in document.sections:
        heading = _heading(section)
        for content in _passages(section, target_chars, overlap_sentences):
            language = guess_language(f"{heading}\n{content}")
            chunks.append(Chunk(keys.next(section), content, heading, section.page, len(chunks), language))
    return chunks


def _heading(section: Section) -> str:
    return " > ".join(section.heading_path)[:_HEADING_CHARS]


class _Keys:
    """Section and ordinal: text that moves in one section leaves the keys of all others alone."""

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}
        self._given: set[str] = set()

    def next(self, section: Section) -> str:
        base = self._base(section)
        while True:
            ordinal = self._ordinals[base] = self._ordinals.get(base, 0) + 1
            key = base if section.key is not None and ordinal == 1 else f"{base}#{ordinal}"
            if key not in self._given:
                self._given.add(key)
                return key

    @staticmethod
    def _base(section: Section) -> str:
        page = f"page {section.page}" if section.page else ""
        parts = [section.key] if section.key else [*section.heading_path, page]
        base = " > ".join(part.casefold() for part in parts if part) or "text"
        if len(base) <= MAX_KEY_CHARS - 10:
            return base
        return f"{base[: MAX_KEY_CHARS - 30]} {hashlib.sha256(base.encode()).hexdigest()[:16]}"


def _passages(section: Section, target: int, overlap: int) -> list[str]:
    limit = max_chunk_chars(target)
    if section.whole and len(section.text) <= limit:
        return [section.text]
    packed = list(_pack(units(section.text, target, limit), target, limit, overlap))
    return [_text(passage) for passage in _with_short_tail(packed, target, limit)]


def _pack(found: Iterable[Unit], target: int, limit: int, overlap: int) -> Iterator[tuple[int, list[Unit]]]:
    """Yield passages as (number of units repeated from the one before, units)."""
    current: list[Unit] = []
    repeated, size = 0, 0
    for unit in found:
        room = limit if unit.together else target
        if len(current) > repeated and size + unit.length > room:
            yield repeated, current
            current = _overlap(current, overlap, target // 4, limit - unit.length)
            repeated, size = len(current), sum(kept.length for kept in current)
        current.append(unit)
        size += unit.length
    if len(current) > repeated:
        yield repeated, current


def _overlap(passage: list[Unit], sentences: int, most: int, room: int) -> list[Unit]:
    """The last whole sentences of a passage, to be read again before the next; none where they are long or a list."""
    kept = passage[len(passage) - sentences :] if sentences else []
    fits = sum(unit.length for unit in kept) <= min(most, room)
    return kept if fits and len(kept) < len(passage) and not any(unit.together for unit in kept) else []


def _with_short_tail(packed: list[tuple[int, list[Unit]]], target: int, limit: int) -> Iterator[list[Unit]]:
    """Put a last passage of hardly more than a sentence back to the one before it."""
    passages = [list(passage) for _, passage in packed]
    if len(packed) > 1:
        fresh = packed[-1][1][packed[-1][0] :]
        added = sum(unit.length for unit in fresh)
        if added < target // 4 and sum(unit.length for unit in passages[-2]) + added <= limit:
            passages[-2:] = [passages[-2] + fresh]
    yield from passages


def _text(passage: list[Unit]) -> str:
    return "".join(unit.glue + unit.text for unit in passage).strip()
