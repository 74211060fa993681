"""What one tenant holds, for the tests that run every root field."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.actor import Actor, Role, system_actor
from core.languages import Language
from integrations.webhooks import new_secret
from models.billing import ServiceType
from models.categories import Category
from models.conversations import Attachment
from models.dialogs import Dialog
from models.documents import Document
from models.jobs import Job, JobState
from models.knowledge import KnowledgeChunk
from models.leads import Lead
from models.mail import Mail
from models.payments import Payment, PaymentProvider
from models.saved_views import SavedView
from models.sign_in import SignInProvider
from models.tenants import Tenant
from models.tickets import Ticket
from models.unanswered import UnansweredGroup, UnansweredQuestion
from models.users import User
from models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookMessage
from services import (
    assistants,
    billing,
    categories,
    chatbot,
    dialog_messages,
    dialogs,
    document_files,
    faqs,
    interviews,
    knowledge,
    mail,
    messages,
    qa_entries,
    saved_views,
    tickets,
)
from services.assistants import AssistantChanges, AssistantRow
from services.faqs import FaqRow
from services.files import upload as upload_file
from services.ingestion import NewChunk
from services.qa_entries import QaRow
from services.saved_views import ViewChanges
from services.sealing import seal
from services.unit_of_work import unit_of_work
from services.webhooks import PURPOSE
from tests.fixtures.people import PASSWORD, MakeUser, actor_of, unique

MARK = "confidential"
"""Stands in everything that a world holds: it must not turn up elsewhere."""


@dataclass(frozen=True)
class World:
    """What one tenant holds."""

    tenant: Tenant
    customer: User
    colleague: User
    ticket: Ticket
    source: str
    chunk: KnowledgeChunk
    job: Job
    upload: Attachment
    faq: FaqRow
    category: Category
    lead: Lead
    assistant: AssistantRow
    mail: Mail
    payment: Payment
    dialog: Dialog
    document: Document
    qa: QaRow
    view: SavedView
    group: UnansweredGroup
    provider: SignInProvider
    delivery: WebhookDelivery

    def ids(self) -> set[str]:
        rows = (
            self.ticket, self.customer, self.colleague, self.chunk, self.job, self.faq, self.category, self.lead,
            self.assistant, self.mail, self.payment, self.dialog, self.document, self.qa, self.view, self.group,
            self.provider, self.delivery,
        )  # fmt: skip
        return {str(row.id) for row in rows}

    def variables(self) -> dict[str, Any]:
        """A value for every variable of the calls."""
        return {
            "id": str(self.ticket.id),
            "assignee": str(self.colleague.id),
            "user": str(self.customer.id),
            "chunk": str(self.chunk.id),
            "job": str(self.job.id),
            "upload": str(self.upload.public_id),
            "faq": str(self.faq.id),
            "category": str(self.category.id),
            "categories": None,
            "lead": str(self.lead.id),
            "assistant": str(self.assistant.id),
            "assistants": [str(self.assistant.id)],
            "others": None,
            "tickets": [str(self.ticket.id)],
            "dialogs": [str(self.dialog.id)],
            "view": str(self.view.id),
            "interview": str(self.lead.interview_id),
            "mail": str(self.mail.id),
            "order": self.payment.order_id,
            "aiToken": "999999999",
            "dialog": str(self.dialog.id),
            "document": str(self.document.id),
            "qa": str(self.qa.id),
            "group": str(self.group.id),
            "groups": [str(self.group.id)],
            "noAssistant": None,
            "provider": str(self.provider.id),
            "slug": self.tenant.slug,
            "webhook": str(self.delivery.endpoint_id),
            "delivery": str(self.delivery.id),
            "source": self.source,
            "change": {"title": "Changed", "assignedTo": str(self.colleague.id)},
            "register": {"email": f"{unique('new')}@example.com", "password": PASSWORD},
            "company": {"email": f"{unique('new')}@example.com", "password": PASSWORD, "companyName": "New"},
            "login": {"email": self.customer.email, "password": PASSWORD},
            "password": {"currentPassword": PASSWORD, "newPassword": PASSWORD},
            "newUser": {"email": f"{unique('new')}@example.com", "password": PASSWORD},
            "newTenant": {"name": "New", "slug": unique("new")},
            "file": None,
        }


async def make_world(tenant: Tenant, make_user: MakeUser) -> World:
    """A tenant with a ticket that an agent has, knowledge, a FAQ entry, a session with the chatbot, and a dead job."""
    customer = await make_user(tenant, Role.USER, full_name=MARK)
    colleague = await make_user(tenant, Role.AGENT, full_name=MARK)
    async with unit_of_work(actor_of(customer)) as uow:
        ticket = await tickets.create(uow, title=MARK, description=f"{MARK} door", auto_respond=False)
        await messages.add(uow, ticket.id, text=f"The {MARK} message", auto_respond=False)
    async with unit_of_work(actor_of(colleague)) as uow:
        await tickets.update(uow, ticket.id, tickets.TicketChanges(assigned_to_id=colleague.id))
    source = f"{MARK}.md"
    chunks = [NewChunk(f"The secret door of {MARK} is behind the shelf.")]
    await knowledge.add_chunks(system_actor(tenant.id), source=source, chunks=chunks)
    faq = await faqs.create(actor_of(colleague), question=f"{MARK} secret door?", answer=f"The {MARK} door opens.")
    await chatbot.chat(actor_of(customer), message=f"The {MARK} secret door?", session_key=MARK)
    uploaded = await upload_file(actor_of(customer), file_name=f"{MARK}.txt", data=f"The {MARK} file".encode())
    async with unit_of_work(system_actor(tenant.id)):
        chunk = await KnowledgeChunk.filter(tenant_id=tenant.id).order_by("id").first()
        assert chunk is not None
        job = await Job.create(tenant_id=tenant.id, task="answering.reply", args={"note": MARK}, state=JobState.DEAD)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        category = await categories.create(uow, name=MARK, description=f"What is {MARK}")
        letter = await mail.queue(
            uow,
            template="balance_exhausted",
            recipient=f"{MARK}@example.com",
            language=Language.ENGLISH,
            values={"company": MARK, "balance": "0.00"},
        )
    lead, assistant = await _lead(tenant), await _assistant(tenant)
    return World(
        tenant, customer, colleague, ticket, source, chunk, job, uploaded, faq, category,
        lead=lead,
        assistant=assistant,
        mail=letter,
        payment=await _payment(tenant),
        dialog=await _dialog(actor_of(colleague), assistant.id),
        document=await _document(tenant, assistant.id),
        qa=await _qa_entry(tenant, assistant.id),
        group=await _unanswered(tenant, ticket),
        view=await _view(actor_of(colleague)),
        provider=await _provider(tenant),
        delivery=await _delivery(tenant),
    )  # fmt: skip


async def _assistant(tenant: Tenant) -> AssistantRow:
    given = AssistantChanges(name=MARK, system_prompt=f"Be {MARK}", website_integration=True)
    return await assistants.create(system_actor(tenant.id), given)


async def _document(tenant: Tenant, assistant_id: int) -> Document:
    data = f"The secret door of {MARK} is in the document.".encode()
    return await document_files.upload(
        system_actor(tenant.id), file_name=f"{MARK}-own.md", data=data, assistant_id=assistant_id
    )


async def _qa_entry(tenant: Tenant, assistant_id: int) -> QaRow:
    return await qa_entries.create(
        system_actor(tenant.id), question=f"{MARK} secret door?", answer=f"The {MARK} door.", assistant_id=assistant_id
    )


async def _unanswered(tenant: Tenant, ticket: Ticket) -> UnansweredGroup:
    begin = (
        "INSERT INTO unanswered_groups (tenant_id, status, model, centroid, created_at)"
        " VALUES ($1, 'open', 'm', '[1,0]', now())"
    )
    asked: dict[str, Any] = {
        "turn_id": 0,
        "origin": "ticket",
        "text": f"Who is {MARK}?",
        "language": "en",
        "reason": "no_ground",
    }
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await uow.rows(begin, tenant.id)
        group = await UnansweredGroup.get()
        await UnansweredQuestion.create(tenant_id=tenant.id, group_id=group.id, conversation_id=ticket.id, **asked)
    return group


async def _dialog(agent: Actor, assistant_id: int) -> Dialog:
    async with unit_of_work(agent) as uow:
        dialog = await dialogs.open_for(uow, assistant_id, first_name=MARK)
        await dialog_messages.say(uow, dialog.id, text=f"The {MARK} dialog")
    return dialog


async def _view(agent: Actor) -> SavedView:
    async with unit_of_work(agent) as uow:
        given = ViewChanges(name=MARK, chosen={"search": MARK}, shared=True)
        return await saved_views.create(uow, given)


async def _provider(tenant: Tenant) -> SignInProvider:
    known: dict[str, Any] = {"issuer": f"https://{MARK}.invalid", "client_id": MARK, "scopes": "openid"}
    async with unit_of_work(system_actor(tenant.id)):
        return await SignInProvider.create(tenant_id=tenant.id, name=MARK, **known)


async def _delivery(tenant: Tenant) -> WebhookDelivery:
    ours: dict[str, Any] = {"tenant_id": tenant.id}
    async with unit_of_work(system_actor(tenant.id)):
        # One that is off: what the other calls do is told to nobody outside.
        hook = await WebhookEndpoint.create(
            **ours, url=f"https://{MARK}.invalid", sealed_secret=seal(new_secret(), purpose=PURPOSE), is_active=False
        )
        message = await WebhookMessage.create(
            **ours, event="ticket.created", body={"type": "ticket.created", "timestamp": "", "data": MARK}
        )
        return await WebhookDelivery.create(**ours, endpoint_id=hook.id, message_id=message.id, state="failed")


async def _payment(tenant: Tenant) -> Payment:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await billing.credit(uow, Decimal(1), ServiceType.TOP_UP, reference=MARK, details={"note": MARK})
        bank = PaymentProvider.TBANK
        return await Payment.create(
            tenant_id=tenant.id, order_id=unique("9"), provider=bank, amount=Decimal(5), description=MARK
        )


async def _lead(tenant: Tenant) -> Lead:
    reply = await interviews.say(
        system_actor(tenant.id), contact=MARK, text=f"Хочу дом 150 м2 в Алматы, {MARK}. Меня зовут Канат, 87768776637"
    )
    async with unit_of_work(system_actor(tenant.id)):
        return await Lead.get(id=reply.lead_id)
