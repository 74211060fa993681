"""Why an e-mail is not sent, or an address not confirmed."""

from core.errors import BadRequest, Forbidden, Unavailable


class EmailNotConfirmed(Forbidden):
    code = "EMAIL_NOT_CONFIRMED"

    def __init__(self) -> None:
        super().__init__("Confirm the e-mail address first")


class ConfirmationCodeExpired(BadRequest):
    """Too old, or tried too often."""

    code = "CONFIRMATION_CODE_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The confirmation code has expired: ask for another", field="code")


class EmailSendFailed(Unavailable):
    """The SMTP server refused the e-mail."""

    code = "EMAIL_SEND_FAILED"


class EmailRefused(EmailSendFailed):
    """It refused it for good: another attempt would be refused too."""


class SmtpConnectionFailed(EmailSendFailed):
    """The SMTP server does not answer, or not to us."""

    code = "SMTP_CONNECTION_FAILED"
