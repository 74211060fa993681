"""`opora user create`: the only way to make a superadmin."""

from config.database import close_database, open_database
from core.actor import Role, system_actor
from core.emails import checked_email
from core.errors import NotFound
from core.text import checked_text
from models.users import User
from services import passwords, tenants, users
from services.tokens import Dialect
from services.unit_of_work import unit_of_work


async def create(*, email: str, password: str, role: str, tenant: str = "default", full_name: str = "") -> User:
    """Create a user of the tenant with that slug, and return the row.

    Raises NotFound, InvalidInput, WeakPassword, Conflict, Unavailable.
    """
    address, name = checked_email(email), checked_text(full_name, field="full_name")
    passwords.check_strength(password, Dialect.GRAPHQL)
    password_hash = await passwords.hash_password(password, account=address)
    await open_database()
    try:
        tenant_id = await tenants.id_of(tenant)
        if tenant_id is None:
            raise NotFound(f"tenant {tenant}")
        async with unit_of_work(system_actor(tenant_id)) as uow:
            return await users.insert(
                uow, email=address, password_hash=password_hash, full_name=name, role=Role(role), confirmed=True
            )
    finally:
        await close_database()
