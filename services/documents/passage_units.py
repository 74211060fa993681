"""The smallest parts of a text that a passage keeps whole: sentences, list items, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from services.documents.sentences import guess_language, split_sentences

_BLOCKS = re.compile(r"\n{2,}")
_ITEM = re.compile(r"\s*(?:[-–—•▪●◦*·]\s|\(?\d{1,3}[.)]\s)")
_BREAKS = ("\n", ". ", "; ", ", ", " ")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, a list (item) or a table (part). ``glue`` stands before it where something precedes.

    ``together`` marks a block for which a passage may grow beyond its target.
    """

    text: str
    glue: str
    together: bool = False

    @property
    def length(self) -> int:
        return len(self.text) + len(self.glue)


def units(text: str, target: int, limit: int) -> Iterator[Unit]:
    """Units in order, none longer than ``limit`` with its glue."""
    language = guess_language(text)
    limit -= 2
    held: Unit | None = None
    for glue, kind, lines in _runs(text):
        found = _run_units(kind, lines, glue, language, target, limit)
        for unit in found:
            if held is not None and unit.together and _introduces(held, unit, limit):
                held = Unit(f"{held.text}{unit.glue}{unit.text}", held.glue, together=True)
                continue
            if held is not None:
                yield held
            held = unit
    if held is not None:
        yield held


def _introduces(before: Unit, block: Unit, limit: int) -> bool:
    """Whether a line such as "You will need:" belongs to the list or table below it."""
    return before.text.endswith(":") and len(before.text) + block.length <= limit


def _runs(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (glue, kind, text) for runs of lines of one kind: table, list or prose."""
    for block in _BLOCKS.split(text):
        glue, in_list = "\n\n", False
        kinds: list[tuple[str, str]] = []
        for line in block.split("\n"):
            in_list = bool(_ITEM.match(line)) or (in_list and line[:1].isspace())
            kinds.append(("table" if line.lstrip().startswith("|") else "list" if in_list else "prose", line))
        for kind, group in groupby(kinds, key=lambda pair: pair[0]):
            yield glue, kind, "\n".join(line for _, line in group)
            glue = "\n"


def _run_units(kind: str, run: str, glue: str, language: object, target: int, limit: int) -> Iterator[Unit]:
    if not run.strip():
        return
    if kind == "prose":
        yield from _sentence_units(run, glue, limit)
    elif len(run) <= limit:
        yield Unit(run.strip("\n"), glue, together=True)
    elif kind == "table":
        yield from _table_units(run, glue, target, limit)
    else:
        yield from _list_units(run, glue, limit)


def _sentence_units(run: str, glue: str, limit: int) -> Iterator[Unit]:
    for sentence in split_sentences(run, guess_language(run)):
        words = sentence.strip()
        for piece in _pieces(words, limit):
            yield Unit(piece, glue)
            glue = " "
        if words:
            glue = "\n" if "\n" in sentence[len(sentence.rstrip()) :] else " "


def _table_units(run: str, glue: str, target: int, limit: int) -> Iterator[Unit]:
    """Parts of a long table, each with the header row, as far as that leaves room for rows."""
    header, *rows = run.strip("\n").split("\n")
    top = header + "\n" if len(header) * 2 < target else ""
    part = header
    for row in rows:
        if len(part) + len(row) < target:
            part += "\n" + row
            continue
        yield from _piece_units(part, glue, limit)
        part, glue = top + row, "\n\n"
    yield from _piece_units(part, glue, limit)


def _list_units(run: str, glue: str, limit: int) -> Iterator[Unit]:
    item: list[str] = []
    for line in run.split("\n"):
        if item and _ITEM.match(line):
            yield from _piece_units("\n".join(item), glue, limit)
            item, glue = [], "\n"
        item.append(line)
    yield from _piece_units("\n".join(item), glue, limit)


def _piece_units(text: str, glue: str, limit: int) -> Iterator[Unit]:
    if len(text) > limit:
        yield from _sentence_units(text, glue, limit)
    else:
        yield Unit(text, glue)


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Cut what is longer than any passage at a line, clause or word, or hard where it has none."""
    start = 0
    while len(text) - start > limit:
        end = next((at for mark in _BREAKS if (at := _last(text, mark, start, start + limit))), start + limit)
        yield text[start:end].strip()
        start = end
    if text[start:].strip():
        yield text[start:].strip()


def _last(text: str, mark: str, start: int, end: int) -> int:
    """Index behind the last ``mark`` in the second half of the range, 0 for none."""
    found = text.rfind(mark, start + (end - start) // 2, end)
    return found + len(mark) if found > 0 else 0
