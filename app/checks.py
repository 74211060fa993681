"""The checks of ``opora doctor``: each returns what it found, and how to mend it."""

import asyncio
import io
import shutil
import wave
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg

import migrations
from config.database import owner_address
from config.redis import new_client
from config.settings import Settings, unknown_settings
from core.errors import DomainError
from core.languages import Language
from integrations.embeddings.factory import make_embedder
from integrations.llm.factory import make_chat_model
from integrations.mail.factory import make_mailer
from integrations.speech.factory import make_speech_to_text
from integrations.storage.factory import make_file_store
from integrations.telegram.factory import make_telegram
from integrations.vectors.factory import make_vector_store

_PATIENCE_S = 5.0
_GIB = 1024**3
_OLDEST_POSTGRES = 150000


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """``mend`` says what to do; empty where there is nothing to do."""

    subject: str
    level: Level
    text: str
    mend: str = ""


async def check_settings(settings: Settings) -> Finding:
    unknown = unknown_settings()
    if unknown:
        return Finding("settings", Level.WARN, f"unknown: {', '.join(unknown)}", "see .env.example for the names")
    if not settings.is_production and settings.http.host not in ("127.0.0.1", "::1", "localhost"):
        text = f"OPORA_ENV={settings.env}, and {settings.http.host} is open to other machines"
        return Finding("settings", Level.WARN, text, "set OPORA_ENV=production and OPORA_SECRET_KEY")
    return Finding("settings", Level.OK, f"OPORA_ENV={settings.env}")


async def check_disk(settings: Settings) -> Finding:
    directory = settings.data_dir
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding(
            "disk", Level.FAIL, f"{directory}: {error.strerror}", "let this user write there, or set OPORA_DATA_DIR"
        )
    free = shutil.disk_usage(directory).free / _GIB
    level = Level.FAIL if free < 0.2 else Level.WARN if free < 2 else Level.OK
    return Finding("disk", level, f"{free:.1f} GiB free in {directory}", "" if level is Level.OK else "free some space")


async def check_database(settings: Settings) -> Finding:
    connection = await _owner_connection(settings)
    try:
        number = int(await connection.fetchval("SHOW server_version_num"))
        rows = await connection.fetch("SELECT name FROM pg_available_extensions WHERE name IN ('vector', 'pg_trgm')")
        locale = await connection.fetchval("SELECT datctype FROM pg_database WHERE datname = current_database()")
    finally:
        await connection.close()
    missing = {"vector", "pg_trgm"} - {row["name"] for row in rows}
    if number < _OLDEST_POSTGRES:
        return Finding("database", Level.FAIL, f"PostgreSQL {number // 10000}", "use PostgreSQL 15 or newer")
    if missing:
        return Finding("database", Level.FAIL, f"no extension {', '.join(sorted(missing))}", "install it on the server")
    if locale in ("C", "POSIX"):
        return Finding("database", Level.WARN, f"locale {locale} knows no Cyrillic", "create the database with C.UTF-8")
    return Finding("database", Level.OK, f"PostgreSQL {number // 10000}.{number % 10000}, {locale}")


async def check_migrations(settings: Settings) -> Finding:
    connection = await _owner_connection(settings)
    try:
        if not await connection.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL"):
            applied = set()
        else:
            applied = {row["name"] for row in await connection.fetch("SELECT name FROM tortoise_migrations")}
    finally:
        await connection.close()
    known = _known_migrations()
    if known - applied:
        return Finding(
            "migrations", Level.FAIL, f"missing: {', '.join(sorted(known - applied))}", "run `opora migrate`"
        )
    if applied - known:
        text = f"the database is ahead: {', '.join(sorted(applied - known))}"
        return Finding("migrations", Level.WARN, text, "run the version of Opora that wrote them")
    return Finding("migrations", Level.OK, f"{len(applied)} applied")


async def check_redis(settings: Settings) -> Finding:
    client = new_client(settings)
    try:
        told: dict[str, Any] = await client.info()
    finally:
        await client.aclose()
    name = f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        text = f"{name} evicts keys ({told['maxmemory_policy']})"
        return Finding("redis", Level.WARN, text, "set maxmemory-policy noeviction: it holds queues")
    return Finding("redis", Level.OK, name)


async def check_vectors(settings: Settings) -> Finding:
    embedder = make_embedder(settings)
    index = make_vector_store(settings, model=embedder.model, dimensions=embedder.dimensions)
    store = settings.vectors.store
    try:
        ready = await index.ready()
    finally:
        await index.close()
        await embedder.close()
    if ready:
        return Finding("vectors", Level.OK, store)
    mend = "see database above" if store == "pgvector" else "check OPORA_WEAVIATE_URL, _GRPC_PORT and _API_KEY"
    return Finding("vectors", Level.FAIL, f"{store} does not answer", mend)


async def check_embeddings(settings: Settings) -> Finding:
    embedder = make_embedder(settings)
    try:
        vector = await embedder.query("Как сбросить пароль?")
    finally:
        await embedder.close()
    return Finding("embeddings", Level.OK, f"{embedder.model}, {len(vector)} dimensions")


