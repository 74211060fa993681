"""The document of `replyx` from top to bottom: requests as they are printed, answers with all that is printed."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from core.actor import Role
from models.tenants import Tenant
from rest.replyx import words
from tests.doubles.smtp import SmtpDouble
from tests.doubles.tbank import TbankDouble
from tests.doubles.telegram import BotDouble, TelegramDouble
from tests.fixtures.application import bearer, client_of
from tests.fixtures.people import MakeUser, sign_in
from tests.mail.conftest import server
from tests.payments.banks import AT_TBANK
from tests.payments.conftest import bank_settings, banks, tbank_of_the_run, yookassa_of_the_run
from tests.replyx_dialect import printed
from tests.replyx_dialect.printed import unlike
from tests.replyx_dialect.test_identity import limited
from tests.replyx_dialect.world import PASSWORD, Account, log_in, registration
from tests.support_dialect.published import hold_to_the_document

__all__ = ["bank_settings", "banks", "limited", "server", "tbank_of_the_run", "yookassa_of_the_run"]
SITE = "https://example.com"
UUID = "9b2f6a54-6a0b-4a35-9d0e-1c2f3e4d5a6b"


@pytest.fixture
async def owner(application: Starlette, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """The account's own client."""
    hooks = {"response": [hold_to_the_document]}
    async with client_of(application, headers=account.headers, event_hooks=hooks) as client:
        yield client


@pytest.fixture
async def superadmin(application: Starlette, tenant: Tenant, make_user: MakeUser) -> AsyncIterator[httpx.AsyncClient]:
    headers = bearer(await sign_in(await make_user(tenant, Role.SUPERADMIN), "replyx"))
    async with client_of(application, headers=headers, event_hooks={"response": [hold_to_the_document]}) as client:
        yield client


@pytest.fixture
def bots(telegram: TelegramDouble) -> TelegramDouble:
    """Telegram with the bots whose tokens the document prints."""
    telegram.bots |= {"1234567890:ABC...": BotDouble(1234567890, "my_support_bot")}
    telegram.bots |= {"123456:ABC...": BotDouble(123456, "my_bot")}
    return telegram


async def assistant_of(owner: httpx.AsyncClient) -> dict[str, Any]:
    given = {"name": "Техподдержка", "website_integration": True, "allowed_domains": ["example.com"]}
    made: dict[str, Any] = (await owner.post("/api/assistants", json=given)).json()
    return made


async def dialog_of(owner: httpx.AsyncClient) -> str:
    """The path of a new dialog."""
    opened = await owner.post("/api/dialogs", json={"assistant_id": (await assistant_of(owner))["id"]})
    return f"/api/dialogs/{opened.json()['id']}"


async def document_of(owner: httpx.AsyncClient) -> httpx.Response:
    form = {"assistant_id": str((await assistant_of(owner))["id"])}
    return await owner.post(
        "/api/documents/upload", data=form, files={"file": ("document.txt", b"How to pay: by card")}
    )


async def test_accounts(client: httpx.AsyncClient, account: Account, owner: httpx.AsyncClient) -> None:
    assert unlike(printed.LOGGED_IN, (await log_in(client, account.email)).json()) == []
    assert unlike(printed.PROFILE, (await owner.get("/api/users/me")).json()) == []
    renamed = (await owner.put("/api/users/me", json=printed.NEW_PROFILE)).json()
    assert unlike(printed.PROFILE, renamed) == []
    assert (renamed["first_name"], renamed["last_name"]) == ("John", "Smith")
    change = {"current_password": PASSWORD, "new_password": "new_password123"}
    changed = (await owner.post("/api/users/change-password", json=change)).json()
    assert unlike(printed.LOGGED_IN, changed) == []
    gone = await client.post("/api/auth/logout", headers=bearer(changed["access_token"]))
    assert gone.status_code == 200


async def test_assistants(owner: httpx.AsyncClient, bots: TelegramDouble) -> None:
    made = await owner.post("/api/assistants", json=printed.NEW_ASSISTANT)
    assert (made.status_code, unlike(printed.ASSISTANT, made.json())) == (201, [])
    assert unlike([printed.ASSISTANT], (await owner.get("/api/assistants")).json()) == []
    path = f"/api/assistants/{made.json()['id']}"
    changed = (await owner.put(path, json=printed.CHANGED_ASSISTANT)).json()
    assert unlike(printed.ASSISTANT, changed) == []
    assert printed.CHANGED_ASSISTANT.items() <= changed.items()
    assert (await owner.delete(path)).status_code == 200


