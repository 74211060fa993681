"""A knowledge base in memory: the lanes that PostgreSQL serves, in front of the product's own scoring."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from benchmarks.embedding_cache import EmbeddingCache
from integrations.embeddings.calibration import shipped_means
from services import lexical, nearness, scoring
from services.documents.exact_tokens import exact_tokens
from services.extraction import sentences
from services.language import identify
from services.lexical import Corpus, TermCounts
from services.nearness import Candidate
from services.scoring import Centring, Hit, Recipe, Space, Vector

_CANDIDATES = 50


@dataclass(frozen=True)
class Question:
    """``vector`` is raw, of shape (d,)."""

    text: str
    vector: Vector

    @cached_property
    def language(self) -> str:
        return identify(self.text)


class Knowledge:
    """Passages, numbered from 0 as chunk ids, with everything that a search needs."""

    def __init__(
        self,
        cache: EmbeddingCache,
        name: str,
        contents: Sequence[str],
        languages: Sequence[str],
        headings: Sequence[str] = (),
    ) -> None:
        self.languages = np.array(languages)
        texts = (
            [f"{heading}\n{text}" for heading, text in zip(headings, contents, strict=True)] if headings else contents
        )
        self.vectors = cache.passages(name, texts)
        self._sentences = _sentence_vectors(cache, name, contents)
        self._stems = [lexical.stems(text, language) for text, language in zip(texts, languages, strict=True)]
        self._counts = [Counter(stems) for stems in self._stems]
        self._exact = [set(exact_tokens(text)) for text in texts]
        self._postings: dict[tuple[str, str], list[int]] = {}
        for number, counts in enumerate(self._counts):
            for term in counts:
                self._postings.setdefault((languages[number], term), []).append(number)

    def hits(self, question: Question, recipe: Recipe, without: frozenset[int] = frozenset()) -> list[Hit]:
        """The ranking, as if the passages ``without`` were not there."""
        words = self._lexical(question, without)
        wanted = exact_tokens(question.text)
        exact = self._exact_shares(wanted, without)
        numbers = {*self._nearest(question, without), *words, *exact}
        candidates = [self._candidate(number) for number in sorted(numbers)]
        dense = nearness.dense(question.vector, question.language, candidates, self.means)
        return scoring.fuse(dense, words, exact, question.language, self.means.chunks, recipe)

    def rows(self, number: int) -> Vector:
        """Raw vectors of a passage and its sentences, shape (n, d)."""
        return np.concatenate([self.vectors[number][None], self._sentences[number]])

    @cached_property
    def means(self) -> Centring:
        passages, queries = shipped_means()
        spaces = {
            str(language): Space(int(chosen.sum()), self.vectors[chosen].sum(axis=0))
            for language in np.unique(self.languages)
            if (chosen := self.languages == language).any()
        }
        return scoring.centring(
            spaces,
            {str(language): mean for language, mean in passages.items()},
            {str(language): mean for language, mean in queries.items()},
        )

    def _nearest(self, question: Question, without: frozenset[int]) -> list[int]:
        """The best of each language, as one index per language gives them."""
        similar = self.vectors @ self.means.query(question.vector, question.language)
        similar[list(without)] = -np.inf
        found: list[int] = []
        for language in np.unique(self.languages):
            members = np.flatnonzero(self.languages == language)
            found += members[np.argsort(-similar[members])[:_CANDIDATES]].tolist()
        return [number for number in found if number not in without]

    def _lexical(self, question: Question, without: frozenset[int]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for language in np.unique(self.languages):
            terms = set(lexical.stems(question.text, language))
            postings = {term: self._postings.get((language, term), []) for term in terms}
            members = {number for numbers in postings.values() for number in numbers} - without
            found = [self._term_counts(number, terms) for number in members]
            best = sorted(lexical.bm25(found, self._corpus(language, postings)).items(), key=lambda item: -item[1])
            scores |= dict(best[:_CANDIDATES])
        return scores

    def _term_counts(self, number: int, terms: set[str]) -> TermCounts:
        counts = self._counts[number]
        return TermCounts(number, len(counts), {term: counts[term] for term in terms if term in counts})

    def _corpus(self, language: str, postings: dict[str, list[int]]) -> Corpus:
        documents, average = self._sizes[language]
        return Corpus(documents, average, {term: len(numbers) for term, numbers in postings.items()})

    @cached_property
    def _sizes(self) -> dict[str, tuple[int, float]]:
        lengths = np.array([len(counts) for counts in self._counts])
        groups = {str(language): lengths[self.languages == language] for language in np.unique(self.languages)}
        return {language: (len(group), float(group.mean())) for language, group in groups.items()}

    def _exact_shares(self, wanted: Sequence[str], without: frozenset[int]) -> dict[int, float]:
        if not wanted:
            return {}
        shares = {n: sum(token in held for token in wanted) / len(wanted) for n, held in enumerate(self._exact)}
        return {number: share for number, share in shares.items() if share > 0 and number not in without}

    def _candidate(self, number: int) -> Candidate:
        return Candidate(number, str(self.languages[number]), self.rows(number))


def _sentence_vectors(cache: EmbeddingCache, name: str, texts: Sequence[str]) -> list[Vector]:
    parts = [[sentence.text for sentence in sentences(text)] for text in texts]
    vectors = cache.passages(f"{name}, sentences", [text for part in parts for text in part])
    bounds = np.cumsum([0, *(len(part) for part in parts)])
    return [vectors[start:end] for start, end in pairwise(bounds)]