async def check_model(settings: Settings) -> Finding:
    model = make_chat_model(settings)
    if model is None and settings.llm.base_url is not None:
        return Finding("chat model", Level.WARN, "an endpoint but no model: answers are quotes", "set OPORA_LLM_MODEL")
    if model is None:
        return Finding("chat model", Level.OK, "none set: answers are quoted from the knowledge (OPORA_LLM_BASE_URL)")
    try:
        health = await model.health()
    finally:
        await model.close()
    if not health.available:
        text = f"{settings.llm.base_url} does not answer"
        return Finding("chat model", Level.FAIL, text, "check OPORA_LLM_BASE_URL (with its /v1) and OPORA_LLM_API_KEY")
    if health.models and model.name not in health.models:
        text = f"{model.name} is none of the models listed: {', '.join(health.models[:8])}"
        return Finding("chat model", Level.WARN, text, "check OPORA_LLM_MODEL")
    return Finding("chat model", Level.OK, model.name)


async def check_mail(settings: Settings) -> Finding:
    mailer = make_mailer(settings)
    if mailer.keeps:
        text = f"kept as .eml files under {settings.data_dir / 'mail'} (OPORA_SMTP_URL)"
        return Finding("mail", Level.OK, text)
    await mailer.probe()
    return Finding("mail", Level.OK, f"{mailer.name} lets us in")


async def check_files(settings: Settings) -> Finding:
    store = make_file_store(settings)
    try:
        await store.probe()
    finally:
        await store.close()
    return Finding("files", Level.OK, f"{settings.storage_url}: written, read, removed")


async def check_speech(settings: Settings) -> Finding:
    speech = make_speech_to_text(settings)
    if speech is None:
        return Finding("voice", Level.OK, "none set: recordings are refused (OPORA_STT_BASE_URL, or `make voice`)")
    try:
        await speech.transcribe(_silence(), mime_type="audio/wav", language=Language.ENGLISH)
    finally:
        await speech.close()
    return Finding("voice", Level.OK, settings.speech.base_url or "the embedded model, for Russian and English")


async def check_telegram(settings: Settings) -> Finding:
    if settings.telegram.bot_token is None:
        return Finding("telegram", Level.OK, "no bot in the settings (OPORA_TELEGRAM_BOT_TOKEN)")
    telegram = make_telegram(settings)
    try:
        me = await (await telegram.bot(settings.telegram.bot_token.get_secret_value().strip())).get_me()
    finally:
        await telegram.close()
    how = "by webhook" if settings.http.public_url else "by polling"
    return Finding("telegram", Level.OK, f"@{me.username}, {how}")


async def check_antivirus(settings: Settings) -> Finding:
    if settings.antivirus.url is None:
        return Finding("virus scan", Level.OK, "none: uploads are not scanned (OPORA_CLAMD_URL)")
    parts = urlsplit(settings.antivirus.url)
    if parts.scheme == "unix":
        reader, writer = await asyncio.open_unix_connection(unquote(parts.path))
    else:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(b"zPING\0")
        answer = await reader.readuntil(b"\0")
    finally:
        writer.close()
    if answer != b"PONG\0":
        return Finding("virus scan", Level.FAIL, f"{settings.antivirus.url} is no clamd", "check OPORA_CLAMD_URL")
    return Finding("virus scan", Level.OK, "clamd answers")


def _silence() -> bytes:
    """A second of it, as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"\0\0" * 16_000)
    return buffer.getvalue()


CHECKS = {
    "settings": (check_settings, ""),
    "disk": (check_disk, ""),
    "database": (check_database, "is PostgreSQL running? check OPORA_DATABASE_URL"),
    "migrations": (check_migrations, "mend the database first"),
    "redis": (check_redis, "is the server running? check OPORA_REDIS_URL"),
    "vectors": (check_vectors, "check OPORA_VECTOR_STORE"),
    "embeddings": (check_embeddings, "check OPORA_EMBEDDINGS_BASE_URL, _API_KEY and _MODEL"),
    "chat model": (check_model, "check OPORA_LLM_BASE_URL, OPORA_LLM_API_KEY and OPORA_LLM_MODEL"),
    "mail": (check_mail, "check OPORA_SMTP_URL"),
    "files": (check_files, "check OPORA_STORAGE_URL"),
    "voice": (check_speech, "check OPORA_STT_BASE_URL, _API_KEY and _MODEL"),
    "telegram": (check_telegram, "check OPORA_TELEGRAM_BOT_TOKEN, OPORA_TELEGRAM_API_URL and the network"),
    "virus scan": (check_antivirus, "is clamd running? check OPORA_CLAMD_URL"),
}


async def examine(subject: str, settings: Settings) -> Finding:
    """Run one check within its time; whatever goes wrong in it is what it found."""
    check, mend = CHECKS[subject]
    try:
        async with asyncio.timeout(_PATIENCE_S * 2):
            return await check(settings)
    except TimeoutError:
        return Finding(subject, Level.FAIL, "no answer in time", mend)
    except DomainError as error:
        return Finding(subject, Level.FAIL, error.message, mend)
    except Exception as error:
        return Finding(subject, Level.FAIL, f"{type(error).__name__}: {error}".rstrip(": "), mend)


def _known_migrations() -> set[str]:
    return {path.stem for path in Path(migrations.__path__[0]).glob("[0-9]*.py")}


async def _owner_connection(settings: Settings) -> asyncpg.Connection:
    address = owner_address(settings)
    return await asyncpg.connect(
        host=address.host,
        port=address.port,
        database=address.database,
        user=address.user,
        password=address.password,
        timeout=_PATIENCE_S,
    )
