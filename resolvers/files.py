"""Uploaded files: what becomes of them before they are sent with a message."""

from uuid import UUID

import strawberry

from core.languages import Language
from resolvers.policy import Requires, mutation
from schema.types.context import Info
from schema.types.files import Attachment, DeleteUploadPayload, Transcript
from schema.types.scalars import Upload, UploadedFile
from services import files, transcription
from services.rate_limits import Bucket, by_address


@strawberry.type
class FileMutation:
    @mutation(Requires.FILE_WRITE)
    async def upload_file(self, info: Info, file: Upload) -> Attachment:
        """Store a file, by the GraphQL multipart request specification; a message sends it by its `publicId`, in a day.
        Guests have limits of their own: smaller files, and fewer of them in five minutes from one address.

        Errors: FILE_TOO_LARGE, QUOTA_EXCEEDED, UNSUPPORTED_FORMAT for what its content is, UNREADABLE_DOCUMENT for an
        empty one, FILE_INFECTED, SERVICE_UNAVAILABLE.
        """
        sent, actor = UploadedFile.of(file), info.context.actor
        if actor.guest is not None:
            await info.context.count(Bucket.UPLOAD, by_address(info.context.client_ip))
        return Attachment.of(await files.upload(actor, file_name=sent.name, data=sent.data))

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
