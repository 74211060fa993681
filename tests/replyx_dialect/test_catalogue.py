"""The document's catalogue of codes, and the table of paths: what docs/dialects/replyx.md says of them is so."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

import core.refusals
import integrations.telegram.port  # noqa: F401  # its failures are subclasses, too
from core.errors import DomainError
from rest.replyx.dialect import REPLYX
from rest.replyx.errors import _CODES
from tests.architecture.source import ROOT

_SECTION = """
INVALID_CREDENTIALS TOKEN_EXPIRED INSUFFICIENT_PERMISSIONS
INSUFFICIENT_BALANCE INVALID_AMOUNT PAYMENT_FAILED
FILE_TOO_LARGE UNSUPPORTED_FORMAT VIRUS_DETECTED UPLOAD_QUOTA_EXCEEDED
INVALID_TELEGRAM_TOKEN BOT_ALREADY_EXISTS BOT_STARTUP_FAILED
HANDOFF_ALREADY_REQUESTED HANDOFF_RATE_LIMIT OPERATOR_CAPACITY_EXCEEDED HANDOFF_CONFLICT HANDOFF_NOT_FOUND
PAYMENT_CREATION_FAILED PAYMENT_NOT_FOUND INVALID_PAYMENT_AMOUNT PAYMENT_ALREADY_PROCESSED
WEBHOOK_SIGNATURE_INVALID WEBHOOK_IP_NOT_ALLOWED
EMAIL_NOT_CONFIRMED CONFIRMATION_CODE_EXPIRED EMAIL_SEND_FAILED SMTP_CONNECTION_FAILED
SSE_AUTH_FAILED SSE_CONNECTION_LIMIT INVALID_LAST_EVENT_ID
AI_PROVIDER_UNAVAILABLE AI_TOKEN_LIMIT_EXCEEDED AI_REQUEST_TIMEOUT AI_PROXY_FAILOVER
"""
DOCUMENTED = _SECTION.split()
"""The document's specific codes, in its order."""

_PAGE = (ROOT / "docs" / "dialects" / "replyx.md").read_text(encoding="utf-8")
_CODE_ROW = re.compile(r"^\| `([A-Z_]+)` \| ([\d, ]+) \| .+ \| `(tests/\S+)` \|$", re.MULTILINE)
_PATH_ROW = re.compile(r"^\| ([A-Z]+) \| `(/api/\S+)` \| ([a-z, ]+) \| (.*)\|$", re.MULTILINE)
ROWS = {code: (statuses, test) for code, statuses, test in _CODE_ROW.findall(_PAGE)}


def _kinds(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


@pytest.fixture(scope="module")
def statuses() -> dict[str, set[int]]:
    """Of each code, as the dialect calls it, those that failures of ours have."""
    for module in pkgutil.iter_modules(core.refusals.__path__):
        importlib.import_module(f"core.refusals.{module.name}")
    found: dict[str, set[int]] = defaultdict(set)
    for kind in _kinds():
        found[_CODES.get(kind.code, kind.code)].add(kind.status)
    return found


def test_the_page_has_every_code_in_the_documents_order() -> None:
    assert list(ROWS) == DOCUMENTED


@pytest.mark.parametrize("code", DOCUMENTED)
def test_a_code_is_answered_with_the_status_that_the_page_says(code: str, statuses: dict[str, set[int]]) -> None:
    assert {int(status) for status in ROWS[code][0].split(",")} == statuses[code]


@pytest.mark.parametrize("code", DOCUMENTED)
def test_a_code_is_raised_by_the_test_that_the_page_names(code: str) -> None:
    assert re.search(rf'"{code}"', (ROOT / ROWS[code][1]).read_text(encoding="utf-8"))


def test_the_page_has_every_path_with_who_may_call_it() -> None:
    listed = {(method, _unnamed(path)): who for method, path, who, _ in _PATH_ROW.findall(_PAGE)}
    assert listed == {
        (one.method, _unnamed(REPLYX.prefix + one.path)): (one.role.value if one.role else "anybody")
        + (", guest" if one.guests else "")
        for one in REPLYX.operations
    }


def test_the_page_has_the_status_of_every_path() -> None:
    listed = {(method, _unnamed(path)): told for method, path, _, told in _PATH_ROW.findall(_PAGE)}
    for one in REPLYX.operations:
        told = re.findall(r"\b20\d\b", listed[one.method, _unnamed(REPLYX.prefix + one.path)])
        assert told == ([] if one.status == 200 else [str(one.status)])


def _unnamed(path: str) -> str:
    """Whatever its parameters are called."""
    return re.sub(r"{\w+}", "{}", path)
