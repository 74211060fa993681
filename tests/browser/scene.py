"""A month of a company's support for pictures: the demo's own questions, asked, answered and handed over for real.

Only the times are ours: what was said in a minute is spread over two months, so that charts have something to show.
"""

import asyncio
import csv
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from app.embedded.postgres import EmbeddedPostgres
from tests.browser.console import PASSWORD, graphql, sign_in
from tests.browser.demo import Demo

SITE = "http://localhost"
AGENT, SECOND = "agent@demo.example", "marat@demo.example"
_QUESTIONS = Path(__file__).parents[2] / "benchmarks" / "data" / "demo_questions.tsv"
_CUSTOMERS = {"en": "Emily Carter", "ru": "Ирина Соколова", "kk": "Ержан Сейітов"}
_WAITING = (
    ("Daniyar", "My router shows E-109, and the restart did not help. Can somebody look at my line?", 6),
    ("Irina", "I was charged twice this month, please check my payments", 3),
)
_ANSWER = "Thank you for waiting. I have looked it up for you, and it is settled."
_DAYS = 60
_PATIENCE_S = 240.0
_DIALOG_EVERY = 4

_TOKEN = "query($origin: String!) { demoSiteToken(origin: $origin) }"
_USER = "mutation($input: CreateUserInput!) { createUser(input: $input) { id } }"
_ME = "mutation($input: UpdateMeInput!) { updateMe(input: $input) { id } }"
_TICKET = "mutation($input: CreateTicketInput!) { createTicket(input: $input) { id } }"
_REPLY = "mutation($id: ID!, $input: AddMessageInput!) { addMessage(ticketId: $id, input: $input) { id } }"
_RESOLVE = """mutation($ids: [ID!]!, $input: UpdateTicketsInput!) {
    updateTickets(ids: $ids, input: $input) { tickets { id } } }"""
_OPEN = "mutation($input: OpenDialogInput!) { openDialog(input: $input) { guestId dialog { id } } }"
_SAY = """mutation($id: ID!, $input: SendDialogMessageInput!) {
    sendDialogMessage(dialogId: $id, input: $input) { id } }"""
_CALL = """mutation($id: ID!, $request: String!, $text: String!) {
    requestHandoff(dialogId: $id, requestId: $request, lastUserText: $text) { id } }"""
_TAKE = "mutation($id: ID!) { takeOverDialog(dialogId: $id) { id } }"
_RELEASE = "mutation($id: ID!) { releaseDialog(dialogId: $id, returnToAi: false) { id } }"
_DUTY = "mutation { operatorHeartbeat(status: AVAILABLE) { status } }"
_BACKLOG = "{ jobBacklog { task state count } }"

_TICKET_TIMES = """
UPDATE tickets SET created_at = $2::timestamptz, updated_at = $3::timestamptz, active_at = $3,
    escalated_at = escalated_at - created_at + $2, resolved_at = CASE WHEN resolved_at IS NOT NULL THEN $3 END
WHERE id = $1"""
_DIALOG_TIMES = "UPDATE dialogs SET created_at = $2, updated_at = $3 WHERE id = $1"
_CONVERSATION_TIMES = "UPDATE conversations SET created_at = $2 WHERE id = $1"
_MESSAGE_TIMES = """
UPDATE messages m SET created_at = CASE author_kind WHEN 'operator' THEN $3::timestamptz
    ELSE m.created_at - c.created_at + $2::timestamptz END
FROM conversations c WHERE c.id = m.conversation_id AND c.id = $1"""
_QUESTION_TIMES = "UPDATE unanswered_questions SET asked_at = $2 WHERE conversation_id = $1"
_HANDOFF_TIMES = """
UPDATE handoffs SET requested_at = $2::timestamptz + interval '20 s', taken_at = $3::timestamptz,
    ended_at = $3 + interval '4 min' WHERE dialog_id = $1"""
_CALLED = """
SELECT id FROM tickets WHERE escalated_at IS NOT NULL
UNION ALL SELECT id FROM dialogs WHERE handoff_status = 'requested'
"""
_CALLED_AT = "UPDATE handoffs SET requested_at = requested_at - make_interval(mins => $2) WHERE dialog_id = $1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation of the past: ``by_person`` says that an operator had to answer."""

    id: int
    is_ticket: bool
    by_person: bool
    resolved: bool


