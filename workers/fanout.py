"""Which tasks follow which fact. A fact without a row, or a task that nobody defines, fails at import."""

from collections.abc import Mapping

from core.events import (
    AccessChanged,
    ChunksRemoved,
    Event,
    KnowledgeChanged,
    MessageAdded,
    ReplyRequested,
    TicketCreated,
    TicketDeleted,
    TicketEscalated,
    TicketStatusChanged,
    TicketUpdated,
    all_events,
)
from core.facts.chatbot import ChatbotMessageAdded
from core.facts.dialogs import (
    AssistantSilenced,
    DialogArchived,
    DialogMessageAdded,
    DialogOpened,
    DialogReopened,
    DialogReplyRequested,
)
from core.facts.documents import DocumentFileDropped, DocumentProgressed, DocumentUploaded
from core.facts.handoffs import (
    HandoffCancelled,
    HandoffPrioritised,
    HandoffReleased,
    HandoffRequested,
    HandoffReturned,
    HandoffStarted,
)
from core.facts.leads import LeadRegistered, LeadStatusChanged
from core.facts.mail import MailQueued
from core.facts.monitoring import AlertClosed, AlertOpened, AlertRaised
from core.facts.payments import (
    BalanceExhausted,
    BalanceRestored,
    PaymentCheckDue,
    PaymentMoved,
    PaymentNotified,
    RefundRequested,
    RefundUncovered,
)
from core.facts.support_requests import InstallationStaffAnswered
from core.facts.telegram import (
    TelegramBotChanged,
    TelegramBotReleased,
    TelegramButtonPressed,
    TelegramNotice,
    TelegramUpdateStored,
    TelegramWordDue,
)
from core.facts.triage import CategoriesChanged, ClassifierOutdated, TriageCorrected
from core.facts.unanswered import QuestionUnanswered
from core.facts.webhooks import WebhookDue
from services import webhook_events
from services.unit_of_work import Fanout
from workers import (
    answering,
    dialogs,
    documents,
    handoffs,
    knowledge,
    leads,
    mail,
    payments,
    support_requests,
    telegram,
    triage,
    unanswered,
    webhooks,
)
from workers.task import TASKS
from workers.wake import Waker

FANOUT: Mapping[type[Event], tuple[str, ...]] = {
    TicketCreated: (triage.TICKET,),
    TicketUpdated: (),
    TicketStatusChanged: (),
    TicketEscalated: (),
    TicketDeleted: (),
    MessageAdded: (),
    ReplyRequested: (answering.REPLY,),
    AccessChanged: (),
    KnowledgeChanged: (knowledge.INDEX,),
    ChunksRemoved: (knowledge.FORGET,),
    TriageCorrected: (triage.FIT,),
    CategoriesChanged: (triage.FIT,),
    ClassifierOutdated: (triage.FIT,),
    ChatbotMessageAdded: (),
    TelegramBotChanged: (telegram.REGISTER,),
    TelegramBotReleased: (telegram.RELEASE,),
    TelegramUpdateStored: (telegram.HANDLE,),
    TelegramWordDue: (telegram.SEND,),
    TelegramButtonPressed: (telegram.ACKNOWLEDGE,),
    TelegramNotice: (telegram.NOTIFY,),
    LeadRegistered: (leads.NOTIFY,),
    LeadStatusChanged: (),
    AlertOpened: (),
    AlertRaised: (),
    AlertClosed: (),
    DialogOpened: (),
    DialogArchived: (),
    DialogReopened: (),
    DialogMessageAdded: (),
    AssistantSilenced: (),
    DialogReplyRequested: (dialogs.REPLY,),
    HandoffRequested: (handoffs.PRIORITISE,),
    HandoffPrioritised: (),
    HandoffStarted: (),
    HandoffReturned: (),
    HandoffReleased: (),
    HandoffCancelled: (),
    DocumentUploaded: (documents.READ,),
    DocumentFileDropped: (documents.FORGET,),
    DocumentProgressed: (),
    PaymentMoved: (),
    BalanceExhausted: (),
    BalanceRestored: (dialogs.CATCH_UP,),
    PaymentNotified: (payments.NOTIFIED,),
    PaymentCheckDue: (payments.CHECK,),
    RefundRequested: (payments.REFUND,),
    RefundUncovered: (),
    MailQueued: (mail.SEND,),
    InstallationStaffAnswered: (support_requests.TELL,),
    QuestionUnanswered: (unanswered.GROUP,),
    WebhookDue: (webhooks.DELIVER,),
}


def check_complete(table: Mapping[type[Event], tuple[str, ...]]) -> None:
    """Raises LookupError that names the facts without a row and the tasks without a body."""
    missing = [fact.__name__ for fact in all_events() if fact not in table]
    unknown = sorted({name for names in table.values() for name in names} - TASKS.keys())
    if missing or unknown:
        raise LookupError(f"Facts without a row: {missing}; tasks that nobody defines: {unknown}")


check_complete(FANOUT)


def install_fanout() -> None:
    """Let units of work of this process write jobs, and wake the relay. Needs an open Redis client to wake it."""
    Fanout.tasks = FANOUT
    Fanout.published = staticmethod(webhook_events.name_of)
    Fanout.wake = Waker()
