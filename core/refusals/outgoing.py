"""What stands in the way of a request to an address that a tenant gave us."""

from core.errors import InvalidInput, Unavailable


class AddressRefused(InvalidInput):
    """The address is none that we call: no https, or a network that is not the public one."""

    code = "ADDRESS_REFUSED"

    def __init__(self, message: str, *, field: str = "url") -> None:
        super().__init__(message, field=field)


class HostUnknown(Unavailable):
    """The name of the host has no address, or those who know it do not answer."""

    code = "HOST_UNKNOWN"

    def __init__(self, host: str) -> None:
        super().__init__(f"The host {host} was not found")
