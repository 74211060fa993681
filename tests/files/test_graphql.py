"""Files in GraphQL: with messages, and recordings."""

import httpx
import pytest

from integrations.speech.port import Transcript
from models.conversations import Attachment
from tests.files.conftest import Desk, Upload, using
from tests.files.samples import png, wav
from tests.fixtures.people import TokenFor
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import upload as send_file

_ADD = """mutation($id: ID!, $files: [UUID!]!) { addMessage(ticketId: $id, input: {text: "", attachments: $files}) {
    id attachments { id publicId fileName mimeType sizeBytes url createdAt } } }"""
_UPLOAD = "mutation($file: Upload!) { uploadFile(file: $file) { publicId fileName mimeType sizeBytes } }"
_DELETE = "mutation($id: UUID!) { deleteUpload(id: $id) { publicId } }"
_TRANSCRIBE = "mutation($id: UUID!) { transcribeUpload(id: $id, language: RUSSIAN) { text language confidence } }"


@pytest.fixture
async def customer(client: httpx.AsyncClient, desk: Desk, token_for: TokenFor) -> GraphQLClient:
    return GraphQLClient(client, await token_for(desk.customer, "graphql"))


class Listener:
    """Speech recognition that hears one thing."""

    heard: str = ""

    async def transcribe(self, data: bytes, *, mime_type: str, language: str | None) -> Transcript:
        self.heard = f"{mime_type} {language} {len(data)}"
        return Transcript("привет", None, 0.5)


async def test_a_file_is_uploaded_and_described_by_its_content(customer: GraphQLClient, desk: Desk) -> None:
    answer = await send_file(customer, _UPLOAD, {}, png(), "../фото.txt")
    shown = answer.json()["data"]["uploadFile"]
    assert (shown["fileName"], shown["mimeType"], shown["sizeBytes"]) == ("фото.txt.png", "image/png", len(png()))
    sent = await customer.post(_ADD, {"id": str(desk.ticket.id), "files": [shown["publicId"]]})
    assert sent.json()["data"]["addMessage"]["attachments"][0]["publicId"] == shown["publicId"]


async def test_a_program_is_not_uploaded(customer: GraphQLClient) -> None:
    answer = await send_file(customer, _UPLOAD, {}, b"MZ" + bytes(99), "a.png")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_FORMAT"


async def test_a_message_shows_what_it_carries(
    customer: GraphQLClient, desk: Desk, upload: Upload, client: httpx.AsyncClient
) -> None:
    made = await upload()
    answer = await customer.post(_ADD, {"id": str(desk.ticket.id), "files": [str(made.public_id)]})
    (shown,) = answer.json()["data"]["addMessage"]["attachments"]
    assert (shown["publicId"], shown["fileName"], shown["mimeType"]) == (str(made.public_id), "photo.png", "image/png")
    assert shown["sizeBytes"] == len(png())
    assert (await client.get(shown["url"])).content == png()


async def test_a_foreign_file_is_named_as_the_input_to_blame(
    customer: GraphQLClient, desk: Desk, upload: Upload
) -> None:
    made = await upload("other")
    answer = await customer.post(_ADD, {"id": str(desk.ticket.id), "files": [str(made.public_id)]})
    assert answer.json()["errors"][0]["extensions"] == {"code": "VALIDATION_ERROR", "field": "attachments"}


async def test_an_upload_is_deleted(customer: GraphQLClient, desk: Desk, upload: Upload) -> None:
    own, foreign = await upload(), await upload("other")
    answer = await customer.post(_DELETE, {"id": str(own.public_id)})
    assert answer.json()["data"]["deleteUpload"]["publicId"] == str(own.public_id)
    answer = await customer.post(_DELETE, {"id": str(foreign.public_id)})
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def _transcribed(customer: GraphQLClient, made: Attachment) -> dict[str, object]:
    answer: dict[str, object] = (await customer.post(_TRANSCRIBE, {"id": str(made.public_id)})).json()
    return answer


async def test_a_recording_is_transcribed(customer: GraphQLClient, upload: Upload) -> None:
    made, listener = await upload(name="a.wav", data=wav()), Listener()
    with using(speech=listener):
        answer = await _transcribed(customer, made)
    assert answer["data"] == {"transcribeUpload": {"text": "привет", "language": None, "confidence": 0.5}}
    assert listener.heard == f"audio/wav ru {len(wav())}"


@pytest.mark.parametrize(
    ("name", "data", "speech", "code"),
    [("a.png", png(), Listener(), "UNSUPPORTED_FORMAT"), ("a.wav", wav(), None, "SERVICE_UNAVAILABLE")],
)
async def test_what_cannot_be_transcribed_says_why(
    customer: GraphQLClient, upload: Upload, name: str, data: bytes, speech: Listener | None, code: str
) -> None:
    made = await upload(name=name, data=data)
    with using(speech=speech):
        answer = await _transcribed(customer, made)
    assert answer["errors"][0]["extensions"]["code"] == code  # type: ignore[index]
