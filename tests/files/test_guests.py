"""Files of visitors of sites: theirs alone, smaller and fewer than those of people who are known."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from core.actor import Actor, Role
from core.errors import InvalidInput, NotFound, QuotaExceeded, TooLarge
from models.conversations import Attachment
from models.dialogs import Dialog
from services import dialog_messages, files, guests
from services.unit_of_work import unit_of_work
from tests.files.samples import png
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.people import actor_of, new_user
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import code_of
from tests.graphql.operations import upload as send_file

_UPLOAD = "mutation($file: Upload!) { uploadFile(file: $file) { publicId } }"
_SEND = """mutation($dialog: ID!, $files: [UUID!]!) {
    sendDialogMessage(dialogId: $dialog, input: {text: "", attachments: $files}) { attachments { fileName url } } }"""


@pytest.fixture
async def site(database: None) -> Site:
    return await new_site()


@pytest.fixture
async def guest(site: Site) -> Actor:
    return await site.guest()


@pytest.fixture
async def dialog(site: Site, guest: Actor) -> Dialog:
    return await site.open(guest)


async def uploaded(actor: Actor, data: bytes | None = None) -> Attachment:
    return await files.upload(actor, file_name="photo.png", data=data or png())


async def sent(dialog: Dialog, actor: Actor, *public_ids: UUID) -> tuple[Attachment, ...]:
    message = await say(actor, dialog, "", attachments=public_ids)
    async with unit_of_work(actor) as uow:
        return (await dialog_messages.views(uow, [message.id]))[message.id].attachments


async def test_a_visitor_uploads_from_another_origin_and_sends(
    site: Site, guest: Actor, dialog: Dialog, client: httpx.AsyncClient
) -> None:
    visitor = GraphQLClient(client)
    named = {"x-site-token": site.assistant.site_token, "x-guest-id": guests.guest_id_of(guest), "origin": PAGE}
    answer = await send_file(visitor, _UPLOAD, {}, png(), "photo.png", **named)
    assert answer.headers["access-control-allow-origin"] == PAGE
    variables = {"dialog": str(dialog.id), "files": [answer.json()["data"]["uploadFile"]["publicId"]]}
    shown = await client.post("/graphql", json={"query": _SEND, "variables": variables}, headers=named)
    (attachment,) = shown.json()["data"]["sendDialogMessage"]["attachments"]
    assert (await client.get(attachment["url"])).content == png()


async def test_a_strangers_file_is_not_read(client: httpx.AsyncClient, site: Site) -> None:
    answer = await send_file(
        GraphQLClient(client), _UPLOAD, {}, png(), "a.png", **{"x-site-token": "no", "origin": PAGE}
    )
    assert code_of(answer) == "UNAUTHORIZED"


async def test_staff_read_what_a_visitor_sent(site: Site, guest: Actor, dialog: Dialog) -> None:
    (attachment,) = await sent(dialog, guest, (await uploaded(guest)).public_id)
    assert (await files.read(site.agent, attachment.public_id)).id == attachment.id


async def test_files_of_a_visitor_are_nobody_elses(site: Site, guest: Actor, dialog: Dialog) -> None:
    own = await uploaded(guest)
    superadmin = replace(actor_of(await new_user(site.tenant, Role.SUPERADMIN)), home_tenant_id=1)
    other = await site.guest()
    for actor in (site.agent, superadmin, other):
        with pytest.raises(NotFound):
            await files.delete(actor, own.public_id)
    with pytest.raises(InvalidInput):
        await say(other, await site.open(other), "Mine", attachments=[own.public_id])
    with pytest.raises(InvalidInput):
        await say(site.agent, dialog, "Mine", attachments=[own.public_id])
    with pytest.raises(NotFound):
        await files.read(other, own.public_id)


async def test_a_visitor_takes_no_file_of_staff(site: Site, guest: Actor, dialog: Dialog) -> None:
    theirs = await uploaded(site.agent)
    with pytest.raises(InvalidInput):
        await say(guest, dialog, "", attachments=[theirs.public_id])
    with pytest.raises(NotFound):
        await files.read(guest, theirs.public_id)


async def test_a_visitors_file_may_be_taken_back_before_it_is_sent(guest: Actor) -> None:
    own = await uploaded(guest)
    await files.delete(guest, own.public_id)
    with pytest.raises(NotFound):
        await files.read(guest, own.public_id)


async def test_a_visitors_file_is_smaller(guest: Actor, override: Any) -> None:
    with override(OPORA_GUEST_UPLOAD_MB="1"), pytest.raises(TooLarge):
        await uploaded(guest, png() + bytes(1024 * 1024))


async def test_a_visitors_files_have_a_quota(guest: Actor, override: Any) -> None:
    with override(OPORA_GUEST_QUOTA_MB="1"):
        await uploaded(guest, png() + bytes(600 * 1024))
        with pytest.raises(QuotaExceeded):
            await uploaded(guest, png() + bytes(600 * 1024))


async def test_visitors_leave_half_of_the_room_to_the_tenant(site: Site, override: Any) -> None:
    half = png() + bytes(600 * 1024)
    with override(OPORA_TENANT_QUOTA_MB="2"):
        await uploaded(await site.guest(), half)
        with pytest.raises(QuotaExceeded):
            await uploaded(await site.guest(), half)
        await uploaded(site.agent, half)
