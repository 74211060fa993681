"""Money: decimal, with two places, never a float."""

from decimal import Decimal

from core.errors import InvalidInput

CENT = Decimal("0.01")
MOST = Decimal("999999999.99")
"""The largest sum that one entry may hold; the columns have room for more."""


def checked_money(value: Decimal | int | str, *, field: str = "amount") -> Decimal:
    """A positive sum with at most two decimals, in two places. Raises InvalidInput."""
    try:
        sum_ = Decimal(value)
        exact = sum_.is_finite() and sum_ == sum_.quantize(CENT)
    except ArithmeticError:
        exact = False
    if not exact or not 0 < sum_ <= MOST:
        raise InvalidInput(f"{field} must be a positive sum with at most two decimals", field=field)
    return sum_.quantize(CENT)
