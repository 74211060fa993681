"""Why a sign-in comes to nothing, by password or by a company's identity provider."""

from core.errors import BadRequest, Forbidden, Unavailable


class TooManySignIns(Unavailable):
    """So many passwords are being compared that another would wait for longer than clients do."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__("Too many people sign in at this moment: try again in a few seconds")


class SignInExpired(BadRequest):
    """The sign-in was not begun in this browser, was finished already, or took too long."""

    code = "SIGN_IN_EXPIRED"

    def __init__(self) -> None:
        super().__init__("This sign-in has expired: begin again")


class SignInFailed(Forbidden):
    """What the provider answered is no proof of who somebody is; the message says what is amiss with it."""

    code = "SIGN_IN_FAILED"


class NoAccount(Forbidden):
    """The provider vouches for the person, and the company has no account that they may use."""

    code = "NO_ACCOUNT"


class ProviderUnavailable(Unavailable):
    """The provider does not answer, or is not set up as OpenID Connect has it; the message says what is amiss."""

    code = "SIGN_IN_PROVIDER_UNAVAILABLE"
