"""The database that the migrations make is the one that the models describe, however often they are applied."""

import asyncio
import importlib
import sys

import asyncpg
from tortoise.models import Model

from config.database import MODEL_MODULES
from config.settings import Settings
from services.unit_of_work import Statements, SystemReason, system_unit_of_work

MODELS = [
    model
    for module in map(importlib.import_module, MODEL_MODULES)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
]
COLUMNS = """
SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1
"""


async def columns(statements: Statements, table: str) -> dict[str, bool]:
    return {row["column_name"]: row["nullable"] for row in await statements.rows(COLUMNS, table)}


async def test_tables_have_the_columns_of_their_models(database: None) -> None:
    assert len(MODELS) >= 30
    async with system_unit_of_work(SystemReason.COMMAND_LINE) as statements:
        for model in MODELS:
            described = {field.source_field or name: field.null for name, field in model._meta.fields_map.items()}
            found = await columns(statements, model._meta.db_table)
            missing = {name: null for name, null in described.items() if found.get(name) is not null}
            assert not missing, f"{model._meta.db_table}: {missing}"


async def test_migrations_applied_at_once_and_again_change_nothing(fresh_database: Settings) -> None:
    url = fresh_database.database.url
    assert url is not None
    before = await applied(url.get_secret_value())
    await _migrate_at_once(fresh_database)
    assert await applied(url.get_secret_value()) == before


async def _migrate_at_once(settings: Settings) -> None:
    assert settings.database.url is not None
    code = "import asyncio; from app.migrate import migrate; asyncio.run(migrate())"
    environment = {
        "OPORA_DATABASE_URL": settings.database.url.get_secret_value(),
        "OPORA_SECRET_KEY": _secret(settings),
    }
    runs = [await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=environment) for _ in range(2)]
    try:
        async with asyncio.timeout(60):
            assert [await run.wait() for run in runs] == [0, 0]
    finally:
        for run in runs:
            if run.returncode is None:
                run.kill()
                await run.wait()


async def applied(owner_url: str) -> list[str]:
    connection = await asyncpg.connect(owner_url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY id")]
    finally:
        await connection.close()


def _secret(settings: Settings) -> str:
    key = settings.identity.secret_key
    assert key is not None
    return key.get_secret_value()


INDEXES = "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid"
CUT_OFF = """
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'knowledge_chunks_lexical'::regclass;
DELETE FROM tortoise_migrations WHERE name = '0016_lexical_index'
"""


async def test_an_index_whose_making_was_cut_off_is_made_anew_whoever_else_migrates(fresh_database: Settings) -> None:
    url = fresh_database.database.url
    assert url is not None
    connection = await asyncpg.connect(url.get_secret_value())
    try:
        await connection.execute(CUT_OFF)
        await _migrate_at_once(fresh_database)
        assert await connection.fetch(INDEXES) == []
    finally:
        await connection.close()
