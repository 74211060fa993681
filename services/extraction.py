"""The sentences of a passage, and the answer that can be given without a chat model: a quotation, honestly worded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.languages import Language
from services.documents.sentences import guess_language, split_sentences
from services.wording.texts import wording

# Shorter pieces ("Yes.", "Step 2.") say nothing alone and join a neighbour.
_SHORTEST = 16
_QUOTE = 600
_EXCERPT = 220
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$")
_LINE_MARKS = re.compile(r"^\s*(?:>\s?|[-*+•]\s+)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` is ``passage[start:end]``, without space around it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage to show: where it is from, its text, and the number of the sentence that is nearest to the question."""

    source: str
    content: str
    sentence: int | None = None


def sentences(text: str) -> list[Sentence]:
    """The sentences and list items of a passage in order; short ones are joined to a neighbour of the same line."""
    language = guess_language(text)
    found: list[Sentence] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        found += _joined(text, _spans(line, offset, language))
        offset += len(line)
    return found


def _spans(line: str, offset: int, language: Language) -> list[tuple[int, int]]:
    if not line.strip() or _TABLE_RULE.match(line):
        return []
    spans = []
    # A row of a table says one thing, however many sentences its cells hold.
    for segment in [line] if line.lstrip().startswith("|") else split_sentences(line, language):
        start = offset + len(segment) - len(segment.lstrip())
        end = offset + len(segment.rstrip())
        if end > start:
            spans.append((start, end))
        offset += len(segment)
    return spans


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> list[Sentence]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        short = end - start < _SHORTEST or (joined and joined[-1][1] - joined[-1][0] < _SHORTEST)
        if joined and short:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [Sentence(start, end, text[start:end]) for start, end in joined]


def quote(excerpt: Excerpt, limit: int = _QUOTE) -> str:
    """Plain text of the nearest sentence and what follows it, at most ``limit`` characters of whole sentences.

    A passage that fits is quoted whole: its first sentence often names what the others speak of. Of a table, the row.
    """
    row = _table_row(excerpt)
    if row is not None:
        return _cut(row, limit)
    whole = plain(excerpt.content)
    if len(whole) <= limit:
        return whole
    parts = [plain(sentence.text) for sentence in sentences(excerpt.content)]
    first = min(excerpt.sentence or 0, len(parts) - 1)
    taken = parts[first]
    for part in parts[first + 1 :]:
        if len(taken) + len(part) + 1 > limit:
            break
        taken = f"{taken} {part}"
    return _cut(taken, limit)


def _table_row(excerpt: Excerpt) -> str | None:
    """The row that is nearest to the question, its cells apart; None where that is no row of a table."""
    if excerpt.sentence is None:
        return None
    nearest = sentences(excerpt.content)[excerpt.sentence].text
    if not nearest.startswith("|"):
        return None
    return " — ".join(plain(cell) for cell in nearest.strip("|").split("|") if cell.strip())


def plain(text: str) -> str:
    """``text`` as one line without Markdown and HTML marks, safe inside the quotation marks of any wording."""
    lines = [_unmarked(line) for line in text.splitlines() if not _TABLE_RULE.match(line)]
    flat = _TAG.sub(" ", _LINK.sub(r"\1", " ".join(lines)))
    flat = _EMPHASIS.sub("", flat).replace("|", " ").replace("«", "„").replace("»", "“")
    return _SPACE.sub(" ", flat).strip()


def _unmarked(line: str) -> str:
    heading = _HEADING.match(line)
    return f"{heading[1].rstrip('.:')}." if heading else _LINE_MARKS.sub("", line)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:-–—") + "…"


def answer_text(excerpt: Excerpt, language: Language) -> str:
    """What the knowledge base says, where it says so, the question whether that is it, and the offer of a person."""
    return wording(language).render("answer", quote=quote(excerpt), source=plain(excerpt.source))


def suggestion_text(excerpts: Sequence[Excerpt], language: Language) -> str:
    """Several passages that may be meant, numbered as their citations are."""
    words = wording(language)
    items = [
        words.render("suggestion", number=str(number), quote=quote(excerpt, _EXCERPT), source=plain(excerpt.source))
        for number, excerpt in enumerate(excerpts, start=1)
    ]
    return "\n\n".join([words.render("suggest_before"), *items, words.render("suggest_after")])


def escalation_text(reason: str, language: Language) -> str:
    """What the customer is told when a person takes over. ``reason`` is a :class:`core.events.EscalationReason`."""
    return wording(language).render(f"escalation_{reason}")
