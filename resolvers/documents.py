"""Documents that assistants are given: uploading, listing, watching them being read."""

from collections.abc import AsyncGenerator

import strawberry

from core.actor import Actor
from core.errors import NotFound
from core.facts.documents import documents_topic
from core.paging import CursorPage
from models.documents import DocumentStatus
from resolvers.feeds import feed
from resolvers.policy import Requires, mutation, query, subscription
from schema.types.context import ID, Info
from schema.types.documents import DeleteDocumentPayload, Document, DocumentProgress
from schema.types.paging import After, Connection, First, connection
from schema.types.rows import shown_id
from schema.types.scalars import BigInt, Upload, UploadedFile, row_id, row_id_or_none
from services import document_files
from services.events import StoredEvent
from services.unit_of_work import unit_of_work


@strawberry.type
class DocumentQuery:
    @query(Requires.DOCUMENT_READ)
    async def documents(
        self, info: Info, assistant_id: ID | None = None, first: First = 20, after: After = None
    ) -> Connection[Document]:
        """Documents of an assistant, or of the whole tenant, oldest first. Errors: NOT_FOUND."""
        page, chosen = CursorPage.checked(first, after), row_id_or_none(assistant_id, "assistantId")
        async with unit_of_work(info.context.actor) as uow:
            rows = await document_files.page_documents(uow, page, assistant_id=chosen)
        return connection(rows, node=Document.of, key=lambda row: row.id, after=after)


@strawberry.type
class DocumentMutation:
    @mutation(Requires.DOCUMENT_WRITE, names={"assistant_id": "assistantId"})
    async def upload_document(self, info: Info, file: Upload, assistant_id: ID | None = None) -> Document:
        """Give an assistant, or all, a .txt, .md, .pdf or .docx file, by the GraphQL multipart request specification.

        It is read by a job: `documentProgress` tells how far it is. A file of a name that the assistant knows already
        takes its place. Errors: NOT_FOUND, FILE_TOO_LARGE, QUOTA_EXCEEDED, UNSUPPORTED_FORMAT for what its content is,
        UNREADABLE_DOCUMENT, FILE_INFECTED, SERVICE_UNAVAILABLE.
        """
        sent = UploadedFile.of(file)
        chosen = row_id_or_none(assistant_id, "assistantId")
        return Document.of(
            await document_files.upload(info.context.actor, file_name=sent.name, data=sent.data, assistant_id=chosen)
        )

    @mutation(Requires.DOCUMENT_WRITE)
    async def delete_document(self, info: Info, id: ID) -> DeleteDocumentPayload:
        """Remove a document: nothing is answered from it any more. Errors: NOT_FOUND."""
        await document_files.delete(info.context.actor, row_id(id))
        return DeleteDocumentPayload(id=id)


@strawberry.type
class DocumentSubscription:
    @subscription(Requires.DOCUMENT_READ)
    def document_progress(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[DocumentProgress, None]:
        """Documents of the tenant as they are read: every event behind `after`, then live ones. Resumes as
        `ticketEvents` does.
        """
        return feed(info, documents_topic(info.context.actor.tenant_id), _progress, after=after)


async def _progress(event: StoredEvent, actor: Actor) -> DocumentProgress:
    told = event.payload
    async with unit_of_work(actor) as uow:
        try:
            document = Document.of(await document_files.get(uow, told["document_id"]))
        except NotFound:
            document = None
    return DocumentProgress(
        seq=BigInt(event.seq),
        at=event.at,
        document_id=shown_id(told["document_id"]),
        status=DocumentStatus(told["status"]),
        progress=told["progress"],
        document=document,
    )
