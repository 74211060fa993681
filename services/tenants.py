"""Tenants: the caller's own, and those that an admin may see and make."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.hours import WorkingHours
from core.languages import Language
from core.paging import OffsetPage
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.tenants import TelegramMode, Tenant
from models.tickets import TicketStatus
from services import working_hours
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work

_SLUG = re.compile(r"(?!\d+\Z)[a-z0-9]+(-[a-z0-9]+)*")
_STATS = """
SELECT (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM
            (SELECT status, count(*) AS n FROM tickets GROUP BY status) AS counted) AS tickets_by_status,
       (SELECT count(*) FROM users) AS total_users,
       (SELECT count(*) FROM knowledge_chunks WHERE is_current) AS total_kb_chunks
"""


@dataclass(frozen=True, slots=True)
class TenantStats:
    """``tickets_by_status`` has every status, zeros included; chunks are the current ones."""

    tickets_by_status: Mapping[str, int]
    total_tickets: int
    total_users: int
    total_kb_chunks: int


async def current(uow: UnitOfWork) -> Tenant:
    """The tenant in which the actor acts. Raises NotFound."""
    tenant = await Tenant.get_or_none(id=uow.tenant_id)
    if tenant is None:
        raise NotFound("tenant", uow.tenant_id)
    return tenant


async def stats(uow: UnitOfWork) -> TenantStats:
    """What the tenant holds, counted in one statement. Raises Forbidden for customers."""
    uow.actor.require_staff()
    (row,) = await uow.rows(_STATS)
    counted: dict[str, int] = orjson.loads(row["tickets_by_status"])
    return TenantStats(
        tickets_by_status={status.value: counted.get(status, 0) for status in TicketStatus},
        total_tickets=sum(counted.values()),
        total_users=row["total_users"],
        total_kb_chunks=row["total_kb_chunks"],
    )


async def list_tenants(actor: Actor, page: OffsetPage) -> list[Tenant]:
    """A superadmin's are all, an admin's their own and those they made. In the order of ids. Raises Forbidden."""
    _require_admin(actor)
    async with system_unit_of_work(SystemReason.TENANTS):
        tenants = Tenant.all()
        if not actor.is_superadmin:
            tenants = tenants.filter(Q(id=actor.tenant_id) | Q(created_by_id=actor.user_id))
        return await tenants.order_by("id").offset(page.skip).limit(page.limit)


async def create(actor: Actor, *, name: str, slug: str) -> Tenant:
    """A new, empty tenant, which its maker sees in their list. Raises Forbidden, InvalidInput, Conflict."""
    _require_admin(actor)
    title = checked_text(name, field="name", least=1)
    if not _is_slug(slug):
        raise InvalidInput(
            "slug must be at most 63 small Latin letters, digits and single hyphens between them, not digits alone",
            field="slug",
        )
    try:
        async with system_unit_of_work(SystemReason.TENANTS):
            return await Tenant.create(name=title, slug=slug, created_by_id=actor.user_id)
    except IntegrityError as error:
        raise Conflict("This slug is taken", field="slug") from error


async def update_settings(
    uow: UnitOfWork,
    *,
    name: str | UnsetType = UNSET,
    language: Language | UnsetType = UNSET,
    registration_open: bool | UnsetType = UNSET,
    answer_threshold: float | UnsetType | None = UNSET,
    suggest_threshold: float | UnsetType | None = UNSET,
    telegram_mode: TelegramMode | UnsetType = UNSET,
    hours: WorkingHours | UnsetType | None = UNSET,
    plan: str | UnsetType = UNSET,
) -> Tenant:
    """Change what is given. Thresholds are calibrated scores, 0 to 1; None takes the measured default. ``hours`` None
    means that people are there at all times.

    Raises Forbidden below admin, for the plan below superadmin; InvalidInput.
    """
    _require_admin(uow.actor)
    if not isinstance(plan, UnsetType) and not uow.actor.is_superadmin:
        raise Forbidden("Only a superadmin sets the plan")
    tenant = await Tenant.filter(id=uow.tenant_id).select_for_update(no_key=True).get()
    if not isinstance(name, UnsetType):
        tenant.name = checked_text(name, field="name", least=1)
    if not isinstance(language, UnsetType):
        tenant.language = language
    if not isinstance(registration_open, UnsetType):
        tenant.registration_open = registration_open
    if not isinstance(telegram_mode, UnsetType):
        tenant.telegram_mode = telegram_mode
    if not isinstance(plan, UnsetType):
        tenant.plan = checked_text(plan, field="plan", least=1, most=32)
    if not isinstance(hours, UnsetType):
        tenant.hours = None if hours is None else working_hours.stored(hours)
    _set_thresholds(tenant, answer=answer_threshold, suggest=suggest_threshold)
    await tenant.save()
    return tenant


async def enter_tenant(actor: Actor, tenant: int | str) -> Actor:
    """The actor inside ``tenant`` (id or slug). To all but a superadmin only their own id is open.

    Raises Forbidden; NotFound to a superadmin.
    """
    if str(tenant) == str(actor.tenant_id):
        return actor
    if not actor.is_superadmin:
        raise Forbidden("Only a superadmin enters another tenant")
    async with system_unit_of_work(SystemReason.TENANTS):
        found = await _by_key(str(tenant))
    if found is None:
        raise NotFound("tenant", tenant)
    home = actor.home_tenant_id or actor.tenant_id
    return replace(actor, tenant_id=found.id, home_tenant_id=None if found.id == home else home)


async def id_of(slug: str) -> int | None:
    """The id of the tenant with that slug: for an operator at the command line."""
    async with system_unit_of_work(SystemReason.COMMAND_LINE):
        found = await Tenant.get_or_none(slug=slug) if _is_slug(slug) else None
    return None if found is None else found.id


async def all_slugs() -> list[str]:
    """Every tenant's slug, in the order of ids: for an operator at the command line."""
    async with system_unit_of_work(SystemReason.COMMAND_LINE):
        return [tenant.slug for tenant in await Tenant.all().order_by("id")]


def _is_slug(text: str) -> bool:
    return len(text) <= 63 and _SLUG.fullmatch(text) is not None


async def _by_key(key: str) -> Tenant | None:
    # A slug is never made of digits alone, so the two kinds of names do not meet.
    if key.isascii() and key.isdigit():
        return await Tenant.get_or_none(id=int(key)) if len(key) < 19 else None
    return await Tenant.get_or_none(slug=key) if _is_slug(key) else None


def _set_thresholds(tenant: Tenant, *, answer: float | UnsetType | None, suggest: float | UnsetType | None) -> None:
    for name, value in (("answer_threshold", answer), ("suggest_threshold", suggest)):
        if isinstance(value, UnsetType):
            continue
        if value is not None and not 0 <= value <= 1:
            raise InvalidInput(f"{name} must be between 0 and 1", field=name)
        setattr(tenant, name, value)
    if (tenant.suggest_threshold or 0) > (1 if tenant.answer_threshold is None else tenant.answer_threshold):
        raise InvalidInput("suggest_threshold must not exceed answer_threshold", field="suggest_threshold")


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