async def test_the_example_makes_a_bot_and_gives_it_knowledge(owner: httpx.AsyncClient, bots: TelegramDouble) -> None:
    assistant = (await owner.post("/api/assistants", json=printed.EXAMPLE_ASSISTANT)).json()
    assert assistant["telegram_bot_username"] == "my_bot"
    form = {"assistant_id": str(assistant["id"])}
    uploaded = await owner.post("/api/documents/upload", data=form, files={"file": ("knowledge.md", b"# Prices")})
    assert (uploaded.status_code, uploaded.json()["assistant_id"]) == (201, assistant["id"])


async def test_dialogs(owner: httpx.AsyncClient) -> None:
    path = await dialog_of(owner)
    sent = await owner.post(f"{path}/messages", json=printed.NEW_MESSAGE)
    assert (sent.status_code, unlike(printed.OPERATORS_MESSAGE, sent.json())) == (201, [])
    messages = (await owner.get(f"{path}/messages")).json()
    assert unlike({"messages": [printed.OPERATORS_MESSAGE]}, messages) == []
    assert unlike(printed.DIALOG, (await owner.get(path)).json()) == []
    query = {"status": "active", "handoff_status": "none", "platform": "website", "limit": "50", "offset": "0"}
    listed = (await owner.get("/api/dialogs", params=query)).json()
    assert unlike(printed.DIALOGS, listed) == []
    assert (listed["total"], listed["has_more"], listed["dialogs"][0]["last_message"]) == (
        1, False, printed.NEW_MESSAGE["text"],
    )  # fmt: skip


async def test_a_widgets_guest_is_told_what_the_document_shows(
    client: httpx.AsyncClient, owner: httpx.AsyncClient
) -> None:
    page = {"X-Site-Token": (await assistant_of(owner))["site_token"], "Origin": SITE}
    opened = (await client.post("/api/dialogs", json={}, headers=page)).json()
    guest = {**page, **bearer(opened["guest_token"])}
    path = f"/api/dialogs/{opened['id']}"
    said = await client.post(f"{path}/messages", json={"text": "Привет!"}, headers=guest)
    assert (said.json()["sender"], "operator_name" in said.json()) == ("user", False)
    shown = (await client.get(f"{path}/messages", headers=guest)).json()
    assert unlike({"messages": [printed.MESSAGE]}, shown) == []
    assert unlike(printed.DIALOG, (await client.get(path, headers=guest)).json()) == []


async def test_a_handoff_from_its_request_to_its_release(owner: httpx.AsyncClient) -> None:
    path = await dialog_of(owner)
    asked = await owner.post(f"{path}/handoff/request", json={**printed.HANDOFF_REQUEST, "request_id": UUID})
    assert (asked.status_code, unlike(printed.HANDOFF_REQUESTED, asked.json())) == (200, [])
    assert asked.json()["request_id"] == UUID
    assert unlike(printed.QUEUE, (await owner.get("/api/operator/queue")).json()) == []
    assert (await owner.post("/api/operator/heartbeat", json=printed.HEARTBEAT)).status_code == 200
    taken = await owner.post(f"{path}/handoff/takeover", json=printed.TAKEOVER)
    assert (taken.status_code, unlike(printed.TAKEN, taken.json())) == (200, [])
    held = (await owner.get(path)).json()
    assert (held["handoff_status"], held["is_taken_over"], held["handoff_reason"]) == ("active", True, "keyword")
    assert (await owner.post(f"{path}/handoff/release", json=printed.RELEASE)).status_code == 200
    assert (await owner.get(path)).json()["handoff_status"] == "released"


async def test_the_older_form_of_a_handoff_and_its_cancellation(owner: httpx.AsyncClient, account: Account) -> None:
    path = await dialog_of(owner)
    older = {"reason": "keyword", "last_user_text": "Хочу поговорить с оператором"}
    assert unlike(printed.HANDOFF_REQUESTED, (await owner.post(f"{path}/handoff/request", json=older)).json()) == []
    assert (await owner.post(f"{path}/handoff/cancel", json=printed.CANCEL)).status_code == 200
    assert (await owner.get(path)).json()["handoff_status"] == "none"
    await owner.post(f"{path}/handoff/request", json=older)
    take = {"operator_name": "Анна", "operator_id": account.shown["id"]}
    assert unlike(printed.TAKEN, (await owner.post(f"{path}/handoff/take", json=take)).json()) == []
    assert (await owner.post(f"{path}/handoff/release")).status_code == 200


