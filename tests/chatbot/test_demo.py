"""The demo tenant's FAQ entries."""

from collections import Counter

from app import demo
from core.languages import Language
from integrations.embeddings.embedded import EmbeddedEmbedder
from services.faqs import FaqChanges
from services.indexing import Passage
from services.language import identify


def test_entries_are_acceptable_and_say_the_same_in_each_language() -> None:
    entries = demo._sample_faqs()
    for entry in entries:
        assert FaqChanges(**entry).checked() == entry
    languages = Counter(identify(entry["answer"]) for entry in entries)
    assert languages == {language.value: len(entries) // len(Language) for language in Language}


def test_the_first_start_need_not_embed_them() -> None:
    known = demo._known_vectors(EmbeddedEmbedder().model)
    passages = [Passage.of(entry["answer"], entry["question"]) for entry in demo._sample_faqs()]
    texts = [text for each in passages for text in (each.text, *(part.text for part in each.parts))]
    assert [text for text in texts if demo._key(text) not in known] == []
