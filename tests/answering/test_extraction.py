"""Passages are cut into sentences that can be quoted, and quoted honestly in three languages."""

import tomllib
from importlib.resources import files

import pytest

from core.events import EscalationReason
from core.languages import Language
from services.extraction import Excerpt, answer_text, escalation_text, plain, quote, sentences, suggestion_text
from services.wording.texts import wording

LONG = "Первое предложение рассказывает о доставке. " * 10 + "Возврат занимает десять дней. " + "Конец письма. " * 30


def test_sentences_point_into_the_passage() -> None:
    text = (
        "# Возврат\n\nТовар можно вернуть в течение 14 дней. Деньги придут на карту.\n- чек не нужен, достаточно номера"
    )
    found = sentences(text)
    assert [text[each.start : each.end] for each in found] == [each.text for each in found]
    assert found[1].text == "Товар можно вернуть в течение 14 дней."
    assert found[-1].text == "- чек не нужен, достаточно номера"


def test_a_short_sentence_joins_its_neighbour() -> None:
    assert [each.text for each in sentences("Да. Товар можно вернуть в течение 14 дней.")] == [
        "Да. Товар можно вернуть в течение 14 дней."
    ]


def test_table_rows_are_sentences_and_rules_are_not() -> None:
    found = sentences("| Код | Что делать |\n| --- | --- |\n| E-101 | Проверьте кабель роутера |")
    assert [each.text for each in found] == ["| Код | Что делать |", "| E-101 | Проверьте кабель роутера |"]


@pytest.mark.parametrize("text", ["", "   \n\n", "\n"])
def test_a_passage_without_text_has_no_sentences(text: str) -> None:
    assert sentences(text) == []
    assert quote(Excerpt("a.md", text)) == ""


def test_marks_of_markdown_and_html_are_not_quoted() -> None:
    text = "## Оплата\n\n**Счёт** действует [три дня](https://x.example/a). <b onclick='x()'>Да</b> `код` ~~нет~~ 2 * 3"
    assert plain(text) == "Оплата. Счёт действует три дня. Да код нет 2 * 3"


def test_names_with_underscores_stay_whole() -> None:
    assert plain("set MAX_UPLOAD_MB and user_id") == "set MAX_UPLOAD_MB and user_id"


def test_a_long_passage_is_quoted_from_its_best_sentence() -> None:
    parts = sentences(LONG)
    number = next(n for n, each in enumerate(parts) if each.text.startswith("Возврат"))
    quoted = quote(Excerpt("a.md", LONG, number), 120)
    assert quoted.startswith("Возврат занимает десять дней.")
    assert len(quoted) <= 120


def test_a_sentence_longer_than_the_limit_is_cut_at_a_word() -> None:
    quoted = quote(Excerpt("a.md", "слово " * 300), 100)
    assert len(quoted) <= 101
    assert quoted.endswith("слово…")


@pytest.mark.parametrize("language", Language)
def test_an_answer_quotes_cites_asks_and_offers_a_person(language: Language) -> None:
    text = answer_text(Excerpt("prices.md", "The plan costs $5 «a month».", 0), language)
    assert "The plan costs $5 „a month“." in text
    assert "prices.md [1]" in text
    assert "?" in text


@pytest.mark.parametrize("language", Language)
def test_suggestions_are_numbered_as_they_are_cited(language: Language) -> None:
    text = suggestion_text([Excerpt("a.md", "First passage."), Excerpt("b.md", "Second $passage.")], language)
    assert "1. " in text
    assert "(a.md) [1]" in text
    assert "Second $passage." in text
    assert "(b.md) [2]" in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", EscalationReason)
def test_every_reason_to_call_a_person_is_told_in_every_language(reason: EscalationReason, language: Language) -> None:
    assert len(escalation_text(reason, language)) > 40


def test_all_languages_have_the_same_texts_with_the_same_places() -> None:
    tables = [
        tomllib.loads(files("services.wording").joinpath(f"{language.value}.toml").read_text("utf-8"))
        for language in Language
    ]
    assert tables[0].keys() == tables[1].keys() == tables[2].keys()
    for key in tables[0]:
        places = [sorted(set(wording(language).templates[key].get_identifiers())) for language in Language]
        assert places[0] == places[1] == places[2], key
