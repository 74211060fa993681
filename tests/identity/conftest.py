"""What tests of identity share."""

import bcrypt
import pytest

from core.actor import Actor, system_actor
from core.events import AccessChanged, all_events
from models.event_log import EventRecord
from models.users import User
from services import identity
from services.unit_of_work import Fanout, unit_of_work
from tests.fixtures.people import PASSWORD


@pytest.fixture(autouse=True)
def _no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts are written to the log; nothing follows from them here."""
    monkeypatch.setattr(Fanout, "tasks", dict.fromkeys(all_events(), ()))


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The salts of every bcrypt computation since the test began: what a login costs, without a clock."""
    salts: list[bytes] = []
    compute = bcrypt.hashpw

    def counted(password: bytes, salt: bytes) -> bytes:
        salts.append(salt)
        return compute(password, salt)

    monkeypatch.setattr(bcrypt, "hashpw", counted)
    return salts


async def sign_in(user: User, dialect: str = "support", password: str = PASSWORD) -> identity.TokenPair:
    assert user.email is not None
    return await identity.login(email=user.email, password=password, tenant_id=user.tenant_id, dialect=dialect)


async def signed_in(user: User) -> Actor:
    return await identity.authenticate((await sign_in(user)).access_token)


async def access_changes(tenant_id: int) -> list[int]:
    """The users whose live connections were told to ask again, in order."""
    async with unit_of_work(system_actor(tenant_id)):
        events = await EventRecord.filter(kind=AccessChanged.kind).order_by("id")
    return [event.payload["user_id"] for event in events]
