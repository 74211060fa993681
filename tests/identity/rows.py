"""A row of a tenant in every table that has a tenant."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from core.clock import now
from models.ai_tokens import AiUsage
from models.analytics import AnalyticsEvent
from models.assistants import Assistant
from models.billing import ServiceType
from models.categories import Category, TriageExample, TriageModel
from models.chatbot import ChatbotExchange, ChatbotSession, Faq
from models.contacts import Contact
from models.conversations import Attachment, Conversation, Message
from models.dialogs import Dialog
from models.documents import Document, QaEntry
from models.handoffs import Handoff, Operator
from models.idempotency import IdempotencyKey
from models.jobs import Job
from models.knowledge import Citation, KnowledgeChunk, KnowledgeSource
from models.leads import Interview, Lead
from models.mail import EmailCode, Mail
from models.payments import Payment, PaymentNotification, Refund
from models.saved_views import SavedView
from models.sign_in import SignInAttempt, SignInIdentity, SignInProvider
from models.support_requests import SupportRequest
from models.telegram import TelegramBot, TelegramChat, TelegramDelivery, TelegramUpdate
from models.tickets import Ticket
from models.unanswered import UnansweredQuestion
from models.users import User
from models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookMessage
from services import billing, tickets
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work
from tests.fixtures.people import actor_of
from tests.identity.conftest import signed_in

_LOG = """
INSERT INTO log_records (tenant_id, level, message, source, hostname, metadata, logged_at)
VALUES ($1, 'INFO', 'started', 'app', 'here', '{}', now())
"""


async def fill(user: User) -> None:
    """At least one row of the user's tenant in every table that has a tenant."""
    await signed_in(user)
    ours: dict[str, Any] = {"tenant_id": user.tenant_id}
    async with unit_of_work(actor_of(user)) as uow:
        ticket = await tickets.create(uow, title="No sound", auto_respond=False)
        await Job.create(**ours, task="noun.verb", args={})
        await _knowledge(uow, await _message(ours, ticket), ours)
        await _triage(ours, ticket)
        await _interview(ours)
        await _chatbot(ours, user)
        await _telegram(ours, user)
        await _dialogs(ours, user)
        await _money(ours, user)
        await SavedView.create(**ours, owner_id=user.id, name="Mine")
        await IdempotencyKey.create(
            **ours, digest="0" * 64, fingerprint="0" * 64, claim=uuid4(), lease_until=now(), expires_at=now()
        )
        await _mail(ours, user, ticket)
        await _webhooks(ours)
        await _sign_in(ours, user)
        await _unanswered(uow, ours, ticket)
        await billing.credit(uow, Decimal("1.00"), ServiceType.TOP_UP, reference="payment:1")
    async with system_unit_of_work(SystemReason.RETENTION) as statements:
        await statements.rows(_LOG, user.tenant_id)


async def _message(ours: dict[str, Any], ticket: Ticket) -> Message:
    message = await Message.create(**ours, conversation_id=ticket.id, author_kind="customer", text="Hello")
    file: dict[str, Any] = {
        "file_name": "a",
        "mime_type": "a/b",
        "size_bytes": 1,
        "sha256": "0" * 64,
        "storage_key": "k",
    }
    await Attachment.create(**ours, message_id=message.id, **file)
    return message


async def _knowledge(uow: UnitOfWork, message: Message, ours: dict[str, Any]) -> None:
    source = await KnowledgeSource.create(**ours, name="faq.md")
    chunk = await KnowledgeChunk.create(**ours, source_id=source.id, identity="1", content="?", language="en")
    cited: dict[str, Any] = {"source": "faq.md", "quote": "?", "version": 1, "score": 1.0, "position": 0}
    await Citation.create(**ours, message_id=message.id, chunk_id=chunk.id, **cited)
    tenant_id = uow.tenant_id
    await uow.rows(
        "INSERT INTO chunk_vectors VALUES ($1, $2, $3, 'en', 'm', 2, '[1,0]')", tenant_id, chunk.id, source.id
    )
    await uow.rows("INSERT INTO chunk_sentences VALUES ($1, $2, 'm', '{0,1}', '')", tenant_id, chunk.id)
    await uow.rows("INSERT INTO knowledge_spaces VALUES ($1, 'en', 'm', 1, 1, '[1,0]')", tenant_id)


async def _triage(ours: dict[str, Any], ticket: Ticket) -> None:
    category = await Category.create(**ours, name="Sound")
    await TriageExample.create(**ours, ticket_id=ticket.id, category_id=category.id, text="No sound")
    await TriageModel.create(**ours, embedder="m", examples=1, parameters={})


async def _interview(ours: dict[str, Any]) -> None:
    contact = await Contact.create(**ours, external_id="client_1")
    conversation = await Conversation.create(**ours, kind="interview")
    told: dict[str, Any] = {"contact_id": contact.id, "language": "ru"}
    await Interview.create(**ours, id=conversation.id, **told)
    phone: dict[str, Any] = {"phone": "87768776637", "phone_e164": "+77768776637"}
    await Lead.create(**ours, interview_id=conversation.id, name="Канат", **told, **phone)


