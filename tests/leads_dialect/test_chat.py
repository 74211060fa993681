"""POST /api/chat: the documented shapes, voice, and whatever else may come."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from core.actor import Role, system_actor
from integrations.model_endpoint import EndpointOptions
from integrations.speech.openai import OpenAISpeech
from models.contacts import Contact
from models.conversations import Message
from models.tenants import Tenant
from models.users import User
from services.providers import providers, use_providers
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.openai import OpenAIDouble, Status, running_openai
from tests.files.samples import mp3, ogg, png, wav, webm
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeUser
from tests.leads_dialect.talk import chat
from tests.leads_dialect.world import Company

CLIENT = "client_telegram_12345"


@pytest.fixture(scope="module")
def openai() -> Iterator[OpenAIDouble]:
    with running_openai() as double:
        yield double


@pytest.fixture
async def voice(openai: OpenAIDouble, database: None) -> AsyncIterator[OpenAIDouble]:
    """A speech endpoint that hears what the test sets."""
    openai.faults.clear()
    openai.requests.clear()
    options = EndpointOptions(
        kind="speech", setting="OPORA_STT", base_url=openai.base_url, api_key=openai.api_key, max_retries=0
    )
    speech = OpenAISpeech(options, model="whisper-1", budget_s=5.0)
    before = providers()
    use_providers(replace(before, speech=speech))
    yield openai
    use_providers(before)
    await speech.close()


async def stored(company: Company) -> int:
    """How many messages the company's interviews hold."""
    async with system_unit_of_work(SystemReason.TENANTS):
        user = await User.get(id=company.account["id"])
    async with unit_of_work(system_actor(user.tenant_id)):
        return await Message.all().count()


async def test_an_answer_has_the_documented_shape(client: httpx.AsyncClient, company: Company) -> None:
    response = await chat(client, company, user_id=CLIENT, text="Хочу построить дом в Алматы")
    assert response.status_code == 200
    assert response.json() == {
        "status": "success",
        "user_id": CLIENT,
        "response": "Какую площадь рассматриваете?",
        "function_called": None,
    }


async def test_a_urlencoded_form_will_do(client: httpx.AsyncClient, company: Company) -> None:
    response = await client.post("/api/chat", data={"user_id": CLIENT, "text": "Хочу дом"}, headers=company.headers)
    assert response.json()["response"] == "В каком городе?"


@pytest.mark.parametrize("recording", [ogg(), mp3(), wav(), webm()], ids=["ogg", "mp3", "wav", "webm"])
async def test_a_recording_is_answered_as_its_words_are(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble, recording: bytes
) -> None:
    voice.transcript = "Хочу построить дом в Алматы"
    response = await chat(client, company, user_id=CLIENT, audio=recording)
    assert (response.status_code, response.json()["response"]) == (200, "Какую площадь рассматриваете?")


async def test_a_whole_interview_may_be_spoken(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble
) -> None:
    for voice.transcript in ("Хочу дом.", "Алматы.", "Сто пятьдесят квадратов.", "Канат, 8 776 877 66 37."):
        response = await chat(client, company, user_id=CLIENT, audio=ogg())
    assert response.json()["function_called"] == "register_lead"


async def test_text_and_recording_count_together(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble
) -> None:
    voice.transcript = "в Астане"
    response = await chat(client, company, user_id=CLIENT, text="Хочу дом", audio=ogg())
    assert response.json()["response"] == "Какую площадь рассматриваете?"


@pytest.mark.parametrize(
    ("recording", "status"), [(b"just text, " * 20, 415), (png(), 415), (b"\0" * (26 * 1024 * 1024), 413)]
)
async def test_what_is_no_recording_or_too_long_is_refused(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble, recording: bytes, status: int
) -> None:
    response = await chat(client, company, user_id=CLIENT, audio=recording)
    assert response.status_code == status, response.text
    assert response.json().keys() == {"detail"}
    assert (voice.requests, await stored(company)) == ([], 0)


async def test_without_a_speech_endpoint_the_answer_says_what_to_set(
    client: httpx.AsyncClient, company: Company
) -> None:
    response = await chat(client, company, user_id=CLIENT, audio=ogg())
    assert response.status_code == 503
    assert "OPORA_STT_BASE_URL" in response.json()["detail"]


async def test_a_speech_endpoint_that_fails_is_told(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble
) -> None:
    voice.faults.append(Status(500))
    response = await chat(client, company, user_id=CLIENT, audio=ogg())
    assert (response.status_code, await stored(company)) == (503, 0)


