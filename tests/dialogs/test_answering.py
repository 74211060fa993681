"""The main job in dialogs: a customer's message gets one grounded, paid answer, or a person."""

from decimal import Decimal
from typing import Any

import pytest

from core.actor import system_actor
from core.errors import InvalidInput
from core.events import EscalationReason
from models.assistants import Assistant
from models.conversations import AuthorKind
from models.dialogs import Dialog, HandoffStatus
from models.handoffs import Handoff
from models.knowledge import Citation
from models.tenants import Tenant
from services import billing, dialog_answering, handoffs
from services.drafting import Draft, Question, compose
from services.prompts.messages import Speaker
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import QUESTION, RETURNS, Shop, asked_again, kinds, opened, present, say, thread
from tests.fixtures.people import MakeTenant
from tests.fixtures.work import DrainJobs

CUSTOMER, ASSISTANT, SYSTEM = AuthorKind.CUSTOMER, AuthorKind.ASSISTANT, AuthorKind.SYSTEM
ABROAD = "Which moons does Saturn have?"


async def money(shop: Shop) -> Decimal:
    async with unit_of_work(shop.admin) as uow:
        return (await billing.balance(uow)).balance


async def reason_of(shop: Shop, dialog: Dialog) -> tuple[HandoffStatus, str | None]:
    """Where the dialog stands, and why a person was last called."""
    async with unit_of_work(shop.admin):
        found = await Handoff.filter(dialog_id=dialog.id).order_by("-id").first()
    return (await present(shop, dialog)).handoff_status, None if found is None else found.reason


async def empty_purse(shop: Shop) -> None:
    async with unit_of_work(shop.admin) as uow:
        await uow.rows("UPDATE accounts SET balance = 0 WHERE tenant_id = $1", uow.tenant_id)


async def test_a_question_is_answered_with_citations_and_paid(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    before, dialog = await money(shop), await opened(shop)
    question = await say(shop.guest, dialog)
    await drain_jobs(tenant)
    _, answer = await thread(shop.guest, dialog)
    assert (answer.author_kind, answer.turn_id) == (ASSISTANT, question.id)
    assert "within 14 days" in answer.text
    async with unit_of_work(shop.guest):
        assert [citation.quote for citation in await Citation.filter(message_id=answer.id)] == [RETURNS]
    assert before - await money(shop) == Decimal("5.00")


async def test_a_message_is_answered_and_paid_once_however_often_it_is_asked_for(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    before, dialog = await money(shop), await opened(shop)
    message = await say(shop.guest, dialog)
    async with unit_of_work(shop.admin) as uow:
        uow.emit(*[asked_again(dialog, message)] * 4)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER, ASSISTANT]
    assert before - await money(shop) == Decimal("5.00")


async def test_each_message_gets_its_answer(shop: Shop, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    dialog = await opened(shop)
    for _ in range(3):
        await say(shop.guest, dialog)
    await drain_jobs(tenant)
    assert (await kinds(shop, dialog)).count(ASSISTANT) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Please let me talk to a real person", "keyword"),
        ("Позовите, пожалуйста, оператора", "keyword"),
        ("Оператормен сөйлескім келеді", "keyword"),
        (ABROAD, "low_confidence"),
    ],
)
async def test_who_cannot_be_answered_waits_for_a_person_and_is_told_so(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, text: str, reason: str
) -> None:
    before, dialog = await money(shop), await opened(shop)
    message = await say(shop.guest, dialog, text)
    await drain_jobs(tenant)
    _, notice = await thread(shop.guest, dialog)
    assert (notice.author_kind, notice.turn_id) == (SYSTEM, message.id)
    assert await reason_of(shop, dialog) == (HandoffStatus.REQUESTED, reason)
    assert await money(shop) == before


async def test_a_provider_that_fails_is_a_reason_to_call_a_person(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failed(_actor: object, question: Question, **_options: object) -> Draft:
        return Draft("", question.language, "model", EscalationReason.PROVIDER_FAILED)

    monkeypatch.setattr(dialog_answering, "compose", failed)
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    await drain_jobs(tenant)
    assert await reason_of(shop, dialog) == (HandoffStatus.REQUESTED, "provider_failed")


async def test_an_answer_that_no_attempt_can_make_goes_to_a_person(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object, **_kwargs: object) -> None:
        raise InvalidInput("nothing that another attempt could mend")

    monkeypatch.setattr(dialog_answering, "compose", broken)
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER, SYSTEM]
    assert await reason_of(shop, dialog) == (HandoffStatus.REQUESTED, "provider_failed")


