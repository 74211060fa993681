"""What banks told is kept for a year; a word that comes again after that moves nothing."""

from services import retention
from tests.payments.banks import THOUSAND, Shop
from workers.schedule import SCHEDULE

COUNT = "SELECT count(*)::int AS n FROM payment_notifications"
OLD = "UPDATE payment_notifications SET created_at = created_at - $1::text::interval RETURNING id"


async def test_old_notifications_are_forgotten(shop: Shop) -> None:
    await shop.paid()
    await shop.rows(OLD, "364 days")
    await retention.forget_payment_notifications(days=365)
    assert await shop.rows(COUNT) == [{"n": 1}]
    await shop.rows(OLD, "2 days")
    await retention.forget_payment_notifications(days=365)
    assert await shop.rows(COUNT) == [{"n": 0}]


async def test_a_forgotten_word_that_comes_again_moves_nothing(shop: Shop) -> None:
    payment = await shop.paid()
    await shop.rows(OLD, "366 days")
    await retention.forget_payment_notifications(days=365)
    await shop.tell(shop.tbank.notification(shop.tbank.of_order(payment.order_id), "CONFIRMED"))
    await shop.drain(shop.tenant)
    assert (await shop.balance(), len(await shop.ledger())) == (THOUSAND, 1)


async def test_the_schedule_forgets() -> None:
    assert "payments.forget" in {duty.name for duty in SCHEDULE}
