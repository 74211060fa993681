"""What happens in sessions with the chatbot."""

from dataclasses import dataclass

from core.events import Event


def chatbot_topic(tenant_id: int) -> str:
    """All sessions of a tenant, as its staff see them."""
    return f"tenant:{tenant_id}:chatbot"


def own_chatbot_topic(user_id: int) -> str:
    """The sessions of one user, as that user sees them."""
    return f"user:{user_id}:chatbot"


@dataclass(frozen=True)
class ChatbotMessageAdded(Event):
    """Somebody spoke in a session: its user, or the chatbot. ``session_key`` is what the client calls the session."""

    kind = "chatbot.message_added"
    session_id: int
    message_id: int
    user_id: int
    session_key: str

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return chatbot_topic(tenant_id), own_chatbot_topic(self.user_id)
