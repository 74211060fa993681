"""Bounds that keep a hostile file from taking the machine: counts, sizes and time."""

import time

from core.errors import TooLarge, UnreadableDocument

MAX_TEXT_CHARS = 40_000_000
MAX_PDF_PAGES = 5_000
MAX_PDF_STREAM_BYTES = 32_000_000
MAX_PDF_OPERATIONS_PER_PAGE = 1_000_000
MAX_PDF_FORMS_PER_PAGE = 1_000
MAX_ZIP_ENTRIES = 5_000
MAX_ZIP_TOTAL_BYTES = 200_000_000
MAX_XML_PART_BYTES = 80_000_000
MAX_ZIP_RATIO = 150
RATIO_MATTERS_FROM_BYTES = 5_000_000
MAX_RECORDS = 500_000


class Budget:
    """Time and text that one file may take. Parsers call :meth:`check` wherever they can be slow."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._chars = 0

    def check(self) -> None:
        """Raise UnreadableDocument once the time is over."""
        if time.monotonic() > self._deadline:
            raise UnreadableDocument("The file takes too long to read; split it or save it anew", field="file")

    def spend(self, text: str) -> str:
        """Count extracted text and return it. Raises TooLarge beyond ``MAX_TEXT_CHARS``."""
        self.check()
        self._chars += len(text)
        if self._chars > MAX_TEXT_CHARS:
            raise TooLarge(f"The file holds more than {MAX_TEXT_CHARS:,} characters of text", field="file")
        return text
