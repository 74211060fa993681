"""Handoffs over GraphQL: one dialog from request to release, as staff see it and as its guest does."""

import httpx

from core.actor import Role
from services import guests
from tests.fixtures.people import MakeUser, sign_in
from tests.graphql.client import GraphQLClient
from tests.handoffs.world import World, guest_of, take

ASK = """mutation($dialog: ID!, $id: String!) {
    requestHandoff(dialogId: $dialog, requestId: $id, lastUserText: "Оператора!") {
        id state queuePosition estimatedWaitSeconds offeredToId comment operator { fullName } } }"""
TAKE = 'mutation($dialog: ID!) { takeOverDialog(dialogId: $dialog, comment: "Мой") { state operator { fullName } } }'
RELEASE = 'mutation($dialog: ID!) { releaseDialog(dialogId: $dialog, resolution: "completed") { state resolution } }'
CANCEL = 'mutation($dialog: ID!) { cancelHandoff(dialogId: $dialog, reason: "solved") { state comment } }'
BEAT = "mutation { operatorHeartbeat(maxCapacity: 2) { id online load maxCapacity status assistantIds } }"
QUEUE = "{ handoffQueue { total estimatedWaitSeconds waiting { dialogId position priority offeredToId } } }"
CONTEXT = """query($dialog: ID!) { handoffContext(dialogId: $dialog) {
    summary summaryModel quotes language earlierHandoffs attempts { answer } handoff { state } } }"""
PLACE = "query($dialog: ID!) { handoffPlace(dialogId: $dialog) { position estimatedWaitSeconds } }"
HISTORY = """query($dialog: ID!) { handoffs(dialogId: $dialog) {
    edges { node { state comment operator { fullName email } } } } }"""


async def agent_of(client: httpx.AsyncClient, world: World) -> GraphQLClient:
    return GraphQLClient(client, await sign_in(world.agent, "graphql"))


async def test_a_dialog_from_request_to_release(client: httpx.AsyncClient, world: World) -> None:
    agent, dialog = await agent_of(client, world), str((await world.dialog()).id)
    present = (await agent(BEAT))["operatorHeartbeat"]
    assert present == {
        "id": str(world.agent.id), "online": True, "load": 0, "maxCapacity": 2, "status": "AVAILABLE",
        "assistantIds": None,
    }  # fmt: skip
    asked = (await agent(ASK, dialog=dialog, id="one"))["requestHandoff"]
    assert (asked["state"], asked["queuePosition"], asked["offeredToId"]) == ("REQUESTED", 1, str(world.agent.id))
    queue = (await agent(QUEUE))["handoffQueue"]
    assert queue["waiting"] == [
        {"dialogId": dialog, "position": 1, "priority": "NORMAL", "offeredToId": str(world.agent.id)}
    ]
    context = (await agent(CONTEXT, dialog=dialog))["handoffContext"]
    assert (context["quotes"], context["handoff"]) == (["Оператора!"], {"state": "REQUESTED"})
    taken = (await agent(TAKE, dialog=dialog))["takeOverDialog"]
    assert taken == {"state": "ACTIVE", "operator": {"fullName": world.agent.full_name}}
    released = (await agent(RELEASE, dialog=dialog))["releaseDialog"]
    assert released == {"state": "RELEASED", "resolution": "completed"}
    (edge,) = (await agent(HISTORY, dialog=dialog))["handoffs"]["edges"]
    assert (edge["node"]["state"], edge["node"]["comment"]) == ("RELEASED", "Мой")


async def test_a_guest_asks_withdraws_and_reads_no_notes(client: httpx.AsyncClient, world: World) -> None:
    dialog = await world.dialog()
    guest = GraphQLClient(client, guests.token_of(guests.guest_of(dialog)).token)
    guest.headers["origin"] = "https://shop.example"
    number = str(dialog.id)
    asked = (await guest(ASK, dialog=number, id="one"))["requestHandoff"]
    assert (asked["state"], asked["comment"], asked["offeredToId"]) == ("REQUESTED", None, None)
    assert await guest.code(TAKE, dialog=number) == "FORBIDDEN"
    assert await guest.code(QUEUE) == "FORBIDDEN"
    assert (await guest(CANCEL, dialog=number))["cancelHandoff"] == {"state": "CANCELLED", "comment": None}


async def test_a_guest_sees_the_queue_move(client: httpx.AsyncClient, world: World) -> None:
    first, dialog, operator = await world.waiting(), await world.waiting(), await world.operator()
    visitor = GraphQLClient(client, guests.token_of(guest_of(dialog)).token)
    assert (await visitor(PLACE, dialog=str(dialog.id)))["handoffPlace"]["position"] == 2
    await take(operator, first)
    place = (await visitor(PLACE, dialog=str(dialog.id)))["handoffPlace"]
    assert (place["position"], place["estimatedWaitSeconds"] > 0) == (1, True)
    await take(operator, dialog)
    assert (await visitor(PLACE, dialog=str(dialog.id)))["handoffPlace"] is None


async def test_the_codes_reach_clients(client: httpx.AsyncClient, world: World, make_user: MakeUser) -> None:
    agent, dialog = await agent_of(client, world), str((await world.dialog()).id)
    other = GraphQLClient(client, await sign_in(await make_user(world.tenant, Role.AGENT), "graphql"))
    assert await agent.code(RELEASE, dialog=dialog) == "HANDOFF_NOT_FOUND"
    await agent(ASK, dialog=dialog, id="one")
    assert await agent.code(ASK, dialog=dialog, id="two") == "HANDOFF_ALREADY_REQUESTED"
    await agent(TAKE, dialog=dialog)
    assert await other.code(TAKE, dialog=dialog) == "HANDOFF_CONFLICT"
    assert await other.code(RELEASE, dialog=dialog) == "FORBIDDEN"
    assert await agent.code(ASK, dialog=dialog, id="") == "VALIDATION_ERROR"
