"""The demo tenant: an invented internet provider with knowledge, people of each role and some tickets.

``python -m app.demo`` makes ``demo_data/vectors.npz`` anew: vectors of the demo's passages by the embedded model, so
that the first start need not compute them. What the file does not hold is computed as always.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app import demo_assistant
from app.composition import make_providers, open_process
from config.settings import Settings, get_settings
from core.actor import Actor, Role, system_actor
from core.errors import Conflict
from core.paging import OffsetPage
from integrations.embeddings.embedded import EmbeddedEmbedder
from integrations.embeddings.factory import make_embedder
from integrations.embeddings.port import Embedder, Vector
from models.tickets import Ticket, TicketPriority
from models.users import User
from services import faqs, knowledge, passwords, tenants, tickets, users
from services.documents.chunking import chunk as cut
from services.documents.reading import read_document
from services.indexing import Passage
from services.providers import Providers
from services.unit_of_work import unit_of_work

SLUG = "demo"
PASSWORD = "opora-demo-1"  # noqa: S105  # printed at every start, for a tenant that holds sample data alone
STAFF = {
    "admin@demo.example": (Role.ADMIN, "Demo Admin"),
    "moderator@demo.example": (Role.MODERATOR, "Demo Moderator"),
    "agent@demo.example": (Role.AGENT, "Demo Agent"),
    "customer@demo.example": (Role.USER, "Demo Customer"),
}
_CHUNK_CHARS = 900
_DATA = Path(__file__).parent / "demo_data"
_VECTORS = _DATA / "vectors.npz"


async def load() -> None:
    """Make the demo tenant where it is missing or unfinished. Production does without: its password is known."""
    settings = get_settings()
    if settings.is_production:
        return
    async with open_process(settings, _providers_with_vectors):
        actor = await _tenant()
        async with unit_of_work(actor):
            # The tickets are made last: where they are, what an older release loads is there.
            loaded = await Ticket.exists()
        if not loaded:
            customers = await _people(actor)
            await _knowledge(actor)
            await _faqs(actor)
            await _tickets(actor.tenant_id, customers)
        await demo_assistant.load(actor)


async def _tenant() -> Actor:
    tenant_id = await tenants.id_of(SLUG)
    if tenant_id is None:
        root = Actor(tenant_id=1, role=Role.SUPERADMIN)
        tenant_id = (await tenants.create(root, name="Velmira (demo)", slug=SLUG)).id
    return system_actor(tenant_id)


async def _people(actor: Actor) -> dict[str, User]:
    """Staff, the demo customer and the tickets' customers, by e-mail."""
    password_hash = await passwords.hash_password(PASSWORD)
    sample = {entry["customer"]["email"]: (Role.USER, entry["customer"]["name"]) for entry in _sample_tickets()}
    for email, (role, name) in (STAFF | sample).items():
        try:
            async with unit_of_work(actor) as uow:
                await users.insert(
                    uow, email=email, password_hash=password_hash, full_name=name, role=role, confirmed=True
                )
        except Conflict:
            continue  # an earlier load came this far
    async with unit_of_work(actor):
        return {str(user.email): user for user in await User.filter(tenant_id=actor.tenant_id)}


async def _knowledge(actor: Actor) -> None:
    for file in _files():
        source = file.relative_to(_DATA).as_posix().removeprefix("knowledge/")
        data = await asyncio.to_thread(file.read_bytes)
        await knowledge.import_file(actor, source=source, file_name=file.name, data=data, progress=_unseen)


async def _faqs(actor: Actor) -> None:
    async with unit_of_work(actor) as uow:
        known = {row.question for row in await faqs.list_faqs(uow, faqs.FaqFilter(), OffsetPage())}
    for entry in _sample_faqs():
        # An earlier load may have come this far.
        if entry["question"] not in known:
            await faqs.create(actor, **entry)


def _sample_faqs() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = orjson.loads((_DATA / "faqs.json").read_bytes())
    return entries


def _files() -> list[Path]:
    return [*sorted((_DATA / "knowledge").rglob("*.md")), _DATA / "faq.csv"]


def _unseen(done: int, total: int) -> None:
    """The demo is loaded before anybody looks."""


async def _tickets(tenant_id: int, people: dict[str, User]) -> None:
    """The assistant answers them when the worker starts."""
    for entry in _sample_tickets():
        customer = Actor(tenant_id=tenant_id, role=Role.USER, user_id=people[entry["customer"]["email"]].id)
        async with unit_of_work(customer) as uow:
            await tickets.create(
                uow,
                title=entry["subject"],
                description=entry["description"],
                priority=TicketPriority(entry["priority"]),
            )


def _sample_tickets() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = orjson.loads((_DATA / "tickets.json").read_bytes())
    return entries


class _RememberingEmbedder:
    """Gives what is known by heart, asks the real one for the rest."""

    def __init__(self, real: Embedder, known: Mapping[str, Vector]) -> None:
        self._real = real
        self._known = known
        self.model, self.dimensions, self.centred = real.model, real.dimensions, real.centred
        self.query, self.close = real.query, real.close

    async def passages(self, texts: Sequence[str]) -> Vector:
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in self._known]
        computed = await self._real.passages(missing) if missing else ()
        fresh = dict(zip(map(_key, missing), computed, strict=True))
        found = [fresh[key] if (key := _key(text)) in fresh else self._known[key] for text in texts]
        return np.stack(found).astype(np.float32)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _providers_with_vectors(settings: Settings) -> Providers:
    real = make_embedder(settings)
    return make_providers(settings, _RememberingEmbedder(real, _known_vectors(real.model)))


def _known_vectors(model: str) -> dict[str, Vector]:
    if not _VECTORS.exists():
        return {}
    with np.load(_VECTORS) as stored:
        if str(stored["model"]) != model:
            return {}
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


async def _write_vectors() -> None:
    embedder = EmbeddedEmbedder()
    passages = [passage for file in _files() for passage in _passages(file)]
    passages += [Passage.of(entry["answer"], entry["question"]) for entry in _sample_faqs()]
    texts = list(dict.fromkeys(text for each in passages for text in (each.text, *(part.text for part in each.parts))))
    vectors = await embedder.passages(texts)
    np.savez_compressed(
        _VECTORS,
        model=embedder.model,
        keys=np.array([_key(text) for text in texts]),
        vectors=vectors.astype(np.float16),
    )
    await embedder.close()


def _passages(file: Path) -> list[Passage]:
    document = read_document(file.name, file.read_bytes(), max_bytes=1_000_000)
    return [Passage.of(piece.content, piece.heading) for piece in cut(document, target_chars=_CHUNK_CHARS)]


if __name__ == "__main__":
    asyncio.run(_write_vectors())
