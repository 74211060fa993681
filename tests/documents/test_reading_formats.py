"""Good files: structure, order and words come through, whatever the format and the encoding."""

import hashlib
import time

import pytest

from services.documents.reading import Document, Section, read_document
from tests.documents import files

RUSSIAN = "Доставка роутера занимает два рабочих дня. Курьер позвонит заранее и назовёт удобное время."
KAZAKH = "Роутерді жеткізу екі жұмыс күнін алады. Курьер алдын ала қоңырау шалып, ыңғайлы уақытты айтады."


def read(name: str, data: bytes) -> Document:
    return read_document(name, data, max_bytes=files.MAX)


def texts(document: Document) -> list[str]:
    return [section.text for section in document.sections]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", RUSSIAN),
        ("utf-8-sig", RUSSIAN),
        ("utf-16", KAZAKH),
        ("utf-32", KAZAKH),
        ("cp1251", RUSSIAN),
        ("koi8_r", RUSSIAN),
        ("cp866", RUSSIAN),
        ("kz1048", KAZAKH),
        ("utf-8", KAZAKH),
    ],
)
def test_text_is_read_in_every_usual_encoding(encoding: str, text: str) -> None:
    assert texts(read("a.txt", text.encode(encoding))) == [text]


def test_document_tells_what_was_uploaded() -> None:
    data = b"Opening hours: 9 to 6."
    document = read("C:\\Users\\x\\..\\hours\x00.TXT", data)
    assert document.name == "hours.TXT"
    assert (document.mime_type, document.size_bytes) == ("text/plain", len(data))
    assert document.sha256 == hashlib.sha256(data).hexdigest()


def test_text_is_cleaned_of_what_databases_and_screens_do_not_take() -> None:
    text = "Price:\u00a024\u202f900 \u202eevil\u202c\r\nи\u0306 end\x07 soft\u00adhyphen\ufeff"
    assert texts(read("a.txt", text.encode() + b" and more words" * 20))[0].startswith(
        "Price: 24 900 evil\nй end softhyphen"
    )


def test_markdown_headings_become_the_path_and_fences_are_respected() -> None:
    markdown = (
        "---\ntitle: x\n---\n# A\n\nIntro **bold** [link](https://e.example).\n\n```\n# code\n```\n## B ##\nUnder B.\n"
    )
    document = read("a.md", (markdown + "\nC\n=\nUnder C.\n\n# Alone\n").encode())
    assert document.sections == [
        Section(("A",), None, "Intro bold link (https://e.example).\n\n# code"),
        Section(("A", "B"), None, "Under B."),
        Section(("C",), None, "Under C."),
        Section((), None, "Alone"),
    ]


def test_markdown_tables_lists_and_comments() -> None:
    markdown = (
        "# T\n<!-- hidden -->\n* one\n* [x] two\n\n| a | b |\n|---|:-:|\n| E_1 | `x_y_z` |\n\nbefore\n\n---\n\nafter"
    )
    assert texts(read("a.md", markdown.encode())) == ["- one\n- two\n\n| a | b |\n| E_1 | x_y_z |\n\nbefore\n\nafter"]


def test_word_keeps_headings_lists_and_tables_in_order() -> None:
    blocks = [
        ("Title", "Гарантия"),
        ("Normal", "Общий срок — 24 месяца."),
        ("Heading 1", "Сроки"),
        ("List Bullet", "роутер"),
        ("List Bullet", "усилитель"),
        ("table", "Код|Смысл\nE-101|Нет сигнала"),
        ("Heading 2", "Кому"),
        ("Normal", "Всем."),
    ]
    assert read("a.docx", files.word(blocks)).sections == [
        Section(("Гарантия",), None, "Общий срок — 24 месяца."),
        Section(("Гарантия", "Сроки"), None, "- роутер\n- усилитель\n\n| Код | Смысл |\n| E-101 | Нет сигнала |"),
        Section(("Гарантия", "Сроки", "Кому"), None, "Всем."),
    ]


def test_word_reads_insertions_and_content_controls_and_not_deletions() -> None:
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Kept'
        "</w:t></w:r><w:ins><w:r><w:t> inserted</w:t></w:r></w:ins><w:del><w:r><w:delText> deleted</w:delText></w:r>"
        "</w:del></w:p><w:sdt><w:sdtContent><w:p><w:r><w:t>Controlled.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "</w:body></w:document>"
    )
    document = read("a.docx", files.with_part(files.word([]), "word/document.xml", body.encode()))
    assert texts(document) == ["Kept inserted\n\nControlled."]


def test_pdf_pages_are_numbered_and_running_headers_dropped() -> None:
    pages = [f"Chapter {word}. The router costs {price} tenge." for word, price in zip("abcd", range(4), strict=True)]
    document = read("a.pdf", files.pdf(*pages, header="Velmira manual"))
    assert [(section.page, section.text) for section in document.sections] == list(enumerate(pages, start=1))


def test_pdf_joins_hyphenated_words_and_sentences_across_pages() -> None:
    first = "The techni-\ncian lays the cable and checks the speed together with the customer before he\nleaves the"
    document = read("a.pdf", files.pdf(first, "house. Then the router restarts."))
    assert texts(document) == [
        "The technician lays the cable and checks the speed together with the customer before he leaves the house.",
        "Then the router restarts.",
    ]


def test_pdf_in_cyrillic_and_one_whose_user_password_is_empty() -> None:
    assert texts(read("a.pdf", files.cyrillic_pdf("Гарантия 24 месяца. Кепілдік."))) == [
        "Гарантия 24 месяца. Кепілдік."
    ]
    assert texts(read("a.pdf", files.encrypted_pdf("Open to all.", ""))) == ["Open to all."]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_questions_become_headings_of_their_answers(delimiter: str) -> None:
    rows = [["Вопрос", "Ответ", "Раздел"], ["Как вернуть?", '"В течение 14 дней.\nБесплатно."', "Возврат"]]
    document = read("faq.csv", "\n".join(delimiter.join(row) for row in rows).encode())
    assert document.sections == [
        Section(("Возврат", "Как вернуть?"), None, "В течение 14 дней.\nБесплатно.", whole=True)
    ]


def test_csv_titles_kazakh_headers_and_unknown_columns() -> None:
    assert read("a.csv", "тақырып,мәтін\nБаға,5 900 ₸\n".encode()).sections == [Section(("Баға",), None, "5 900 ₸")]
    document = read("a.csv", b"Plan,Speed,Price\nHome 100,100,5900\n")
    assert texts(document) == ["Plan: Home 100\nSpeed: 100\nPrice: 5900"]


def test_jsonl_records_bring_question_title_key_and_page() -> None:
    lines = (
        '{"id": 7, "title": "Super_Bowl", "text": "A passage."}\n\n'
        '{"question": "How?", "answers": ["So", "so on", "So"], "id": "q1"}\n'
        '{"content": "C", "metadata": {"key": "k", "section": "s", "page": 3}}\n"bare"\n'
    )
    assert read("a.jsonl", lines.encode()).sections == [
        Section(("Super Bowl",), None, "A passage.", key="7"),
        Section(("How?",), None, "So; so on", key="q1", whole=True),
        Section(("s",), 3, "C", key="k"),
        Section((), None, "bare"),
    ]


def test_a_megabyte_of_spaces_is_read_at_once() -> None:
    started = time.perf_counter()
    document = read_document("a.txt", b"one" + b" " * 1_000_000 + b"two", max_bytes=files.MAX)
    assert time.perf_counter() - started < 2
    assert document.sections[0].text.split() == ["one", "two"]
