"""What happens to companies' requests to those who run the installation."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class InstallationStaffAnswered(Event):
    """Staff of the default tenant wrote to a ticket's customer, who may be somebody of another company."""

    kind = "support.answered"
    ticket_id: int
    message_id: int
