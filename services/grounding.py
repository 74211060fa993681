"""Whether a generated answer says only what the retrieved passages say, sentence by sentence.

Two tests. Facts that can be compared as written (numbers, dates, amounts, addresses, codes) must occur in the passages
or in the question. And each sentence must be near a passage in meaning, by its vector, so that an answer in another
language than its ground passes. A sentence that turns its ground's meaning round with the same words is beyond both.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from services.documents.exact_tokens import exact_tokens
from services.extraction import plain, sentences
from services.language import identify
from services.lexical import stems
from services.scoring import Centring, Vector

_MARKER = re.compile(r"\s?\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_LIST_NUMBER = re.compile(r"(?m)^\s*\(?\d{1,2}[.)]\s+")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d\w])|\d+(?:[.,:]\d+)*")
_URL = re.compile(r"(?:https?://|www\.)[^\s)>\]]+", re.IGNORECASE)
# Endings that inflect a number: "10-нан", "5-го"; not the letters of a code.
_INFLECTED = re.compile(r"(?<=\d)-[а-яёәіңғүұқөһ]{1,5}(?!\w)")
_TARGET = re.compile(r"\]\(\s*<?([^)\s>]+)")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 3
_FEWEST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Ground:
    """A passage given to the model: raw vectors of itself and of its sentences as rows, shape (n, d)."""

    text: str
    language: str
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer that can be right or wrong."""

    text: str
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A generated answer whose invalid citation markers are gone; ``cited`` are the numbers left, in order, from 1."""

    text: str
    claims: tuple[Claim, ...]
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """``score`` is the support of the weakest claim, from 0 to 1."""

    supported: bool
    score: float
    unsupported: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Support that a claim needs: on its own, and where it shares most of its words with the ground."""

    alone: float
    with_words: float
    words: float


@lru_cache(maxsize=1)
def bounds() -> Bounds:
    """Measured by ``python -m benchmarks.grounding``."""
    return Bounds(**_data()["bounds"])


def draft(answer: str, grounds: int) -> Draft:
    """Prepare an answer over ``grounds`` passages for the check. Its claims are what :func:`check` wants vectors of."""
    cited: dict[int, None] = {}

    def keep(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        valid = [number for number in numbers if 1 <= number <= grounds]
        cited.update(dict.fromkeys(valid))
        lead = match[0][: match[0].index("[")]
        return lead + "".join(f"[{number}]" for number in valid) if valid else ""

    text = _MARKER.sub(keep, answer).strip()
    bare = _LIST_NUMBER.sub("", _MARKER.sub("", text))
    claims = [_claim(sentence.text) for sentence in sentences(bare)]
    return Draft(text, tuple(claim for claim in claims if _asserts(claim)), tuple(cited))


def _claim(written: str) -> Claim:
    # Marks are no words, but where a link leads to is a fact like another.
    text = plain(written)
    return Claim(text, facts(text) | {target.casefold() for target in _TARGET.findall(written)})


def _asserts(claim: Claim) -> bool:
    """Courtesies ("Hello!", "Glad to help."), questions that begin as questions do and headings of a word or two
    assert nothing that a passage could support.
    """
    if claim.facts:
        return True
    words, text = len(_WORD.findall(claim.text)), claim.text.casefold()
    if words < _FEWEST_WORDS:
        return words > 0 and not text.endswith((":", "?")) and text.strip(" .!…,") not in _data()["short"]
    return not _begins("questions" if text.endswith("?") else "courtesies", text, words)


def _begins(table: str, text: str, words: int) -> bool:
    return any(text.startswith(opening) and words <= most for opening, most in _data()[table].items())


def check(prepared: Draft, vectors: Vector, grounds: Sequence[Ground], question: str, means: Centring) -> Report:
    """Check a draft. ``vectors`` holds a raw passage vector for each claim, shape (claims, d).

    An answer without a claim says nothing and is not supported; one without grounds neither.
    """
    if not prepared.claims or not grounds:
        return Report(False, 0.0, tuple(claim.text for claim in prepared.claims))
    known = _repeatable(question).union(*(_facts_of(ground.text) for ground in grounds))
    rows = np.concatenate([_centred(each.vectors, means.passage_mean(each.language)) for each in grounds])
    support = [
        _support(claim, vector, rows, grounds, known, means)
        for claim, vector in zip(prepared.claims, vectors, strict=True)
    ]
    unsupported = [claim.text for claim, (_, passed) in zip(prepared.claims, support, strict=True) if not passed]
    return Report(not unsupported, min(score for score, _ in support), tuple(unsupported))


def _support(
    claim: Claim, vector: Vector, rows: Vector, grounds: Sequence[Ground], known: frozenset[str], means: Centring
) -> tuple[float, bool]:
    """Nearness in meaning, from 0 to 1, and whether the claim stands."""
    if not claim.facts <= known:
        return 0.0, False
    language = identify(claim.text)
    nearness = float((rows @ _centred(vector[None], means.passage_mean(language))[0]).max())
    needed = bounds().alone
    if _shared_words(claim.text, language, grounds) >= bounds().words:
        needed = bounds().with_words
    return max(0.0, min(1.0, nearness)), nearness >= needed


def _centred(vectors: Vector, mean: Vector) -> Vector:
    moved = vectors.astype(np.float32) - mean
    unit: Vector = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
    return unit


def _shared_words(text: str, language: str, grounds: Sequence[Ground]) -> float:
    """Share of the text's longer words that the grounds of its language have, too."""
    words = {word for word in stems(text, language) if len(word) > 3}
    found = {word for ground in grounds if ground.language == language for word in stems(ground.text, language)}
    return len(words & found) / len(words) if words else 0.0


def facts(text: str) -> frozenset[str]:
    """What can be compared as written: numbers (also in words), codes, e-mail addresses, links."""
    found = {url.rstrip(".,;:!?»”").casefold() for url in _URL.findall(text)}
    rest = _INFLECTED.sub("", _URL.sub(" ", text))
    found.update(token for token in exact_tokens(rest) if not token.isalpha() and not _NUMBER.fullmatch(token))
    found.update(_number(match) for match in _NUMBER.findall(rest))
    names = number_words()
    found.update(names[word] for word in _WORD.findall(rest.casefold()) if word in names)
    return frozenset(found)


def _facts_of(ground: str) -> frozenset[str]:
    return facts(ground) | {target.casefold() for target in _TARGET.findall(ground)}


def _repeatable(question: str) -> frozenset[str]:
    """What an answer may take from the question: numbers of orders, codes, addresses of mail. Not a term, an amount or
    a link: customers would confirm to themselves what nobody promised.
    """
    return frozenset(fact for fact in facts(question) if _is_name(fact))


def _is_name(fact: str) -> bool:
    if fact.isdigit():
        return len(fact) >= _FEWEST_DIGITS
    return ":" not in fact and "/" not in fact and any(map(str.isalpha, fact)) and ("@" in fact or "." not in fact)


def _number(written: str) -> str:
    """``1 000``, ``1000`` and ``1,000`` alike; ``12.50`` is ``12.5``; times and dates as they stand."""
    joined = re.sub(r"[ \u00a0\u202f]", "", written)
    joined = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", joined).replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", joined):
        joined = joined.rstrip("0").rstrip(".")
    return joined.lstrip("0") or "0" if joined.isdigit() else joined


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Mapping[str, float]]:
    return tomllib.loads(files("services").joinpath("grounding.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def number_words() -> Mapping[str, str]:
    """Numbers written as words, in lower case, and what :func:`facts` makes of them."""
    table = _data()["numbers"]
    return {word: str(value) for word, value in table.items()}
