"""What people say elsewhere while a test looks on: tickets and dialogs, made over the API."""

from dataclasses import dataclass
from typing import Any

from tests.browser.console import graphql
from tests.browser.visitors import site_token, staff_token

CUSTOMER, AGENT = "customer@demo.example", "agent@demo.example"
MODERATOR, ADMIN = "moderator@demo.example", "admin@demo.example"
_SHOP = "http://localhost"
_TICKET = "mutation($input: CreateTicketInput!) { createTicket(input: $input) { id } }"
_WRITE = "mutation($id: ID!, $input: AddMessageInput!) { addMessage(ticketId: $id, input: $input) { id } }"
_OPEN = "mutation($input: OpenDialogInput!) { openDialog(input: $input) { guestId dialog { id } } }"
_SAY = "mutation($id: ID!, $input: SendDialogMessageInput!) { sendDialogMessage(dialogId: $id, input: $input) { id } }"


@dataclass(frozen=True, slots=True)
class Desk:
    """The API of an installation, for any of the demo's people."""

    origin: str

    def ask(self, email: str, document: str, **variables: Any) -> Any:
        """The ``data`` of an operation of that person; fails where there are errors."""
        return graphql(self.origin, document, variables, staff_token(self.origin, email))

    def ticket(self, title: str, email: str = CUSTOMER, **wishes: Any) -> str:
        """The id of a new ticket of that person; the assistant does not answer it unless ``autoRespond`` is wished."""
        wish = {"title": title, "autoRespond": False, "source": "WEB", **wishes}
        return str(self.ask(email, _TICKET, input=wish)["createTicket"]["id"])

    def write(self, ticket_id: str, text: str, email: str = CUSTOMER, **wishes: Any) -> None:
        self.ask(email, _WRITE, id=ticket_id, input={"text": text, **wishes})

    def dialog(self, name: str, text: str) -> str:
        """The id of a visitor's dialog with the assistant; the visitor has said ``text``."""
        guest = {"X-Site-Token": site_token(self.origin), "Origin": _SHOP}
        opened = graphql(self.origin, _OPEN, {"input": {"firstName": name}}, headers=guest)["openDialog"]
        guest["X-Guest-Id"] = opened["guestId"]
        dialog_id = str(opened["dialog"]["id"])
        graphql(self.origin, _SAY, {"id": dialog_id, "input": {"text": text}}, headers=guest)
        return dialog_id