async def test_an_answer_that_comes_after_a_person_was_called_is_not_stored(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, before = await opened(shop), await money(shop)
    await say(shop.guest, dialog)

    async def slowly(*args: Any, **kwargs: Any) -> Draft:
        async with unit_of_work(shop.admin) as uow:
            locked = await Dialog.filter(id=dialog.id).select_for_update().get()
            await handoffs.request(uow, locked, reason="manual", request_id="meanwhile")
        return await compose(*args, **kwargs)

    monkeypatch.setattr(dialog_answering, "compose", slowly)
    await drain_jobs(tenant)
    assert ASSISTANT not in await kinds(shop, dialog)
    assert await money(shop) == before


async def test_without_money_the_assistant_is_silent_and_staff_are_told(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    await empty_purse(shop)
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER]
    assert await silences(shop, dialog) == ["INSUFFICIENT_BALANCE"]


async def silences(shop: Shop, dialog: Dialog) -> list[str]:
    async with unit_of_work(shop.admin) as uow:
        rows = await uow.rows(
            "SELECT payload->>'reason' AS reason FROM events WHERE topic = $1 AND kind = 'dialog.assistant_silenced'",
            f"dialog:{dialog.id}",
        )
    return [row["reason"] for row in rows]


async def test_money_that_went_while_the_model_thought_leaves_no_answer(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await opened(shop)
    await say(shop.guest, dialog)

    async def dearly(*args: Any, **kwargs: Any) -> Draft:
        await empty_purse(shop)
        return await compose(*args, **kwargs)

    monkeypatch.setattr(dialog_answering, "compose", dearly)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER]
    assert await silences(shop, dialog) == ["INSUFFICIENT_BALANCE"]


async def test_without_money_a_person_can_still_be_called(shop: Shop, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    await empty_purse(shop)
    dialog = await opened(shop)
    await say(shop.guest, dialog, "I want to talk to a human")
    await drain_jobs(tenant)
    assert await reason_of(shop, dialog) == (HandoffStatus.REQUESTED, "keyword")


async def test_an_inactive_assistant_leaves_nobody_without_a_word(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    dialog = await opened(shop)
    async with unit_of_work(shop.admin):
        await Assistant.filter(id=shop.assistant.id).update(is_active=False)
    await say(shop.guest, dialog)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER, SYSTEM]
    assert await reason_of(shop, dialog) == (HandoffStatus.REQUESTED, "assistant_inactive")


async def test_the_assistant_is_asked_as_it_is_set_up_and_knows_what_operators_said(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []

    async def heard(actor: Any, question: Question, **options: Any) -> Draft:
        asked.append(question)
        return await compose(actor, question, **options)

    monkeypatch.setattr(dialog_answering, "compose", heard)
    async with unit_of_work(shop.admin):
        await Assistant.filter(id=shop.assistant.id).update(system_prompt="Be brief", ai_model="small")
    dialog = await opened(shop)
    await say(shop.agent, dialog, "Your order is number 7")
    await say(shop.agent, dialog, "A difficult one", internal=True)
    await say(shop.guest, dialog, QUESTION)
    await drain_jobs(tenant)
    (question,) = asked
    assert question.persona is not None
    assert (question.persona.system_prompt, question.persona.model) == ("Be brief", "small")
    assert question.persona.assistant_id == shop.assistant.id
    assert [(turn.speaker, turn.text) for turn in question.history] == [(Speaker.ASSISTANT, "Your order is number 7")]


async def test_a_dialog_that_is_gone_ends_its_job_quietly(shop: Shop, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    async with unit_of_work(shop.admin):
        await Dialog.filter(id=dialog.id).delete()
    assert await drain_jobs(tenant) >= 1
    async with unit_of_work(shop.admin) as uow:
        assert await uow.rows("SELECT id FROM jobs WHERE task LIKE 'dialogs.%' AND state <> 'done'") == []


async def test_a_job_of_another_tenant_answers_nothing(
    shop: Shop, make_tenant: MakeTenant, drain_jobs: DrainJobs
) -> None:
    dialog = await opened(shop)
    message = await say(shop.guest, dialog)
    other = await make_tenant()
    async with unit_of_work(system_actor(other.id)) as uow:
        uow.emit(asked_again(dialog, message))
    await drain_jobs(other)
    assert await kinds(shop, dialog) == [CUSTOMER]
