"""Markdown to sections: headings become the heading path, inline marks are dropped so that a quote reads as prose.

Block structure follows CommonMark for ATX and setext headings and fenced code; front matter is the YAML block that
static site generators put before the text.
"""

import re
from collections.abc import Iterator

from services.documents.document import Section

_FRONT_MATTER = re.compile(r"\A---\n(?:[\w-]+:.*\n|[ \t]+.*\n|- .*\n|#.*\n|\n)+?(?:---|\.\.\.)(?:\n|\Z)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*\|?[ \t]*$")
_BULLET = re.compile(r"^(\s*)[*+-][ \t]+(?:\[[ xX]\][ \t]+)?")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,500})\]\([^()\s]{0,1000}(?:\s\"[^\"\n]{0,300}\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\(([^()\s]{0,1000})(?:\s\"[^\"\n]{0,300}\")?\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,500}?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"(`+)([^`\n]{1,500})\1")
# Cleaned text holds no NUL, so this cannot be a line of the document.
_DROPPED = "\x00"
_LINE_TAG = re.compile(r"<(?:br|hr)\s*/?>", re.IGNORECASE)


def sections(text: str) -> list[Section]:
    """Sections in order; a heading with nothing under it keeps its words as the text of its parent."""
    text = _FRONT_MATTER.sub("", text, count=1)
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    for level, heading, body in _blocks(_without_comments(text)):
        if level:
            path = [entry for entry in path if entry[0] < level] + [(level, heading)]
        found.append(Section(tuple(words for _, words in path if words), None, body))
    return list(_with_bare_headings(found))


def _without_comments(text: str) -> str:
    """Drop HTML comments. Searching by hand: a pattern would start over at each of many that never close."""
    kept, start = [], 0
    while (opened := text.find("<!--", start)) >= 0 and (closed := text.find("-->", opened)) >= 0:
        kept.append(text[start:opened])
        start = closed + len("-->")
    return "".join(kept) + text[start:]


def _with_bare_headings(found: list[Section]) -> Iterator[Section]:
    for section, following in zip(found, [*found[1:], None], strict=True):
        path = section.heading_path
        is_parent = following is not None and following.heading_path[: len(path)] == path != following.heading_path
        if section.text or not path or is_parent:
            yield section
        else:
            yield Section(path[:-1], None, path[-1])


def _blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (heading level or 0, heading, body) for each stretch between headings."""
    level, heading, body, fence = 0, "", list[str](), ""
    for line in text.split("\n"):
        mark = _fence_mark(line, fence)
        if mark is not None:
            fence = mark
            continue
        opened = None if fence else _heading(line, body)
        if opened is None:
            body.append(line if fence else plain_line(line))
            continue
        yield level, heading, _joined(body)
        (level, heading), body = opened, []
    yield level, heading, _joined(body)


def _fence_mark(line: str, fence: str) -> str | None:
    """The fence in force after a fence line, None when the line is no fence."""
    match = _FENCE.match(line)
    if match is None:
        return None
    if not fence:
        return match[1]
    return "" if match[1].startswith(fence) and not line.strip().strip(fence[0]) else None


def _heading(line: str, body: list[str]) -> tuple[int, str] | None:
    """A heading that starts or, underlined, ends at this line; an underlined one is taken back from ``body``."""
    atx = _ATX.match(line)
    if atx:
        return len(atx[1]), plain_line(atx[2]).strip()
    starts_block = bool(body) and body[-1].strip() and (len(body) == 1 or not body[-2].strip())
    if starts_block and _SETEXT.match(line) and not body[-1].lstrip().startswith(("|", "-", ">")):
        return (1 if "=" in line else 2), body.pop().strip()
    return None


def plain_line(line: str) -> str:
    """One line without inline marks; bullets become ``- ``, rules between blocks blank, table rules ``_DROPPED``."""
    if _TABLE_RULE.match(line) and ("|" in line or "---" in line):
        return _DROPPED if "|" in line else ""
    line = _BULLET.sub(r"\1- ", line)
    if not any(mark in line for mark in "*_`[<>"):
        return line
    line = _LINE_TAG.sub(" ", line.removeprefix("> ").removeprefix(">"))
    line = _LINK.sub(_link_words, _IMAGE.sub(r"\1", line))
    return _CODE.sub(r"\2", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", line)))


def _link_words(match: re.Match[str]) -> str:
    words, target = match[1], match[2]
    return f"{words} ({target})" if target.startswith("http") and target != words else words


def _joined(body: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in body if line != _DROPPED)).strip()
