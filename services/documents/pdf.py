"""PDF to a section per page, through pypdf.

pypdf is pure Python: limits on streams and operations, and the time budget asked at every operator, bound what a
page costs.
"""

import io
import logging
import re
from collections import Counter
from itertools import pairwise
from typing import Any

from pypdf import Configuration, PageObject, PasswordType, PdfReader, apply_configuration

from core.errors import TooLarge, UnreadableDocument
from services.documents.document import Section
from services.documents.limits import (
    MAX_PDF_FORMS_PER_PAGE,
    MAX_PDF_OPERATIONS_PER_PAGE,
    MAX_PDF_PAGES,
    MAX_PDF_STREAM_BYTES,
    Budget,
)
from services.documents.plain_text import clean
from services.documents.sentences import first_sentence_end

# A hostile file can raise a warning per object: they are of no use to an operator and would flood the log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_PARTICLE = r"(?:то|либо|нибудь|таки)\b"
_HYPHENATED = re.compile(rf"(?<=[^\W\d_])[-\u2010]\n(?!{_PARTICLE})(?=[a-zа-яёәғқңөұүһі])")
_BEFORE_PARTICLE = re.compile(rf"(?<=-)\n(?={_PARTICLE})")
_ENDS = tuple('.!?…:;»”")')
_ITEM = re.compile(r"\s*(?:[-–—•▪●◦*·]\s|\(?\d{1,3}[.)]\s|[a-zа-я][.)]\s)")
_PAGE_LABEL = re.compile(
    r"[-–—\s]*(?:(?:page|стр(?:аница|\.)?|с\.|бет)\s*)?\d{1,4}(?:\s*(?:of|из|/|-?бет)\s*\d{0,4})?[-–—\s]*",
    re.IGNORECASE,
)
_MARGIN_LINES = 2
_REPEATED_SHARE = 0.6

_LIMITS = Configuration(
    zlib_maximum_output_length=MAX_PDF_STREAM_BYTES,
    lzw_maximum_output_length=MAX_PDF_STREAM_BYTES,
    run_length_maximum_output_length=MAX_PDF_STREAM_BYTES,
    array_based_stream_maximum_output_length=MAX_PDF_STREAM_BYTES,
    stream_parsing_work_maximum_count=MAX_PDF_OPERATIONS_PER_PAGE,
    xform_maximum_invocations_per_extraction=MAX_PDF_FORMS_PER_PAGE,
    jbig2dec_binary=None,
)


class _TimedStream(io.BytesIO):
    """Bytes whose every read asks the budget, so that parsing in circles ends."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        super().__init__(data)
        self._budget = budget

    def read(self, size: int | None = -1, /) -> bytes:
        self._budget.check()
        return super().read(size)


def sections(data: bytes, budget: Budget) -> list[Section]:
    """A section per page that has text. Raises UnreadableDocument for a protected or scanned file."""
    with apply_configuration(_LIMITS):
        pages = [_page_lines(page, budget) for page in _pages(data, budget)]
    if not any(pages):
        raise UnreadableDocument(
            "The PDF holds no text: it is probably a scan; recognise its text (OCR) first", field="file"
        )
    texts = _rejoin_pages([_paragraphs(lines) for lines in _without_margins(pages)])
    return [Section((), number, text) for number, text in enumerate(texts, start=1) if text]


def _pages(data: bytes, budget: Budget) -> list[PageObject]:
    reader = PdfReader(_TimedStream(data, budget), strict=False)
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise UnreadableDocument("The PDF is protected by a password; remove it first", field="file")
    if len(reader.pages) > MAX_PDF_PAGES:
        raise TooLarge(f"The PDF has more than {MAX_PDF_PAGES:,} pages; split it", field="file")
    return list(reader.pages)


def _page_lines(page: PageObject, budget: Budget) -> list[str]:
    def each_operator(*_: Any) -> None:
        budget.check()

    text = page.extract_text(visitor_operand_before=each_operator)
    lines = (" ".join(line.split()) for line in clean(budget.spend(text)).split("\n"))
    return [line for line in lines if line]


def _without_margins(pages: list[list[str]]) -> list[list[str]]:
    """Drop running headers, footers and page numbers: what most pages repeat at their edges."""
    if len(pages) < 3:
        return pages
    seen = Counter(line for number, lines in enumerate(pages, start=1) for line in _margins(lines, number))
    repeated = {line for line, count in seen.items() if count >= max(3, _REPEATED_SHARE * len(pages))}
    return [_trimmed(lines, number, repeated) for number, lines in enumerate(pages, start=1)]


def _margins(lines: list[str], number: int) -> set[str]:
    return {_pattern(line, number) for line in (*lines[:_MARGIN_LINES], *lines[-_MARGIN_LINES:])}


def _pattern(line: str, number: int) -> str:
    """The line with its own page number masked. Other numbers stay: a first line that differs by them is content."""
    return "#" if _PAGE_LABEL.fullmatch(line) else re.sub(rf"(?<!\d){number}(?!\d)", "#", line)


def _trimmed(lines: list[str], number: int, repeated: set[str]) -> list[str]:
    first, last = 0, len(lines)
    while first < min(_MARGIN_LINES, last) and _pattern(lines[first], number) in repeated:
        first += 1
    while last > max(first, len(lines) - _MARGIN_LINES) and _pattern(lines[last - 1], number) in repeated:
        last -= 1
    return lines[first:last]


def _paragraphs(lines: list[str]) -> str:
    """Join the lines of a page into paragraphs: a line goes on unless it ends a sentence short of the margin."""
    if not lines:
        return ""
    margin = 0.75 * sorted(map(len, lines))[int(0.9 * (len(lines) - 1))]
    text = lines[0]
    for previous, line in pairwise(lines):
        if _ITEM.match(line):
            text += "\n" + line
        elif len(previous) < margin:
            text += "\n\n" + line if previous.endswith(_ENDS) or not line[0].islower() else "\n" + line
        else:
            text += "\n" + line
    return re.sub(r"(?<!\n)\n(?!\n)", _line_joint, _unhyphenated(text))


def _unhyphenated(text: str) -> str:
    return _BEFORE_PARTICLE.sub("", _HYPHENATED.sub("", text))


def _line_joint(match: re.Match[str]) -> str:
    return "\n" if _ITEM.match(match.string, match.end()) else " "


def _rejoin_pages(texts: list[str]) -> list[str]:
    """Give a sentence that runs over a page break back, whole, to the page on which it begins."""
    for index in range(len(texts) - 1):
        here, following = texts[index], texts[index + 1]
        if here and following[:1].islower() and not here.endswith(_ENDS):
            end = first_sentence_end(following)
            joint = here + "\n" if here.endswith("-") else here + " "
            texts[index] = _unhyphenated(joint + following[:end]).strip()
            texts[index + 1] = following[end:].strip()
    return texts
