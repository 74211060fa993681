"""Bodies of documents and Q&A entries exactly as the document shows them; what it leaves out is as the product
answers.
"""

from rest.replyx.examples import Body

UPLOADED: Body = {
    "id": 1,
    "filename": "document.pdf",
    "size": 1024000,
    "content_type": "application/pdf",
    "status": "processing",
    "chunks_count": 0,
    "progress": 0,
    "error": None,
    "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}
DOCUMENT: Body = {
    "id": 1,
    "filename": "document.pdf",
    "size": 1024000,
    "content_type": "application/pdf",
    "status": "completed",
    "chunks_count": 25,
    "progress": 100,
    "error": None,
    "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}
NEW_QA: Body = {
    "assistant_id": 1,
    "question": "Как настроить бота?",
    "answer": "Для настройки бота перейдите в раздел...",
    "tags": ["настройка", "бот"],
}
QA: Body = {"id": 1, **NEW_QA, "created_at": "2025-09-01T10:00:00Z"}
DOCUMENT_DELETED: Body = {"success": True, "message": "Документ удалён"}
QA_DELETED: Body = {"success": True, "message": "Q&A запись удалена"}
