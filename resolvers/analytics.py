"""The whole installation, for its superadmin; and what clients tell of their first steps."""

from datetime import datetime

import strawberry

from core.paging import OffsetPage
from realtime.gateway import GATEWAY
from resolvers.policy import Requires, mutation, query
from schema.types.analytics import InstallationOverview, InstallationUser, InstallationUserPage
from schema.types.context import Info
from schema.types.installation_health import InstallationHealthType
from schema.types.scalars import JSONObject
from services import ai_providers, analytics, installation_health, installation_users
from services.analytics import Span

_MOST = 100


@strawberry.type
class AnalyticsQuery:
    @query(Requires.INSTALLATION_READ)
    async def installation_users(
        self, info: Info, limit: int = 50, offset: int = 0, search: str | None = None
    ) -> InstallationUserPage:
        """People of all companies; `search` is a part of an e-mail or a name."""
        page = OffsetPage.checked(offset, limit, most=_MOST)
        found = await installation_users.list_users(info.context.actor, page, search=search)
        return InstallationUserPage(users=[InstallationUser.of(user) for user in found.users], total=found.total)

    @query(Requires.INSTALLATION_READ)
    async def installation_overview(
        self, info: Info, period: Span = Span.WEEK, since: datetime | None = None, until: datetime | None = None
    ) -> InstallationOverview:
        """Figures of the installation; `since` and `until` come before `period`. Errors: VALIDATION_ERROR."""
        return InstallationOverview.of(
            await analytics.overview(info.context.actor, span=period, start=since, end=until)
        )

    @query(Requires.INSTALLATION_READ)
    async def installation_health(self, info: Info) -> InstallationHealthType:
        """Database, Redis, processes, disk, sockets and chat models, as they are now."""
        health = await installation_health.check()
        providers = await ai_providers.states() if health.database is not None else []
        return InstallationHealthType.of(health, (await GATEWAY.figures()).open, providers)


@strawberry.type
class AnalyticsMutation:
    @mutation(Requires.OWN_ACCOUNT, names={"event_type": "type", "session_id": "session"})
    async def record_event(
        self, info: Info, type: str, session: str = "", properties: JSONObject | None = None
    ) -> bool:
        """Tell of a step in the product, such as a finished part of the onboarding. Errors: VALIDATION_ERROR."""
        await analytics.record(info.context.actor, event_type=type, session_id=session, properties=properties)
        return True