async def test_documents_and_answers(owner: httpx.AsyncClient) -> None:
    uploaded = await document_of(owner)
    assert (uploaded.status_code, unlike(printed.UPLOADED, uploaded.json())) == (201, [])
    assert unlike([printed.DOCUMENT], (await owner.get("/api/documents")).json()) == []
    assert (await owner.delete(f"/api/documents/{uploaded.json()['id']}")).status_code == 200
    entry = {**printed.NEW_QA, "assistant_id": uploaded.json()["assistant_id"]}
    made = await owner.post("/api/qa-knowledge", json=entry)
    assert (made.status_code, unlike({"id": 1, **entry}, made.json())) == (201, [])
    found = await owner.get("/api/qa-knowledge", params={"assistant_id": entry["assistant_id"], "q": "бота"})
    assert [one["id"] for one in found.json()] == [made.json()["id"]]


async def test_payments_and_the_balance(
    owner: httpx.AsyncClient, banks: tuple[TbankDouble, Any], drain_jobs: Any, superadmin: httpx.AsyncClient
) -> None:
    made = await owner.post("/api/payments/create", json=printed.NEW_PAYMENT)
    assert (made.status_code, unlike(printed.PAYMENT, made.json())) == (201, [])
    order = made.json()["payment_id"]
    body = banks[0].notification(banks[0].pay(order))
    told = await owner.post("/api/payments/webhook", json=body, headers={"x-forwarded-for": AT_TBANK})
    assert (told.status_code, told.text) == (200, "OK")
    await drain_jobs()
    status = (await owner.get(f"/api/payments/{order}/status")).json()
    assert (unlike(printed.PAYMENT_STATUS, status), status["details"]["pan"]) == ([], "430000******0777")
    history = (await owner.get("/api/payments/history", params={"status": "CONFIRMED"})).json()
    assert (unlike(printed.HISTORY, history), history["total"]) == ([], 1)
    balance = (await owner.get("/api/balance")).json()
    assert (unlike(printed.BALANCE, balance), balance["balance"]) == ([], 1500.0)
    transactions = (await owner.get("/api/balance/transactions", params={"type": "credit"})).json()
    assert (unlike(printed.TRANSACTIONS, transactions), transactions["total"]) == ([], 2)
    refund = {"amount": 500.00, "reason": "Возврат по запросу клиента"}
    back = await superadmin.post(f"/api/payments/{order}/refund", json=refund)
    assert (back.status_code, unlike(printed.PAYMENT_STATUS, back.json())) == (200, [])
    top_up = await owner.post("/api/balance/top-up", json=printed.TOP_UP)
    assert (top_up.status_code, unlike(printed.PAYMENT, top_up.json())) == (201, [])


async def test_email(client: httpx.AsyncClient, owner: httpx.AsyncClient, server: SmtpDouble) -> None:
    sent = await owner.post("/api/email/test_send", json={"to": "test@example.com"})
    assert (sent.status_code, unlike(printed.TEST_SENT, sent.json())) == (200, [])
    assert (await client.post("/api/email/resend_confirmation", json={"email": "user@example.com"})).status_code == 200
    assert (await client.post("/api/email/contact-form", json=printed.CONTACT)).status_code == 200


async def test_administration(superadmin: httpx.AsyncClient) -> None:
    listed = (await superadmin.get("/api/admin/users", params={"q": "@example.com"})).json()
    assert (unlike(printed.USERS, listed), bool(listed["users"])) == ([], True)
    made = await superadmin.post("/api/admin/ai-tokens", json=printed.NEW_AI_TOKEN)
    assert (made.status_code, unlike(printed.AI_TOKEN, made.json())) == (201, [])
    listed = [one for one in (await superadmin.get("/api/admin/ai-tokens")).json() if one["id"] == made.json()["id"]]
    assert (unlike([printed.AI_TOKEN], listed), len(listed)) == ([], 1)
    assert unlike(printed.PROXY, (await superadmin.get("/api/admin/proxy/monitoring")).json()) == []
    assert (await superadmin.delete(f"/api/admin/ai-tokens/{made.json()['id']}")).status_code == 200
    assert unlike(printed.SYSTEM, (await superadmin.get("/api/admin/system/health")).json()) == []
    assert unlike(printed.STREAMS, (await superadmin.get("/api/sse/stats")).json()) == []
    for query in ({"period": "week"}, {"from_date": "2025-09-01", "to_date": "2025-09-11"}):
        overview = await superadmin.get("/api/admin/analytics/overview", params=query)
        assert unlike(printed.OVERVIEW, overview.json()) == []


