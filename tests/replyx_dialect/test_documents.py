"""Documents of assistants as the document shows them, with every code of its files."""

import re
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from app.api import create_app
from core.actor import Role
from integrations.antivirus.clamd import ClamdScanner
from models.assistants import Assistant
from models.tenants import Tenant
from models.users import User
from rest.replyx import knowledge_examples as examples
from services import retrieval
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.documents.files import PNG
from tests.doubles.clamd import EICAR, running_clamd
from tests.files.conftest import using
from tests.fixtures.application import bearer, client_of, served
from tests.fixtures.people import actor_of, new_user, sign_in, unique
from tests.fixtures.work import DrainJobs
from tests.replyx_dialect.world import Account, told

PATH = "/api/documents"
DOOR = b"The secret door is behind the tall shelf in the library."


async def owner_of(account: Account) -> User:
    async with system_unit_of_work(SystemReason.TENANTS):
        return await User.get(email=account.email)


async def tenant_of(account: Account) -> Tenant:
    owner = await owner_of(account)
    async with system_unit_of_work(SystemReason.TENANTS):
        return await Tenant.get(id=owner.tenant_id)


async def assistant_of(account: Account) -> int:
    owner = await owner_of(account)
    async with unit_of_work(actor_of(owner)):
        made = await Assistant.create(tenant_id=owner.tenant_id, name="Helper", site_token=unique("site"))
    return int(made.id)


async def upload(
    client: httpx.AsyncClient, account: Account, name: str = "door.md", data: bytes = DOOR, **fields: Any
) -> httpx.Response:
    files = {"file": (name, data, "application/octet-stream")}
    return await client.post(f"{PATH}/upload", headers=account.headers, data=fields, files=files)


async def listed(client: httpx.AsyncClient, account: Account, **query: Any) -> list[dict[str, Any]]:
    response = await client.get(PATH, headers=account.headers, params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


async def test_an_upload_is_answered_as_documented(client: httpx.AsyncClient, account: Account) -> None:
    assistant = await assistant_of(account)
    response = await upload(client, account, assistant_id=assistant)
    shown = response.json()
    assert response.status_code == 201
    assert shown.keys() >= examples.UPLOADED.keys()
    assert (shown["filename"], shown["size"], shown["content_type"]) == ("door.md", len(DOOR), "text/markdown")
    assert (shown["status"], shown["assistant_id"]) == ("processing", assistant)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown["created_at"])


async def test_a_completed_document_is_searchable(
    client: httpx.AsyncClient, account: Account, drain_jobs: DrainJobs
) -> None:
    assistant = await assistant_of(account)
    await upload(client, account, assistant_id=assistant)
    await drain_jobs(await tenant_of(account))
    (shown,) = await listed(client, account)
    assert shown.keys() >= examples.DOCUMENT.keys()
    assert (shown["status"], shown["chunks_count"], shown["error"]) == ("completed", 1, None)
    found = await retrieval.search(actor_of(await owner_of(account)), "secret door", assistant_id=assistant)
    assert [(chunk.source, chunk.content) for chunk in found.chunks] == [("door.md", DOOR.decode())]


async def test_a_failed_document_says_why_in_russian(
    client: httpx.AsyncClient, account: Account, drain_jobs: DrainJobs
) -> None:
    await upload(client, account, "torn.pdf", b"%PDF-1.4 torn in two")
    await drain_jobs(await tenant_of(account))
    (shown,) = await listed(client, account)
    assert (shown["status"], shown["error"]) == (
        "failed", "Файл повреждён и не читается. Сохраните его заново и загрузите снова.",
    )  # fmt: skip


async def test_the_list_is_of_one_assistant_or_of_all(client: httpx.AsyncClient, account: Account) -> None:
    first, second = await assistant_of(account), await assistant_of(account)
    await upload(client, account, "a.md")
    for name, assistant in (("b.md", first), ("c.md", second)):
        await upload(client, account, name, assistant_id=assistant)
    assert [row["filename"] for row in await listed(client, account)] == ["c.md", "b.md", "a.md"]
    assert [row["filename"] for row in await listed(client, account, assistant_id=first)] == ["b.md"]