class Scene:
    """What stands in the pictures, made over the API as its people would."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._dice = random.Random(5)  # the same pictures each time
        self._admin = self._token("admin@demo.example")
        self.site_token: str = self.ask(_TOKEN, {"origin": demo.origin})["demoSiteToken"]

    def ask(
        self,
        document: str,
        variables: Mapping[str, Any],
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return graphql(self._demo.origin, document, variables, token, headers)

    def hire(self) -> None:
        """Customers and operators with names."""
        people = [(f"{language}@demo.example", name, "USER") for language, name in _CUSTOMERS.items()]
        for email, name, role in [*people, (SECOND, "Marat Omarov", "AGENT")]:
            person = {"email": email, "password": PASSWORD, "fullName": name, "role": role}
            self.ask(_USER, {"input": person}, self._admin)
        self.ask(_ME, {"input": {"fullName": "Aliya Bekova"}}, self._token(AGENT))

    def live(self) -> Iterator[str]:
        """Two months of questions; says after each part what comes next."""
        yield "questions of two months"
        tickets, dialogs = self._past()
        yield "the assistant answers them"
        self._rest()
        yield "operators answer the others"
        asked = asyncio.run(self._conversations(tickets, dialogs))
        self._work(asked)
        yield "time passes"
        asyncio.run(self._spread(asked))

    def wait(self) -> None:
        """Two visitors who wait for a person, and two operators who are there."""
        for name, text, minutes in _WAITING:
            dialog, guest = self._visit(name, text)
            self._rest()
            call = {"id": dialog, "request": f"call-{dialog}", "text": text}
            self._try_call(call, guest)
            asyncio.run(self._called(int(dialog), minutes))
        self.on_duty()

    def on_duty(self) -> None:
        """For a minute, as long as nobody says so again."""
        for email in (AGENT, SECOND):
            self.ask(_DUTY, {}, self._token(email))

    def agent_id(self) -> str:
        return str(self.ask("{ me { id } }", {}, self._token(AGENT))["me"]["id"])

    def note(self, dialog: str, text: str) -> None:
        self._operator_says(dialog, text, internal=True)

    def reply(self, dialog: str, text: str) -> None:
        self._operator_says(dialog, text, internal=False)

    def _operator_says(self, dialog: str, text: str, *, internal: bool) -> None:
        self.ask(_SAY, {"id": dialog, "input": {"text": text, "internal": internal}}, self._token(AGENT))

    def _token(self, email: str) -> str:
        return str(sign_in(self._demo.origin, email)["accessToken"])

    def _past(self) -> tuple[list[int], list[int]]:
        tickets, dialogs = [], []
        tokens = {language: self._token(f"{language}@demo.example") for language in _CUSTOMERS}
        with _QUESTIONS.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        self._dice.shuffle(rows)
        for number, row in enumerate(rows):
            if number % _DIALOG_EVERY == 0:
                dialogs.append(int(self._visit("", row["question"])[0]))
                continue
            wish = {"title": row["question"], "source": "WEB"}
            tickets.append(int(self.ask(_TICKET, {"input": wish}, tokens[row["language"]])["createTicket"]["id"]))
        return tickets, dialogs

    def _visit(self, name: str, text: str) -> tuple[str, dict[str, str]]:
        """A visitor's dialog and what they are known by."""
        guest = {"X-Site-Token": self.site_token, "Origin": SITE}
        opened = self.ask(_OPEN, {"input": {"firstName": name}}, headers=guest)["openDialog"]
        guest["X-Guest-Id"] = opened["guestId"]
        self.ask(_SAY, {"id": opened["dialog"]["id"], "input": {"text": text}}, headers=guest)
        return opened["dialog"]["id"], guest

    def _try_call(self, call: Mapping[str, str], guest: Mapping[str, str]) -> None:
        try:
            self.ask(_CALL, call, headers=guest)
        except AssertionError as refused:
            # The assistant found no ground and has called one already.
            if "HANDOFF_ALREADY_REQUESTED" not in str(refused):
                raise

    def _rest(self) -> None:
        """Until nothing waits for the worker."""
        deadline = time.monotonic() + _PATIENCE_S
        while any(row["state"] != "DEAD" for row in self.ask(_BACKLOG, {}, self._admin)["jobBacklog"]):
            assert time.monotonic() < deadline, "The worker is not done"
            time.sleep(0.3)

    def _work(self, asked: Sequence[Asked]) -> None:
        """Two operators share what the assistant did not answer."""
        tokens = [self._token(AGENT), self._token(SECOND)]
        for number, each in enumerate(each for each in asked if each.by_person):
            answer = self._answer_ticket if each.is_ticket else self._answer_dialog
            answer(str(each.id), tokens[number % 3 % 2])
        done = [str(each.id) for each in asked if each.is_ticket and each.resolved]
        for start in range(0, len(done), 100):
            self.ask(_RESOLVE, {"ids": done[start : start + 100], "input": {"status": "RESOLVED"}}, tokens[0])

    def _answer_ticket(self, ticket: str, token: str) -> None:
        self.ask(_REPLY, {"id": ticket, "input": {"text": _ANSWER}}, token)

    def _answer_dialog(self, dialog: str, token: str) -> None:
        self.ask(_TAKE, {"id": dialog}, token)
        self.ask(_SAY, {"id": dialog, "input": {"text": _ANSWER}}, token)
        self.ask(_RELEASE, {"id": dialog}, token)

    async def _conversations(self, tickets: Sequence[int], dialogs: Sequence[int]) -> list[Asked]:
        database = await self._database()
        called = {row["id"] for row in await database.fetch(_CALLED)}
        await database.close()
        return [
            Asked(each, each in tickets, each in called, self._dice.random() < 0.8)
            for each in sorted([*tickets, *dialogs])
        ]

    async def _spread(self, asked: Sequence[Asked]) -> None:
        """Numbers rise with time, as they do in life; the evenings are busier, and so is the second month."""
        today = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
        ages = sorted((_DAYS * self._dice.random() ** 1.4 for _ in asked), reverse=True)
        database = await self._database()
        for each, age in zip(asked, ages, strict=True):
            began = today - timedelta(days=int(age) + 1) + timedelta(hours=age % 1 * -13 + 13)
            answered = began + timedelta(minutes=self._dice.lognormvariate(2.6, 0.9))
            end = answered if each.by_person else began + timedelta(seconds=20)
            await database.execute(_TICKET_TIMES if each.is_ticket else _DIALOG_TIMES, each.id, began, end)
            await database.execute(_MESSAGE_TIMES, each.id, began, answered)
            await database.execute(_HANDOFF_TIMES, each.id, began, answered)
            for statement in (_CONVERSATION_TIMES, _QUESTION_TIMES):
                await database.execute(statement, each.id, began)
        await database.close()

    async def _called(self, dialog: int, minutes: int) -> None:
        database = await self._database()
        await database.execute(_CALLED_AT, dialog, minutes)
        await database.close()

    async def _database(self) -> asyncpg.Connection:
        url = EmbeddedPostgres(self._demo.data).find_running()
        assert url is not None
        return await asyncpg.connect(url)
