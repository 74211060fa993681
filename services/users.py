"""The people of a tenant, and what an admin may do to them."""

from collections.abc import Iterable
from uuid import UUID

from tortoise.exceptions import IntegrityError

from core import clock
from core.actor import Actor, Role
from core.emails import checked_email
from core.errors import Conflict, Forbidden, NotFound
from core.events import AccessChanged
from core.paging import OffsetPage
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.users import User
from services import passwords
from services.sessions import RevokedBecause, revoke_all
from services.tokens import Dialect
from services.unit_of_work import UnitOfWork, unit_of_work

LONGEST_NAME = 128
"""Of a first and of a last name."""
_BY_USERNAME = "users_tenant_username"
"""The index that keeps usernames apart."""


async def get_me(uow: UnitOfWork) -> User:
    """The actor's own row. A superadmin in another tenant has it at home: open the unit of work for ``at_home(actor)``.

    Raises NotFound.
    """
    return await _find(uow.actor.user_id)


async def update_me(uow: UnitOfWork, *, full_name: str) -> User:
    """Raises NotFound, InvalidInput."""
    return await _rename(await _find(uow.actor.user_id), full_name)


async def update_profile(
    uow: UnitOfWork,
    *,
    first_name: str | UnsetType = UNSET,
    last_name: str | UnsetType | None = UNSET,
    telegram_username: str | UnsetType | None = UNSET,
    onboarding_completed: bool | UnsetType = UNSET,
) -> User:
    """Change what is given of oneself; the full name follows the others. Raises NotFound, InvalidInput."""
    user = await _find(uow.actor.user_id)
    if not isinstance(telegram_username, UnsetType):
        user.telegram_username = checked_text(telegram_username or "", field="username", most=64) or None
    if not isinstance(first_name, UnsetType) or not isinstance(last_name, UnsetType):
        _set_names(user, first_name, last_name)
    if not isinstance(onboarding_completed, UnsetType):
        user.onboarding_completed = onboarding_completed
    await user.save()
    return user


async def list_users(uow: UnitOfWork, page: OffsetPage) -> list[User]:
    """The tenant's users in the order of their ids. Raises Forbidden below admin."""
    _require_admin(uow.actor)
    return await User.all().order_by("id").offset(page.skip).limit(page.limit)


async def get(uow: UnitOfWork, user_id: int) -> User:
    """Raises Forbidden below admin, NotFound."""
    _require_admin(uow.actor)
    return await _find(user_id)


async def number_of(uow: UnitOfWork, public_id: UUID) -> int:
    """The id of the user with that public id. Raises Forbidden below admin, NotFound."""
    _require_admin(uow.actor)
    user = await User.get_or_none(public_id=public_id)
    if user is None:
        raise NotFound("user", public_id)
    number: int = user.id
    return number


def given_name(*, first_name: str, full_name: str, email: str | None) -> str:
    """What to call somebody, who may never have given a first name by itself."""
    return first_name or full_name or (email or "").partition("@")[0]


def names_of(user: User) -> tuple[str, str]:
    """First and last name; of somebody who came by a door that asks for neither, the words of the full name."""
    if user.first_name or user.last_name:
        return user.first_name, user.last_name
    first, _, last = user.full_name.strip().partition(" ")
    return first[:LONGEST_NAME], last[:LONGEST_NAME]


async def by_ids(uow: UnitOfWork, user_ids: Iterable[int]) -> dict[int, User]:
    """Those of the users that the tenant has, in one query. For loaders: they ask for people whom the actor sees."""
    return {user.id: user for user in await User.filter(id__in=list(user_ids))}


async def create(
    actor: Actor,
    *,
    email: str,
    password: str,
    full_name: str = "",
    role: Role = Role.USER,
    dialect: str = Dialect.SUPPORT,
) -> User:
    """A new user of the tenant with any role but superadmin. In a unit of work of its own: hashing takes long.

    Raises Forbidden below admin or for superadmin, InvalidInput, WeakPassword, Conflict for a known e-mail.
    """
    _require_admin(actor)
    _refuse_superadmin(role)
    address = checked_email(email)
    name = checked_text(full_name, field="full_name")
    passwords.check_strength(password, dialect)
    password_hash = await passwords.hash_password(password, account=address)
    async with unit_of_work(actor) as uow:
        return await insert(uow, email=address, password_hash=password_hash, full_name=name, role=role)


