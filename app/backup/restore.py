"""`opora restore`: an installation out of a backup, brought up to this release."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from app.backup import archive
from app.backup.archive import Manifest, Reader
from app.backup.create import KEY_PURPOSE, told_settings
from app.backup.progress import Bar, bar
from app.backup.source import count_rows
from app.backup.tools import load
from app.migrate import connect, ensure_roles, migrate, migration_names
from config.database import APP_ROLE, SYSTEM_ROLE, owner_address
from config.keys import install_secret, keys_for
from config.settings import Settings, get_settings
from core.errors import Conflict, InvalidInput, Unavailable
from integrations.storage.factory import make_file_store

_WORKING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'opora'"
# What extensions brought stays: an owner who is no superuser could not bring it back.
CLEAR = f"""
GRANT CREATE ON SCHEMA public TO {SYSTEM_ROLE};
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT format('public.%I', c.relname) AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            -- A sequence that is a column's own goes with it.
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', CASE one.relkind
            WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$;
"""  # noqa: S608  # the role is ours


async def restore(path: Path, *, force: bool = False, lose_secrets: bool = False) -> Manifest:
    """Put a backup in the place of what is here; nothing is touched before all of it was found to be whole.

    Raises InvalidInput for a damaged backup or one of a later release, Conflict where Opora runs on this database,
    where there are people in it (unless ``force``), or where its sealed values could not be opened (unless
    ``lose_secrets``).
    """
    reader = Reader(path)
    try:
        with bar() as shown:
            await _verify(reader, shown)
            settings = get_settings()
            _check_key(reader, settings, lose_secrets=lose_secrets)
            await _check_target(settings, force=force)
            await _load(reader, settings, shown)
            if reader.has(archive.SECRET) and settings.identity.secret_key is None:
                install_secret(settings, reader.read(archive.SECRET).decode())
            await migrate(settings)
            await _put_files(reader, settings, shown)
        return reader.manifest
    finally:
        reader.close()


def changed_settings(manifest: Manifest) -> list[str]:
    """Settings that were in force where the backup was made, and are not here."""
    here = told_settings(get_settings())
    return [f"{name}={value}" for name, value in manifest.settings.items() if here.get(name) != value]


async def _verify(reader: Reader, shown: Bar) -> None:
    advance = shown.begin("verifying", reader.size)
    # In a thread: the bar goes on.
    await asyncio.to_thread(lambda: [advance(size) for size in reader.verify()])
    shown.end("verifying")
    if reader.manifest.migration not in migration_names():
        raise InvalidInput("The backup is of a later release, whose tables this one does not know")


def _check_key(reader: Reader, settings: Settings, *, lose_secrets: bool) -> None:
    """What is sealed in the database opens with the key that sealed it alone. Raises Conflict."""
    brings = reader.has(archive.SECRET) and settings.identity.secret_key is None
    known = {key.kid for key in keys_for(KEY_PURPOSE, settings)}
    if brings or reader.manifest.key in known or lose_secrets:
        return
    where = "it is in the backup: leave OPORA_SECRET_KEY unset, or set it to that" if reader.has(archive.SECRET) else (
        "set OPORA_SECRET_KEY (or put the file secret_key into OPORA_DATA_DIR) as it was there"
    )  # fmt: skip
    raise Conflict(
        f"The backup was made under another secret key; {where}. With --lose-secrets it is restored all the same, and"
        " stored keys of bots, webhooks, models and providers have to be entered anew"
    )


async def _check_target(settings: Settings, *, force: bool) -> None:
    connection = await connect(owner_address(settings))
    try:
        if await connection.fetchval(_WORKING):
            raise Conflict("Opora runs on this database: stop API, workers and scheduler first")
        await ensure_roles(connection, settings)
        if (await count_rows(connection)).get("users") and not force:
            raise Conflict("There are people in this database; with --force all that is there is replaced")
    finally:
        await connection.close()


async def _load(reader: Reader, settings: Settings, shown: Bar) -> None:
    """Raises Unavailable: the database is as it was then, but where rows are missing after all."""
    address, manifest = owner_address(settings), reader.manifest
    advance = shown.begin("database", None)

    def counted() -> Iterator[bytes]:
        for piece in reader.pieces(archive.DATABASE):
            advance(len(piece))
            yield piece

    await load(address, counted(), before=CLEAR, after=_handed_over(manifest))
    connection = await connect(address)
    try:
        found = await count_rows(connection)
        if found != manifest.tables:
            different = sorted(name for name in manifest.tables if found.get(name) != manifest.tables[name])
            raise Unavailable(f"Rows are missing after the restore, in: {', '.join(different)}")
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    shown.end("database")


def _handed_over(manifest: Manifest) -> str:
    """Functions become their role's again; a dump without owners, which fits every cluster, does not say it."""
    given = [
        f"ALTER ROUTINE public.{routine} OWNER TO {role};"
        for role in (APP_ROLE, SYSTEM_ROLE)
        for routine in manifest.routines.get(role, [])
    ]
    return "\n".join(["SET LOCAL search_path = public;", *given, f"REVOKE CREATE ON SCHEMA public FROM {SYSTEM_ROLE};"])


async def _put_files(reader: Reader, settings: Settings, shown: Bar) -> None:
    """Files that are here already under other keys stay: no row names them."""
    store = make_file_store(settings)
    advance = shown.begin("uploads", None)
    try:
        for key in reader.files():
            data = await asyncio.to_thread(reader.read, archive.FILES + key)
            await store.put(key, data, mime_type="application/octet-stream")
            advance(len(data))
    finally:
        await store.close()
    shown.end("uploads")
