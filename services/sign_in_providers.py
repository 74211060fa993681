"""A company's identity providers, as its admins set them up. Each is asked what it is before it is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from config.settings import get_settings
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.text import checked_text
from core.unset import UNSET, UnsetType
from integrations.oidc.discovery import discover
from integrations.outgoing import checked_url
from models.sign_in import SignInProvider
from models.tenants import Tenant
from services import sealing
from services.unit_of_work import UnitOfWork, unit_of_work

MAX_PROVIDERS = 20
"""Of one tenant: lists are shown whole."""
MAX_RULES = 100
DEFAULT_SCOPES = "openid email profile"
CALLBACK_PATH = "/console/sign-in/callback"


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Who has ``value`` in the provider's claim has ``role`` here."""

    value: str
    role: Role


@dataclass(frozen=True, slots=True)
class ProviderChanges:
    """What a new provider has, or what changes; a field left UNSET is the default, or stays.

    ``client_secret`` None makes us a public client.
    """

    name: str | UnsetType = UNSET
    issuer: str | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    client_secret: str | UnsetType | None = UNSET
    scopes: str | UnsetType = UNSET
    creates_users: bool | UnsetType = UNSET
    default_role: Role | UnsetType = UNSET
    roles_claim: str | UnsetType = UNSET
    role_rules: Sequence[RoleRule] | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def columns(self) -> dict[str, Any]:
        """The given values as columns, checked. Raises InvalidInput, AddressRefused, Forbidden for superadmin."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        columns = {name: _CHECKS[name](value) for name, value in given.items() if value is not UNSET}
        if "client_secret" in columns:
            columns["sealed_secret"] = columns.pop("client_secret")
        return columns


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider as admins see it: of the secret, only whether there is one."""

    id: int
    name: str
    issuer: str
    client_id: str
    has_secret: bool
    scopes: str
    creates_users: bool
    default_role: Role
    roles_claim: str
    role_rules: Sequence[RoleRule]
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignInSetup:
    """The tenant's providers, and what its admins tell others: ``redirect_uri`` to a provider, ``sign_in_url`` to
    their people."""

    providers: Sequence[ProviderRow]
    redirect_uri: str
    sign_in_url: str


async def setup(uow: UnitOfWork) -> SignInSetup:
    """Raises Forbidden below admin."""
    _require_admin(uow.actor)
    rows = await SignInProvider.all().order_by("id").limit(MAX_PROVIDERS)
    slug = (await Tenant.get(id=uow.tenant_id)).slug
    return SignInSetup([_row(row) for row in rows], redirect_uri(slug), f"{_origin()}/console/?company={slug}")


async def create(actor: Actor, given: ProviderChanges) -> ProviderRow:
    """A new provider. ``name``, ``issuer`` and ``client_id`` are required.

    Raises Forbidden below admin, InvalidInput, AddressRefused, ProviderUnavailable, Conflict beyond MAX_PROVIDERS.
    """
    _require_admin(actor)
    columns = given.columns()
    for name in ("name", "issuer", "client_id"):
        if name not in columns:
            raise InvalidInput(f"{name} is required", field=name)
    await discover(columns["issuer"], anew=True)
    async with unit_of_work(actor) as uow:
        # Held to the end: of two that would both be the last, the second sees the first.
        await Tenant.filter(id=uow.tenant_id).select_for_update(no_key=True).get()
        if await SignInProvider.all().count() >= MAX_PROVIDERS:
            raise Conflict(f"A company has at most {MAX_PROVIDERS} sign-in providers")
        return _row(await SignInProvider.create(**{"scopes": DEFAULT_SCOPES, **columns}, tenant_id=uow.tenant_id))