async def update(
    uow: UnitOfWork, user_id: int, *, full_name: str | UnsetType = UNSET, is_active: bool | UnsetType = UNSET
) -> User:
    """Change what is given. Raises Forbidden below admin and as :func:`deactivate` does, NotFound, InvalidInput."""
    user = await _lock_to_manage(uow, user_id)
    if not isinstance(full_name, UnsetType):
        await _rename(user, full_name)
    if not isinstance(is_active, UnsetType) and is_active != user.is_active:
        await _set_active(uow, user, is_active)
    return user


async def set_role(uow: UnitOfWork, user_id: int, role: Role) -> User:
    """Raises Forbidden below admin, for one's own role, for superadmin and where an admin demotes another; NotFound."""
    user = await _lock_to_manage(uow, user_id)
    _refuse_superadmin(role)
    if user.id == uow.actor.user_id:
        raise Forbidden("You cannot change your own role")
    if not role.includes(user.role):
        _refuse_peer(uow, user, "demote")
    if role is not user.role:
        user.role = role
        await user.save(update_fields=["role", "updated_at"])
        uow.emit(AccessChanged(user.id))
    return user


async def deactivate(uow: UnitOfWork, user_id: int) -> User:
    """Shut a user out at once; nothing of theirs is removed, and :func:`update` lets them in again.

    Raises Forbidden below admin, for oneself and where an admin means another admin; NotFound.
    """
    return await update(uow, user_id, is_active=False)


async def insert(
    uow: UnitOfWork,
    *,
    email: str,
    password_hash: str,
    full_name: str,
    role: Role,
    username: str | None = None,
    confirmed: bool = False,
) -> User:
    """The row itself, from values already checked; ``confirmed`` where whoever makes it vouches for the address.

    Raises Conflict, after which the unit of work is lost.
    """
    try:
        return await User.create(
            tenant_id=uow.tenant_id,
            email=email,
            username=username,
            password_hash=password_hash,
            full_name=full_name,
            role=role,
            email_confirmed_at=clock.now() if confirmed else None,
        )
    except IntegrityError as error:
        if _BY_USERNAME in str(error):
            raise Conflict("This username is already registered", field="username") from error
        raise Conflict("This e-mail is already registered", field="email") from error


async def _find(user_id: int | None) -> User:
    user = await User.get_or_none(id=user_id) if user_id is not None and 0 < user_id < 2**63 else None
    if user is None:
        raise NotFound("user", user_id)
    return user


async def _lock_to_manage(uow: UnitOfWork, user_id: int) -> User:
    _require_admin(uow.actor)
    await _find(user_id)
    user = await User.filter(id=user_id).select_for_update(no_key=True).get()
    if user.role is Role.SUPERADMIN and not uow.actor.is_superadmin:
        raise Forbidden("Only a superadmin changes a superadmin")
    return user


async def _rename(user: User, full_name: str) -> User:
    user.full_name = checked_text(full_name, field="full_name")
    if user.first_name or user.last_name:
        first, _, last = user.full_name.strip().partition(" ")
        user.first_name, user.last_name = first[:LONGEST_NAME], last[:LONGEST_NAME]
    await user.save(update_fields=["full_name", "first_name", "last_name", "updated_at"])
    return user


def _set_names(user: User, first_name: str | UnsetType, last_name: str | UnsetType | None) -> None:
    first, last = names_of(user)
    if not isinstance(first_name, UnsetType):
        first = checked_text(first_name.strip(), field="first_name", least=1, most=LONGEST_NAME)
    if not isinstance(last_name, UnsetType):
        last = checked_text((last_name or "").strip(), field="last_name", most=LONGEST_NAME)
    user.first_name, user.last_name = first[:LONGEST_NAME], last[:LONGEST_NAME]
    user.full_name = f"{first} {last}".strip()[:255]


async def _set_active(uow: UnitOfWork, user: User, is_active: bool) -> None:
    if not is_active:
        if user.id == uow.actor.user_id:
            raise Forbidden("You cannot deactivate yourself")
        _refuse_peer(uow, user, "deactivate")
    user.is_active = is_active
    await user.save(update_fields=["is_active", "updated_at"])
    if not is_active:
        await revoke_all(uow, user.id, RevokedBecause.DEACTIVATED)


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden


def _refuse_superadmin(role: Role) -> None:
    if role is Role.SUPERADMIN:
        raise Forbidden("superadmin is set by the command line only")


def _refuse_peer(uow: UnitOfWork, user: User, verb: str) -> None:
    """An admin is no match for another admin, nor anybody here for a superadmin."""
    if user.role is Role.SUPERADMIN or (user.role is Role.ADMIN and not uow.actor.is_superadmin):
        raise Forbidden(f"You cannot {verb} another {user.role}")
