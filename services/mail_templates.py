"""The words of e-mails, in three languages, as text and as HTML.

A text sets its ``heading`` first: the subject of the e-mail, and the title of the page. It is not encrypted where it
rests, so no code stands in it. HTML escapes whatever it is given, and a value that a template names and nobody gave
is an error, not a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from core.languages import Language

_LONGEST_SUBJECT = 255


class Template(StrEnum):
    """Every e-mail that goes out, and the values that it names."""

    CONFIRMATION_CODE = "confirmation_code"
    """``code``, ``minutes``."""
    WELCOME = "welcome"
    """``name``, ``bonus`` in roubles."""
    CONTACT_FORM = "contact_form"
    """``name``, ``email``, ``phone`` (may be empty), ``subject``, ``message``."""
    TEST_MAIL = "test_mail"
    """``server``."""
    BALANCE_EXHAUSTED = "balance_exhausted"
    """``company``, ``balance``."""
    PAYMENT_RECEIVED = "payment_received"
    """``amount``, ``balance``, ``order``."""
    REFUND_DONE = "refund_done"
    """``amount``, ``order``."""
    OPERATOR_NEEDED = "operator_needed"
    """``dialog``, ``assistant``, ``reason``, ``question`` (what the customer said last; may be empty)."""
    SUPPORT_REPLY = "support_reply"
    """``ticket``, ``subject``, ``message``."""
    WEBHOOK_DISABLED = "webhook_disabled"
    """``company``, ``url``, ``since`` (a moment), ``answer`` (a response's code, or why none came)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered e-mail. ``subject`` is one line of at most 255 characters."""

    subject: str
    text: str
    html: str


def render(template: str, language: Language, values: Mapping[str, str]) -> Letter:
    """Raises ValueError for a template that does not exist, jinja2.UndefinedError for a value that is missing."""
    name = Template(template)
    environment = _environment()
    text = environment.get_template(f"{language.value}/{name}.txt").make_module(dict(values))
    subject = " ".join(str(getattr(text, "heading", "")).split())[:_LONGEST_SUBJECT]
    page = environment.get_template(f"{language.value}/{name}.html")
    html = page.render(values, heading=subject, language=language.value)
    return Letter(subject, str(text).strip() + "\n", html)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("mail_texts")),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
