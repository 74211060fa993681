"""Assistants as the services keep them: rights, limits, site tokens, and what goes with a deleted one."""

from typing import Any

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.events import ChunksRemoved
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, Message
from models.dialogs import Dialog, DialogPlatform
from models.knowledge import KnowledgeChunk, KnowledgeSource
from models.tenants import Tenant
from services import assistants, dialogs
from services.assistants import AssistantChanges, AssistantRow, BulkAction
from services.ingestion import NewChunk
from services.knowledge import add_chunks
from services.unit_of_work import UnitOfWork, unit_of_work
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

_SHOWN = "{ id name allowedDomains siteToken widgetSnippet telegramBot { username } telegramBotToken }"


@pytest.fixture
async def assistant(tenant: Tenant) -> AssistantRow:
    given = AssistantChanges(name="Помощник", website_integration=True, allowed_domains=["example.com"])
    return await assistants.create(system_actor(tenant.id), given)


async def rows(tenant: Tenant) -> list[AssistantRow]:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await assistants.list_assistants(uow)


async def test_a_list_is_one_statement(
    tenant: Tenant, assistant: AssistantRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assistants.create(system_actor(tenant.id), AssistantChanges(name="Второй"))
    asked: list[str] = []
    execute = UnitOfWork.rows

    async def counted(self: UnitOfWork, sql: str, *args: object) -> object:
        asked.append(sql)
        return await execute(self, sql, *args)

    monkeypatch.setattr(UnitOfWork, "rows", counted)
    assert [row.name for row in await rows(tenant)] == ["Помощник", "Второй"]
    assert len(asked) == 1


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_only_admins_manage(tenant: Tenant, assistant: AssistantRow, role: Role) -> None:
    actor = Actor(tenant.id, role, user_id=1)
    with pytest.raises(Forbidden):
        await assistants.create(actor, AssistantChanges(name="Чужой"))
    with pytest.raises(Forbidden):
        await assistants.update(actor, assistant.id, AssistantChanges(name="Чужой"))
    async with unit_of_work(actor) as uow:
        with pytest.raises(Forbidden):
            await assistants.rotate_site_token(uow, assistant.id)
        for action in BulkAction:
            with pytest.raises(Forbidden):
                await assistants.bulk(uow, action, [assistant.id])
    assert await rows(tenant) == [assistant]


async def test_customers_do_not_read(tenant: Tenant, assistant: AssistantRow) -> None:
    async with unit_of_work(Actor(tenant.id, Role.USER, user_id=1)) as uow:
        with pytest.raises(Forbidden):
            await assistants.list_assistants(uow)
        with pytest.raises(Forbidden):
            await assistants.get(uow, assistant.id)


async def test_another_tenants_assistant_is_not_found(make_tenant: MakeTenant, assistant: AssistantRow) -> None:
    stranger = system_actor((await make_tenant()).id)
    with pytest.raises(NotFound):
        await assistants.update(stranger, assistant.id, AssistantChanges(name="Чужой"))
    async with unit_of_work(stranger) as uow:
        with pytest.raises(NotFound):
            await assistants.rotate_site_token(uow, assistant.id)
        with pytest.raises(NotFound):
            await assistants.delete(uow, assistant.id)


async def test_a_tenant_has_so_many_and_no_more(
    tenant: Tenant, assistant: AssistantRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistants, "MAX_ASSISTANTS", 1)
    with pytest.raises(Conflict):
        await assistants.create(system_actor(tenant.id), AssistantChanges(name="Второй"))
    assert await rows(tenant) == [assistant]


async def test_a_site_token_is_rotated(tenant: Tenant, assistant: AssistantRow) -> None:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        rotated = await assistants.rotate_site_token(uow, assistant.id)
    assert rotated.site_token is not None
    assert rotated.site_token != assistant.site_token
    assert len(rotated.site_token) == 43
    assert rotated.site_token in (rotated.widget_snippet or "")


async def test_blanks_around_words_are_not_kept_and_an_empty_model_is_none(tenant: Tenant) -> None:
    given = AssistantChanges(name="  Имя ", ai_model=" ", system_prompt="\nКоротко.\n")
    made = await assistants.create(system_actor(tenant.id), given)
    assert (made.name, made.ai_model, made.system_prompt) == ("Имя", None, "Коротко.")
    with pytest.raises(InvalidInput):
        await assistants.update(system_actor(tenant.id), made.id, AssistantChanges(name=" "))


async def test_a_deleted_one_takes_its_own_knowledge_and_dialogs_along(
    tenant: Tenant, assistant: AssistantRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = system_actor(tenant.id)
    beside = await assistants.create(actor, AssistantChanges(name="Второй"))
    own, shared = await knowledge_of(tenant, assistant.id), await knowledge_of(tenant, None)
    await dialog_of(tenant, assistant.id)
    kept = await dialog_of(tenant, beside.id)
    told: list[object] = []
    monkeypatch.setattr("services.providers.Providers.indexed_elsewhere", property(lambda _: True))
    async with unit_of_work(actor) as uow:
        monkeypatch.setattr(uow, "emit", lambda *facts: told.extend(facts))
        await assistants.delete(uow, assistant.id)
    assert told == [ChunksRemoved((own,))]
    async with unit_of_work(actor) as uow:
        assert [chunk.id for chunk in await KnowledgeChunk.all()] == [shared]
        assert [row["chunk_id"] for row in await uow.rows("SELECT chunk_id FROM chunk_vectors")] == [shared]
        assert [each.id for each in await Dialog.all()] == [each.id for each in await Conversation.all()] == [kept]
        assert {each.conversation_id for each in await Message.all()} == {kept}
        assert [each.id for each in await Assistant.all()] == [beside.id]


async def knowledge_of(tenant: Tenant, assistant_id: int | None) -> int:
    """A passage, the assistant's own where one is named; its id."""
    name = f"source-{assistant_id}.md"
    await add_chunks(system_actor(tenant.id), source=name, chunks=[NewChunk(f"Знание {assistant_id}.")])
    async with unit_of_work(system_actor(tenant.id)):
        source = await KnowledgeSource.get(name=name)
        await KnowledgeSource.filter(id=source.id).update(assistant_id=assistant_id)
        return int((await KnowledgeChunk.get(source_id=source.id)).id)


async def dialog_of(tenant: Tenant, assistant_id: int) -> int:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        dialog = await dialogs.create(uow, await Assistant.get(id=assistant_id), DialogPlatform.WEBSITE)
        await dialogs.store(uow, dialog, kind=AuthorKind.CUSTOMER, text="Привет")
        return dialog.id


async def test_graphql_makes_shows_changes_and_removes(tenant: Tenant, make_user: MakeUser, as_user: AsUser) -> None:
    client = await as_user(await make_user(tenant, Role.ADMIN))

    async def ask(field: str, query: str) -> Any:
        return (await client.post("/graphql", json={"query": query})).json()["data"][field]

    new = '{name: "Сайт", websiteIntegration: true, allowedDomains: ["Example.com"]}'
    made = await ask("createAssistant", f"mutation {{ createAssistant(input: {new}) {_SHOWN} }}")
    assert (made["name"], made["allowedDomains"], made["telegramBot"]) == ("Сайт", ["example.com"], None)
    assert f'data-site-token="{made["siteToken"]}"' in str(made["widgetSnippet"])
    change = f'mutation {{ updateAssistant(id: {made["id"]}, input: {{name: "Иной"}}) {_SHOWN} }}'
    assert await ask("updateAssistant", change) == {**made, "name": "Иной"}
    assert await ask("assistants", f"{{ assistants {_SHOWN} }}") == [{**made, "name": "Иной"}]
    await ask("deleteAssistants", f"mutation {{ deleteAssistants(ids: [{made['id']}]) {{ ids }} }}")
    assert await ask("assistants", "{ assistants { id } }") == []


async def test_graphql_names_what_is_wrong(tenant: Tenant, make_user: MakeUser, as_user: AsUser) -> None:
    client = await as_user(actor := await make_user(tenant, Role.ADMIN))
    query = 'mutation { createAssistant(input: {name: "A", telegramBotToken: "none"}) { id } }'
    (error,) = (await client.post("/graphql", json={"query": query})).json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_TELEGRAM_TOKEN", "telegramBotToken")
    async with unit_of_work(actor_of(actor)) as uow:
        assert await assistants.list_assistants(uow) == []
