"""What an assistant's answer costs: charged once a turn, and what happens when the money is gone."""

from decimal import Decimal

from config.settings import get_settings
from core import clock
from core.actor import Role
from core.errors import InsufficientBalance
from core.facts.dialogs import AssistantSilenced
from core.facts.payments import BalanceExhausted
from models.billing import Account, ServiceType
from models.dialogs import Dialog, DialogPlatform
from models.tenants import Tenant
from models.users import User
from services import billing, mail
from services.mail_templates import Template
from services.unit_of_work import UnitOfWork

MESSAGES_OF_A_TURN = 2
"""What the customer wrote, and the answer to it."""
_SERVICES = {
    DialogPlatform.WEBSITE: ServiceType.WIDGET_MESSAGE,
    DialogPlatform.TELEGRAM: ServiceType.TELEGRAM_MESSAGE,
}


async def charge(uow: UnitOfWork, dialog: Dialog, turn_id: int) -> None:
    """Take the price of one answer, once however often it is asked. ``turn_id`` is the customer's message.

    Raises InsufficientBalance without a change.
    """
    price = price_of(dialog.platform)
    if price:
        await billing.debit(
            uow,
            price,
            _SERVICES[dialog.platform],
            reference=f"turn:{dialog.id}:{turn_id}",
            details={"dialog_id": dialog.id, "message_count": MESSAGES_OF_A_TURN},
        )


async def affordable(uow: UnitOfWork, dialog: Dialog) -> bool:
    """Whether the balance covers one answer now: asked before the model is, promised by :func:`charge` alone.

    Where it does not, the account stays locked: no money comes before what the caller says of it is stored.
    """
    price = price_of(dialog.platform)
    rich = Account.filter(tenant_id=uow.tenant_id, balance__gte=price)
    if not price or await rich.exists():
        return True
    await billing.open_account(uow, uow.tenant_id)
    account = await Account.filter(tenant_id=uow.tenant_id).select_for_update().get()
    return account.balance >= price


async def exhausted(uow: UnitOfWork, dialog: Dialog) -> None:
    """The assistant stays silent in this dialog; the owner is told by e-mail at the first of them until money comes."""
    uow.emit(AssistantSilenced(dialog.id, reason=InsufficientBalance.code))
    await billing.open_account(uow, uow.tenant_id)
    account = await Account.filter(tenant_id=uow.tenant_id).select_for_update().get()
    # Money may have come since the debit failed: who is told then would not be told when it is truly gone.
    if account.exhausted_at is not None or account.balance >= price_of(dialog.platform):
        return
    account.exhausted_at = clock.now()
    await account.save(update_fields=["exhausted_at"])
    uow.emit(BalanceExhausted(service=_SERVICES[dialog.platform]))
    await _tell_owner(uow, account)


def price_of(platform: DialogPlatform) -> Decimal:
    """Roubles for one answer; 0 where it costs nothing."""
    prices = get_settings().billing
    return prices.price_telegram_message if platform is DialogPlatform.TELEGRAM else prices.price_widget_message


async def owner_of(tenant_id: int) -> User | None:
    """Whom a tenant's money concerns: its first active admin with an address; None where it has none."""
    people = User.filter(tenant_id=tenant_id, is_active=True, email__not_isnull=True)
    return await people.filter(role__in=(Role.ADMIN, Role.SUPERADMIN)).order_by("id").first()


async def _tell_owner(uow: UnitOfWork, account: Account) -> None:
    owner = await owner_of(uow.tenant_id)
    if owner is None or owner.email is None or account.exhausted_at is None:
        return
    tenant = await Tenant.get(id=uow.tenant_id)
    await mail.queue(
        uow,
        template=Template.BALANCE_EXHAUSTED,
        recipient=owner.email,
        language=tenant.language,
        values={"company": tenant.name, "balance": f"{account.balance:.2f}"},
        once=f"exhausted:{account.exhausted_at.isoformat()}",
    )
