"""A generated answer is released only where passages support each of its sentences."""

import numpy as np
import pytest

from services.grounding import Draft, Ground, Report, check, draft, facts
from services.scoring import Centring, Vector
from tests.doubles.embeddings import word_vector

SIZE = 512
RETURNS = "Товар можно вернуть в течение 14 дней. Деньги поступят на карту за 10 рабочих дней."
EXPORT = "Owners can export all conversations as JSON or CSV. The link works for 48 hours. Write to help@example.com."
KAZAKH = "Тауарды 14 күн ішінде қайтаруға болады. Чек сақталуы керек."


def vectors(texts: list[str]) -> Vector:
    return np.array([word_vector(text, SIZE) for text in texts], np.float32).reshape(len(texts), SIZE)


def checked(answer: str, *grounds: str, question: str = "") -> Report:
    prepared = draft(answer, len(grounds))
    none = np.zeros(SIZE, np.float32)
    means = Centring({"ru": none, "en": none, "kk": none}, {"ru": none, "en": none, "kk": none}, 0.0, 10)
    passages = [Ground(text, language_of(text), vectors([text, *text.split(". ")])) for text in grounds]
    return check(prepared, vectors([claim.text for claim in prepared.claims]), passages, question, means)


def language_of(text: str) -> str:
    return {RETURNS: "ru", KAZAKH: "kk"}.get(text, "en")


@pytest.mark.parametrize(
    ("answer", "ground"),
    [
        ("Товар можно вернуть в течение 14 дней [1].", RETURNS),
        ("Деньги поступят на карту за 10 рабочих дней [1]. Есть ли ещё вопросы?", RETURNS),
        ("Здравствуйте! Товар можно вернуть в течение 14 дней [1]. Рад помочь!", RETURNS),
        ("Owners can export conversations as JSON or CSV [1].", EXPORT),
        ("The link works for 48 hours [1]. Let me know if you need more.", EXPORT),
        ("Тауарды 14 күн ішінде қайтаруға болады [1].", KAZAKH),
    ],
)
def test_what_the_passage_says_is_supported(answer: str, ground: str) -> None:
    report = checked(answer, ground)
    assert report.supported, report
    assert report.unsupported == ()


@pytest.mark.parametrize(
    ("answer", "ground"),
    [
        ("Товар можно вернуть в течение 30 дней [1].", RETURNS),
        ("Товар можно вернуть в течение тридцати дней, точнее 31 дня [1].", RETURNS),
        ("Мы дарим каждому клиенту новый велосипед [1].", RETURNS),
        ("The link works for 72 hours [1].", EXPORT),
        ("Write to sales@example.com [1].", EXPORT),
        ("See https://evil.example/login for the link [1].", EXPORT),
        ("Dancing elephants deliver parcels every sunny morning [1].", EXPORT),
        ("Тауарды 30 күн ішінде қайтаруға болады [1].", KAZAKH),
        ("Дүкенде балаларға арналған бассейн бар [1].", KAZAKH),
    ],
)
def test_what_the_passage_does_not_say_is_not_supported(answer: str, ground: str) -> None:
    assert not checked(answer, ground).supported


def test_one_invented_sentence_spoils_the_answer_and_is_named() -> None:
    report = checked("Товар можно вернуть в течение 14 дней [1]. Скидка составит 50 процентов [1].", RETURNS)
    assert not report.supported
    assert report.unsupported == ("Скидка составит 50 процентов.",)


def test_a_number_of_the_question_may_be_repeated() -> None:
    answer = "Заказ 77123: товар можно вернуть в течение 14 дней [1]."
    assert not checked(answer, RETURNS).supported
    assert checked(answer, RETURNS, question="Как вернуть заказ 77123?").supported


def test_an_answer_that_claims_nothing_or_has_no_ground_is_not_supported() -> None:
    assert not checked("Чем ещё помочь?", RETURNS).supported
    assert not checked("Товар можно вернуть в течение 14 дней.").supported
    assert not checked("", RETURNS).supported


@pytest.mark.parametrize(
    ("answer", "text", "cited"),
    [
        ("Да, можно [1].", "Да, можно [1].", (1,)),
        ("Да [7]. Нет [2][1].", "Да. Нет [2][1].", (2, 1)),
        ("Оба [1, 2] и [0].", "Оба [1][2] и.", (1, 2)),
        ("Без ссылок.", "Без ссылок.", ()),
    ],
)
def test_markers_without_a_passage_are_taken_out(answer: str, text: str, cited: tuple[int, ...]) -> None:
    prepared = draft(answer, 2)
    assert (prepared.text, prepared.cited) == (text, cited)


def test_list_numbers_are_not_facts() -> None:
    prepared: Draft = draft("1. Откройте настройки профиля [1].\n2. Нажмите кнопку выхода [1].", 1)
    assert [claim.facts for claim in prepared.claims] == [frozenset(), frozenset()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 000 рублей", "1000 рублей"),
        ("10,000 tenge", "10000 tenge"),
        ("12.50 dollars", "12,5 dollars"),
        ("семь дней", "7 дней"),
        ("up to ten files", "up to 10 files"),
        ("сағат 10-нан", "сағат 10"),
        ("бес күн", "5 күн"),
    ],
)
def test_the_same_number_written_otherwise_is_the_same_fact(one: str, other: str) -> None:
    assert facts(one) == facts(other) != frozenset()


def test_a_greeting_does_not_carry_a_claim_past_the_check() -> None:
    assert not checked("Здравствуйте, мы дарим всем новым клиентам велосипеды [1].", RETURNS).supported
    assert not checked("Товар можно вернуть в течение 14 дней [1]. Доставляем дронами бесплатно.", RETURNS).supported


def test_codes_and_addresses_are_facts_as_a_whole() -> None:
    assert "e-417" in facts("Ошибка E-417")
    assert "help@example.com" in facts("Write to help@example.com.")
    assert "https://x.example/a" in facts("See https://x.example/a.")
