"""Sign-in by a company's identity provider."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import strawberry

from core.actor import Role
from core.unset import UNSET
from schema.types.rows import copier, shown_id
from services import sign_in, sign_in_providers
from services.sign_in_providers import ProviderChanges

_PROVIDER = copier(
    "name", "issuer", "client_id", "has_secret", "scopes", "creates_users", "default_role", "roles_claim",
    "is_active", "created_at",
)  # fmt: skip
_SECRET = "Null for a public client, which PKCE alone protects."  # noqa: S105  # says what it is
_NOT_SUPERADMIN = "Any but SUPERADMIN."
_CLAIM = "The claim that roles come from, as `groups` or `realm_access.roles`. Empty: people keep the role they have."


@strawberry.type(description="A provider that one can sign in by.")
class SignInOption:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: sign_in.SignInOption) -> Self:
        return cls(id=shown_id(row.id), name=row.name)


@strawberry.type(description="A sign-in that has begun.")
class SignInStart:
    url: str = strawberry.field(description="Send the browser there.")
    browser_key: str = strawberry.field(description="Keep it in this browser, for `finishSignIn`.")

    @classmethod
    def of(cls, row: sign_in.SignInStart) -> Self:
        return cls(url=row.url, browser_key=row.browser_key)


@strawberry.input(description="What the browser came back with, and what it kept.")
class FinishSignInInput:
    company: str = strawberry.field(description="The company in the address that the browser came back to.")
    state: str
    code: str
    browser_key: str
    issuer: str | None = strawberry.field(default=None, description="The answer's `iss`, where it has one (RFC 9207).")


@strawberry.type(description="Who has the value in the provider's claim has the role here; the highest of several.")
class RoleRule:
    value: str
    role: Role


@strawberry.input(description="Who has the value in the provider's claim has the role here; the highest of several.")
class RoleRuleInput:
    value: str
    role: Role = strawberry.field(description=_NOT_SUPERADMIN)


@strawberry.type(description="An OpenID Connect provider of the company.")
class SignInProvider:
    id: strawberry.ID
    name: str = strawberry.field(description="What the button says.")
    issuer: str
    client_id: str
    has_secret: bool = strawberry.field(description="The secret itself is never shown.")
    scopes: str
    creates_users: bool = strawberry.field(description="Whether strangers become users by signing in.")
    default_role: Role = strawberry.field(description="Of those whom no rule names.")
    roles_claim: str = strawberry.field(description=_CLAIM)
    role_rules: list[RoleRule]
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, row: sign_in_providers.ProviderRow) -> Self:
        rules = [RoleRule(value=rule.value, role=rule.role) for rule in row.role_rules]
        return cls(id=shown_id(row.id), role_rules=rules, **_PROVIDER(row))


@strawberry.type(description="How the people of the company sign in, beside their passwords.")
class SignInSetup:
    providers: list[SignInProvider]
    redirect_uri: str = strawberry.field(description="Register it with the provider, to the letter.")
    sign_in_url: str = strawberry.field(description="Where the company's people find its buttons.")

    @classmethod
    def of(cls, row: sign_in_providers.SignInSetup) -> Self:
        providers = [SignInProvider.of(one) for one in row.providers]
        return cls(providers=providers, redirect_uri=row.redirect_uri, sign_in_url=row.sign_in_url)


@strawberry.type(description="The provider is gone; the people who came by it stay.")
class SignInProviderDeleted:
    id: strawberry.ID


@strawberry.input(description="A new provider. It is asked for its description before it is kept.")
class CreateSignInProviderInput:
    name: str
    issuer: str = strawberry.field(description="To the letter as the provider calls itself.")
    client_id: str
    client_secret: str | None = strawberry.field(default=None, description=_SECRET)
    scopes: str = sign_in_providers.DEFAULT_SCOPES
    creates_users: bool = False
    default_role: Role = strawberry.field(default=Role.USER, description=_NOT_SUPERADMIN)
    roles_claim: str = strawberry.field(default="", description=_CLAIM)
    role_rules: list[RoleRuleInput] = strawberry.field(default_factory=list)
    is_active: bool = True

    def changes(self) -> ProviderChanges:
        return _changes(vars(self))


@strawberry.input(description="What to change of a provider; what is left out stays.")
class UpdateSignInProviderInput:
    name: strawberry.Maybe[str]
    issuer: strawberry.Maybe[str]
    client_id: strawberry.Maybe[str]
    client_secret: strawberry.Maybe[str | None]
    scopes: strawberry.Maybe[str]
    creates_users: strawberry.Maybe[bool]
    default_role: strawberry.Maybe[Role]
    roles_claim: strawberry.Maybe[str]
    role_rules: strawberry.Maybe[list[RoleRuleInput]]
    is_active: strawberry.Maybe[bool]

    def changes(self) -> ProviderChanges:
        return _changes({name: given.value if given else UNSET for name, given in vars(self).items()})


def _changes(given: Mapping[str, Any]) -> ProviderChanges:
    rules = given["role_rules"]
    if rules is not UNSET:
        rules = [sign_in_providers.RoleRule(rule.value, rule.role) for rule in rules]
    return ProviderChanges(**{**given, "role_rules": rules})
