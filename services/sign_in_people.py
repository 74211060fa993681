"""Who somebody is here, whom a company's identity provider vouches for."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core import clock
from core.actor import Role
from core.emails import checked_email
from core.errors import InvalidInput
from core.events import AccessChanged
from core.ids import new_uuid
from core.refusals.sign_in import NoAccount, SignInFailed
from core.text import is_storable
from models.sign_in import SignInIdentity, SignInProvider
from models.users import User
from services.sessions import RevokedBecause, revoke_all
from services.sign_in_providers import RoleRule, rules_of
from services.unit_of_work import UnitOfWork
from services.users import LONGEST_NAME

_LONGEST_SUBJECT = 255
"""As OpenID Connect Core 1.0, section 2, bounds it."""
_IN_USERNAMES = re.compile(r"[\w.+-]+")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('sign-in:' || $1::bigint || ':' || $2::text, 0))"
_BY_EMAIL = "SELECT id FROM users WHERE lower(email) = lower($1) AND tenant_id = $2"


async def recognise(uow: UnitOfWork, provider: SignInProvider, claims: Mapping[str, Any]) -> User:
    """The user whom the claims name, locked: known by the subject, else by a verified e-mail, else made if allowed.

    Roles follow the claims where the provider has a claim for them. Raises SignInFailed for claims that name nobody,
    NoAccount for the deactivated, for superadmins, whom no company's provider speaks for, and for strangers.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not is_storable(subject):
        raise SignInFailed("The provider names nobody")
    # Of two first sign-ins at the same moment the second finds what the first made.
    await uow.rows(_LOCK, provider.id, subject)
    role = role_of(provider, claims)
    known = await SignInIdentity.get_or_none(provider_id=provider.id, subject=subject)
    user = await _held(known.user_id) if known else await _by_email(uow, claims)
    if user is None:
        user = await _create(uow, provider, claims, role)
    if user.role is Role.SUPERADMIN or not user.is_active:
        raise NoAccount("This account cannot be used")
    if known is None:
        await SignInIdentity.create(tenant_id=uow.tenant_id, provider_id=provider.id, subject=subject, user_id=user.id)
    await _follow_role(uow, user, role if provider.roles_claim else None)
    return user


def role_of(provider: SignInProvider, claims: Mapping[str, Any]) -> Role:
    """The highest role that the provider's rules give for the claims; its default where none fits."""
    values = claim_values(claims, provider.roles_claim)
    matched = [rule.role for rule in rules_of(provider) if _fits(rule, values)]
    return max(matched, key=lambda role: role.rank, default=provider.default_role)


def claim_values(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """The texts at ``path``: a claim of that very name, else its parts between dots lead inwards."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed: Iterable[Any] = found if isinstance(found, list) else [found]
    return frozenset(str(one) for one in listed if isinstance(one, str | bool | int))


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """The e-mail that the provider says is the person's own; None for any other, which proves nothing."""
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        return None
    try:
        return checked_email(email)
    except InvalidInput:
        return None


def _fits(rule: RoleRule, values: frozenset[str]) -> bool:
    return rule.value in values and rule.role is not Role.SUPERADMIN


async def _held(user_id: int) -> User | None:
    return await User.filter(id=user_id).select_for_update(no_key=True).get_or_none()


async def _by_email(uow: UnitOfWork, claims: Mapping[str, Any]) -> User | None:
    email = verified_email(claims)
    row = await uow.row(_BY_EMAIL, email, uow.tenant_id) if email else None
    user = await _held(row["id"]) if row else None
    if user is not None and user.role is not Role.SUPERADMIN and user.is_active:
        await _confirm(uow, user)
    return user


async def _confirm(uow: UnitOfWork, user: User) -> None:
    """The address is proven to be the person's now.

    Whoever registered a customer's account with it before, without confirming, may have been somebody else who waits
    for its owner: their password and sessions end. Staff were let in by an admin, and keep theirs.
    """
    if user.email_confirmed_at is not None:
        return
    user.email_confirmed_at = clock.now()
    if user.role is Role.USER:
        user.password_hash = None
        await revoke_all(uow, user.id, RevokedBecause.NEW_PASSWORD)
    await user.save(update_fields=["email_confirmed_at", "password_hash", "updated_at"])


async def _create(uow: UnitOfWork, provider: SignInProvider, claims: Mapping[str, Any], role: Role) -> User:
    if not provider.creates_users:
        raise NoAccount("The company has no account for this person: ask its admin for one")
    email = verified_email(claims)
    first, last = _name(claims, "given_name"), _name(claims, "family_name")
    full = _name(claims, "name", 255) or f"{first} {last}".strip()[:255] or (email or "").partition("@")[0]
    return await User.create(
        tenant_id=uow.tenant_id,
        email=email,
        username=None if email else _username(claims),
        email_confirmed_at=clock.now() if email else None,
        full_name=full,
        first_name=first,
        last_name=last,
        role=role,
    )


def _username(claims: Mapping[str, Any]) -> str:
    """For somebody without a proven address: what the provider calls them, and an end that makes it nobody else's."""
    wanted = "".join(_IN_USERNAMES.findall(_name(claims, "preferred_username")))
    return f"{wanted[:40] or 'user'}-{new_uuid().hex[-12:]}"


def _name(claims: Mapping[str, Any], claim: str, most: int = LONGEST_NAME) -> str:
    value = claims.get(claim)
    return value.strip()[:most] if isinstance(value, str) and is_storable(value) else ""


async def _follow_role(uow: UnitOfWork, user: User, role: Role | None) -> None:
    if role is not None and role is not user.role:
        user.role = role
        await user.save(update_fields=["role", "updated_at"])
        uow.emit(AccessChanged(user.id))
