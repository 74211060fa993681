"""Questions with known answers, from the public data sets (see docs) and from our own mixed knowledge base."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.embedding_cache import EmbeddingCache
from benchmarks.knowledge import Knowledge, Question
from services.documents.chunking import chunk
from services.documents.reading import read_document

_OWN = Path(__file__).parent / "data"
_DEMO = Path(__file__).parent.parent / "app" / "demo_data" / "knowledge"
_DEMO_BYTES = 1_000_000
_EXAMPLES_PER_INTENT = 20


@dataclass(frozen=True)
class Case:
    """``answers`` are the chunk ids that answer the question, none for one that must be refused.

    ``related`` are those of the same subject, which a fair test of refusal removes together with the answers.
    """

    question: Question
    answers: frozenset[int]
    related: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Task:
    name: str
    knowledge: Knowledge
    cases: Sequence[Case]


def xquad(cache: EmbeddingCache, data: Path, language: str) -> Task:
    """XQuAD questions in ``language`` against the English passages."""
    passages = _lines(data / "xquad_en_passages.jsonl")
    texts, titles = [each["text"] for each in passages], [each["title"] for each in passages]
    ids = {each["id"]: number for number, each in enumerate(passages)}
    knowledge = Knowledge(cache, "XQuAD passages", texts, ["en"] * len(texts))
    rows = _lines(data / f"xquad_{language}_questions.jsonl")
    questions = _questions(cache, f"XQuAD {language}", [row["question"] for row in rows])
    articles = {title: frozenset(n for n, other in enumerate(titles) if other == title) for title in titles}
    cases = [
        Case(question, frozenset({ids[row["passage"]]}), articles[titles[ids[row["passage"]]]])
        for question, row in zip(questions, rows, strict=True)
    ]
    return Task(f"XQuAD {language} > en", knowledge, cases)


def clinc(cache: EmbeddingCache, data: Path, every: int) -> Task:
    """CLINC150: a knowledge base of 20 requests per intent, asked each n-th of ``val`` and all ``oos_val``."""
    sets = json.loads((data / "clinc150_train_val.json").read_text("utf-8"))
    taken: dict[str, list[str]] = {}
    for text, intent in sets["train"]:
        known = taken.setdefault(intent, [])
        if len(known) < _EXAMPLES_PER_INTENT:
            known.append(text)
    pairs = [(text, intent) for intent, texts in sorted(taken.items()) for text in texts]
    knowledge = Knowledge(cache, "CLINC150 examples", [text for text, _ in pairs], ["en"] * len(pairs))
    asked = [*sets["val"][::every], *sets["oos_val"]]
    questions = _questions(cache, "CLINC150", [text for text, _ in asked])
    chunks = {intent: frozenset(n for n, pair in enumerate(pairs) if pair[1] == intent) for intent in taken}
    cases = [
        Case(question, chunks.get(intent, frozenset())) for question, (_, intent) in zip(questions, asked, strict=True)
    ]
    return Task("CLINC150", knowledge, cases)


def mixed(cache: EmbeddingCache) -> Task:
    """A small knowledge base in three languages with questions in all, across them, and beside the point."""
    passages, asked = _table(_OWN / "mixed_passages.tsv"), _table(_OWN / "mixed_questions.tsv")
    ids = {row["id"]: number for number, row in enumerate(passages)}
    texts = [row["text"] for row in passages]
    knowledge = Knowledge(cache, "mixed passages", texts, [row["language"] for row in passages])
    questions = _questions(cache, "mixed questions", [row["question"] for row in asked])
    cases = [
        Case(question, frozenset({ids[row["passage"]]}) if row["passage"] else frozenset())
        for question, row in zip(questions, asked, strict=True)
    ]
    return Task("mixed ru/kk/en", knowledge, cases)


def demo(cache: EmbeddingCache) -> Task:
    """The demo tenant's knowledge. A question is answered by any passage of the right document, in any language."""
    files = sorted(_DEMO.glob("*/*.md"))
    chunks = [
        (path.stem, path.parent.name, each)
        for path in files
        for each in chunk(read_document(path.name, path.read_bytes(), max_bytes=_DEMO_BYTES))
    ]
    contents = [each.content for _, _, each in chunks]
    knowledge = Knowledge(
        cache, "demo", contents, [language for _, language, _ in chunks], [each.heading for _, _, each in chunks]
    )
    asked = _table(_OWN / "demo_questions.tsv")
    questions = _questions(cache, "demo questions", [row["question"] for row in asked])
    documents = {stem: frozenset(n for n, each in enumerate(chunks) if each[0] == stem) for stem, _, _ in chunks}
    cases = [
        Case(question, documents.get(row["document"], frozenset()))
        for question, row in zip(questions, asked, strict=True)
    ]
    return Task("demo knowledge", knowledge, cases)


def banking77(data: Path) -> list[tuple[str, str]]:
    """(text, intent) of the training file."""
    with (data / "banking77_train.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _questions(cache: EmbeddingCache, name: str, texts: Sequence[str]) -> list[Question]:
    vectors = cache.queries(name, texts)
    return [Question(text, vector) for text, vector in zip(texts, vectors, strict=True)]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
