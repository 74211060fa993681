"""Files over HTTP: who gets them, in which parts, and under which headers."""

import time
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from models.conversations import Attachment
from services import files, messages
from services.file_links import LIFE_S
from services.unit_of_work import unit_of_work
from tests.files.conftest import Desk, Upload
from tests.files.samples import png, wav
from tests.fixtures.application import AsUser

_TEXT = bytes(range(32, 127)) * 8000


@pytest.fixture
async def attachment(desk: Desk, upload: Upload) -> Attachment:
    """A text of 760,000 bytes that the customer sent."""
    made = await upload(name="журнал.txt", data=_TEXT)
    async with unit_of_work(desk.actor("customer")) as uow:
        await messages.add(uow, desk.ticket.id, text="The log", attachments=[made.public_id], auto_respond=False)
    return made


async def test_a_signed_link_opens_a_file_without_a_token(client: httpx.AsyncClient, attachment: Attachment) -> None:
    response = await client.get(files.signed_path(attachment))
    assert (response.status_code, response.content) == (200, _TEXT)
    assert response.headers["content-length"] == str(len(_TEXT))


@pytest.mark.parametrize(("person", "status"), [("customer", 200), ("agent", 200), ("other", 404)])
async def test_the_plain_address_asks_who_comes(
    as_user: AsUser, desk: Desk, attachment: Attachment, person: str, status: int
) -> None:
    client = await as_user(getattr(desk, person))
    for path in (files.path_of(attachment), f"/uploads/files/{attachment.public_id}"):
        assert (await client.get(path)).status_code == status


async def test_without_a_token_and_without_a_signature_it_is_401(
    client: httpx.AsyncClient, attachment: Attachment
) -> None:
    response = await client.get(files.path_of(attachment))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def _forged(attachment: Attachment) -> list[str]:
    path, _, query = files.signed_path(attachment).partition("?")
    values = dict(part.split("=") for part in query.split("&"))
    changes: list[dict[str, Any]] = [
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": "é"},
        {"expires": int(values["expires"]) + 300},
        {"tenant": int(values["tenant"]) + 1},
        {"expires": "later"},
        {"tenant": "9" * 40},
    ]
    forged = ["&".join(f"{name}={value}" for name, value in {**values, **change}.items()) for change in changes]
    other = path.replace(str(attachment.public_id), str(uuid4()))
    return [*(f"{path}?{query}" for query in forged), f"{other}?{query}", f"{path}?signature={values['signature']}"]


async def test_a_forged_link_opens_nothing(client: httpx.AsyncClient, attachment: Attachment) -> None:
    assert {(await client.get(path)).status_code for path in _forged(attachment)} == {404}


async def test_a_link_ends_within_a_quarter_of_an_hour(
    client: httpx.AsyncClient, attachment: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.signed_path(attachment)
    now = time.time()
    monkeypatch.setattr("services.file_links.time.time", lambda: now + 599)
    assert (await client.get(path)).status_code == 200
    monkeypatch.setattr("services.file_links.time.time", lambda: now + LIFE_S + 1)
    assert (await client.get(path)).status_code == 404


async def test_a_link_outlives_a_rotation_of_the_key(
    client: httpx.AsyncClient, attachment: Attachment, override: Any, environment: dict[str, str]
) -> None:
    path = files.signed_path(attachment)
    with override(OPORA_SECRET_KEY="n" * 40, OPORA_SECRET_KEY_PREVIOUS=environment["OPORA_SECRET_KEY"]):
        assert (await client.get(path)).status_code == 200
    with override(OPORA_SECRET_KEY="n" * 40):
        assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=700000-", 700_000, 760_000),
        ("bytes=-5", 759_995, 760_000),
        ("bytes=5-9999999", 5, 760_000),
        ("Bytes=0-9", 0, 10),
        ("bytes=0-18446744073709551616", 0, 760_000),
    ],
)
async def test_a_range_is_answered_by_its_part(
    client: httpx.AsyncClient, attachment: Attachment, asked: str, start: int, end: int
) -> None:
    response = await client.get(files.signed_path(attachment), headers={"range": asked})
    assert (response.status_code, response.content) == (206, _TEXT[start:end])
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/760000"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=x-", "bytes=--5"])
async def test_a_range_that_is_none_gives_the_whole(
    client: httpx.AsyncClient, attachment: Attachment, asked: str
) -> None:
    response = await client.get(files.signed_path(attachment), headers={"range": asked})
    assert (response.status_code, len(response.content)) == (200, 760_000)


