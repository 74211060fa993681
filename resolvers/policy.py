"""What each operation asks of its caller, declared beside it: a field without it does not exist, a test sees to that.

A resolver is wrapped by :func:`query`, :func:`mutation` or :func:`subscription`. Its docstring is the field's
description. The rights to the single row (own ticket, foreign tenant) are the services' to check.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from enum import Enum
from typing import Any, NamedTuple, get_type_hints

import strawberry

from config import tracing
from core.actor import Actor, Role
from core.errors import DomainError, Forbidden
from schema.types.context import Context
from services.rate_limits import Bucket, by_address

Resolver = Callable[..., Awaitable[Any]]
Names = Mapping[str, str]
METADATA = "requires"
RULES: dict[str, "Requires"] = {}
"""Every root field, by its name in Python."""


class Rule(NamedTuple):
    """``role`` is the least that may call, None where nobody needs to be known; ``bucket`` is counted on top.

    ``guests`` grants it to visitors of sites too, whatever ``role``; they have no other rights.
    """

    permission: str
    role: Role | None
    bucket: Bucket | None = None
    guests: bool = False


class Requires(Enum):
    """Permissions, and who has them."""

    SIGN_IN = Rule("session.open", None, Bucket.AUTH)
    SIGN_IN_OPTIONS = Rule("session.options", None, Bucket.OTHER)
    SIGN_IN_MANAGE = Rule("sign_in.manage", Role.ADMIN)
    SIGN_IN_SETUP = Rule("sign_in.setup", Role.ADMIN, Bucket.AUTH)
    OWN_RIGHTS = Rule("rights.own", Role.USER)
    CONTACT = Rule("contact.write", None, Bucket.AUTH)
    SITE_READ = Rule("site.read", None)
    MAIL_READ = Rule("mail.read", Role.ADMIN)
    MAIL_TEST = Rule("mail.test", Role.ADMIN, Bucket.AUTH)
    OWN_ACCOUNT = Rule("account.own", Role.USER)
    OWN_PASSWORD = Rule("account.password", Role.USER, Bucket.AUTH)
    TICKET_READ = Rule("ticket.read", Role.USER)
    TICKET_WRITE = Rule("ticket.write", Role.USER)
    TICKET_DELETE = Rule("ticket.delete", Role.ADMIN)
    TICKET_BULK = Rule("ticket.bulk", Role.AGENT)
    TICKET_ANALYTICS = Rule("ticket.analytics", Role.AGENT)
    CATEGORY_READ = Rule("category.read", Role.USER)
    CATEGORY_MANAGE = Rule("category.manage", Role.ADMIN)
    STATISTICS_READ = Rule("statistics.read", Role.AGENT)
    INBOX_READ = Rule("inbox.read", Role.USER)
    INBOX_COUNT = Rule("inbox.count", Role.AGENT)
    VIEW_MANAGE = Rule("view.manage", Role.AGENT)
    TYPING = Rule("ticket.typing", Role.USER)
    QUEUE_WATCH = Rule("queue.watch", Role.AGENT)
    FILE_WRITE = Rule("file.write", Role.USER, guests=True)
    VOICE_TRANSCRIBE = Rule("voice.transcribe", Role.USER, Bucket.AGENT)
    ANSWER_ASK = Rule("answer.ask", Role.USER, Bucket.AGENT)
    ANSWER_WATCH = Rule("answer.watch", Role.USER)
    AGENT_HEALTH = Rule("agent.health", Role.USER)
    KNOWLEDGE_READ = Rule("knowledge.read", Role.USER)
    KNOWLEDGE_WRITE = Rule("knowledge.write", Role.AGENT)
    KNOWLEDGE_MANAGE = Rule("knowledge.manage", Role.ADMIN)
    SEARCH_TRY = Rule("search.try", Role.AGENT)
    FAQ_READ = Rule("faq.read", Role.USER)
    FAQ_WRITE = Rule("faq.write", Role.AGENT)
    UNANSWERED_READ = Rule("unanswered.read", Role.AGENT)
    UNANSWERED_WRITE = Rule("unanswered.write", Role.AGENT)
    CHATBOT_ASK = Rule("chatbot.ask", Role.USER, Bucket.AGENT)
    CHATBOT_WATCH = Rule("chatbot.watch", Role.USER)
    CHATBOT_LOG = Rule("chatbot.log", Role.AGENT)
    INTERVIEW_SAY = Rule("interview.say", Role.AGENT, Bucket.AGENT)
    LEAD_READ = Rule("lead.read", Role.AGENT)
    LEAD_WRITE = Rule("lead.write", Role.AGENT)
    USER_READ = Rule("user.read", Role.MODERATOR)
    USER_MANAGE = Rule("user.manage", Role.ADMIN)
    BALANCE_READ = Rule("balance.read", Role.ADMIN)
    PAYMENT_WRITE = Rule("payment.write", Role.ADMIN)
    PAYMENT_REFUND = Rule("payment.refund", Role.SUPERADMIN)
    TENANT_READ = Rule("tenant.read", Role.USER)
    TENANT_STATS = Rule("tenant.stats", Role.AGENT)
    TENANT_MANAGE = Rule("tenant.manage", Role.ADMIN)
    ASSISTANT_READ = Rule("assistant.read", Role.AGENT)
    ASSISTANT_MANAGE = Rule("assistant.manage", Role.ADMIN)
    ASSISTANT_TRY = Rule("assistant.try", Role.AGENT, Bucket.AGENT)
    AI_TOKEN_MANAGE = Rule("ai_token.manage", Role.SUPERADMIN)
    AI_USAGE_READ = Rule("ai_usage.read", Role.ADMIN)
    DOCUMENT_READ = Rule("document.read", Role.AGENT)
    DOCUMENT_WRITE = Rule("document.write", Role.ADMIN)
    QA_READ = Rule("qa.read", Role.AGENT)
    QA_WRITE = Rule("qa.write", Role.AGENT)
    TELEGRAM_MANAGE = Rule("telegram.manage", Role.ADMIN)
    WEBHOOK_MANAGE = Rule("webhook.manage", Role.ADMIN)
    WEBHOOK_TEST = Rule("webhook.test", Role.ADMIN, Bucket.AUTH)
    WEBHOOK_REPLAY = Rule("webhook.replay", Role.ADMIN, Bucket.OTHER)
    WEBHOOK_REPLAY_ALL = Rule("webhook.replay_all", Role.ADMIN, Bucket.AUTH)
    JOB_MANAGE = Rule("job.manage", Role.ADMIN)
    MONITORING_READ = Rule("monitoring.read", Role.AGENT)
    SUPPORT_REQUEST = Rule("support.request", Role.USER)
    INSTALLATION_READ = Rule("installation.read", Role.SUPERADMIN)

    DIALOG_OPEN = Rule("dialog.open", Role.AGENT, guests=True)
    DIALOG_READ = Rule("dialog.read", Role.AGENT, guests=True)
    DIALOG_WRITE = Rule("dialog.write", Role.AGENT, guests=True)
    DIALOG_LIST = Rule("dialog.list", Role.AGENT)
    DIALOG_MANAGE = Rule("dialog.manage", Role.AGENT)

    HANDOFF_ASK = Rule("handoff.ask", Role.AGENT, guests=True)
    HANDOFF_WORK = Rule("handoff.work", Role.AGENT)

    COPILOT_READ = Rule("copilot.read", Role.AGENT)
    COPILOT_USE = Rule("copilot.use", Role.AGENT, Bucket.AGENT)
    PRESENCE_WATCH = Rule("presence.watch", Role.AGENT)
    STAFF_READ = Rule("staff.read", Role.AGENT)

    async def check(self, context: Context) -> None:
        """Raises NotAuthenticated, Forbidden, RateLimited."""
        role, bucket = self.value.role, self.value.bucket
        if role is not None and not self.grants(context.actor):
            raise Forbidden
        if bucket is not None:
            # Whoever signs in counts by address, so that a token at hand buys no further tries.
            await context.count(bucket, *([by_address(context.client_ip)] if role is None else []))

    def grants(self, actor: Actor | None) -> bool:
        """Whether the rights of ``actor``, None for a stranger, are enough; limits are not looked at."""
        if self.value.role is None:
            return True
        if actor is None:
            return False
        return actor.role.includes(self.value.role) if actor.guest is None else self.value.guests


def query(requires: Requires, *, names: Names | None = None) -> Callable[[Resolver], Any]:
    """A field of Query. It may be null, so that one that fails leaves the others of the request.

    ``names`` spells fields of the services' errors as the arguments do.
    """
    return lambda resolver: _field(resolver, requires, names or {})


def mutation(requires: Requires, *, names: Names | None = None) -> Callable[[Resolver], Any]:
    """A field of Mutation; ``names`` as in :func:`query`."""
    return lambda resolver: _field(resolver, requires, names or {})


def subscription(requires: Requires) -> Callable[[Callable[..., AsyncGenerator[Any, None]]], Any]:
    """A field of Subscription."""

    def decorate(resolver: Callable[..., AsyncGenerator[Any, None]]) -> Any:
        @functools.wraps(resolver)
        async def guarded(self: object, info: Any, **arguments: Any) -> AsyncGenerator[Any, None]:
            await requires.check(info.context)
            async with aclosing(resolver(self, info, **arguments)) as events:
                async for event in events:
                    yield event

        return strawberry.subscription(resolver=guarded, **_described(resolver, requires))

    return decorate


def _field(resolver: Resolver, requires: Requires, names: Names) -> Any:
    @functools.wraps(resolver)
    async def guarded(self: object, info: Any, **arguments: Any) -> Any:
        await requires.check(info.context)
        try:
            with tracing.span(operation):
                return await resolver(self, info, **arguments)
        except DomainError as error:
            _respell(error, names)
            raise

    operation = f"graphql {resolver.__name__}"
    returned = get_type_hints(resolver, include_extras=True)["return"]
    return strawberry.field(resolver=guarded, graphql_type=returned | None, **_described(resolver, requires))


def _respell(error: DomainError, names: Names) -> None:
    """The input to blame, and the message that begins with it, by the name that the input has here."""
    renamed = names.get(error.field or "")
    if error.field is not None and renamed is not None:
        error.message = error.message.replace(error.field, renamed, 1)
        error.field = renamed


def _described(resolver: Callable[..., Any], requires: Requires) -> dict[str, Any]:
    who = requires.value.role.name if requires.value.role else "anybody"
    who += ", and guests" if requires.value.guests else ""
    RULES[resolver.__name__] = requires
    return {"description": f"{inspect.getdoc(resolver)}\n\nFor: {who}.", "metadata": {METADATA: requires}}