async def test_a_recording_without_words_is_told(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble
) -> None:
    voice.transcript = ""
    response = await chat(client, company, user_id=CLIENT, audio=ogg())
    assert response.status_code == 422
    assert response.json() == {"detail": "audio_file: No speech was recognised in the recording"}


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"text": "Хочу дом"}, "user_id: Field required"),
        ({"user_id": CLIENT}, "text: Field required: text or audio_file"),
        ({"user_id": CLIENT, "text": " \n "}, "text: Field required: text or audio_file"),
        ({"user_id": "", "text": "дом"}, "user_id: must not be empty"),
        ({"user_id": "  ", "text": "дом"}, "user_id: must not be blank"),
        ({"user_id": "u" * 256, "text": "дом"}, "user_id: must be at most 255 characters long"),
        ({"user_id": "a\0b", "text": "дом"}, "user_id: must not contain NUL characters"),
        ({"user_id": CLIENT, "text": "д\0м"}, "text: must not contain NUL characters"),
        ({"user_id": CLIENT, "text": "строка\n" * 10_000}, "text: must be at most 20000 characters long"),
    ],
)
async def test_wrong_fields_are_named(
    client: httpx.AsyncClient, company: Company, fields: dict[str, str], detail: str
) -> None:
    response = await chat(client, company, audio=None, **fields)
    assert (response.status_code, response.json()) == (422, {"detail": detail})
    assert await stored(company) == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"user_id": "a", "text": "b"}', "application/json", 415),
        (b"user_id=a", "multipart/form-data", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b'--x\r\nContent-Disposition: form-data; name="user_id"\r\n\r\n\xff\xfe\r\n--x--\r\n',
         "multipart/form-data; boundary=x", 400),
        (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 300_000 + b"\r\n--x--\r\n",
         "multipart/form-data; boundary=x", 413),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 3 + b"--x--\r\n",
         "multipart/form-data; boundary=x", 422),
    ],
)  # fmt: skip
async def test_other_bodies_are_refused(
    client: httpx.AsyncClient, company: Company, content: bytes, kind: str, status: int
) -> None:
    response = await client.post("/api/chat", content=content, headers={**company.headers, "content-type": kind})
    assert response.status_code == status, response.text
    assert response.json().keys() == {"detail"}


async def test_an_empty_file_part_as_browsers_send_it_is_no_file(client: httpx.AsyncClient, company: Company) -> None:
    parts: dict[str, Any] = {
        "user_id": (None, CLIENT),
        "text": (None, "Хочу дом"),
        "audio_file": ("", b"", "application/octet-stream"),
    }
    content = httpx.Request("POST", "http://opora.test", files=parts)
    body = content.read().replace(b'name="audio_file"', b'name="audio_file"; filename=""', 1)
    headers = {**company.headers, "content-type": content.headers["content-type"]}
    response = await client.post("/api/chat", content=body, headers=headers)
    assert response.json()["response"] == "В каком городе?"


async def test_nobody_speaks_without_a_token(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/chat", data={"user_id": CLIENT, "text": "Хочу дом"})
    assert response.status_code == 401


async def test_a_customer_may_not_speak_for_a_companys_clients(
    tenant: Tenant, make_user: MakeUser, as_user: AsUser
) -> None:
    client = await as_user(await make_user(tenant, Role.USER))
    response = await client.post("/api/chat", data={"user_id": CLIENT, "text": "Хочу дом"})
    assert (response.status_code, response.json()) == (403, {"detail": "Not enough permissions"})
    async with unit_of_work(system_actor(tenant.id)):
        assert await Contact.all().count() == 0


async def test_the_message_that_completes_a_lead_is_answered_alike_however_often_it_comes(
    client: httpx.AsyncClient, company: Company
) -> None:
    for text in ("Хочу дом", "Алматы", "150 квадратов"):
        await chat(client, company, user_id=CLIENT, text=text)
    responses = await asyncio.gather(*(chat(client, company, user_id=CLIENT, text="Канат, 87768776637") for _ in "123"))
    called = sorted(str(response.json()["function_called"]) for response in responses)
    assert called == ["None", "None", "register_lead"]
    assert len({response.json()["response"] for response in responses}) == 1
    assert (await client.get("/api/leads", headers=company.headers)).json()["total"] == 1


async def test_a_body_of_json_is_told_which_forms_are_taken(client: httpx.AsyncClient, company: Company) -> None:
    response = await client.post("/api/chat", json={"user_id": CLIENT, "text": "дом"}, headers=company.headers)
    assert response.json() == {
        "detail": "Content-Type must be multipart/form-data or application/x-www-form-urlencoded"
    }


async def test_text_counts_where_its_recording_has_no_words(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble
) -> None:
    voice.transcript = " "
    response = await chat(client, company, user_id=CLIENT, text="Хочу дом", audio=ogg())
    assert response.json()["response"] == "В каком городе?"


async def test_what_cannot_be_stored_of_a_transcript_is_left_out(
    client: httpx.AsyncClient, company: Company, voice: OpenAIDouble
) -> None:
    voice.transcript = "Хочу\0 дом"
    response = await chat(client, company, user_id=CLIENT, audio=ogg())
    assert (response.status_code, response.json()["response"]) == (200, "В каком городе?")
