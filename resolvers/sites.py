"""For the pages of sites, and our own page with the demo: whom visitors would write to."""

import strawberry

from resolvers.policy import Requires, query
from schema.types.context import Info
from schema.types.sites import SiteAssistant
from services import sites


@strawberry.type
class SiteQuery:
    @query(Requires.SITE_READ)
    async def site_assistant(self, info: Info, site_token: str) -> SiteAssistant | None:
        """The assistant whom a site token names; null where it serves no site at present."""
        return SiteAssistant.of_or_none(await sites.named(site_token))

    @query(Requires.SITE_READ)
    async def demo_site_token(self, info: Info, origin: str) -> str | None:
        """The site token of the demo's assistant, for a page at `origin`; null where there is no demo for it."""
        return await sites.demo_token(origin)
