"""CSV and JSON Lines: one section per record."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from core.errors import TooLarge, UnreadableDocument
from services.documents.document import Section
from services.documents.limits import MAX_RECORDS, Budget
from services.documents.plain_text import clean

# A cell may hold a whole article; the reader's own bound of 128 kB would call that file broken.
csv.field_size_limit(20_000_000)

_DELIMITERS = ",;\t|"
_SNIFFED_ROWS = 60
_ROLES: Mapping[str, frozenset[str]] = {
    "question": frozenset({"question", "questions", "q", "вопрос", "вопросы", "сұрақ", "сұрақтар"}),
    "answer": frozenset({"answer", "answers", "response", "a", "ответ", "ответы", "жауап", "жауаптар"}),
    "text": frozenset(
        {"text", "content", "passage", "body", "chunk", "description", "текст", "содержание", "содержимое", "описание",
         "мәтін", "мазмұны", "сипаттама"}
    ),
    "title": frozenset(
        {"title", "heading", "name", "topic", "section", "category", "заголовок", "название", "тема", "раздел",
         "категория", "тақырып", "атауы", "бөлім", "санат"}
    ),
    "key": frozenset({"id", "key", "uid", "ключ", "кілт"}),
    "unused": frozenset({"language", "lang", "язык", "тіл"}),
}  # fmt: skip
_JSON_TEXT = ("content", "text", "passage", "answer", "answers", "body", "chunk")


def csv_sections(text: str, budget: Budget) -> list[Section]:
    """A row per section: question and answer, title and text, or every cell as ``column: value``."""
    rows = _rows(text, budget)
    header = next(rows, [])
    roles = {index: role for index, cell in enumerate(header) if (role := _role(cell))}
    known = set(roles.values())
    if not ({"question", "answer"} <= known or "text" in known):
        return _unnamed_sections(header, rows)
    found = [_record_section(header, roles, row) for row in rows if any(row)]
    return [section for section in found if section.text]


def _rows(text: str, budget: Budget) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, row in enumerate(reader):
            if number > MAX_RECORDS:
                raise TooLarge(f"The file holds more than {MAX_RECORDS:,} rows", field="file")
            if number % 1000 == 0:
                budget.check()
            yield [clean(cell) for cell in row]
    except csv.Error as error:
        raise UnreadableDocument(f"The CSV file is damaged at line {reader.line_num}: {error}", field="file") from error


def _delimiter(text: str) -> str:
    """The delimiter that cuts most rows into one same number, above one, of cells."""
    sample = text.lstrip("\ufeff").splitlines(keepends=True)[:_SNIFFED_ROWS]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: list[str], delimiter: str) -> float:
    widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
    if not widths:
        return 0.0
    width, rows = widths.most_common(1)[0]
    return rows / widths.total() if width > 1 else 0.0


def _role(cell: str) -> str | None:
    name = cell.casefold().strip(" *:")
    return next((role for role, names in _ROLES.items() if name in names), None)


def _record_section(header: Sequence[str], roles: Mapping[int, str], row: Sequence[str]) -> Section:
    cells: dict[str, str] = {}
    others: list[str] = []
    for index, cell in enumerate(row):
        role = roles.get(index)
        if role is None and cell:
            others.append(f"{header[index]}: {cell}" if index < len(header) and header[index] else cell)
        elif role and cell:
            cells.setdefault(role, cell)
    body = cells.get("answer") or cells.get("text", "")
    text = "\n".join([body, *others]) if body else ""
    return _section(cells.get("title"), cells.get("question"), text, key=cells.get("key"))


def _section(
    title: str | None, question: str | None, text: str, *, key: str | None, page: int | None = None
) -> Section:
    path = tuple(" ".join(words.split()) for words in (title, question) if words and words.strip())
    return Section(path, page, text, key=key, whole=bool(question))


def _unnamed_sections(header: list[str], rows: Iterator[list[str]]) -> list[Section]:
    named = len(header) > 1 and len(set(header)) == len(header) and all(_is_column_name(cell) for cell in header)
    body = list(rows) if named else [header, *rows]
    names = header if named else []
    return [Section((), None, _row_text(names, row), whole=True) for row in body if any(row)]


def _is_column_name(cell: str) -> bool:
    return 0 < len(cell) <= 60 and not cell[0].isdigit() and cell[-1] not in ".!?…"


def _row_text(names: Sequence[str], row: Sequence[str]) -> str:
    labelled = (
        f"{names[index]}: {cell}" if index < len(names) else cell for index, cell in enumerate(row) if cell.strip()
    )
    return "\n".join(labelled)


def jsonl_sections(text: str, budget: Budget) -> list[Section]:
    """A line per section: ``content``, ``text``, ``passage`` or ``answer``, with ``question``, ``title``, ``id`` and
    ``metadata`` (``key``, ``section``, ``page``) where given. Raises UnreadableDocument that names the bad line.
    """
    found: list[Section] = []
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        if number > MAX_RECORDS:
            raise TooLarge(f"The file holds more than {MAX_RECORDS:,} lines", field="file")
        if number % 1000 == 0:
            budget.check()
        if line.strip():
            found.append(_json_section(_json_record(line, number), number))
    return found


def _json_record(line: str, number: int) -> Mapping[str, Any]:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UnreadableDocument(f"Line {number} is not valid JSON", field="file") from error
    if isinstance(record, str):
        return {"text": record}
    if not isinstance(record, dict):
        raise UnreadableDocument(f"Line {number} is not a JSON object", field="file")
    return record


def _json_section(record: Mapping[str, Any], number: int) -> Section:
    text = next((words for name in _JSON_TEXT if (words := _words(record.get(name)))), "")
    if not text:
        raise UnreadableDocument(f"Line {number} has no text: expected one of {', '.join(_JSON_TEXT)}", field="file")
    metadata = record.get("metadata")
    about: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    page = about.get("page", record.get("page"))
    title = _words(record.get("title")) or _words(about.get("section"))
    return _section(
        title.replace("_", " "),
        _words(record.get("question")),
        text,
        key=_key(about.get("key", record.get("id"))),
        page=page if isinstance(page, int) and page > 0 else None,
    )


def _words(value: object) -> str:
    """The text of a JSON value: a string, a list of strings, or SQuAD's ``{"text": [...]}``."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return _words(value.get("text"))
    if isinstance(value, list):
        return "; ".join(dict.fromkeys(clean(item) for item in value if isinstance(item, str) and item.strip()))
    return ""


def _key(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return clean(str(value))[:200] or None
