"""What an assistant was given, by documents and Q&A entries, its customers are answered from, with citations."""

import pytest

from models.knowledge import Citation
from models.tenants import Tenant
from services import document_files, qa_entries
from services.qa_entries import SOURCE, QaChanges
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import Shop, enter, new_assistant, opened, say, thread
from tests.documents.files import pdf, word
from tests.fixtures.work import DrainJobs

GIFT = "A gift voucher of the shop is valid for 36 months after purchase."
ASKED = "For how many months after purchase is a gift voucher of the shop valid?"
FILES = {
    "gifts.md": f"# Gifts\n\n{GIFT}\n".encode(),
    "gifts.txt": GIFT.encode(),
    "gifts.pdf": pdf(GIFT),
    "gifts.docx": word([("Normal", GIFT)]),
}


async def answer(shop: Shop, tenant: Tenant, drain_jobs: DrainJobs) -> list[tuple[str, str]]:
    """Source and quote of what the answer to the question rests on, in a new dialog."""
    dialog = await opened(shop)
    await say(shop.guest, dialog, ASKED)
    await drain_jobs(tenant)
    said = (await thread(shop.agent, dialog))[-1]
    async with unit_of_work(shop.agent):
        found = await Citation.filter(message_id=said.id).order_by("position")
    return [(citation.source, citation.quote) for citation in found]


@pytest.mark.parametrize("name", FILES)
async def test_a_document_of_each_kind_is_cited_in_a_dialog(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, name: str
) -> None:
    await document_files.upload(shop.admin, file_name=name, data=FILES[name], assistant_id=shop.assistant.id)
    await drain_jobs(tenant)
    cited, *_ = await answer(shop, tenant, drain_jobs)
    assert cited == (name, GIFT)


async def test_an_entry_is_cited_and_its_change_shows_in_the_next_answer(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    entry = await qa_entries.create(shop.admin, question=ASKED, answer=GIFT, assistant_id=shop.assistant.id)
    cited, *_ = await answer(shop, tenant, drain_jobs)
    changed = GIFT.replace("36", "48")
    await qa_entries.update(shop.admin, entry.id, QaChanges(answer=changed))
    then, *_ = await answer(await again(shop), tenant, drain_jobs)
    assert (cited, then) == ((SOURCE, GIFT), (SOURCE, changed))


async def test_another_assistants_entry_answers_nobody(shop: Shop, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    beside = await new_assistant(tenant, shop.admin)
    await qa_entries.create(shop.admin, question=ASKED, answer=GIFT, assistant_id=beside.id)
    assert {source for source, _ in await answer(shop, tenant, drain_jobs)} <= {"shop.md"}


async def again(shop: Shop) -> Shop:
    """Another guest of the same shop."""
    return Shop(shop.tenant, shop.assistant, shop.admin, shop.agent, await enter(shop.assistant))
