"""Roubles and kopecks."""

from decimal import Decimal

_KOPECKS = 100


def kopecks(amount: Decimal) -> int:
    """Whole kopecks of a sum with at most two decimals."""
    return int(amount * _KOPECKS)


def roubles(amount: int) -> Decimal:
    """A sum in two places."""
    return Decimal(amount).scaleb(-2)
