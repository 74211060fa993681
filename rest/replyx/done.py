"""The answer of operations that have nothing to show: the document knows no 204."""

import msgspec


class DoneView(msgspec.Struct):
    """``message`` says in Russian what was done."""

    message: str
    success: bool = True
