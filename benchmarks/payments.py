"""Notifications of payments: ``python -m benchmarks.payments [--payments 100] [--deliveries 1000]``.

Starts ``opora up`` on a scratch directory with a double of T-Bank in this process, creates payments, has them paid,
and delivers notifications over 16 connections in random order: each AUTHORIZED and CONFIRMED several times, among
them forgeries (another sum, a wrong signature, another terminal, an unknown order) and strangers' addresses. Measured:
notifications answered a second, and the time until the last payment is credited. Exits 1 where a payment is credited
other than once, or a notification gets another answer than it deserves.
"""

import argparse
import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx

from benchmarks.answers import running
from tests.doubles.tbank import PASSWORD, TERMINAL, TbankDouble, tbank_server, token
from tests.system.people import sign_in

TOGETHER = 16
_PATIENCE_S = 120.0
_AT_TBANK, _ELSEWHERE = "91.218.132.9", "203.0.113.9"
_TRUE = 8
"""Of ten deliveries; the others are forged."""
Delivery = tuple[dict[str, Any], str, int]
"""A body, the address it comes from, and the status that it deserves."""


async def created(origin: str, admin: httpx.AsyncClient, total: int) -> list[str]:
    """Orders of as many new payments, each of another sum."""
    orders = []
    for number in range(1, total + 1):
        response = await admin.post(f"{origin}/api/payments/create", json={"amount": number})
        response.raise_for_status()
        orders.append(str(response.json()["payment_id"]))
    return orders


def deliveries(bank: TbankDouble, orders: Sequence[str], total: int, chance: random.Random) -> list[Delivery]:
    """As many notifications, shuffled: every payment is confirmed at least once."""
    told: list[Delivery] = []
    each = total // len(orders)
    for order in orders:
        payment = bank.pay(order)
        true = [bank.notification(payment, status) for status in ("CONFIRMED", "AUTHORIZED")]
        told += [(true[number % 2], _AT_TBANK, 200) for number in range(each * _TRUE // 10)]
        forged: list[Delivery] = [
            ({**true[0], "Amount": payment.amount * 10}, _AT_TBANK, 403),
            ({**true[0], "Token": "0" * 64}, _AT_TBANK, 403),
            (_signed({**true[0], "TerminalKey": "OTHER"}), _AT_TBANK, 403),
            (_signed({**true[0], "Amount": 1}), _AT_TBANK, 400),
            (_signed({**true[0], "OrderId": "1"}), _AT_TBANK, 404),
            (true[0], _ELSEWHERE, 403),
        ]
        told += chance.sample(forged, min(len(forged), each - each * _TRUE // 10))
    chance.shuffle(told)
    return told


def _signed(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "Token": token(body)}


async def deliver(origin: str, told: Sequence[Delivery]) -> tuple[float, int]:
    """Post all; the seconds that it took, and how many got another status than they deserve."""
    left, wrong = iter(told), 0
    async with httpx.AsyncClient(timeout=30) as client:

        async def go_on() -> None:
            nonlocal wrong
            for body, address, deserved in left:
                headers = {"x-forwarded-for": address}
                response = await client.post(f"{origin}/api/payments/webhook", json=body, headers=headers)
                wrong += response.status_code != deserved

        began = time.monotonic()
        await asyncio.gather(*(go_on() for _ in range(TOGETHER)))
        return time.monotonic() - began, wrong


async def received(origin: str, admin: httpx.AsyncClient) -> Decimal:
    """All that ever came in: assistants of the demo may spend some of it meanwhile."""
    told = (await admin.get(f"{origin}/api/balance")).json()
    return Decimal(str(told["balance"])) + Decimal(str(told["total_spent"]))


async def until_received(origin: str, admin: httpx.AsyncClient, expected: Decimal) -> None:
    """Return when it is there, or time is up."""
    deadline = time.monotonic() + _PATIENCE_S
    while await received(origin, admin) < expected and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def credits_of(origin: str, admin: httpx.AsyncClient) -> Counter[str]:
    """How often each order is in the ledger as a top-up."""
    found: Counter[str] = Counter()
    offset = 0
    while True:
        path = f"{origin}/api/balance/transactions?type=credit&limit=100&offset={offset}"
        page = (await admin.get(path)).json()
        found.update(one["details"]["order_id"] for one in page["transactions"] if one["service_type"] == "top_up")
        offset += 100
        if offset >= page["total"]:
            return found


async def measure(origin: str, bank: TbankDouble, payments: int, total: int) -> bool:
    """Print the figures; whether all is right."""
    async with await sign_in(origin, "admin@demo.example") as admin:
        before = await received(origin, admin)
        orders = await created(origin, admin, payments)
        told = deliveries(bank, orders, total, random.Random(7))  # a shuffle that repeats
        expected = before + sum(range(1, payments + 1))
        began = time.monotonic()
        seconds, wrong = await deliver(origin, told)
        await until_received(origin, admin, expected)
        handled = time.monotonic() - began
        # What would come after the last credit would be one too many.
        await asyncio.sleep(3)
        present, credited = await received(origin, admin), await credits_of(origin, admin)
    right = present == expected and credited == Counter(orders) and wrong == 0
    forged = sum(deserved != 200 for *_, deserved in told)
    print(f"{len(told)} deliveries of {payments} payments, {forged} of them forged, {TOGETHER} connections")
    print(f"answered                {len(told) / seconds:8.0f} a second")
    print(f"all credited after      {handled:8.1f} s")
    print(f"wrong answers           {wrong:8}")
    print(f"credited exactly once   {sum(times == 1 for times in credited.values()):8} of {payments}")
    print(f"received                {present} (expected {expected})")
    return right


def main() -> int:
    """Parse, run; 1 where the money is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=100)
    parser.add_argument("--deliveries", type=int, default=1000)
    arguments = parser.parse_args()
    with tbank_server() as bank:
        named = {
            "OPORA_TBANK_TERMINAL_KEY": TERMINAL,
            "OPORA_TBANK_PASSWORD": PASSWORD,
            "OPORA_TBANK_API_URL": bank.url,
            "OPORA_TRUSTED_PROXIES": "127.0.0.1",
            "OPORA_RATE_LIMITS": "off",
        }
        with running(**named) as (origin, _):
            right = asyncio.run(measure(origin, bank, arguments.payments, arguments.deliveries))
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(main())
