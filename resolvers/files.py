"""Uploaded files: what becomes of them before they are sent. Uploading itself is ``POST /api/v1/files/upload``."""

from uuid import UUID

import strawberry

from core.languages import Language
from resolvers.policy import Requires, mutation
from schema.types.context import Info
from schema.types.files import DeleteUploadPayload, Transcript
from services import files, transcription


@strawberry.type
class FileMutation:
    @mutation(Requires.FILE_WRITE)
    async def delete_upload(self, info: Info, id: UUID) -> DeleteUploadPayload:
        """Remove one's own file that no message carries yet; `id` is its `publicId`. Errors: NOT_FOUND."""
        await files.delete(info.context.actor, id)
        return DeleteUploadPayload(public_id=id)

    @mutation(Requires.VOICE_TRANSCRIBE)
    async def transcribe_upload(self, info: Info, id: UUID, language: Language | None = None) -> Transcript:
        """The words of a recording that was uploaded (Ogg, MP3, WAV, WebM, M4A); `id` is its `publicId`.

        Errors: NOT_FOUND, UNSUPPORTED_FORMAT, UNREADABLE_DOCUMENT, SERVICE_UNAVAILABLE where voice is not set up.
        """
        actor = info.context.actor
        data = await files.whole(await files.read(actor, id))
        return Transcript.of(await transcription.transcribe(actor, data, language))
