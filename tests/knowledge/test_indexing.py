"""What is embedded of passages."""

from collections.abc import Sequence

import numpy as np
import pytest

from integrations.embeddings.port import Vector
from services import indexing
from services.indexing import Passage
from tests.doubles.embeddings import DeterministicEmbedder


class _Counting(DeterministicEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    async def passages(self, texts: Sequence[str]) -> Vector:
        self.texts += texts
        return await super().passages(texts)


async def test_a_passage_of_one_sentence_is_embedded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = _Counting()
    monkeypatch.setattr("services.indexing.providers", lambda: _with(counting))
    first, second = (
        Passage.of("Delivery takes two working days."),
        Passage.of("Pay by card. Or pay in cash.", "Payment"),
    )
    embedded = [each for each in await indexing.embed([first, second]) if each is not None]
    assert len(counting.texts) == len(set(counting.texts))
    assert np.array_equal(embedded[0].vector, embedded[0].sentence_vectors[0])
    assert [len(each.sentence_vectors) for each in embedded] == [len(first.parts), len(second.parts)]


def _with(embedder: DeterministicEmbedder) -> object:
    class _Providers:
        def __init__(self) -> None:
            self.embedder = embedder

    return _Providers()
