"""People's names: introduced ("меня зовут Айгуль", "менің атым Канат"), or beside the number that was asked for."""

import re
from collections.abc import Iterator
from functools import cache

from services.interviewing.phrases import names_nothing
from services.interviewing.spoken import Spoken, fold, table

_WORD = r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*"
_NAME = rf"{_WORD}(?:\s+{_WORD}){{0,2}}"
_INTRODUCED = re.compile(
    r"(?<!\w)(?:меня зовут|мое имя(?: это)?|имя|зовут меня|зовут|менин (?:атым|есимим)"
    r"|(?:аты|есими)м(?: жоним)?|аты-жоним"
    r"|my name is|my name s|name is|call me(?! later| back| tomorrow| at| on| now)|this is)\s*[:\-—–]?\s+"
)
# "я" and "мен" begin many sentences: a capital letter has to follow.
_BY_PRONOUN = re.compile(r"(?<!\w)(?:это я|я|мен|i am|i m|i'm|im)\s*[,\-—–]?\s+")
_CLAUSE = re.compile(r"[.,;:!?\n()|\"«»—–/\\]+|\s-\s")
_TOKEN = re.compile(_WORD)
_SUFFIX = re.compile(r"(?<=[^\W\d_]{3})[пбм][ыі]н$")
_VERB = re.compile(
    r"(?:ть|ться|чь|ите|аите|уите|еите|ую|ешь|ишь|ете|ает|яет|или|али|аем|уем|илось|алось|еиин"
    r"|[аеий]мыз|[аеий]миз|[ай]мын)$"
)
_PATRONYMIC = re.compile(r"\w{2,}(?:ович|евич|ич|овна|евна|ична|инична|улы|кызы|оглы)$")
_DIGIT = re.compile(r"\d")
_MOST_WORDS = 3
_LONGEST_WORD = 40


def take_introduced(spoken: Spoken) -> str | None:
    """The name that somebody introduces as such."""
    for pattern, capital in ((_INTRODUCED, False), (_BY_PRONOUN, True)):
        for match in pattern.finditer(spoken.folded):
            words, end = _following(spoken.text, match.end(), capital)
            if words:
                spoken.take(match.start(), end)
                return shown_name(words)
    return None


def take_beside(spoken: Spoken, *, awaited: bool, with_phone: bool) -> str | None:
    """A name that stands alone: next to the phone number, or anywhere in the answer to the question for it."""
    alone = len(_TOKEN.findall(spoken.text)) <= _MOST_WORDS
    for start, end in _clauses(spoken, awaited=awaited):
        tokens = [match for match in _TOKEN.finditer(spoken.text, start, end) if fold(match[0]) not in _words("filler")]
        words = [token[0] for token in tokens]
        # In small letters, only what says nothing else is a name.
        capital = all(word[0].isupper() for word in words)
        plain_answer = awaited and with_phone and not _DIGIT.search(spoken.text, start, end)
        if _is_name(words) and (capital or alone or plain_answer):
            spoken.take(tokens[0].start(), tokens[-1].end())
            return shown_name([_SUFFIX.sub("", words[0]), *words[1:]])
    return None


def take_called(spoken: Spoken) -> str | None:
    """A first name of the list that stands alone in its clause: who writes it introduces themselves, asked or not."""
    places = [place for place in _clauses(spoken, awaited=True) if _TOKEN.search(spoken.text, *place)]
    for start, end in places:
        clause = spoken.text[start:end]
        words = [word for word in _TOKEN.findall(clause) if fold(word) not in _words("filler")]
        written = len(places) == 1 or all(word[0].isupper() for word in words)
        if written and words and "|" not in clause and not _DIGIT.search(clause) and _are_given(words):
            spoken.take(start, end)
            return shown_name(words)
    return None


def _are_given(words: list[str]) -> bool:
    further = (_PATRONYMIC.match(fold(word)) or (word[0].isupper() and _is_part(word)) for word in words[1:])
    return len(words) <= _MOST_WORDS and fold(words[0]) in _given() and all(further)


@cache
def _given() -> frozenset[str]:
    return frozenset(fold(name) for name in table("names")["given"])


def says_more(text: str) -> bool:
    """Whether some word is one that no name of a person, place or thing holds: a question, a verb, a pronoun."""
    return any(fold(word) in _words("never") for word in _TOKEN.findall(text))


def plausible_name(name: str) -> str | None:
    """A name given as such, as it is shown; None for what is none."""
    words = name.split()
    return shown_name(words) if re.fullmatch(_NAME, name.strip()) and _is_name(words) else None


def shown_name(words: list[str]) -> str:
    """With capital letters where names have them."""
    return " ".join("-".join(_capitalised(part) for part in word.split("-")) for word in words)


def _capitalised(part: str) -> str:
    return part[:1].upper() + (part[1:].lower() if part.isupper() else part[1:])


def _following(text: str, start: int, capital: bool) -> tuple[list[str], int]:
    """The words of a name that begins at ``start``; further ones belong to it where they have capitals as the first."""
    words: list[str] = []
    end = start
    for match in _TOKEN.finditer(text, start):
        gap = text[end : match.start()]
        if (words and gap.strip(" ")) or len(words) == _MOST_WORDS or gap.strip(" :-—–"):
            break
        word = _SUFFIX.sub("", match[0]) if not words else match[0]
        if not _is_name([word]) or (fold(word) in _words("filler")):
            break
        patronymic = bool(words) and _PATRONYMIC.match(fold(word)) is not None
        if (capital or words) and not (word[0].isupper() or patronymic):
            break
        words.append(word)
        end = match.end()
    return words, end


def _clauses(spoken: Spoken, *, awaited: bool) -> Iterator[tuple[int, int]]:
    """Where a name may stand: every clause where it was asked for, else the one beside the number."""
    places = []
    start = 0
    for match in [*_CLAUSE.finditer(spoken.text), None]:
        end = match.start() if match else len(spoken.text)
        places.append((start, end))
        start = match.end() if match else end
    yield from places if awaited else _beside_number(spoken, places)


def _beside_number(spoken: Spoken, places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The clauses on both sides of the number, where nothing else that was understood stands between."""
    if spoken.number is None:
        return
    first, last = spoken.number
    for start, end in places:
        between = spoken.text[end:first] if end <= first else spoken.text[last:start]
        if spoken.text[start:end].strip() and "|" not in between and not _TOKEN.search(between):
            yield start, end


def _is_name(words: list[str]) -> bool:
    return 1 <= len(words) <= _MOST_WORDS and all(_is_part(word) for word in words) and len("".join(words)) > 1


def _is_part(word: str) -> bool:
    folded = fold(word)
    by_adverb = folded.endswith("о") and not word[0].isupper()
    return (
        len(word) <= _LONGEST_WORD
        and folded not in _common()
        and not _VERB.search(folded)
        and not by_adverb
        and not names_nothing(word)
    )


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for word in table("vocabulary")["names"][kind])


@cache
def _common() -> frozenset[str]:
    """Words of everyday speech, of all languages."""
    by_language = table("vocabulary")["language"].values()
    return _words("never") | {fold(word) for words in by_language for word in words}
