"""The way of an e-mail: a row with its job, the mail server, the mark."""

import asyncio
import sys
from typing import Any

import pytest

from core.actor import system_actor
from core.languages import Language
from models.jobs import Job, JobState
from models.mail import Mail
from models.tenants import Tenant
from services import mail, retention
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work
from tests.doubles.smtp import SmtpDouble
from tests.fixtures.people import MakeTenant
from tests.fixtures.work import DrainJobs
from workers.attempts import run_job
from workers.mail import SEND
from workers.task import TASKS


async def write(uow: UnitOfWork, **changes: Any) -> Mail:
    given = {
        "template": "payment_received",
        "recipient": "owner@example.com",
        "language": Language.ENGLISH,
        "values": {"amount": "1000.00", "balance": "1500.00", "order": "order-1"},
    }
    return await mail.queue(uow, **{**given, **changes})


async def queued(tenant: Tenant, **changes: Any) -> Mail:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await write(uow, **changes)


async def row_of(written: Mail) -> Mail:
    async with unit_of_work(system_actor(written.tenant_id)):
        return await Mail.get(id=written.id)


async def job_of(tenant: Tenant) -> Job:
    async with unit_of_work(system_actor(tenant.id)):
        return await Job.get(tenant_id=tenant.id, task=SEND)


async def let_it_be_due(tenant: Tenant) -> None:
    """As time would: pauses between attempts and the lease of a killed worker run out."""
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        await statements.rows("UPDATE jobs SET run_after = now(), lease_until = now() WHERE tenant_id = $1", tenant.id)


