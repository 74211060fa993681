"""What the product asks of a virus scanner."""

from typing import Protocol


class VirusScanner(Protocol):
    async def scan(self, data: bytes) -> str | None:
        """The name of the signature that was found, None for a clean file.

        Raises Unavailable where the scanner does not answer or does not finish: nothing is known of the file then.
        """
        ...
