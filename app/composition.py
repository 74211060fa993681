"""The composition root: what a process opens, and which models and stores its services work with."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from config.database import close_database, open_database
from config.redis import close_redis, open_redis
from config.settings import Settings
from integrations.antivirus.factory import make_virus_scanner
from integrations.embeddings.calibration import Calibration
from integrations.embeddings.factory import make_embedder
from integrations.embeddings.port import Embedder
from integrations.llm.factory import make_chat_model
from integrations.mail.factory import make_mailer
from integrations.payments.factory import make_payments
from integrations.speech.factory import make_speech_to_text
from integrations.storage.factory import make_file_store
from integrations.telegram.factory import make_telegram
from integrations.vectors.factory import make_vector_store
from integrations.vectors.pgvector import PgVectorStore
from services import ai_pool, log_records
from services.providers import Providers, providers, use_providers
from workers.fanout import install_fanout


def make_providers(settings: Settings, embedder: Embedder | None = None) -> Providers:
    """What the settings name; ``embedder`` takes the place of theirs. Raises Unavailable for a missing setting.

    Nothing is connected yet: a model or a store that is down stops no process from starting.
    """
    embedder = embedder or make_embedder(settings)
    archive = PgVectorStore(model=embedder.model, dimensions=embedder.dimensions)
    elsewhere = settings.vectors.store != "pgvector"
    return Providers(
        embedder=embedder,
        calibration=Calibration(embedder),
        archive=archive,
        index=make_vector_store(settings, model=embedder.model, dimensions=embedder.dimensions)
        if elsewhere
        else archive,
        chat=make_chat_model(settings),
        files=make_file_store(settings),
        scanner=make_virus_scanner(settings),
        speech=make_speech_to_text(settings),
        telegram=make_telegram(settings),
        mailer=make_mailer(settings),
        payments=make_payments(settings),
    )


def install(settings: Settings, choose: Callable[[Settings], Providers] = make_providers) -> None:
    """Let services of this process work: their providers, and the fan-out of the facts that they tell."""
    use_providers(choose(settings))
    install_fanout()


async def close_providers() -> None:
    """Let go of the connections that the providers hold."""
    chosen = providers()
    await ai_pool.close_pool()
    if chosen.chat is not None:
        await chosen.chat.close()
    await chosen.files.close()
    if chosen.speech is not None:
        await chosen.speech.close()
    await chosen.telegram.close()
    await chosen.payments.close()
    if chosen.indexed_elsewhere:
        await chosen.index.close()
    await chosen.embedder.close()


@asynccontextmanager
async def open_process(
    settings: Settings, choose: Callable[[Settings], Providers] = make_providers
) -> AsyncIterator[None]:
    """Everything that services need, until the block ends: database, Redis, providers, fan-out.

    It opens also while the database and Redis are down.
    """
    await open_database(settings)
    open_redis(settings)
    install(settings, choose)
    try:
        async with log_records.storing():
            yield
    finally:
        await close_providers()
        await close_redis()
        await close_database()