async def test_an_email_is_sent_once_and_marked(server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    written = await queued(tenant, reply_to="client@example.com")
    assert await drain_jobs(tenant) == 1
    assert await drain_jobs(tenant) == 0
    (message,) = server.received
    assert (message["To"], message["Reply-To"]) == ("owner@example.com", "client@example.com")
    assert (message["Subject"], message["Message-ID"]) == (
        "Payment received: 1000.00 ₽",
        f"<{written.public_id}@example.com>",
    )
    row = await row_of(written)
    assert row.sent_at is not None
    assert row.last_error is None


async def test_an_echo_of_the_job_sends_nothing(server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    await queued(tenant)
    await drain_jobs(tenant)
    job = await job_of(tenant)
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        await statements.rows("UPDATE jobs SET state = 'pending' WHERE id = $1", job.id)
    assert await drain_jobs(tenant) == 1
    assert len(server.received) == 1


async def test_what_is_rolled_back_was_never_written(server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    async def change_ones_mind() -> None:
        async with unit_of_work(system_actor(tenant.id)) as uow:
            await write(uow)
            raise RuntimeError("The caller changed its mind")

    with pytest.raises(RuntimeError):
        await change_ones_mind()
    assert await drain_jobs(tenant) == 0
    assert server.received == []


async def test_a_key_is_written_once_also_by_racers(server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    written = await asyncio.gather(*(queued(tenant, once="payment:1") for _ in range(8)))
    assert len({one.id for one in written}) == 1
    assert await drain_jobs(tenant) == 1
    assert len(server.received) == 1


async def test_a_key_is_the_tenants_own(tenant: Tenant, make_tenant: MakeTenant) -> None:
    other = await make_tenant()
    assert (await queued(tenant, once="payment:1")).id != (await queued(other, once="payment:1")).id


async def test_what_is_refused_for_now_is_tried_again(
    server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    server.replies["RCPT"] = ["450 4.2.0 Greylisted"]
    written = await queued(tenant)
    await drain_jobs(tenant)
    assert "EMAIL_SEND_FAILED" in str((await row_of(written)).last_error)
    assert (await job_of(tenant)).state is JobState.PENDING
    await let_it_be_due(tenant)
    await drain_jobs(tenant)
    assert len(server.received) == 1
    assert (await row_of(written)).last_error is None


async def test_what_is_refused_for_good_is_a_dead_letter(
    server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    server.replies["RCPT"] = ["550 5.1.1 No such user here"]
    written = await queued(tenant)
    await drain_jobs(tenant)
    job = await job_of(tenant)
    assert (job.state, job.attempts) == (JobState.DEAD, 1)
    for told in (str(job.last_error), str((await row_of(written)).last_error)):
        assert "550 5.1.1 No such user here" in told


async def test_a_server_that_is_away_is_waited_for(server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    server.drops_at = "EHLO"
    written = await queued(tenant)
    await drain_jobs(tenant)
    assert "SMTP_CONNECTION_FAILED" in str((await row_of(written)).last_error)
    server.drops_at = None
    await let_it_be_due(tenant)
    await drain_jobs(tenant)
    assert len(server.received) == 1


async def test_what_was_written_while_the_server_was_away_arrives_once(
    server: SmtpDouble, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    server.drops_at = "EHLO"
    written = {str((await queued(tenant, once=f"order:{number}")).public_id) for number in range(50)}
    await drain_jobs(tenant)
    assert server.received == []
    server.drops_at = None
    await let_it_be_due(tenant)
    await asyncio.gather(*(drain_jobs(tenant) for _ in range(3)))
    arrived = [message["Message-ID"].strip("<>").partition("@")[0] for message in server.received]
    assert sorted(arrived) == sorted(written)


async def test_a_worker_killed_before_its_mark_repeats_the_same_message_id(
    server: SmtpDouble, tenant: Tenant, environment: dict[str, str]
) -> None:
    written = await queued(tenant)
    job = await job_of(tenant)
    arguments = ["-m", "tests.mail.killed_worker", str(job.id), str(tenant.id), str(server.port)]
    killed = await asyncio.create_subprocess_exec(sys.executable, *arguments, env={**environment})
    assert await killed.wait() == -9
    assert (await row_of(written)).sent_at is None
    await let_it_be_due(tenant)
    await run_job(TASKS[SEND], job.id, tenant.id)
    assert (await row_of(written)).sent_at is not None
    assert (await job_of(tenant)).state is JobState.DONE
    # SMTP promises no more: a mailbox that knows the Message-ID shows it once.
    assert [message["Message-ID"] for message in server.received] == [f"<{written.public_id}@example.com>"] * 2


async def test_what_it_says_is_not_readable_where_it_rests(tenant: Tenant) -> None:
    written = await queued(tenant)
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        (row,) = await statements.rows("SELECT sealed_body FROM mail WHERE id = $1", written.id)
    assert "order-1" not in row["sealed_body"]
    letter = mail.opened(await row_of(written))
    assert letter is not None
    assert "order-1" in letter.text


async def test_old_texts_are_emptied_and_the_row_stays(server: SmtpDouble, tenant: Tenant) -> None:
    old, fresh = await queued(tenant), await queued(tenant)
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        await statements.rows("UPDATE mail SET created_at = now() - interval '15 days' WHERE id = $1", old.id)
    await retention.forget_mail(days=14)
    assert mail.opened(await row_of(old)) is None
    assert mail.opened(await row_of(fresh)) is not None
    job = await job_of_mail(old)
    await run_job(TASKS[SEND], job.id, tenant.id)
    assert (await job_of_mail(old)).state is JobState.DEAD
    assert server.received == []


async def test_a_year_later_the_row_is_gone(tenant: Tenant) -> None:
    old = await queued(tenant)
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        await statements.rows("UPDATE mail SET created_at = now() - interval '366 days' WHERE id = $1", old.id)
    await retention.forget_mail(days=14)
    async with unit_of_work(system_actor(tenant.id)):
        assert await Mail.get_or_none(id=old.id) is None


async def job_of_mail(written: Mail) -> Job:
    async with unit_of_work(system_actor(written.tenant_id)):
        found = await Job.filter(tenant_id=written.tenant_id, task=SEND)
        return next(job for job in found if job.args == {"mail_id": written.id})