@pytest.mark.parametrize("asked", ["bytes=760000-", "bytes=9999999-99999999", "bytes=-0", "bytes=9999999999999999999-"])
async def test_a_range_outside_the_file_is_416(client: httpx.AsyncClient, attachment: Attachment, asked: str) -> None:
    response = await client.get(files.signed_path(attachment), headers={"range": asked})
    assert (response.status_code, response.content) == (416, b"")
    assert response.headers["content-range"] == "bytes */760000"


async def test_conditions_follow_the_version(client: httpx.AsyncClient, attachment: Attachment) -> None:
    path = files.signed_path(attachment)
    etag = (await client.head(path)).headers["etag"]
    cached = await client.get(path, headers={"if-none-match": f'"other", W/{etag}'})
    assert (cached.status_code, cached.content) == (304, b"")
    same = await client.get(path, headers={"range": "bytes=0-1", "if-range": etag})
    other = await client.get(path, headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


async def test_a_version_that_is_no_longer_there_is_not_sent(client: httpx.AsyncClient, attachment: Attachment) -> None:
    path = files.signed_path(attachment)
    etag = (await client.head(path)).headers["etag"]
    for condition, status in (('"other"', 412), (f"W/{etag}", 412), (f'"other", {etag}', 200), ("*", 200)):
        assert (await client.get(path, headers={"if-match": condition})).status_code == status


async def test_failures_have_the_shape_of_the_document_that_names_the_path(
    client: httpx.AsyncClient, attachment: Attachment
) -> None:
    response = await client.get(f"{files.signed_path(attachment)}0")
    assert response.json() == {"error": {"code": "NOT_FOUND", "message": "Файл не найден", "details": []}}


async def test_head_tells_all_and_sends_nothing(client: httpx.AsyncClient, attachment: Attachment) -> None:
    response = await client.head(files.signed_path(attachment))
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == "760000"
    assert response.headers["accept-ranges"] == "bytes"


async def test_nothing_in_a_file_can_run(client: httpx.AsyncClient, attachment: Attachment) -> None:
    headers = (await client.get(files.signed_path(attachment))).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["content-security-policy"].endswith("sandbox")
    assert headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    ("name", "data", "how"),
    [
        ("a.png", png(), "inline"),
        ("a.wav", wav(), "inline"),
        ("a.pdf", b"%PDF-1.7", "attachment"),
        ("a.md", b"text", "attachment"),
    ],
)
async def test_only_pictures_and_sound_are_shown_in_place(
    client: httpx.AsyncClient, upload: Upload, name: str, data: bytes, how: str
) -> None:
    response = await client.get(files.signed_path(await upload(name=name, data=data)))
    assert response.headers["content-disposition"].startswith(f"{how};")


_LONG = ("ш" * 40_000).encode()


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", "Счёт".encode(), "text/plain; charset=utf-8"),
        ("a.csv", b"a;b", "text/csv; charset=utf-8"),
        ("a.md", b"x" + _LONG, "text/markdown; charset=utf-8"),
        ("a.txt", "Счёт".encode("utf-16"), "text/plain; charset=utf-16"),
        ("a.txt", "Счёт".encode("cp1251"), "application/octet-stream"),
        ("a.json", b"{}", "application/json"),
        ("a.png", png(), "image/png"),
    ],
)
async def test_a_text_says_its_charset(
    client: httpx.AsyncClient, upload: Upload, name: str, data: bytes, told: str
) -> None:
    path = files.signed_path(await upload(name=name, data=data))
    whole, part = await client.get(path), await client.get(path, headers={"range": "bytes=1-1"})
    assert [each.headers["content-type"] for each in (whole, part)] == [told, told]
    assert (whole.content, part.content) == (data, data[1:2])