async def test_support_and_monitoring(client: httpx.AsyncClient, owner: httpx.AsyncClient) -> None:
    filed = await owner.post("/api/support/ticket", json=printed.NEW_TICKET)
    assert (filed.status_code, unlike(printed.TICKET, filed.json())) == (201, [])
    number = filed.json()["ticket_id"]
    assert re.fullmatch(r"TICKET-\d{4}-\d{6}", number)
    assert (await owner.post(f"/api/support/tickets/{number}/reply", json=printed.REPLY)).status_code == 201
    assert unlike(printed.HEALTH, (await client.get("/api/system/health")).json()) == []
    assert (await client.post("/api/start-analytics/event", json=printed.ANALYTICS_EVENT)).status_code == 201


async def test_a_request_for_support_stays_open_until_people_see_it(owner: httpx.AsyncClient, drain_jobs: Any) -> None:
    number = (await owner.post("/api/support/ticket", json=printed.NEW_TICKET)).json()["ticket_id"]
    await owner.post(f"/api/support/tickets/{number}/reply", json=printed.REPLY)
    await drain_jobs()
    listed = (await owner.get("/api/support/tickets", params={"status": "open", "priority": "medium"})).json()
    assert [ticket["ticket_id"] for ticket in listed["tickets"]] == [number]
    shown = (await owner.get(f"/api/support/tickets/{number}")).json()
    assert [said["sender"] for said in shown["messages"]] == ["user"]


@pytest.mark.parametrize("dialect", ["support", "telegram", "leads", "itdesk", "replyx"])
async def test_a_token_of_any_dialect_is_good_here(
    dialect: str, client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser
) -> None:
    headers = bearer(await sign_in(await make_user(tenant, Role.ADMIN), dialect))
    for path in ("/api/users/me", "/api/assistants", "/api/dialogs", "/api/balance"):
        assert (await client.get(path, headers=headers)).status_code == 200


async def test_a_token_from_here_is_good_elsewhere(owner: httpx.AsyncClient) -> None:
    for path in ("/v1/auth/me", "/api/auth/me", "/v1/tickets", "/api/tickets"):
        assert (await owner.get(path)).status_code == 200


def told_as(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": {}}}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nope"), ("POST", "/api/dialogs/1/nope"), ("GET", "/api"), ("GET", "/api/payments")],
)
async def test_an_unknown_path_is_not_found(method: str, path: str, owner: httpx.AsyncClient) -> None:
    response = await owner.request(method, path)
    assert (response.status_code, response.json()) == (404, told_as("NOT_FOUND", "Ресурс не найден"))


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/auth/login"), ("PATCH", "/api/users/me"), ("PUT", "/api/dialogs"), ("GET", "/api/payments/create")],
)
async def test_a_method_that_a_path_does_not_have(method: str, path: str, owner: httpx.AsyncClient) -> None:
    response = await owner.request(method, path)
    assert (response.status_code, response.json()) == (405, told_as("METHOD_NOT_ALLOWED", "Метод не поддерживается"))
    assert method not in response.headers["allow"]


async def test_head_and_options_are_answered_without_a_body(owner: httpx.AsyncClient) -> None:
    head, options = await owner.head("/api/assistants"), await owner.options("/api/assistants")
    assert (head.status_code, head.content) == (200, b"")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


async def test_a_slash_too_many_leads_to_the_path(owner: httpx.AsyncClient) -> None:
    assert (await owner.get("/api/assistants/", follow_redirects=True)).json() == []


async def test_a_registration_leaves_all_five_logins(limited: httpx.AsyncClient) -> None:
    body = registration()
    assert (await limited.post("/api/auth/register", json=body)).status_code == 201
    assert [(await log_in(limited, body["email"])).status_code for _ in range(6)] == [200] * 5 + [429]


async def test_the_general_limit_is_told_with_each_answer(limited: httpx.AsyncClient, account: Account) -> None:
    first, second = [await limited.get("/api/assistants", headers=account.headers) for _ in range(2)]
    assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("100", "99")
    assert second.headers["x-ratelimit-remaining"] == "98"
    assert int(first.headers["x-ratelimit-reset"]) > 1_693_564_800


