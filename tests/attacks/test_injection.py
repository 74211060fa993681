"""Line breaks, control characters and forged lines: in headers of ours, in logs, in letters, in SQL and HTML.

What log lines strike out is tested in tests/settings/test_redaction.py, letters in tests/mail.
"""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from config.logging import configure_logging
from config.settings import override_settings
from core import clock
from core.actor import Role
from core.ids import new_uuid
from core.languages import Language
from integrations.mail.messages import compose
from integrations.mail.port import OutgoingMail
from models.conversations import Attachment
from models.users import User
from rest.downloads import _headers
from tests.fixtures.application import ORIGIN, bearer, client_of
from tests.fixtures.people import new_tenant, new_user, sign_in

BREAKS = ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x00", "%0d%0a", "\\r\\n"]
NAMES = [
    'a"; filename="evil.html', "a\r\nset-cookie: x=1", "a\nb", "a\x00b", "\u202egnp.exe", "naïve ру́с қаз 文.txt",
    "a;b=c", "a%22", "../../x", "\x7f\x80\x9f", "a\\", "'", "",
]  # fmt: skip
FORGED = '{"event": "request", "status": 200, "user_id": 1}'


@pytest.fixture(scope="module")
async def agent(database: None) -> User:
    return await new_user(await new_tenant(), Role.ADMIN)


@pytest.fixture(scope="module")
async def client(application: Starlette, agent: User) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application, headers=bearer(await sign_in(agent))) as client:
        yield client


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the product's own formatter writes in production, put back afterwards."""
    root, before, configured = logging.getLogger(), list(logging.getLogger().handlers), structlog.get_config()
    level, out = root.level, io.StringIO()
    with override_settings(OPORA_LOG_FORMAT="json") as settings:
        configure_logging(settings)
    # Loggers of the product that speak meanwhile would keep this configuration for the tests that follow.
    structlog.configure(cache_logger_on_first_use=False)
    root.handlers[0].stream = out  # type: ignore[attr-defined]  # it is a stream handler
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_stays_within_its_header(name: str) -> None:
    attachment = Attachment(file_name=name, mime_type="text/html", sha256="0" * 64, size_bytes=1)
    told = _headers(attachment)["content-disposition"]
    plain, _, coded = told.partition("; filename*=UTF-8''")
    assert told.isascii()
    assert told.isprintable()
    assert plain.startswith('attachment; filename="')
    assert plain.count('"') == 2
    assert unquote(coded) == name


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize(
    "header", ["x-request-id", "idempotency-key", "origin", "x-forwarded-for", "traceparent", "accept", "user-agent"]
)
async def test_no_header_of_a_request_breaks_out_into_the_answer(
    header: str, broken: str, client: httpx.AsyncClient
) -> None:
    value = f"https://a.example{broken}x-evil: 1".encode()
    response = await client.post("/v1/tickets", json={"title": "Hello"}, headers=[(header.encode(), value)])
    assert "x-evil" not in response.headers
    for name, told in response.headers.multi_items():
        assert not set("\r\n\0") & set(name + told), name
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", ["/v1/tickets%0d%0ax-evil:%201", "/%0d%0aset-cookie:x=1", "//evil.example/%2e%2e"])
async def test_no_path_breaks_out_into_the_answer(path: str, client: httpx.AsyncClient) -> None:
    response = await client.get(path)
    assert not {"x-evil", "set-cookie", "location"} & set(response.headers)


async def test_no_answer_sets_a_cookie_or_sends_anybody_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/", "/console", "/docs", "/v1/tickets/", "/v1/auth/me", "/graphql", "/api", "/console//evil.example"):
        response = await client.get(path, headers={"accept": "text/html"})
        assert "set-cookie" not in response.headers
        # A slash too many leads to the path without it.
        assert response.headers.get("location", f"{ORIGIN}/").startswith(f"{ORIGIN}/"), path


@pytest.mark.parametrize("broken", [*BREAKS[:7], "\x1b[2J\x1b[H", "\u202e"])
def test_what_people_write_is_one_line_of_the_log(broken: str, logged: io.StringIO) -> None:
    evil = f"Ann{broken}{FORGED}"
    structlog.get_logger("attacks").info("request", path=evil, user=evil, nested={evil: [evil]})
    logging.getLogger("attacks").warning("name %s", evil)
    lines = logged.getvalue().splitlines()
    assert len(lines) == len(logged.getvalue().strip("\n").split("\n")) == 2
    parsed = [json.loads(line) for line in lines]
    assert [line["event"].split(" ")[0] for line in parsed] == ["request", "name"]
    assert "user_id" not in parsed[0].keys() | parsed[1].keys()
    assert broken not in logged.getvalue().replace("\n", "", 2)


async def test_a_request_is_one_line_whatever_its_path(client: httpx.AsyncClient, logged: io.StringIO) -> None:
    await client.get(f"/v1/%0d%0a{FORGED}%1b%5b2J")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [404]
    assert "\x1b" not in logged.getvalue()


@pytest.mark.parametrize("broken", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("field", ["subject", "recipient", "reply_to"])
def test_a_letter_has_no_header_that_somebody_wrote(field: str, broken: str) -> None:
    given: dict[str, Any] = {"subject": "Prices", "recipient": "a@example.com", "reply_to": "b@example.com"}
    given[field] += f"{broken}Bcc: evil@example.com"
    letter = OutgoingMail(
        public_id=new_uuid(), text="t", html="<p>t</p>", language=Language.ENGLISH, written_at=clock.now(), **given
    )
    try:
        sent = message_from_bytes(bytes(compose(letter, sender="Opora <opora@example.com>")))
    except ValueError:
        return
    assert sent["Bcc"] is None


SQL = ["'", "';--", "' OR '1'='1", "%' OR 1=1 --", "\\'; DROP TABLE users; --", "$1", "{}", "1; SELECT pg_sleep(9)"]


@pytest.mark.parametrize("text", SQL)
@pytest.mark.parametrize(
    "path",
    ["/v1/kb/chunks?source=", "/api/v1/users?search=", "/api/chatbot/faqs?search=", "/api/qa-knowledge?q=",
     "/api/dashboard/logs?source=", "/api/tickets?status=", "/api/v1/tickets?category_id="],
)  # fmt: skip
async def test_what_looks_like_sql_is_a_text(path: str, text: str, client: httpx.AsyncClient) -> None:
    address, _, name = path.rstrip("=").partition("?")
    response = await client.get(address, params={name: text})
    assert response.status_code in (200, 400, 422), response.text
    if response.status_code == 200 and "search" in name:
        found = response.json()
        assert not (found if isinstance(found, list) else found.get("items") or found.get("users") or [])


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script>", "{{7*7}}"]
)
async def test_what_looks_like_a_page_is_a_text_in_json(text: str, client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/tickets", json={"title": text})
    shown = await client.get(f"/v1/tickets/{made.json()['id']}", headers={"accept": "text/html"})
    assert shown.headers["content-type"].startswith("application/json")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.json()["title"] == text
