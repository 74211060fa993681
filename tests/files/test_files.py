"""Uploads: limits, quotas, the scan, and that nothing stays of what was refused."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.settings import Settings
from core.actor import Role
from core.errors import FileInfected, InvalidInput, NotFound, QuotaExceeded, TooLarge, Unavailable
from integrations.antivirus.clamd import ClamdScanner
from models.conversations import Attachment
from models.tenants import Tenant
from services import files, messages, turns
from services.providers import providers
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.clamd import EICAR, ClamdDouble
from tests.files.conftest import Desk, Upload, using
from tests.files.samples import png
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

_MIB = 1024 * 1024


class DeadStore:
    """A file store that does not answer."""

    async def put(self, key: str, data: bytes, *, mime_type: str) -> None:
        raise Unavailable("gone")

    async def delete(self, key: str) -> None:
        raise Unavailable("gone")


async def _rows(tenant: Tenant) -> list[Attachment]:
    async with system_unit_of_work(SystemReason.RETENTION):
        return await Attachment.filter(tenant_id=tenant.id).order_by("id")


async def _age(attachment: Attachment, hours: int) -> None:
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        await statements.rows(
            "UPDATE attachments SET created_at = created_at - make_interval(hours => $2) WHERE id = $1 RETURNING id",
            attachment.id,
            hours,
        )


async def _send(desk: Desk, person: str, attachment: Attachment, **more: Any) -> int:
    async with unit_of_work(desk.actor(person)) as uow:
        sent = await messages.add(uow, desk.ticket.id, text="", attachments=[attachment.public_id], **more)
    return int(sent.id)


async def test_an_upload_is_described_by_its_content(upload: Upload) -> None:
    attachment = await upload(name="../снимок.exe")
    assert (attachment.file_name, attachment.mime_type) == ("снимок.exe.png", "image/png")
    assert attachment.size_bytes == len(png())
    assert await files.whole(attachment) == png()


async def test_a_file_over_the_limit_is_refused(upload: Upload, desk: Desk, override: Any) -> None:
    with override(OPORA_MAX_UPLOAD_MB="1"):
        await upload(name="a.txt", data=b"x" * _MIB)
        with pytest.raises(TooLarge):
            await upload(name="a.txt", data=b"x" * (_MIB + 1))
    assert len(await _rows(desk.tenant)) == 1


@pytest.mark.parametrize("limits", [{"OPORA_UPLOAD_QUOTA_MB": "1"}, {"OPORA_TENANT_QUOTA_MB": "1"}])
async def test_a_quota_holds_against_uploads_at_the_same_time(
    upload: Upload, desk: Desk, override: Any, limits: dict[str, str]
) -> None:
    with override(**limits):
        uploads = [upload(name="a.txt", data=b"x" * (_MIB // 2 - 1)) for _ in range(6)]
        outcomes = await asyncio.gather(*uploads, return_exceptions=True)
    assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 4
    assert len(await _rows(desk.tenant)) == 2


async def test_a_persons_quota_is_their_own(upload: Upload, override: Any) -> None:
    with override(OPORA_UPLOAD_QUOTA_MB="1"):
        await upload(name="a.txt", data=b"x" * _MIB)
        with pytest.raises(QuotaExceeded):
            await upload()
        await upload("other")


async def test_an_infected_file_leaves_nothing(upload: Upload, desk: Desk, clamd: ClamdDouble) -> None:
    with using(scanner=ClamdScanner(clamd.url, timeout_s=5)):
        with pytest.raises(FileInfected, match="EICAR"):
            await upload(name="a.txt", data=EICAR)
        await upload(name="b.txt", data=b"harmless")
    assert [row.file_name for row in await _rows(desk.tenant)] == ["b.txt"]


async def test_without_a_verdict_nothing_is_accepted(upload: Upload, desk: Desk) -> None:
    with using(scanner=ClamdScanner("tcp://127.0.0.1:1", timeout_s=1)), pytest.raises(Unavailable):
        await upload()
    assert await _rows(desk.tenant) == []


async def test_a_store_that_fails_leaves_a_reservation_for_the_duty(upload: Upload, desk: Desk) -> None:
    with using(files=DeadStore()), pytest.raises(Unavailable):
        await upload()
    (left,) = await _rows(desk.tenant)
    assert left.stored_at is None
    with pytest.raises(NotFound):
        await files.read(desk.actor("customer"), left.public_id)
    await _age(left, 2)
    await files.forget_unsent()
    assert await _rows(desk.tenant) == []


async def test_a_message_carries_the_files_that_it_names(upload: Upload, desk: Desk) -> None:
    first, second = await upload(), await upload(name="b.png")
    async with unit_of_work(desk.actor("customer")) as uow:
        sent = await messages.add(
            uow, desk.ticket.id, text="Look", attachments=[second.public_id, first.public_id], auto_respond=False
        )
        view = (await messages.views(uow, [sent.id]))[sent.id]
    assert [attachment.id for attachment in view.attachments] == [first.id, second.id]


async def test_a_text_may_be_empty_where_a_file_is_sent(upload: Upload, desk: Desk) -> None:
    assert await _send(desk, "customer", await upload())
    async with unit_of_work(desk.actor("customer")) as uow:
        with pytest.raises(InvalidInput):
            await messages.add(uow, desk.ticket.id, text=" ")


async def test_only_ones_own_unsent_files_are_sent_each_once(upload: Upload, desk: Desk) -> None:
    own, foreign = await upload(), await upload("other")
    sent = await upload()
    await _send(desk, "customer", sent)
    for wrong in ([uuid4()], [foreign.public_id], [sent.public_id], [own.public_id] * 2, [own.public_id, uuid4()]):
        with pytest.raises(InvalidInput) as refused:
            async with unit_of_work(desk.actor("customer")) as uow:
                await messages.add(uow, desk.ticket.id, text="Look", attachments=wrong)
        assert refused.value.field == "attachments"
    async with unit_of_work(desk.actor("customer")) as uow:
        assert len(await messages.views(uow, [row.message_id or 0 for row in await _rows_of(uow)])) == 1


async def _rows_of(uow: Any) -> list[Attachment]:
    return await Attachment.filter(tenant_id=uow.tenant_id, message_id__not_isnull=True)


async def test_eleven_files_are_too_many(upload: Upload, desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="at most 10"):
        async with unit_of_work(desk.actor("customer")) as uow:
            await messages.add(uow, desk.ticket.id, text="Look", attachments=[uuid4()] * 11)


async def test_of_two_messages_that_race_for_a_file_one_gets_it(upload: Upload, desk: Desk) -> None:
    attachment = await upload()
    outcomes = await asyncio.gather(*(_send(desk, "customer", attachment) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, InvalidInput) for outcome in outcomes) == 3


@pytest.mark.parametrize(("person", "may"), [("customer", True), ("agent", True), ("other", False)])
async def test_a_sent_file_is_for_those_who_see_the_message(upload: Upload, desk: Desk, person: str, may: bool) -> None:
    attachment = await upload()
    await _send(desk, "customer", attachment)
    await _expect(desk, person, attachment, may)


@pytest.mark.parametrize(("person", "may"), [("customer", False), ("agent", True), ("other", False)])
async def test_a_file_of_an_internal_note_is_for_staff(upload: Upload, desk: Desk, person: str, may: bool) -> None:
    attachment = await upload("agent")
    await _send(desk, "agent", attachment, internal=True)
    await _expect(desk, person, attachment, may)


@pytest.mark.parametrize(("person", "may"), [("customer", True), ("agent", False), ("other", False)])
async def test_an_unsent_file_is_its_uploaders_alone(upload: Upload, desk: Desk, person: str, may: bool) -> None:
    await _expect(desk, person, await upload(), may)


async def _expect(desk: Desk, person: str, attachment: Attachment, may: bool) -> None:
    if may:
        assert (await files.read(desk.actor(person), attachment.public_id)).id == attachment.id
    else:
        with pytest.raises(NotFound):
            await files.read(desk.actor(person), attachment.public_id)


async def test_a_file_of_another_tenant_is_missing(
    upload: Upload, desk: Desk, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    attachment = await upload()
    await _send(desk, "customer", attachment)
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    with pytest.raises(NotFound):
        await files.read(stranger, attachment.public_id)
    with pytest.raises(NotFound):
        await files.delete(stranger, attachment.public_id)


async def test_an_upload_is_deleted_by_its_owner_until_it_is_sent(upload: Upload, desk: Desk) -> None:
    unsent, sent = await upload(), await upload()
    await _send(desk, "customer", sent)
    await files.delete(desk.actor("customer"), unsent.public_id)
    for person, attachment in (("customer", unsent), ("customer", sent), ("agent", sent)):
        with pytest.raises(NotFound):
            await files.delete(desk.actor(person), attachment.public_id)
    assert [row.id for row in await _rows(desk.tenant)] == [sent.id]
    assert await _is_gone(unsent)


async def _is_gone(attachment: Attachment) -> bool:
    try:
        await files.whole(attachment)
    except NotFound:
        return True
    return False


async def test_old_unsent_files_are_forgotten_with_their_objects(upload: Upload, desk: Desk) -> None:
    old, fresh, sent = await upload(), await upload(), await upload()
    await _send(desk, "customer", sent)
    for attachment in (old, sent):
        await _age(attachment, 25)
    await files.forget_unsent()
    assert [row.id for row in await _rows(desk.tenant)] == [fresh.id, sent.id]
    assert [await _is_gone(row) for row in (old, fresh, sent)] == [True, False, False]


async def test_files_of_a_deleted_ticket_are_forgotten(upload: Upload, desk: Desk) -> None:
    attachment = await upload()
    await _send(desk, "customer", attachment)
    async with unit_of_work(desk.actor("agent")) as uow:
        await uow.rows("DELETE FROM conversations WHERE id = $1", desk.ticket.id)
    await _age(attachment, 25)
    await files.forget_unsent()
    assert await _rows(desk.tenant) == []
    assert await _is_gone(attachment)


async def test_a_store_that_is_away_keeps_the_rows_for_the_next_turn(upload: Upload, desk: Desk) -> None:
    attachment = await upload()
    await _age(attachment, 25)
    with using(files=DeadStore()):
        assert await files.forget_unsent() == 0
    (left,) = await _rows(desk.tenant)
    assert left.stored_at is None
    await files.forget_unsent()
    assert await _is_gone(attachment)


async def test_files_lie_below_the_data_directory_by_ids_alone(upload: Upload, settings: Settings) -> None:
    attachment = await upload(name="../../x.png")
    stored = Path(settings.data_dir) / "uploads" / attachment.storage_key
    assert stored.read_bytes() == png()
    assert "x.png" not in attachment.storage_key
    assert providers().scanner is None


async def test_files_alone_ask_for_no_answer(upload: Upload, desk: Desk, drain_jobs: Any) -> None:
    await drain_jobs(desk.tenant)
    await _send(desk, "customer", await upload())
    assert await drain_jobs(desk.tenant) == 0
    async with unit_of_work(desk.actor("customer")) as uow:
        assert (await turns.last(uow, desk.ticket)).id == turns.DESCRIPTION