@pytest.mark.parametrize("name", ['a"b;c\\d.png', "счёт №1.png", "100%.png", "a\r\nset-cookie: x.png", "🙂.png"])
async def test_any_name_is_one_header_and_comes_back_whole(
    client: httpx.AsyncClient, upload: Upload, name: str
) -> None:
    made = await upload(name=name)
    response = await client.get(files.signed_path(made))
    assert response.status_code == 200
    assert response.headers["content-disposition"].endswith(f"filename*=UTF-8''{quote(made.file_name, safe='')}")
    assert "set-cookie" not in response.headers


async def test_a_lost_object_is_404_before_anything_is_sent(client: httpx.AsyncClient, attachment: Attachment) -> None:
    from services.providers import providers

    await providers().files.delete(attachment.storage_key)
    assert (await client.get(files.signed_path(attachment))).status_code == 404


async def test_the_telegram_paths_upload_and_download(as_user: AsUser, desk: Desk, client: httpx.AsyncClient) -> None:
    stranger, client = client, await as_user(desk.customer)
    response = await client.post("/api/v1/files/upload", files={"file": ("фото.png", png(), "text/html")})
    assert response.status_code == 201, response.text
    view = response.json()
    assert view.keys() == {"id", "filename", "size", "content_type", "url", "created_at"}
    assert (view["filename"], view["size"], view["content_type"]) == ("фото.png", len(png()), "image/png")
    assert len(view["created_at"]) == len("2024-01-01T10:00:00Z")
    assert (await client.get(f"/api/v1/files/{view['id']}")).content == png()
    assert (await client.get(f"/api/v1/files/{view['id']}", headers={"range": "bytes=0-3"})).status_code == 206
    assert (await stranger.get(view["url"])).content == png()


@pytest.mark.parametrize(
    ("data", "status", "code", "words"),
    [
        (b"MZ\x90\x00" + b"\0" * 99, 415, "UNSUPPORTED_FORMAT", "изображения (PNG"),
        (b"", 400, "UNREADABLE_DOCUMENT", "Файл пустой"),
        (b"x" * (21 * 1024 * 1024), 413, "FILE_TOO_LARGE", "Файл больше 20 МБ"),
    ],
)
async def test_a_refused_upload_says_why_in_russian_and_leaves_nothing(
    as_user: AsUser, desk: Desk, data: bytes, status: int, code: str, words: str
) -> None:
    client = await as_user(desk.customer)
    response = await client.post("/api/v1/files/upload", files={"file": ("a.txt", data)})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert words in response.json()["error"]["message"]
    async with unit_of_work(desk.actor("customer")):
        assert not await Attachment.filter(tenant_id=desk.tenant.id).exists()


async def test_a_foreign_file_is_missing_on_the_telegram_path(as_user: AsUser, desk: Desk, upload: Upload) -> None:
    made = await upload()
    client = await as_user(desk.other)
    response = await client.get(f"/api/v1/files/{made.public_id}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([("doc", ("a.png", png()))], "Приложите файл"),
        ([("file", ("a.png", png())), ("file", ("b.png", png()))], "Отправляйте по одному файлу"),
        ([("file", ("...", png()))], "У файла нет имени"),
    ],
)
async def test_a_form_without_one_named_file_says_what_is_missing(
    as_user: AsUser, desk: Desk, parts: list[Any], message: str
) -> None:
    client = await as_user(desk.customer)
    response = await client.post("/api/v1/files/upload", files=parts)
    assert (response.status_code, response.json()["error"]["details"]) == (422, [{"field": "file", "message": message}])
