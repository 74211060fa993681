"""The banks that the settings name."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from config.settings import Settings
from core.errors import Unavailable
from integrations.payments.port import PaymentGateway

ProviderName = Literal["tbank", "yookassa"]
_MISSING: Mapping[ProviderName, str] = {
    "tbank": "T-Bank is not configured: set OPORA_TBANK_TERMINAL_KEY and OPORA_TBANK_PASSWORD",
    "yookassa": "YooKassa is not configured: set OPORA_YOOKASSA_SHOP_ID and OPORA_YOOKASSA_SECRET_KEY",
}
_NONE = "No bank is configured: set OPORA_TBANK_TERMINAL_KEY and OPORA_TBANK_PASSWORD, or those of OPORA_YOOKASSA_"


class Payments:
    """Gateways by name, made when they are first asked for: nothing is connected before."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: dict[ProviderName, PaymentGateway] = {}

    @cached_property
    def default(self) -> ProviderName:
        """Whom a payment goes to that names nobody. Raises Unavailable where no bank is configured."""
        for name in _MISSING:
            if self.configured(name):
                return name
        raise Unavailable(_NONE)

    def configured(self, name: ProviderName) -> bool:
        tbank, yookassa = self._settings.tbank, self._settings.yookassa
        if name == "tbank":
            return bool(tbank.terminal_key and tbank.password)
        return bool(yookassa.shop_id and yookassa.secret_key)

    def gateway(self, name: ProviderName) -> PaymentGateway:
        """Raises Unavailable with the settings that are missing."""
        if not self.configured(name):
            raise Unavailable(_MISSING[name])
        if name not in self._opened:
            self._opened[name] = self._tbank() if name == "tbank" else self._yookassa()
        return self._opened[name]

    async def close(self) -> None:
        while self._opened:
            await self._opened.popitem()[1].close()

    # Their clients take a moment to import, and most installations have no use for them.
    def _tbank(self) -> PaymentGateway:
        from integrations.payments.tbank import TbankGateway

        chosen = self._settings.tbank
        return TbankGateway(
            terminal_key=chosen.terminal_key or "",
            password=chosen.password.get_secret_value() if chosen.password else "",
            api_url=chosen.api_url,
            timeout_s=self._settings.billing.payment_timeout_s,
        )

    def _yookassa(self) -> PaymentGateway:
        from integrations.payments.yookassa import YookassaGateway

        chosen, http = self._settings.yookassa, self._settings.http
        return YookassaGateway(
            shop_id=chosen.shop_id or "",
            secret_key=chosen.secret_key.get_secret_value() if chosen.secret_key else "",
            api_url=chosen.api_url,
            timeout_s=self._settings.billing.payment_timeout_s,
            home_url=http.public_url or f"http://{http.host}:{http.port}/",
        )


def make_payments(settings: Settings) -> Payments:
    """Nothing is connected or imported yet: a bank that is down stops no process from starting."""
    return Payments(settings)
