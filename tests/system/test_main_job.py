"""A customer writes, a grounded answer arrives live: once, in their language, whichever process they talk to."""

import sys
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fixtures.people import PASSWORD, unique
from tests.system.conftest import Shared
from tests.system.installation import Installation
from tests.system.people import Person, is_message, of_kind, sign_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes end with the test by a Linux feature")

SECONDS = 10.0
ANSWERABLE = {
    "ru": ("Красный индикатор", "На роутере красная лампочка, а в приложении написано E-101. Что мне сделать?"),
    "en": ("Home 300", "How much does the Home 300 plan cost?"),
    "kk": ("Роутердің кепілдігі", "Velmira Hub 2 роутерінің кепілдік мерзімі қанша?"),
}
GROUND = {"ru": "ru/error-codes.md", "en": "en/pricing.md", "kk": "kk/warranty.md"}


@pytest.fixture(scope="module")
def system(shared: Shared) -> Installation:
    return shared.system


@pytest.mark.parametrize("language", ANSWERABLE)
async def test_reply_with_citations_arrives_live_and_once(customer: Person, language: str) -> None:
    began = time.monotonic()
    ticket_id = await customer.open_ticket(*ANSWERABLE[language])
    async with customer.watch(ticket_id, last_seq=0) as socket:
        reply = await socket.until(is_message("assistant"))
        assert time.monotonic() - began < SECONDS
        assert not [frame for frame in await socket.rest() if frame["type"] == "message"]
    (stored,) = await customer.answers(ticket_id)
    assert (stored["id"], stored["content"]) == (reply["data"]["id"], reply["data"]["content"])
    first = stored["citations"][0]
    assert first["source"] == GROUND[language]
    assert first["chunk"]
    assert first["version"] == 1
    assert 0 < first["score"] <= 1
    assert (await customer.ticket(ticket_id))["escalation_reason"] is None


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("no_ground", "Какая погода будет в горах в следующие выходные и брать ли тёплую палатку?"),
        ("customer_request", "Соедините меня, пожалуйста, с живым человеком."),
        ("customer_request", "Please don't send me articles, I want to talk to a human agent."),
        ("customer_request", "Мені тірі операторға қосыңызшы."),
    ],
)
async def test_ticket_is_escalated_with_a_reason_and_the_customer_told(
    customer: Person, reason: str, text: str
) -> None:
    ticket_id = await customer.open_ticket("Вопрос", text)
    async with customer.watch(ticket_id, last_seq=0) as socket:
        escalation = await socket.until(of_kind("escalation"))
        notice = await socket.until(is_message("system"))
        rest = await socket.rest()
    assert escalation["data"]["code"] == reason
    assert not [frame for frame in rest if frame["type"] in ("message", "escalation")]
    assert [frame["seq"] for frame in socket.frames] == sorted({frame["seq"] for frame in socket.frames})
    assert [told["content"] for told in await customer.answers(ticket_id)] == [notice["data"]["content"]]
    ticket = await customer.ticket(ticket_id)
    assert (ticket["status"], ticket["escalation_reason"]) == ("escalated", reason)


async def test_each_question_of_a_dialog_gets_its_own_answer(customer: Person) -> None:
    ticket_id = await customer.open_ticket(*ANSWERABLE["en"])
    async with customer.watch(ticket_id, last_seq=0) as socket:
        await socket.until(is_message("assistant"))
        await customer.say(ticket_id, "And what does the error code E-101 mean?")
        await socket.until(is_message("assistant"))
    assert len(await customer.answers(ticket_id)) == 2
    assert [message["role"] for message in await customer.messages(ticket_id)][-2:] == ["user", "assistant"]


async def test_message_to_one_process_arrives_on_a_socket_of_the_other(customer: Person, system: Installation) -> None:
    ticket_id = await customer.open_ticket("Two processes", auto_respond=False)
    async with customer.at(system.origins[1]) as elsewhere, elsewhere.watch(ticket_id) as socket:
        said = await customer.say(ticket_id, "Is anybody there?", auto_respond=False)
        heard = await socket.until(is_message("user"), 5)
    assert heard["data"]["id"] == said["id"]


@pytest.fixture
async def leaver(admin: Person, system: Installation) -> AsyncIterator[Person]:
    """Somebody whom no other test needs, signed in at the second process."""
    account = {"email": f"{unique('leaver')}@demo.example", "password": PASSWORD, "full_name": "Leaver", "role": "user"}
    (await admin.post("/v1/users", json=account)).raise_for_status()
    async with await sign_in(system.origins[1], account["email"], PASSWORD) as person:
        yield person


async def test_session_revoked_at_one_process_is_over_at_the_other(leaver: Person, system: Installation) -> None:
    ticket_id = await leaver.open_ticket("Leaving", auto_respond=False)
    change = {"current_password": PASSWORD, "new_password": f"{PASSWORD}-new"}
    async with leaver.at(system.origins[0]) as elsewhere, leaver.watch(ticket_id) as socket:
        # It ends every session of the user.
        (await elsewhere.post("/v1/auth/change-password", json=change)).raise_for_status()
        # The very next request: revocation waits for no message.
        assert (await leaver.get(f"/v1/tickets/{ticket_id}")).status_code == 401
        assert await socket.closed() == 4401


async def test_deactivated_person_is_out_everywhere_at_once(leaver: Person, admin: Person) -> None:
    ticket_id = await leaver.open_ticket("Leaving", auto_respond=False)
    user_id = (await leaver.get("/v1/auth/me")).raise_for_status().json()["id"]
    async with leaver.watch(ticket_id) as socket:
        (await admin.delete(f"/v1/users/{user_id}")).raise_for_status()
        assert (await leaver.get("/v1/auth/me")).status_code == 401
        assert await socket.closed() == 4401


async def test_each_process_tells_of_its_work(system: Installation) -> None:
    async with httpx.AsyncClient() as anybody:
        for origin in system.origins:
            assert (await anybody.get(f"{origin}/health")).json() == {"status": "ok"}
            assert "opora_" in (await anybody.get(f"{origin}/metrics")).text
