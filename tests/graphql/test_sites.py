"""What pages of sites are told before anybody writes, and our own page of the demo."""

from typing import Any

import pytest

from core.actor import system_actor
from models.assistants import Assistant
from models.tenants import Tenant
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.dialogs import PAGE, Site, new_site
from tests.fixtures.people import unique
from tests.graphql.client import GraphQLClient

_ASSISTANT = "query($token: String!) { siteAssistant(siteToken: $token) { name largestUpload } }"
_DEMO = "query($origin: String!) { demoSiteToken(origin: $origin) }"


@pytest.fixture
def anybody(client: Any) -> GraphQLClient:
    return GraphQLClient(client)


async def test_anybody_learns_who_answers_on_a_site(anybody: GraphQLClient, override: Any) -> None:
    site = await new_site()
    with override(OPORA_GUEST_UPLOAD_MB="3"):
        told = (await anybody(_ASSISTANT, token=site.assistant.site_token))["siteAssistant"]
    assert told == {"name": "Help", "largestUpload": 3 * 1024 * 1024}


@pytest.mark.parametrize("columns", [{"is_active": False}, {"website_integration": False}])
async def test_of_an_assistant_that_serves_no_site_nothing_is_told(
    anybody: GraphQLClient, columns: dict[str, bool]
) -> None:
    site = await new_site(**columns)
    for token in (site.assistant.site_token, "unknown", "x" * 1000):
        assert (await anybody(_ASSISTANT, token=token))["siteAssistant"] is None


@pytest.fixture
async def demo(database: None) -> Site:
    """A site of the tenant whose slug is the demo's."""
    site = await new_site()
    async with system_unit_of_work(SystemReason.COMMAND_LINE):
        await Tenant.filter(slug="demo").update(slug=unique("was-demo"))
        await Tenant.filter(id=site.tenant.id).update(slug="demo")
    return site


async def test_the_demos_chat_is_for_pages_that_its_assistant_serves(anybody: GraphQLClient, demo: Site) -> None:
    assert (await anybody(_DEMO, origin=PAGE))["demoSiteToken"] == demo.assistant.site_token
    assert (await anybody(_DEMO, origin="https://elsewhere.example"))["demoSiteToken"] is None
    assert (await anybody(_DEMO, origin="nonsense"))["demoSiteToken"] is None


async def test_production_has_no_demo(anybody: GraphQLClient, demo: Site, override: Any) -> None:
    with override(OPORA_ENV="production"):
        assert (await anybody(_DEMO, origin=PAGE))["demoSiteToken"] is None


async def test_other_tenants_have_no_demo(anybody: GraphQLClient, demo: Site) -> None:
    other = await new_site()
    async with unit_of_work(system_actor(demo.tenant.id)):
        await Assistant.filter(id=demo.assistant.id).update(is_active=False)
    assert (await anybody(_DEMO, origin=PAGE))["demoSiteToken"] is None
    assert (await anybody(_ASSISTANT, token=other.assistant.site_token))["siteAssistant"] is not None
