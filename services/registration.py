"""Becoming a user: of a tenant that is there, or as the admin of a new company."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from core.actor import Actor, Role, system_actor
from core.emails import checked_email
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.ids import new_uuid
from core.text import checked_text
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.users import User
from services import billing, confirmations, passwords, users
from services.tokens import Dialect
from services.unit_of_work import (
    Fanout,
    Statements,
    SystemReason,
    UnitOfWork,
    joining,
    system_unit_of_work,
    unit_of_work,
)

_LARGEST_ID = 2**63 - 1
_LEADS_MINIMUM = 6
_USERNAME = re.compile(r"[\w.+-]{1,64}")
# As passports of both countries spell names, near enough for an address that people read.
_LATIN = {
    **dict(zip("абвгдезийклмнопрстуфыэәғқңөұүһі", "abvgdeziiklmnoprstufyeagqnouuhi", strict=True)),
    **{"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu"},
    "я": "ya",
}
_LATIN_TABLE = str.maketrans(_LATIN)
_SLUG_BASE = 50
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('registration:' || lower($1::text), 0))"
_KNOWN_EMAIL = "SELECT 1 FROM users WHERE lower(email) = lower($1) LIMIT 1"


@dataclass(frozen=True, slots=True)
class Company:
    """A new tenant and the user who made it, its admin."""

    tenant: Tenant
    admin: User


async def register(
    *,
    email: str,
    password: str,
    full_name: str = "",
    username: str | None = None,
    role: Role = Role.USER,
    tenant_id: int | None = None,
    asker: Actor | None = None,
    dialect: str = Dialect.SUPPORT,
) -> User:
    """A new user of the tenant (the default one for None).

    A ``role`` above `user` is granted where ``asker`` is an admin of the tenant, and to the first user of the default
    tenant. Raises InvalidInput, WeakPassword, NotFound, Forbidden, also where registration is closed, Conflict for a
    known e-mail or username.
    """
    tenant_id = DEFAULT_TENANT_ID if tenant_id is None else tenant_id
    address = checked_email(email)
    known_as = None if username is None else checked_username(username, address)
    name = checked_text(full_name, field="full_name")
    if role is Role.SUPERADMIN:
        raise Forbidden
    password_hash = await new_hash(password, address, dialect)
    async with unit_of_work(system_actor(tenant_id)) as uow:
        await _admit(uow, role, asker)
        return await users.insert(
            uow, email=address, username=known_as, password_hash=password_hash, full_name=name, role=role
        )


async def register_company(
    *,
    email: str,
    password: str,
    company_name: str | None = None,
    full_name: str = "",
    first_name: str = "",
    last_name: str = "",
    dialect: str = Dialect.LEADS,
) -> Company:
    """A new tenant with the user as its admin, and the welcome bonus in its purse; the code that confirms the address
    is on its way, but in `leads`, which knows none.

    Without ``company_name`` it is called as the person is, else as the e-mail's domain; first and last name make the
    full one where it is not given.

    Raises InvalidInput, WeakPassword, Conflict where any tenant knows the e-mail: also to all but one of racers.
    """
    address = checked_email(email)
    first = checked_text(first_name.strip(), field="first_name", most=users.LONGEST_NAME)
    last = checked_text(last_name.strip(), field="last_name", most=users.LONGEST_NAME)
    name = checked_text(full_name or f"{first} {last}".strip()[:255], field="full_name")
    called = name.strip() or address.rpartition("@")[2]
    title = called if company_name is None else checked_text(company_name, field="company_name", least=1)
    password_hash = await new_hash(password, address, dialect)
    async with system_unit_of_work(SystemReason.COMPANY) as statements:
        await statements.rows(_LOCK, address)
        if await statements.row(_KNOWN_EMAIL, address):
            raise Conflict("This e-mail is already registered", field="email")
        tenant = await _new_tenant(statements, title)
        names: dict[str, Any] = {"full_name": name, "first_name": first, "last_name": last}
        admin = await User.create(
            tenant_id=tenant.id, email=address, password_hash=password_hash, role=Role.ADMIN, **names
        )
        await billing.welcome(statements, tenant.id)
        if dialect != Dialect.LEADS:
            async with joining(statements, system_actor(tenant.id)) as uow:
                await confirmations.issue(uow, admin)
    Fanout.wake(tenant.id)
    return Company(tenant, admin)


def checked_username(username: str, email: str) -> str:
    """Letters, digits and ``. _ + -``; an address is nobody's name but its owner's. Raises InvalidInput."""
    if _USERNAME.fullmatch(username) or (len(username) <= 64 and username.lower() == email.lower()):
        return username
    raise InvalidInput("username must be 1 to 64 letters, digits or any of . _ + -", field="username")


async def new_hash(password: str, account: str, dialect: str, *, field: str = "password") -> str:
    """The hash of a password that meets the dialect's rules. Raises InvalidInput, WeakPassword."""
    passwords.check_strength(password, dialect, field=field)
    minimum = _LEADS_MINIMUM if dialect == Dialect.LEADS else passwords.MINIMUM
    return await passwords.hash_password(password, account=account, minimum=minimum, field=field)


def slug_base(name: str) -> str:
    """A slug from a company's name: at most 58 small Latin letters, digits and hyphens, never digits alone."""
    latin = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).lower().translate(_LATIN_TABLE))
    words = re.findall("[a-z0-9]+", "".join(char for char in latin if not unicodedata.combining(char)))
    slug = "-".join(words)[:_SLUG_BASE].strip("-")
    return f"company-{slug}".strip("-") if not slug or slug.isdigit() else slug


async def _admit(uow: UnitOfWork, role: Role, asker: Actor | None) -> None:
    """Whether a user may join the tenant in that role. Raises NotFound, Forbidden."""
    if not 1 <= uow.tenant_id <= _LARGEST_ID:
        raise NotFound("tenant", uow.tenant_id)
    raised = role is not Role.USER
    rows = Tenant.filter(id=uow.tenant_id)
    # Held to the end: of two that would both be the first, the second sees the first.
    tenant = await (rows.select_for_update(no_key=True) if raised else rows).get_or_none()
    if tenant is None:
        raise NotFound("tenant", uow.tenant_id)
    if asker is not None and (asker.is_superadmin or (asker.is_admin and asker.tenant_id == tenant.id)):
        return
    if raised and (tenant.id != DEFAULT_TENANT_ID or await User.exists()):
        raise Forbidden
    if not tenant.registration_open:
        raise Forbidden("This tenant has closed its registration")


async def _new_tenant(statements: Statements, name: str) -> Tenant:
    slug = slug_base(name)
    await statements.rows(_LOCK, slug)
    if await Tenant.exists(slug=slug):
        slug = f"{slug}-{new_uuid().hex[:8]}"
    return await Tenant.create(slug=slug, name=name)
