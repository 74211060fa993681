"""Passages hold whole sentences, lose none, keep their keys and stay within their length."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.languages import Language
from services.documents.chunking import MAX_KEY_CHARS, Chunk, chunk, max_chunk_chars
from services.documents.document import Document, Section
from services.documents.reading import read_document
from services.documents.sentences import guess_language, split_sentences
from tests.documents import files

PARAGRAPHS = {
    Language.RUSSIAN: [
        "Роутер стоит 24 900 тг.",
        "Позвоните по тел. 8 800 000-01-01, т.е. бесплатно.",
        "А. С. Петров и др. сотрудники помогут!",
        "См. рис. 3.",
        "Приезжайте на ул. Абая, д. 5, кв. 12.",
        "«Перезагрузите роутер.»",
        "Что делать?",
        "Версия 2.4.1 вышла.",
    ],
    Language.ENGLISH: [
        "The router costs $49.90.",
        "Dr. Smith, e.g. our engineer, will help.",
        "See fig. 3 for details.",
        "Are you sure?",
        "Version 2.4.1 is out.",
        "Call us at 8 a.m. on weekdays.",
        "Visit help.example.com.",
        "It works!",
    ],
    Language.KAZAKH: [
        "Роутер 24 900 тг тұрады.",
        "Алматы қ., Абай көш. 5-үйге келіңіз.",
        "Не істеу керек?",
        "Роутерді қайта қосыңыз!",
        "Жұмыс уақыты 9.00-ден 18.00-ге дейін.",
        "А. Құнанбаев көшесі бойында.",
        "Кепілдік мерзімі 24 ай.",
    ],
}
words = st.text(alphabet="abcdeабвгдеёәғқ0123456789-,()«»\"'", min_size=1, max_size=14)
sentences = st.lists(words, min_size=1, max_size=40).map(lambda found: "Ж" + " ".join(found) + "a.")
texts = st.lists(st.lists(sentences, min_size=1, max_size=12), min_size=1, max_size=6)


def document(*sections: Section | str) -> Document:
    made = [part if isinstance(part, Section) else Section((), None, part) for part in sections]
    return Document("a.txt", "text/plain", "", 0, made)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", list(PARAGRAPHS))
def test_sentences_are_told_apart_in_each_language(language: Language) -> None:
    expected = PARAGRAPHS[language]
    text = " ".join(expected * 40)
    found = split_sentences(text, language)
    assert [sentence.strip() for sentence in found] == expected * 40
    assert "".join(found) == text
    assert guess_language(text) is language


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=5000), st.sampled_from(list(Language)))
def test_sentences_joined_give_the_text_back(text: str, language: Language) -> None:
    assert "".join(split_sentences(text, language)) == text


@settings(max_examples=150, deadline=None)
@given(texts, st.integers(300, 900), st.integers(0, 3))
def test_no_sentence_is_lost_or_cut_and_no_passage_too_long(
    paragraphs: list[list[str]], target: int, overlap: int
) -> None:
    text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    passages = chunk(document(text), target_chars=target, overlap_sentences=overlap)
    limit = max_chunk_chars(target)
    assert all(len(passage.content) <= limit for passage in passages)
    for paragraph in paragraphs:
        for sentence in split_sentences(" ".join(paragraph), guess_language(text)):
            if len(sentence.strip()) <= limit - 2:
                assert any(sentence.strip() in passage.content for passage in passages)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=6000), st.integers(50, 900))
def test_any_text_is_kept_within_the_length_and_repeatable(text: str, target: int) -> None:
    passages = chunk(document(text), target_chars=target, overlap_sentences=0)
    assert all(0 < len(passage.content) <= max_chunk_chars(target) for passage in passages)
    assert passages == chunk(document(text), target_chars=target, overlap_sentences=0)
    if "|" not in text:
        assert squeezed("".join(passage.content for passage in passages)) == squeezed(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "a", "A", "a#2", "a" * 300]), st.sampled_from([None, "a", "k", "a#2"]))))
def test_keys_are_unique_and_bounded(found: list[tuple[str, str | None]]) -> None:
    sections = [Section((heading,) if heading else (), None, "Text.", key=key) for heading, key in found]
    keys = [passage.key for passage in chunk(document(*sections))]
    assert len(set(keys)) == len(keys) == len(found)
    assert all(0 < len(key) <= MAX_KEY_CHARS for key in keys)


def test_overlap_repeats_whole_sentences_and_only_within_a_section() -> None:
    numbered = [f"Sentence number {number} says something of its own." for number in range(60)]
    passages = chunk(document(" ".join(numbered), "Another section."), target_chars=500, overlap_sentences=1)
    for before, after in pairwise(passages[:-1]):
        last = before.content.rsplit("Sentence", 1)[1]
        assert after.content.startswith("Sentence" + last)
    assert passages[-1].content == "Another section."


def test_heading_is_embedded_but_not_quoted() -> None:
    (passage,) = chunk(document(Section(("Delivery", "Cost"), 4, "It is 1,500 ₸.")))
    assert passage == Chunk("delivery > cost > page 4#1", "It is 1,500 ₸.", "Delivery > Cost", 4, 0, Language.ENGLISH)
    assert passage.embedded_text == "Delivery > Cost\nIt is 1,500 ₸."


def test_change_in_one_section_leaves_the_keys_of_others() -> None:
    before = "# A\n\nOne.\n\n# B\n\nTwo.\n"
    after = "# New\n\nZero.\n\n# A\n\nOne, longer. " + "And more. " * 200 + "\n\n# B\n\nTwo.\n"
    old, new = (chunk(read_document("a.md", text.encode(), max_bytes=files.MAX)) for text in (before, after))
    assert {passage.key for passage in old} <= {passage.key for passage in new}
    assert [passage.key for passage in new if passage.content == "Two."] == ["b#1"]


def test_tables_and_lists_stay_whole_with_the_line_that_introduces_them() -> None:
    filler = "This sentence only fills the passage up to its target. " * 12
    block = "You will need:\n\n" + "\n".join(f"- thing number {number}" for number in range(20))
    passages = chunk(document(filler + "\n\n" + block + "\n\n" + filler), target_chars=700)
    assert any(block in passage.content for passage in passages)


def test_long_tables_repeat_their_header() -> None:
    rows = "\n".join(f"| E-{number} | Meaning of the error and what to do about it |" for number in range(100, 180))
    passages = chunk(document("| Code | Meaning |\n" + rows), target_chars=600)
    assert len(passages) > 5
    assert all(passage.content.startswith("| Code | Meaning |\n| E-") for passage in passages)
    assert all(any(f"| E-{number} |" in passage.content for passage in passages) for number in range(100, 180))


def test_question_and_answer_are_one_passage() -> None:
    answer = "First do this. Then that. " * 40
    csv = f'id,question,answer\nq7,How?,"{answer}"\n'
    (passage,) = chunk(read_document("a.csv", csv.encode(), max_bytes=files.MAX))
    assert (passage.key, passage.heading, passage.content) == ("q7", "How?", answer.strip())


HONEST = "Доставка занимает 2–3 дня. " * 20 + "\n\n"


@pytest.mark.parametrize("line", [HONEST, "«", "a.» ", "- a\n", "|a|\n"])
def test_large_and_hostile_texts_are_chunked_in_seconds(line: str) -> None:
    started = time.monotonic()
    assert chunk(document(line * (files.MB // len(line.encode()))))
    assert time.monotonic() - started < 20


@pytest.mark.proof
def test_the_largest_text_is_chunked_in_seconds() -> None:
    started = time.monotonic()
    assert chunk(document(HONEST * (20 * files.MB // len(HONEST.encode()))))
    assert time.monotonic() - started < 20
