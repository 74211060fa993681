"""What visitors of sites reach of the whole schema: their own dialog, and nothing else of any tenant."""

from collections.abc import Mapping

import httpx
import pytest

from core.actor import Actor
from models.dialogs import Dialog
from services import guests
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.people import new_tenant, new_user
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import CALLS, call, code_of, document
from tests.graphql.snapshots import fingerprint
from tests.graphql.socket_client import graphql_socket
from tests.graphql.test_policy import ANYBODY, MATRIX
from tests.graphql.world import MARK, World, make_world

GUESTS = {
    "Query.dialog", "Query.handoffPlace", "Mutation.uploadFile", "Mutation.deleteUpload", "Mutation.openDialog",
    "Mutation.sendDialogMessage", "Mutation.requestHandoff", "Mutation.cancelHandoff", "Mutation.setDialogTyping",
    "Subscription.dialogEvents",
}  # fmt: skip
CLOSED = sorted(name for name, least in MATRIX.items() if least != ANYBODY and name not in GUESTS)
OF_DIALOGS = sorted(name for name in GUESTS if "$dialog:" in document(name) and not name.startswith("Subscription."))


@pytest.fixture(scope="module")
async def world(database: None) -> World:
    return await make_world(await new_tenant(), new_user)


@pytest.fixture
async def visitor(world: World, client: httpx.AsyncClient) -> GraphQLClient:
    """The guest of the world's own dialog."""
    return GraphQLClient(client, guests.token_of(guests.guest_of(world.dialog)).token)


@pytest.fixture
async def site(database: None) -> Site:
    return await new_site()


@pytest.fixture
async def theirs(site: Site) -> Dialog:
    """Another guest's dialog, of the same assistant."""
    dialog = await site.open(await site.guest())
    await say(site.agent, dialog, MARK)
    return dialog


def given(field: str, variables: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in variables.items() if f"${name}:" in document(field)}


@pytest.mark.parametrize("field", [name for name in CLOSED if not name.startswith("Subscription.")])
async def test_a_field_that_is_not_for_guests(field: str, world: World, visitor: GraphQLClient) -> None:
    before = await fingerprint(world.tenant.id)
    response = await call(visitor, field, world.variables())
    assert (code_of(response), MARK in response.text) == ("FORBIDDEN", False)
    assert await fingerprint(world.tenant.id) == before


@pytest.mark.usefixtures("live_events")
@pytest.mark.parametrize("field", [name for name in CLOSED if name.startswith("Subscription.")])
async def test_a_subscription_that_is_not_for_guests(
    field: str, live: str, world: World, visitor: GraphQLClient
) -> None:
    async with graphql_socket(live) as socket:
        await socket.init(visitor.token)
        await socket.subscribe("1", document(field), **given(field, world.variables()))
        (error,) = (await socket.next())["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("field", OF_DIALOGS)
async def test_another_guests_dialog_is_not_there(
    field: str, world: World, site: Site, theirs: Dialog, client: httpx.AsyncClient
) -> None:
    stranger = GraphQLClient(client, guests.token_of(await site.guest()).token)
    before = await fingerprint(site.tenant.id)
    for dialog_id in (theirs.id, world.dialog.id, 2**62):
        response = await call(stranger, field, {"dialog": str(dialog_id)})
        assert (code_of(response), MARK in response.text) == ("NOT_FOUND", False)
    assert await fingerprint(site.tenant.id) == before


@pytest.mark.usefixtures("live_events")
async def test_another_guests_dialog_cannot_be_watched(live: str, site: Site, theirs: Dialog) -> None:
    field = "Subscription.dialogEvents"
    async with graphql_socket(live) as socket:
        await socket.init(guests.token_of(await site.guest()).token)
        await socket.subscribe("1", document(field), dialog=str(theirs.id))
        (error,) = (await socket.next())["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_notes_among_staff_are_in_nothing_that_a_guest_reads(site: Site, client: httpx.AsyncClient) -> None:
    guest = await site.guest()
    dialog = await site.open(guest)
    await _talk(site, guest, dialog)
    visitor = GraphQLClient(client, guests.token_of(guest).token)
    query = """query($dialog: ID!) { dialog(id: $dialog) {
        lastMessage { excerpt internal } messages(first: 100) { edges { node { text internal } } } } }"""
    shown = await visitor.post(query, {"dialog": str(dialog.id)})
    assert MARK not in shown.text
    assert shown.json()["data"]["dialog"]["lastMessage"]["excerpt"] == "Здравствуйте"
    listed = await client.get(f"/api/dialogs/{dialog.id}/messages", headers=visitor.headers | {"origin": PAGE})
    assert [message["text"] for message in listed.json()["messages"]] == ["Добрый день", "Здравствуйте"]


async def _talk(site: Site, guest: Actor, dialog: Dialog) -> None:
    await say(guest, dialog, "Добрый день")
    await say(site.agent, dialog, "Здравствуйте")
    await say(site.agent, dialog, f"Между нами: {MARK}", internal=True)


def test_every_call_is_there() -> None:
    assert set(CALLS) >= GUESTS
