"""The Accept header (RFC 9110, 12.5.1)."""

import re

_QUALITY = re.compile(r"[01](\.\d{0,3})?")


def accepted_weights(header: str) -> dict[str, float]:
    """The weight of each media range that an Accept header names; 0 for one that is refused or malformed."""
    weights = {}
    for choice in header.lower().split(","):
        media_range, *parameters = (part.strip() for part in choice.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        weights[media_range] = float(quality) if _QUALITY.fullmatch(quality) else 0.0
    return weights
