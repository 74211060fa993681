"""Why money does not move."""

from core.errors import BadRequest, Conflict, Forbidden, NotFound, Unavailable


class InvalidAmount(BadRequest):
    """The amount of a top-up is not positive, too large, or has more than two decimals."""

    code = "INVALID_AMOUNT"


class InvalidPaymentAmount(BadRequest):
    """As :class:`InvalidAmount` of a payment or refund; also a notification whose amount is not the payment's."""

    code = "INVALID_PAYMENT_AMOUNT"


class PaymentFailed(Unavailable):
    """The bank carried out nothing, and says why."""

    code = "PAYMENT_FAILED"


class PaymentCreationFailed(PaymentFailed):
    code = "PAYMENT_CREATION_FAILED"


class PaymentNotFound(NotFound):
    code = "PAYMENT_NOT_FOUND"

    def __init__(self, key: object = None) -> None:
        super().__init__("payment", key)


class PaymentAlreadyProcessed(Conflict):
    code = "PAYMENT_ALREADY_PROCESSED"


class WebhookSignatureInvalid(Forbidden):
    code = "WEBHOOK_SIGNATURE_INVALID"

    def __init__(self) -> None:
        super().__init__("The notification's signature is wrong")


class WebhookIpNotAllowed(Forbidden):
    code = "WEBHOOK_IP_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("Notifications are not accepted from this address")
