"""Which passages share rare words with a question: by postings first, then by counting."""

from collections.abc import Sequence

import pytest

from core.actor import Actor, Role
from models.tenants import Tenant
from services import knowledge, lexical_lane, retrieval
from services.ingestion import NewChunk
from services.lexical_lane import CommonWords, Space, any_of, nominate
from services.unit_of_work import Record, unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

EN = Space("en", 4, 5.0, ("door", "green", "lamp"))


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.ADMIN))


async def learn(actor: Actor, *texts: str) -> None:
    await knowledge.add_chunks(actor, source="house.md", chunks=[NewChunk(text, {"key": text}) for text in texts])


async def postings(actor: Actor, words: Sequence[str], *scopes: int, most: int = 100) -> dict[str, int]:
    """In how many passages each word stands."""
    async with unit_of_work(actor) as uow:
        rows = await uow.rows(
            "SELECT lexeme, cardinality(chunk_ids) AS chunks FROM lexical_postings('en', $1, $2, $3)",
            list(words),
            most,
            list(scopes or (0,)),
        )
    return {row["lexeme"]: row["chunks"] for row in rows}


async def test_postings_are_of_the_tenant_alone(admin: Actor, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    other = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    await learn(admin, "The door of this house is green.")
    await learn(other, "The door of that house is red.", "The door has a lamp and it is bright.")
    assert await postings(admin, ["door", "lamp"]) == {"door": 1, "lamp": 0}
    assert await postings(other, ["door", "lamp"]) == {"door": 2, "lamp": 1}


async def test_postings_are_of_the_scopes_and_language_that_are_asked(admin: Actor) -> None:
    await learn(admin, "The door of this house is green.", "Лампа горит, the door is open, а ключ висит на стене.")
    assert await postings(admin, ["door"]) == {"door": 1}
    assert await postings(admin, ["door"], 7) == {"door": 0}


async def test_postings_end_at_the_bound_and_leave_out_old_versions(admin: Actor) -> None:
    await learn(admin, *(f"The door number {number} of the house." for number in range(5)))
    assert await postings(admin, ["door"], most=3) == {"door": 3}
    await knowledge.delete_source(admin, "house.md")
    assert await postings(admin, ["door"], most=3) == {"door": 0}


async def test_passages_with_the_rarest_words_are_nominated_first(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_lane, "_NOMINATED", 2)
    texts = ["The door of the house is green.", "The door of the house has a lamp.", "The door of the house is red."]
    await learn(admin, *texts, "The window of the house is small.")
    async with unit_of_work(admin) as uow:
        nominated = await nominate(uow, [EN], (0,))
        rows = await uow.rows("SELECT id, content FROM knowledge_chunks WHERE id = ANY ($1)", list(nominated.chunk_ids))
    assert {row["content"] for row in rows} == set(texts[:2])
    assert nominated.corpora["en"].frequencies == {"door": 3, "green": 1, "lamp": 1}


async def test_a_common_word_counts_for_nothing_and_is_asked_once(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_lane, "COMMON", 3)
    monkeypatch.setattr(lexical_lane, "_common", CommonWords())
    await learn(admin, *(f"The door number {number} is green." for number in range(4)), "The lamp stands on a shelf.")
    async with unit_of_work(admin) as uow:
        first = await nominate(uow, [EN], (0,))
        asked = _watched(uow.records, monkeypatch, uow)
        second = await nominate(uow, [EN], (0,))
    assert first == second
    assert first.lexemes == ["lamp"]
    assert '"words":["lamp"]' in str(asked)


def _watched(ask: object, monkeypatch: pytest.MonkeyPatch, uow: object) -> list[object]:
    asked: list[object] = []

    async def records(sql: str, *values: object) -> Sequence[Record]:
        asked.extend(values)
        found: Sequence[Record] = await ask(sql, *values)  # type: ignore[operator]
        return found

    monkeypatch.setattr(uow, "records", records)
    return asked


def test_a_common_word_is_asked_for_again_later_or_when_knowledge_shrank() -> None:
    now = 0.0
    common = CommonWords(lambda: now)
    common.remember((1, 0), EN, "door")
    assert common.rare((1, 0), EN) == ["green", "lamp"]
    assert common.rare((1, 0, 7), EN) == common.rare((2, 0), EN) == ["door", "green", "lamp"]
    assert common.rare((1, 0), Space("en", 3, 5.0, EN.lexemes)) == ["door", "green", "lamp"]
    now = 3_601.0
    assert common.rare((1, 0), EN) == ["door", "green", "lamp"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CommonWords, "_MOST", 2)
    common = CommonWords(lambda: 0.0)
    for lexeme in EN.lexemes:
        common.remember((1, 0), EN, lexeme)
    assert common.rare((1, 0), EN) == ["door"]


@pytest.mark.parametrize("question", ["it's a 'door' \\ or |&!:* E-1045?", "\\", "'", "l'été n'est pas \\'là"])
async def test_signs_of_the_query_language_are_words_like_others(admin: Actor, question: str) -> None:
    await learn(admin, "The door is painted green. It's E-1045.")
    search = await retrieval.search(admin, question)
    assert [chunk.content for chunk in search.chunks] == ["The door is painted green. It's E-1045."]


async def test_words_of_a_passage_are_scored_wherever_it_was_found(admin: Actor) -> None:
    await learn(admin, "The door of the house is green.", "The lamp of the house is bright.")
    (first, second) = (await retrieval.search(admin, "Which door is green?")).chunks
    assert first.content == "The door of the house is green."
    assert first.lanes.words > 0
    assert second.lanes.words == 0


def test_a_query_quotes_its_words() -> None:
    assert any_of([]) is None
    assert any_of(["it's", "a\\b"]) == "'it''s' | 'a\\\\b'"