WRONG: list[tuple[str, str, Any]] = [
    ("POST", "/api/assistants", {"name": ""}),
    ("POST", "/api/assistants", {"name": "x", "allowed_domains": ["https://example.com/x"]}),
    ("POST", "/api/assistants", {"name": "x", "telegram_bot_token": "none"}),
    ("PUT", "/api/assistants/999999999", {"name": "x"}),
    ("POST", "/api/assistants/bulk", {"action": "activate", "ids": []}),
    ("POST", "/api/dialogs", {}),
    ("GET", "/api/dialogs?limit=0", None),
    ("GET", "/api/dialogs?status=bogus", None),
    ("GET", "/api/dialogs/999999999", None),
    ("POST", "/api/dialogs/999999999/handoff/takeover", {}),
    ("POST", "/api/operator/heartbeat", {"max_capacity": 0}),
    ("POST", "/api/documents/upload", None),
    ("GET", "/api/documents?assistant_id=x", None),
    ("POST", "/api/qa-knowledge", {"question": "a", "answer": "b", "tags": "x"}),
    ("POST", "/api/payments/create", {"amount": 0}),
    ("POST", "/api/payments/create", {"amount": "abc"}),
    ("POST", "/api/payments/create", {"amount": None}),
    ("POST", "/api/payments/create", {"amount": 1, "return_url": "javascript:1"}),
    ("GET", "/api/payments/nope/status", None),
    ("GET", "/api/balance/transactions?type=bogus", None),
    ("POST", "/api/balance/top-up", {"amount": -1}),
    ("POST", "/api/email/confirm_email", {"email": "nobody@example.com", "code": "000000"}),
    ("POST", "/api/email/contact-form", {**printed.CONTACT, "email": "x"}),
    ("POST", "/api/admin/ai-tokens", {**printed.NEW_AI_TOKEN, "token": "a b"}),
    ("POST", "/api/admin/ai-tokens", {**printed.NEW_AI_TOKEN, "base_url": "x"}),
    ("GET", "/api/admin/analytics/overview?from_date=x", None),
    ("GET", "/api/admin/analytics/overview?from_date=2025-09-11&to_date=2025-09-01", None),
    ("GET", "/api/admin/analytics/overview?from_date=1900-01-01", None),
    ("GET", "/api/admin/analytics/overview?from_date=2000-01-01&to_date=2025-09-01", None),
    ("POST", "/api/support/ticket", {**printed.NEW_TICKET, "attachments": ["x"] * 20}),
    ("POST", "/api/support/tickets/TICKET-2025-999999/reply", {"message": "x"}),
    ("POST", "/api/start-analytics/event", {"event_type": "x", "user_id": "x"}),
    ("POST", "/api/users/change-password", {"current_password": "wrong-password", "new_password": "new_password123"}),
    ("POST", "/api/users/change-password", {"current_password": "Correct-horse-7", "new_password": "short"}),
    ("POST", "/api/auth/login", {"email": "nobody@example.com", "password": "wrong-password"}),
    ("POST", "/api/auth/register", {"email": "x", "password": "password123"}),
]
ENGLISH = re.compile(r"\b(?:the|an?|is|are|must|not|of|required|expected|invalid|decimal|file|found)\b", re.IGNORECASE)
VAGUE = "Недопустимое значение"
HEARD = [
    ("type", 'Expected {"type": "send_message", "text": "..."} or {"type": "operator_typing"}'),
    ("text", "text holds characters that cannot be stored"),
    ("properties", "numbers must fit in 64 bits"),
    ("dialog_id", "Only visitors of a site open a dialog by watching it"),
]
"""What sockets, streams and free JSON are told."""


@pytest.mark.parametrize(("field", "message"), HEARD)
def test_what_is_said_elsewhere_is_in_russian_too(field: str, message: str) -> None:
    said = words.of_field(field, message)
    assert re.search("[а-яё]", said)
    assert said != VAGUE


@pytest.mark.parametrize(("method", "path", "body"), WRONG, ids=lambda value: str(value)[:60])
async def test_every_failure_says_in_russian_what_is_wrong(
    method: str, path: str, body: Any, superadmin: httpx.AsyncClient, banks: Any, telegram: TelegramDouble
) -> None:
    response = await superadmin.request(method, path, json=body)
    assert 400 <= response.status_code < 500
    error = response.json()["error"]
    for said in (error["message"], error["details"].get("issue", error["message"])):
        assert re.search("[а-яё]", said)
        assert not ENGLISH.search(said)
        assert said != VAGUE