async def update(actor: Actor, provider_id: int, given: ProviderChanges) -> ProviderRow:
    """Change what is given. Another issuer is another people: what the former one knew of them is forgotten, and the
    client secret, which the former one gave, has to be given anew.

    Raises as :func:`create` does, and NotFound.
    """
    _require_admin(actor)
    columns = given.columns()
    if "issuer" in columns:
        async with unit_of_work(actor):
            await _find(provider_id)
        await discover(columns["issuer"], anew=True)
    async with unit_of_work(actor) as uow:
        row = await _find(provider_id)
        if columns.get("issuer", row.issuer) != row.issuer:
            _require_secret(row, columns)
            await uow.rows("DELETE FROM sign_in_identities WHERE provider_id = $1", row.id)
        row.update_from_dict(columns)
        await row.save()
        return _row(row)


async def delete(uow: UnitOfWork, provider_id: int) -> ProviderRow:
    """Let a provider go; the people who came by it stay. Raises Forbidden below admin, NotFound."""
    _require_admin(uow.actor)
    row = await _find(provider_id)
    await row.delete()
    return _row(row)


def redirect_uri(slug: str) -> str:
    """Where the providers of the company with that short name send the browser back to; they know it to the letter.

    Each company has its own, so that a provider whom one company chose is not handed the codes of another's.
    """
    return f"{_origin()}{CALLBACK_PATH}/{slug}"


def rules_of(provider: SignInProvider) -> list[RoleRule]:
    return [RoleRule(str(rule["value"]), Role(rule["role"])) for rule in provider.role_rules]


def _origin() -> str:
    http = get_settings().http
    return http.public_url or f"http://{http.host}:{http.port}"


async def _find(provider_id: int) -> SignInProvider:
    row = await SignInProvider.filter(id=provider_id).select_for_update().get_or_none()
    if row is None:
        raise NotFound("sign-in provider", provider_id)
    return row


def _require_secret(row: SignInProvider, columns: Mapping[str, Any]) -> None:
    """Else whoever may change the issuer could have the secret, which nobody is shown, sent to a server of theirs."""
    if row.sealed_secret is not None and "sealed_secret" not in columns:
        raise InvalidInput("client_secret has to be given anew for another issuer", field="client_secret")


def _row(row: SignInProvider) -> ProviderRow:
    return ProviderRow(
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        has_secret=row.sealed_secret is not None,
        scopes=row.scopes,
        creates_users=row.creates_users,
        default_role=row.default_role,
        roles_claim=row.roles_claim,
        role_rules=rules_of(row),
        is_active=row.is_active,
        created_at=row.created_at,
    )


def _text(field: str, *, least: int, most: int) -> Callable[[str], str]:
    return lambda value: checked_text(value.strip(), field=field, least=least, most=most)


def _issuer(value: str) -> str:
    # To the letter what the provider calls itself: whether a slash ends it makes a difference.
    address = checked_text(value.strip(), field="issuer", least=1, most=512)
    if "?" in address:
        raise InvalidInput("An issuer holds no question mark", field="issuer")
    return checked_url(address, field="issuer")


def _scopes(value: str) -> str:
    words = checked_text(value, field="scopes", most=255).split()
    return " ".join(dict.fromkeys(["openid", *words]))


def _secret(value: str | None) -> str | None:
    given = checked_text((value or "").strip(), field="client_secret", most=2048)
    return sealing.seal(given, purpose=sealing.SIGN_IN) if given else None


def _role(value: Role) -> Role:
    if value is Role.SUPERADMIN:
        raise Forbidden("superadmin is set by the command line only")
    return value


def _rules(value: Sequence[RoleRule]) -> list[dict[str, str]]:
    if len(value) > MAX_RULES:
        raise InvalidInput(f"At most {MAX_RULES} rules", field="role_rules")
    return [
        {"value": checked_text(rule.value.strip(), field="role_rules", least=1), "role": _role(rule.role).value}
        for rule in value
    ]


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text("name", least=1, most=64),
    "issuer": _issuer,
    "client_id": _text("client_id", least=1, most=255),
    "client_secret": _secret,
    "scopes": _scopes,
    "creates_users": bool,
    "default_role": _role,
    "roles_claim": _text("roles_claim", least=0, most=128),
    "role_rules": _rules,
    "is_active": bool,
}


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
