"""What happens in dialogs."""

from dataclasses import dataclass

from core.events import Event, Visibility


def dialog_topic(dialog_id: int) -> str:
    return f"dialog:{dialog_id}"


def dialogs_topic(tenant_id: int) -> str:
    """All dialogs of a tenant, as its staff see them arrive, change hands and end."""
    return f"tenant:{tenant_id}:dialogs"


@dataclass(frozen=True)
class DialogEvent(Event):
    dialog_id: int

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return dialog_topic(self.dialog_id), dialogs_topic(tenant_id)


@dataclass(frozen=True)
class DialogOpened(DialogEvent):
    kind = "dialog.opened"


@dataclass(frozen=True)
class DialogArchived(DialogEvent):
    kind = "dialog.archived"


@dataclass(frozen=True)
class DialogReopened(DialogEvent):
    kind = "dialog.reopened"


@dataclass(frozen=True)
class DialogMessageAdded(DialogEvent):
    kind = "dialog.message_added"
    message_id: int
    internal: bool = False

    @property
    def visibility(self) -> Visibility:
        return Visibility.STAFF if self.internal else Visibility.PUBLIC


@dataclass(frozen=True)
class AssistantSilenced(DialogEvent):
    """The assistant owes an answer that it does not give. ``reason`` is the code of the error."""

    kind = "dialog.assistant_silenced"
    reason: str

    @property
    def visibility(self) -> Visibility:
        return Visibility.STAFF


@dataclass(frozen=True)
class DialogReplyRequested(Event):
    """A customer's message in a dialog waits for its answer."""

    kind = "dialog.reply_requested"
    dialog_id: int
    message_id: int
