"""Every text of e-mail, in every language, as text and as HTML."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from core.languages import Language
from services import mail_templates
from services.mail_templates import Template, render

TEXTS = Path(mail_templates.__file__).with_name("mail_texts")
NASTY = "<b>ТОО «Рога & Копыта»</b> {{ 7 * 7 }}"
VALUES = {
    Template.CONFIRMATION_CODE: {"code": "012345", "minutes": "15"},
    Template.WELCOME: {"name": NASTY, "bonus": "500.00"},
    Template.CONTACT_FORM: {
        "name": NASTY, "email": "a@example.com", "phone": "+7", "subject": "Тарифы", "message": "One\nTwo"
    },
    Template.TEST_MAIL: {"server": "smtp.example.com"},
    Template.BALANCE_EXHAUSTED: {"company": NASTY, "balance": "3.00"},
    Template.PAYMENT_RECEIVED: {"amount": "1000.00", "balance": "1003.00", "order": "order-1"},
    Template.REFUND_DONE: {"amount": "500.00", "order": "order-1"},
    Template.OPERATOR_NEEDED: {"dialog": "7", "assistant": NASTY, "reason": "keyword", "question": "Where?"},
    Template.SUPPORT_REPLY: {"ticket": "TICKET-2025-000001", "subject": "Payments", "message": NASTY},
    Template.WEBHOOK_DISABLED: {
        "company": NASTY, "url": "https://example.com/hook?a=1&b=2", "since": "2026-11-23 09:00 UTC", "answer": "503"
    },
}  # fmt: skip
EACH = pytest.mark.parametrize(("template", "language"), [(one, language) for one in Template for language in Language])


class Words(HTMLParser):
    """The words of a page, and the elements that are open where it ends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@EACH
def test_a_letter_has_a_subject_and_says_the_same_twice(template: Template, language: Language) -> None:
    letter = render(template, language, VALUES[template])
    page = Words(letter.html)
    assert 3 < len(letter.subject) <= 255
    assert "\n" not in letter.subject
    assert page.open == []
    for name, value in VALUES[template].items():
        if f"{{{{ {name} }}}}" in (TEXTS / language / f"{template}.txt").read_text():
            assert value in letter.text + letter.subject
            assert value in page.words
    assert f'lang="{language}"' in letter.html


@EACH
def test_a_value_stays_what_it_is_in_html(template: Template, language: Language) -> None:
    assert "<b>" not in render(template, language, VALUES[template]).html


@EACH
def test_a_missing_value_is_an_error(template: Template, language: Language) -> None:
    with pytest.raises(UndefinedError):
        render(template, language, {})


def test_every_language_has_every_file_and_no_other() -> None:
    wanted = {f"{template}.{kind}" for template in Template for kind in ("txt", "html")} | {"footer.txt"}
    for language in Language:
        assert {path.name for path in (TEXTS / language).iterdir()} == wanted


def test_a_subject_is_one_line_whatever_it_is_given() -> None:
    values = {**VALUES[Template.CONTACT_FORM], "subject": "A\r\nBcc: thief@example.com " + "я" * 300}
    letter = render(Template.CONTACT_FORM, Language.RUSSIAN, values)
    assert letter.subject.startswith("Контактная форма: A Bcc: thief@example.com я")
    assert len(letter.subject) == 255


def test_no_code_stands_in_a_subject() -> None:
    for language in Language:
        letter = render(Template.CONFIRMATION_CODE, language, VALUES[Template.CONFIRMATION_CODE])
        assert "012345" not in letter.subject
        assert "012345" in letter.text
