"""📚 Knowledge Base API: chunks in versions, search, sources, uploads good and bad."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from core.actor import Role
from rest.support import examples
from tests.support_dialect.test_bad_input import assert_clear_error
from tests.support_dialect.world import World, call

TEXT = b"# Manual\n\nPress the red button for five seconds to restart the boiler.\n"


async def test_the_documents_example_in_versions(world: World, client: httpx.AsyncClient) -> None:
    headers = world.headers(Role.AGENT)
    first = await client.post("/v1/kb/chunks", json=examples.NEW_CHUNKS, headers=headers)
    assert (first.status_code, first.json()) == (201, examples.CHUNKS_REPORT)
    same = await client.post("/v1/kb/chunks", json=examples.NEW_CHUNKS, headers=headers)
    assert {name: same.json()[name] for name in ("created", "updated", "skipped")} == {
        "created": 0, "updated": 0, "skipped": 2,
    }  # fmt: skip
    changed = {"source": "product-docs.md", "chunks": [dict(examples.NEW_CHUNKS["chunks"][0], content="Other words")]}
    updated = await client.post("/v1/kb/chunks", json=changed, headers=headers)
    assert (updated.json()["updated"], updated.json()["skipped"]) == (1, 0)
    listed = (await client.get("/v1/kb/chunks?limit=1000", headers=headers)).json()
    versions = [(row["version"], row["is_current"]) for row in listed if row["source"] == "product-docs.md"]
    assert sorted(versions) == [(1, False), (1, True), (2, True)]


async def test_search_finds_what_was_loaded(world: World, client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/kb/search", json={"query": "reset your password in Settings", "limit": 5}, headers=world.headers(Role.USER)
    )
    assert response.status_code == 200
    best = response.json()[0]
    assert best["source"] == world.source
    assert 0 < best["score"] <= 1


@pytest.mark.parametrize(
    "body", [{"query": ""}, {"query": "a", "limit": 0}, {"query": "a", "limit": 51}, {"query": "x" * 5000}]
)
async def test_searches_out_of_bounds(body: object, common_world: World, client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/kb/search", json=body, headers=common_world.headers(Role.USER))
    assert_clear_error(response, 422)


@pytest.mark.parametrize(
    "name", ["a/b/c.md", "100% sure.md", "a b?c#d.md", "путь/файл.md", "a//b", "%2F", "...", "a+b"]
)
async def test_any_name_of_a_source_can_be_deleted(name: str, world: World, client: httpx.AsyncClient) -> None:
    headers = world.headers(Role.ADMIN)
    body = {"source": name, "chunks": [{"content": "One"}, {"content": "Two"}]}
    assert (await client.post("/v1/kb/chunks", json=body, headers=headers)).status_code == 201
    response = await client.delete(f"/v1/kb/sources/{quote(name, safe='')}", headers=headers)
    assert (response.status_code, response.json()) == (200, {"deleted": 2, "source": name})


async def test_reindexing_all_or_one_source(world: World, client: httpx.AsyncClient) -> None:
    headers = world.headers(Role.AGENT)
    every = await client.post("/v1/kb/reindex", headers=headers)
    one = await client.post("/v1/kb/reindex", params={"source": world.source}, headers=headers)
    none = await client.post("/v1/kb/reindex", params={"source": "nothing"}, headers=headers)
    assert every.json() == one.json() == {"status": "success", "success": 1, "failed": 0}
    assert none.status_code == 404


async def test_an_upload_is_searchable_when_it_is_answered(world: World, client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/kb/upload?source=manual", files={"file": ("boiler.md", TEXT)}, headers=world.headers(Role.ADMIN)
    )
    assert response.status_code == 200
    body = response.json()
    assert (body["filename"], body["source"], body["validation"]["size_bytes"]) == ("boiler.md", "manual", len(TEXT))
    found = await client.post(
        "/v1/kb/search", json={"query": "restart the boiler with the red button"}, headers=world.headers(Role.USER)
    )
    assert found.json()[0]["source"] == "manual"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\docs\\a.md", "a.md"),
        ("a\u202eb.md", "ab.md"),
        ("имя.md", "имя.md"),
    ],
)
async def test_file_names_lose_their_folders(sent: str, kept: str, world: World, client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/kb/upload", files={"file": (sent, TEXT)}, headers=world.headers(Role.ADMIN))
    assert (response.status_code, response.json()["filename"]) == (200, kept)


BAD_FILES = {
    "empty": ("a.md", b""),
    "only spaces": ("a.txt", b" \n\n "),
    "unknown kind": ("a.exe", b"MZ\x90\x00\x03\x00\x00\x00"),
    "a program called text": ("a.txt", b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 100),
    "a picture called pdf": ("a.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
    "a cut pdf": ("a.pdf", b"%PDF-1.7\n1 0 obj\n<<"),
    "a cut docx": ("a.docx", b"PK\x03\x04\x14\x00\x00\x00"),
    "all bytes": ("a.md", bytes(range(256)) * 4),
    "no name": ("..", TEXT),
}


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_bad_file_is_refused_and_leaves_nothing(
    kind: str, common_world: World, client: httpx.AsyncClient
) -> None:
    before = await common_world.contents()
    response = await client.post(
        "/v1/kb/upload", files={"file": BAD_FILES[kind]}, headers=common_world.headers(Role.ADMIN)
    )
    assert_clear_error(response, 400, 415, 422)
    assert await common_world.contents() == before


FORM = "multipart/form-data; boundary=x"
PART = b"--x\r\nContent-Disposition: form-data; "
BAD_FORMS = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n", 400),
    "not multipart": ("application/json", b"{}", 415),
    "wrong boundary": ("multipart/form-data; boundary=y", PART + b"\r\n\r\na\r\n--x--", 400),
    "nothing": (FORM, b"", 422),
    "no file": (FORM, PART + b'name="a"\r\n\r\n1\r\n--x--\r\n', 422),
    "a field and no file": (FORM, PART + b'name="file"\r\n\r\n1\r\n--x--\r\n', 422),
    "cut": (FORM, PART + b'name="file"; filename="a.md"\r\n\r\nhalf of', 422),
    "no disposition": (FORM, b"--x\r\nX: y\r\n\r\n1\r\n--x--\r\n", 422),
    "a file whose name is unprintable": (FORM, PART + b'name="file"; filename="\x07"\r\n\r\na\r\n--x--\r\n', 422),
}


@pytest.mark.parametrize("kind", BAD_FORMS)
async def test_a_bad_form_is_refused(kind: str, common_world: World, client: httpx.AsyncClient) -> None:
    content_type, body, status = BAD_FORMS[kind]
    response = await client.post(
        "/v1/kb/upload", content=body, headers={**common_world.headers(Role.ADMIN), "content-type": content_type}
    )
    assert_clear_error(response, status)


async def test_two_files_at_once_are_refused(common_world: World, client: httpx.AsyncClient) -> None:
    files = [("file", ("a.md", TEXT)), ("file", ("b.md", TEXT))]
    response = await client.post("/v1/kb/upload", files=files, headers=common_world.headers(Role.ADMIN))
    assert_clear_error(response, 422)


async def test_a_file_over_the_limit_is_413(common_world: World, client: httpx.AsyncClient, override: Any) -> None:
    before = await common_world.contents()
    with override(OPORA_MAX_UPLOAD_MB="1"):
        for size in (1024 * 1024 + 1, 3 * 1024 * 1024):
            response = await client.post(
                "/v1/kb/upload", files={"file": ("a.txt", b"a" * size)}, headers=common_world.headers(Role.ADMIN)
            )
            assert_clear_error(response, 413)
    assert await common_world.contents() == before


async def test_an_endless_upload_is_cut_short(common_world: World, client: httpx.AsyncClient, override: Any) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        while sent < 50 * 1024 * 1024:
            sent += 65536
            yield b"a" * 65536

    headers = {**common_world.headers(Role.ADMIN), "content-type": "multipart/form-data; boundary=x"}
    with override(OPORA_MAX_UPLOAD_MB="1"):
        response = await client.post("/v1/kb/upload", content=body(), headers=headers)
    assert_clear_error(response, 413)
    assert sent < 2 * 1024 * 1024


async def test_deleting_a_source_takes_it_out_of_search(world: World, client: httpx.AsyncClient) -> None:
    await call(client, "delete_source", world, Role.ADMIN)
    found = await call(client, "search", world, Role.USER)
    assert (found.status_code, found.json()) == (200, [])
