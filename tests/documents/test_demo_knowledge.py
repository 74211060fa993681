"""The demo tenant's knowledge says the same in Russian, Kazakh and English, and its tickets point at real documents."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from core.languages import Language
from services.documents.chunking import chunk
from services.documents.reading import read_document
from tests.documents import files

DEMO = Path(__file__).parents[2] / "app" / "demo_data"
KNOWLEDGE = DEMO / "knowledge"
SUBJECTS = sorted(path.stem for path in (KNOWLEDGE / "en").glob("*.md"))
SPACED_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0,](?=\d{3}(?!\d))")


def facts(language: Language, subject: str) -> Counter[str]:
    """Numbers with at least two digits, and codes; small ones are words in one language and digits in another."""
    text = SPACED_THOUSANDS.sub("", (KNOWLEDGE / language / f"{subject}.md").read_text())
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    return Counter(re.findall(r"(?:[A-Z]+-)?\d[\d.:]*\d", text))


def test_each_language_covers_the_same_subjects() -> None:
    for language in Language:
        assert sorted(path.stem for path in (KNOWLEDGE / language).glob("*.md")) == SUBJECTS
    assert len(SUBJECTS) >= 8


@pytest.mark.parametrize("subject", SUBJECTS)
def test_facts_agree_between_the_languages(subject: str) -> None:
    english = facts(Language.ENGLISH, subject)
    assert facts(Language.RUSSIAN, subject) == english
    assert facts(Language.KAZAKH, subject) == english


@pytest.mark.parametrize("language", list(Language))
def test_every_document_is_read_into_passages_of_its_language(language: Language) -> None:
    for path in (KNOWLEDGE / language).glob("*.md"):
        passages = chunk(read_document(path.name, path.read_bytes(), max_bytes=files.MAX))
        assert {passage.language for passage in passages} == {language}
        assert all(passage.heading for passage in passages)


def test_questions_are_asked_in_every_language_alike() -> None:
    passages = chunk(read_document("faq.csv", (DEMO / "faq.csv").read_bytes(), max_bytes=files.MAX))
    assert set(Counter(passage.language for passage in passages).values()) == {len(passages) // len(Language)}


def test_tickets_name_existing_documents_and_sample_customers() -> None:
    tickets = json.loads((DEMO / "tickets.json").read_text())
    assert len({ticket["key"] for ticket in tickets}) == len(tickets) >= 8
    assert {ticket["language"] for ticket in tickets} == {language.value for language in Language}
    assert {ticket["expected"] for ticket in tickets} == {"answer", "handoff", "out_of_scope"}
    for ticket in tickets:
        assert ticket["customer"]["email"].endswith("@demo.example")
        assert (ticket["expected"] == "answer") == (ticket["answered_by"] in SUBJECTS)
