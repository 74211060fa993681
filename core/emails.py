"""E-mail addresses: checked by their form (RFC 5321, 5322, 6531), never by asking the network."""

import unicodedata

import email_validator

from core.errors import InvalidInput

_LONGEST = 254
# The list is the library's documented switch. Reserved test domains (RFC 2606, RFC 6761) are addresses to us.
email_validator.SPECIAL_USE_DOMAIN_NAMES = [
    name for name in email_validator.SPECIAL_USE_DOMAIN_NAMES if name not in ("test", "invalid", "local", "localhost")
]


def checked_email(address: str, *, field: str = "email") -> str:
    """The address with its name as given and its domain normalised. Raises InvalidInput naming ``field``."""
    if len(address) > _LONGEST:
        raise InvalidInput(f"{field} must be at most {_LONGEST} characters long", field=field)
    try:
        checked = email_validator.validate_email(
            address.strip(), strict=True, check_deliverability=False, globally_deliverable=False
        )
    except (email_validator.EmailNotValidError, UnicodeError) as error:
        raise InvalidInput(f"{field} is not an e-mail address", field=field) from error
    # The library writes names such as Info and Admin in small letters; we keep people's spelling.
    name = unicodedata.normalize("NFC", checked.original.rpartition("@")[0])
    return f"{name}@{checked.domain}"


def ascii_domain(address: str) -> str:
    """The address with its domain as the DNS has it (RFC 5891); as it is where it is none."""
    try:
        checked = email_validator.validate_email(
            address, strict=False, check_deliverability=False, test_environment=True
        )
    except (email_validator.EmailNotValidError, UnicodeError):
        return address
    return f"{checked.original.rpartition('@')[0]}@{checked.ascii_domain}"
