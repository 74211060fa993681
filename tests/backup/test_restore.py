"""What a backup restores is the installation: every row and file, its isolation, its numbers, and nothing half-way."""

import asyncio
import hashlib
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.backup import create
from app.backup.archive import DATABASE, Reader
from app.backup.create import backup
from app.backup.restore import CLEAR, restore
from app.backup.tools import load
from config.database import APP_ROLE, DatabaseAddress
from config.keys import role_password
from config.settings import Settings, override_settings
from core.actor import Role
from core.errors import Conflict, InvalidInput, Unavailable
from models.tenants import Tenant
from services import files, tickets
from services.unit_of_work import unit_of_work
from tests.backup.comparison import whole
from tests.backup.conftest import Place, Run
from tests.files.samples import png
from tests.fixtures.people import actor_of, new_tenant, new_user
from tests.fixtures.servers import execute
from tests.identity.rows import fill


def url_of(settings: Settings) -> str:
    assert settings.database.url is not None
    return settings.database.url.get_secret_value()


@pytest.fixture
async def tenant_with_everything(fresh_database: Settings) -> Tenant:
    """A row in every table, and a file."""
    tenant = await new_tenant()
    await fill(await new_user(tenant, Role.ADMIN))
    await files.upload(actor_of(await new_user(tenant)), file_name="photo.png", data=png())
    return tenant


async def test_what_is_restored_is_what_was_there(
    tenant_with_everything: Tenant, fresh_database: Settings, place: Place, opora: Run, tmp_path: Path
) -> None:
    path = tmp_path / "opora.backup"
    written = await backup(path)
    assert min(written.tables[name] for name in ("users", "messages", "jobs", "webhook_endpoints")) > 0
    said = await opora(place.variables, "restore", path)
    assert said == f"Restored {sum(written.tables.values())} rows and {written.files} files of {written.at}.\n"
    before = await whole(url_of(fresh_database))
    after = await whole(place.seen)
    # The sample's row names a file that nobody ever stored.
    assert (written.files, written.gone) == (1, 1)
    assert after == before
    assert _stored(place.data_dir) == _stored(fresh_database.data_dir, only=_stored(place.data_dir))
    with override_settings(**place.variables, _env_file=None):
        again = await backup(tmp_path / "again.backup", files=False)
    assert again.tables == written.tables
    await the_application_sees_one_tenant(place, tenant_with_everything)


def _stored(data_dir: Path, only: dict[str, str] | None = None) -> dict[str, str]:
    """The sum of every upload, by its key."""
    uploads = data_dir / "uploads"
    found = {str(path.relative_to(uploads)): path for path in uploads.rglob("*") if path.is_file()}
    wanted = found if only is None else {key: found[key] for key in only}
    return {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in wanted.items()}


async def the_application_sees_one_tenant(place: Place, tenant: Tenant) -> None:
    there = DatabaseAddress.parse(place.url)
    connection = await asyncpg.connect(
        host=there.host, port=there.port, database=there.database, user=APP_ROLE, password=role_password(APP_ROLE)
    )
    try:
        assert await connection.fetchval("SELECT count(*) FROM users") == 0
        async with connection.transaction():
            await connection.execute("SELECT set_config('opora.tenant_id', $1, true)", str(tenant.id))
            assert await connection.fetchval("SELECT count(DISTINCT tenant_id) FROM users") == 1
            # The next number: what is written after a restore must not meet what was there.
            await connection.execute(
                "INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at)"
                " VALUES ($1, 'a.b', '{}', 'dead', 0, now(), now())",
                tenant.id,
            )
    finally:
        await connection.close()


@pytest.fixture
async def busy(fresh_database: Settings) -> AsyncIterator[asyncio.Event]:
    """Somebody opens tickets all the time; the event is set when the first are there."""
    tenant = await new_tenant()
    customer, begun = actor_of(await new_user(tenant)), asyncio.Event()

    async def open_tickets() -> None:
        for number in range(100_000):
            async with unit_of_work(customer) as uow:
                await tickets.create(uow, title=f"Ticket {number}", auto_respond=False)
            if number == 20:
                begun.set()

    opening = asyncio.create_task(open_tickets())
    yield begun
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)


GAPS = """
SELECT t.topic FROM event_topics t LEFT JOIN (SELECT topic, count(*) AS n FROM events GROUP BY 1) e USING (topic)
WHERE t.last_seq IS DISTINCT FROM e.n
"""
HALVES = """
SELECT count(*) FROM conversations c FULL JOIN tickets t USING (id) WHERE c.id IS NULL OR t.id IS NULL
"""


async def test_a_backup_of_a_busy_installation_is_of_one_moment(
    busy: asyncio.Event, place: Place, opora: Run, tmp_path: Path
) -> None:
    path = tmp_path / "opora.backup"
    await busy.wait()
    written = await backup(path, secret=True)
    assert written.tables["tickets"] > 20
    await opora(place.variables, "restore", path)
    connection = await asyncpg.connect(place.seen)
    try:
        assert await connection.fetchval("SELECT count(*) FROM tickets") == written.tables["tickets"]
        assert await connection.fetch(GAPS) == []
        assert await connection.fetchval(HALVES) == 0
    finally:
        await connection.close()


