"""What people do meanwhile: customers write and ask, owners pay, strangers fill in the contact form."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx

from benchmarks.chaos.clients import Caller, Ledger
from tests.doubles.tbank import TbankDouble

TICKET = "mutation($input: CreateTicketInput!) { createTicket(input: $input) { id } }"
_MESSAGE = "mutation($ticket: ID!, $input: AddMessageInput!) { addMessage(ticketId: $ticket, input: $input) { id } }"
_PAYMENT = "mutation($input: CreatePaymentInput!) { createPayment(input: $input) { orderId } }"
_CONTACT = "mutation($input: ContactFormInput!) { sendContactForm(input: $input) { __typename } }"
_QUESTIONS = ("Как сбросить пароль?", "How do I return an order?", "Сколько стоит доставка?", "Жеткізу қанша тұрады?")
_AT_TBANK = {"x-forwarded-for": "91.218.132.9"}
_PAUSE_S = 0.2


@dataclass
class Scene:
    """Where everything happens, and until when by ``time.monotonic()``."""

    origin: str
    ledger: Ledger
    bank: TbankDouble
    until: float

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.until


async def write(scene: Scene, customer: Caller, tickets: Sequence[str], chance: random.Random) -> None:
    """Messages to tickets that somebody watches, and now and then a ticket."""
    while scene.goes_on:
        text = f"Сообщение {uuid4()}"
        if chance.random() < 0.2:
            ticket = {"title": text, "autoRespond": False}
            await customer.mutate("ticket", text, TICKET, {"input": ticket})
        else:
            said = {"text": text, "autoRespond": False}
            await customer.mutate("message", text, _MESSAGE, {"ticket": chance.choice(tickets), "input": said})
        await asyncio.sleep(_PAUSE_S * chance.random())


async def ask(scene: Scene, customer: Caller, chance: random.Random) -> None:
    """Questions that the assistant answers, or hands to a person."""
    while scene.goes_on:
        title = f"Вопрос {uuid4()}"
        ticket = {"title": title, "description": chance.choice(_QUESTIONS), "autoRespond": True}
        await customer.mutate("question", title, TICKET, {"input": ticket})
        await asyncio.sleep(2 * chance.random())


async def pay(scene: Scene, owner: Caller, chance: random.Random) -> None:
    """Payments, which the bank reports, several times and until it is heard."""
    async with httpx.AsyncClient(base_url=scene.origin, timeout=15, headers=_AT_TBANK) as bank:
        while scene.goes_on:
            done = await owner.mutate("payment made", str(uuid4()), _PAYMENT, {"input": {"amount": "10"}})
            if done.data is not None:
                order = done.data["createPayment"]["orderId"]
                paid = scene.bank.pay(order)
                notices = [scene.bank.notification(paid, status) for status in ("AUTHORIZED", "CONFIRMED", "CONFIRMED")]
                began = time.monotonic()
                for notice in notices:
                    await _until_heard(bank, notice)
                scene.ledger.promise("payment", order, began)
            await asyncio.sleep(2 * chance.random())


async def _until_heard(bank: httpx.AsyncClient, notice: object) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(120):
        while True:
            try:
                if (await bank.post("/api/payments/webhook", json=notice)).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(_PAUSE_S)


async def send_forms(scene: Scene, stranger: Caller, chance: random.Random) -> None:
    """The contact form: each becomes an e-mail."""
    while scene.goes_on:
        subject = f"Письмо {uuid4()}"
        form = {"name": "Айгуль", "email": "somebody@example.com", "subject": subject, "message": "Позвоните мне"}
        await stranger.mutate("e-mail", subject, _CONTACT, {"input": form})
        await asyncio.sleep(2 * chance.random())