async def test_a_document_is_deleted(client: httpx.AsyncClient, account: Account) -> None:
    document = (await upload(client, account)).json()["id"]
    assert (await client.delete(f"{PATH}/{document}", headers=account.headers)).status_code == 200
    assert await listed(client, account) == []
    assert told(await client.delete(f"{PATH}/{document}", headers=account.headers)) == (404, "NOT_FOUND", None)


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("photo.png", PNG, 415, "UNSUPPORTED_FORMAT"),
        ("liar.pdf", b"only words", 415, "UNSUPPORTED_FORMAT"),
        ("empty.txt", b" ", 400, "UNREADABLE_DOCUMENT"),
        ("large.txt", b"x" * (1024 * 1024 + 1), 413, "FILE_TOO_LARGE"),
    ],
)
async def test_files_that_are_not_taken_have_their_codes(
    client: httpx.AsyncClient, account: Account, override: Any, name: str, data: bytes, status: int, code: str
) -> None:
    with override(OPORA_MAX_UPLOAD_MB="1"):
        response = await upload(client, account, name, data)
    assert told(response) == (status, code, "file")
    assert re.search("[а-я]", response.json()["error"]["message"])
    assert await listed(client, account) == []


async def test_an_infected_file_is_virus_detected(client: httpx.AsyncClient, account: Account) -> None:
    async with running_clamd() as clamd:
        with using(scanner=ClamdScanner(clamd.url, timeout_s=5)):
            response = await upload(client, account, "a.txt", EICAR)
    assert told(response) == (422, "VIRUS_DETECTED", "file")
    assert await listed(client, account) == []


async def test_more_than_the_quota_is_upload_quota_exceeded(
    client: httpx.AsyncClient, account: Account, override: Any
) -> None:
    with override(OPORA_UPLOAD_QUOTA_MB="1"):
        assert (await upload(client, account, "one.txt", b"word\n" * 150_000)).status_code == 201
        response = await upload(client, account, "two.txt", b"word\n" * 150_000)
    assert told(response) == (413, "UPLOAD_QUOTA_EXCEEDED", "file")
    assert len(await listed(client, account)) == 1


async def test_an_upload_without_a_file_names_the_field(client: httpx.AsyncClient, account: Account) -> None:
    response = await client.post(
        f"{PATH}/upload", headers=account.headers, data={"assistant_id": "1"}, files={"other": ("a.md", b"x")}
    )
    assert told(response) == (422, "VALIDATION_ERROR", "file")


@pytest.mark.parametrize("wrong", ["0", "x", "-1", str(2**63)])
async def test_a_wrong_assistant_id_is_named(client: httpx.AsyncClient, account: Account, wrong: str) -> None:
    assert told(await upload(client, account, assistant_id=wrong)) == (422, "VALIDATION_ERROR", "assistant_id")


async def test_another_accounts_documents_and_assistants_are_not_there(
    client: httpx.AsyncClient, account: Account
) -> None:
    other = await Account.make(client)
    document = (await upload(client, other)).json()["id"]
    assistant = await assistant_of(other)
    assert told(await upload(client, account, assistant_id=assistant))[:2] == (404, "NOT_FOUND")
    assert told(await client.delete(f"{PATH}/{document}", headers=account.headers))[:2] == (404, "NOT_FOUND")
    response = await client.get(PATH, headers=account.headers, params={"assistant_id": assistant})
    assert told(response)[:2] == (404, "NOT_FOUND")
    assert (await listed(client, account), len(await listed(client, other))) == ([], 1)


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
async def test_admins_alone_upload(client: httpx.AsyncClient, account: Account, role: Role) -> None:
    person = await new_user(await tenant_of(account), role)
    asking = Account(str(person.email), {}, bearer(await sign_in(person)))
    assert told(await upload(client, asking))[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    assert await listed(client, account) == []


async def test_nobody_uploads_without_a_token(client: httpx.AsyncClient) -> None:
    assert told(await upload(client, Account("", {}, {})))[:2] == (401, "UNAUTHORIZED")


async def test_ten_files_in_five_minutes_then_wait(client: httpx.AsyncClient, account: Account, override: Any) -> None:
    with override(OPORA_RATE_LIMITS="on", OPORA_RATE_LIMIT_UPLOADS_PER_5_MINUTES="2") as settings:
        async with served(create_app(settings, opening=lambda _: nullcontext())) as app, client_of(app) as limited:
            answers = [await upload(limited, account, f"{number}.md") for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert told(answers[-1])[1] == "RATE_LIMIT_EXCEEDED"
    assert answers[0].headers["x-ratelimit-limit"] == "2"
    assert 200 < int(answers[-1].headers["retry-after"]) <= 300
    assert len(await listed(client, account)) == 2