SNAPSHOTS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
"""


async def test_nothing_holds_back_the_database_while_files_are_copied(
    tenant_with_everything: Tenant, fresh_database: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held: list[int] = []
    copy = create._copy

    async def looking_around(*told: Any) -> bool:
        connection = await asyncpg.connect(url_of(fresh_database))
        held.append(await connection.fetchval(SNAPSHOTS))
        await connection.close()
        return await copy(*told)

    monkeypatch.setattr(create, "_copy", looking_around)
    written = await backup(tmp_path / "opora.backup")
    assert held == [0] * (written.files + written.gone)
    assert written.files == 1


async def test_people_that_are_there_are_replaced_only_by_force(
    fresh_database: Settings, environment: dict[str, Any], place: Place, opora: Run, tmp_path: Path
) -> None:
    path = tmp_path / "opora.backup"
    await new_user(await new_tenant())
    await backup(path)
    with pytest.raises(Conflict, match="Opora runs on this database"):
        await restore(path)
    with override_settings(**place.variables, _env_file=None) as there:
        reader = Reader(path)
        await load(DatabaseAddress.parse(place.url), reader.pieces(DATABASE), before="SELECT 1", after="SELECT 1")
        before = await whole(place.seen)
        with pytest.raises(Conflict, match="with --force"):
            await restore(path)
        assert not (there.data_dir / "secret_key").exists()
    assert await whole(place.seen) == before
    await execute(place.seen, "UPDATE users SET email = 'somebody@else.example'")
    await opora(place.variables, "restore", path, "--force")
    assert await whole(place.seen) == await whole(url_of(fresh_database))


async def test_a_restore_that_fails_leaves_the_database_as_it_was(
    fresh_database: Settings, place: Place, tmp_path: Path
) -> None:
    path = tmp_path / "opora.backup"
    await backup(path)
    dump = Reader(path).read(DATABASE)
    there = DatabaseAddress.parse(place.url)
    await load(there, [dump], before="SELECT 1", after="CREATE TABLE public.mine (id int)")
    before = await whole(place.seen)
    for pieces, after in (([dump[: len(dump) // 2]], "SELECT 1"), ([], "SELECT 1"), ([dump], "SELECT no_such_column")):
        with pytest.raises(Unavailable, match="failed"):
            await load(there, pieces, before=CLEAR, after=after)
        assert await whole(place.seen) == before


async def test_only_a_whole_backup_of_a_known_release_under_the_same_key_is_restored(
    fresh_database: Settings, place: Place, tmp_path: Path
) -> None:
    path = tmp_path / "opora.backup"
    await backup(path)
    whole_file = path.read_bytes()
    with pytest.raises(InvalidInput, match="exists already"):
        await backup(path)
    with override_settings(**place.variables, _env_file=None):
        path.write_bytes(whole_file[: len(whole_file) // 2])
        with pytest.raises(InvalidInput, match="not a whole backup"):
            await restore(path)
        middle = whole_file.index(b"PGDMP") + 200
        path.write_bytes(whole_file[:middle] + bytes([whole_file[middle] ^ 1]) + whole_file[middle + 1 :])
        with pytest.raises(InvalidInput, match="damaged"):
            await restore(path)
        path.write_bytes(whole_file)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("files/put/by/somebody", b"else")
        with pytest.raises(InvalidInput, match="nobody listed files/put/by/somebody"):
            await restore(path)
        path.write_bytes(whole_file)
    other_key = {**place.variables, "OPORA_SECRET_KEY": "another" * 6}
    with override_settings(**other_key, _env_file=None), pytest.raises(Conflict, match="another secret key"):
        await restore(path)
    assert (await whole(place.seen))["tables"] == []
    assert path.stat().st_mode & 0o077 == 0
    assert os.listdir(tmp_path) == [path.name]


async def test_settings_are_told_and_secrets_are_not(fresh_database: Settings, override: Any, tmp_path: Path) -> None:
    path = tmp_path / "opora.backup"
    url = url_of(fresh_database)
    hidden = {"OPORA_DATABASE_URL": url, "OPORA_LLM_API_KEY": "sk-hidden", "OPORA_SECRET_KEY_PREVIOUS": "hidden" * 6}
    with override(**hidden, OPORA_PHONE_REGION="RU") as settings:
        await backup(path)
        content = path.read_bytes()
    told = Reader(path).manifest.settings
    assert told["OPORA_PHONE_REGION"] == "RU"
    assert "OPORA_SECRET_KEY" not in told
    assert not Reader(path).has("secret_key")
    assert settings.identity.secret_key is not None
    for secret in ("sk-hidden", "hiddenhidden", settings.identity.secret_key.get_secret_value(), url):
        assert secret.encode() not in content
