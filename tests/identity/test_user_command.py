"""`opora user create`."""

import pytest

from app.users import create
from config.database import open_database
from config.settings import Settings
from core.actor import Role
from core.errors import Conflict, InvalidInput, NotFound, WeakPassword
from services import identity

pytestmark = pytest.mark.usefixtures("fresh_database")


async def test_the_command_line_makes_a_superadmin_of_the_default_tenant(fresh_database: Settings) -> None:
    made = await create(email="root@localhost", password="a-long-one", role="superadmin")
    await open_database(fresh_database)
    assert (made.tenant_id, made.role) == (1, Role.SUPERADMIN)
    pair = await identity.login(email="root@localhost", password="a-long-one")
    assert (await identity.authenticate(pair.access_token)).is_superadmin


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"tenant": "no-such"}, NotFound),
        ({"tenant": "nul\x00"}, NotFound),
        ({"email": "none"}, InvalidInput),
        ({"password": "short"}, WeakPassword),
        ({"password": "password123"}, WeakPassword),
    ],
)
async def test_what_cannot_be_made_is_refused(changes: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await create(**{"email": "root@localhost", "password": "a-long-one", "role": "admin", **changes})


async def test_a_known_email_is_refused() -> None:
    await create(email="root@localhost", password="a-long-one", role="admin")
    with pytest.raises(Conflict):
        await create(email="ROOT@localhost", password="a-long-one", role="superadmin")