async def _chatbot(ours: dict[str, Any], user: User) -> None:
    await Faq.create(**ours, question="?", answer="!")
    conversation = await Conversation.create(**ours, kind="chatbot")
    await ChatbotSession.create(**ours, id=conversation.id, user_id=user.id, key="s")
    said: dict[str, Any] = {"query": "?", "query_key": "k", "response": "!", "confidence": 1.0, "response_time_ms": 1}
    await ChatbotExchange.create(**ours, session_id=conversation.id, user_id=user.id, **said)


async def _telegram(ours: dict[str, Any], user: User) -> None:
    bot = await TelegramBot.create(**ours, id=user.id, sealed_token="-")
    chat = await TelegramChat.create(**ours, bot_id=bot.id, chat_id=1, user_id=user.id)
    await TelegramUpdate.create(**ours, bot_id=bot.id, update_id=1, payload={})
    await TelegramDelivery.create(**ours, chat_id=chat.id, key="message:1")


async def _dialogs(ours: dict[str, Any], user: User) -> None:
    assistant = await Assistant.create(**ours, name="Help", site_token=f"site-{user.id}")
    conversation = await Conversation.create(**ours, kind="dialog")
    dialog = await Dialog.create(**ours, id=conversation.id, assistant_id=assistant.id, platform="website")
    asked: dict[str, Any] = {"reason": "keyword", "request_id": "1", "rank": 2, "requested_at": now()}
    told: dict[str, Any] = {"queue_position": 1, "estimated_wait_s": 60}
    await Handoff.create(**ours, dialog_id=dialog.id, assistant_id=assistant.id, **asked, **told)
    await Operator.create(**ours, user_id=user.id, max_capacity=5)
    file: dict[str, Any] = {"file_name": "a", "mime_type": "a/b", "size_bytes": 1, "sha256": "0" * 64}
    await Document.create(**ours, assistant_id=assistant.id, **file)
    await QaEntry.create(**ours, assistant_id=assistant.id, question="?", answer="!")
    await AiUsage.create(**ours, model="m", duration_ms=1)


async def _money(ours: dict[str, Any], user: User) -> None:
    payment = await Payment.create(**ours, order_id=str(user.id), provider="tbank", amount=Decimal("1.00"))
    await PaymentNotification.create(**ours, payment_id=payment.id, digest="d", payload={})
    await Refund.create(**ours, payment_id=payment.id, amount=Decimal("1.00"))


async def _mail(ours: dict[str, Any], user: User, ticket: Ticket) -> None:
    letter: dict[str, Any] = {"template": "code", "language": "ru", "recipient": "a@example.com", "subject": "s"}
    await Mail.create(**ours, **letter, sealed_body="-")
    await EmailCode.create(**ours, user_id=user.id, email="a@example.com", code_hash="h", expires_at=now())
    author: dict[str, Any] = {"author_tenant_id": user.tenant_id, "author_id": user.id}
    await SupportRequest.create(**ours, id=ticket.id, number=f"TICKET-{ticket.id}", **author)
    await AnalyticsEvent.create(**ours, event_type="opened")


async def _sign_in(ours: dict[str, Any], user: User) -> None:
    known: dict[str, Any] = {"name": "Office", "issuer": "https://id.example", "client_id": "c", "scopes": "openid"}
    provider = await SignInProvider.create(**ours, **known)
    await SignInIdentity.create(**ours, provider_id=provider.id, subject="s", user_id=user.id)
    begun: dict[str, Any] = {"state_digest": f"state-{user.id}", "browser_digest": "b", "sealed_challenge": "-"}
    await SignInAttempt.create(**ours, provider_id=provider.id, redirect_uri="-", expires_at=now(), **begun)


async def _unanswered(uow: UnitOfWork, ours: dict[str, Any], ticket: Ticket) -> None:
    group = await uow.row(
        "INSERT INTO unanswered_groups (tenant_id, status, model, centroid, created_at)"
        " VALUES ($1, 'open', 'm', '[1,0]', now()) RETURNING id",
        uow.tenant_id,
    )
    asked: dict[str, Any] = {"conversation_id": ticket.id, "turn_id": 0, "origin": "ticket", "text": "Why?"}
    told: dict[str, Any] = {"language": "en", "reason": "no_ground"}
    await UnansweredQuestion.create(**ours, group_id=group["id"] if group else None, **asked, **told)


async def _webhooks(ours: dict[str, Any]) -> None:
    endpoint = await WebhookEndpoint.create(**ours, url="https://example.com", sealed_secret="-")
    message = await WebhookMessage.create(**ours, event="ticket.created", body={})
    await WebhookDelivery.create(**ours, endpoint_id=endpoint.id, message_id=message.id)
