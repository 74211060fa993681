"""💬 Чат с AI: a client's message, written or spoken, and the interview's answer."""

from typing import Annotated, Literal

import msgspec

from core.actor import Actor, Role
from rest.leads import examples
from rest.operations import Examples, Group
from rest.problems import FieldError, WrongFields
from rest.uploads import Upload
from services import interviews
from services.interviewing.hearing import LONGEST
from services.rate_limits import Bucket
from services.transcription import MOST_BYTES, transcribe

# One token speaks for all clients of a company, so the general limit is theirs.
group = Group("Чат с AI", Bucket.OTHER)

ClientName = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"\S", description="Клиент компании")]


class ChatMessage(msgspec.Struct):
    """``text``, a recording, or both: then the recording's words follow the text."""

    user_id: ClientName
    text: Annotated[str, msgspec.Meta(max_length=LONGEST, description="Текст сообщения")] = ""


class ChatAnswer(msgspec.Struct):
    """``function_called`` is `register_lead` where this message completed the lead, null else."""

    status: Literal["success"]
    user_id: str
    response: str
    function_called: str | None


@group.post(
    "/chat", "Сообщение боту: текст или аудио", role=Role.AGENT, errors=(413, 415, 503),
    body_limit=MOST_BYTES, file_field="audio_file", examples=Examples(examples.CHAT, examples.CHAT_ANSWER),
)  # fmt: skip
async def chat(actor: Actor, form: ChatMessage, upload: Upload | None) -> ChatAnswer:
    """Messages of one `user_id` are answered one after the other; each company has its own `user_id`s."""
    spoken = await _words_of(actor, upload)
    text = "\n".join(part for part in (form.text.strip(), spoken) if part)
    if not text and upload is not None:
        raise WrongFields([FieldError("audio_file", "No speech was recognised in the recording")])
    if not text:
        raise WrongFields([FieldError("text", "Field required: text or audio_file")])
    reply = await interviews.say(actor, contact=form.user_id, text=text[:LONGEST])
    return ChatAnswer("success", form.user_id, reply.text, reply.function_called)


async def _words_of(actor: Actor, upload: Upload | None) -> str:
    return "" if upload is None else (await transcribe(actor, upload.data)).text.strip()
