"""The garbage collector, kept from what it would look through in vain: when a program is loaded, and when it serves."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Import in this block: what is there at its end stays, and is never looked through.

    The modules of the API are 240,000 objects. To look for cycles among them while they were made, 570 times, took up
    to half of the processor time of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def collect_rarely() -> None:
    """What is there now stays: a quarter of a million objects, which the collector would walk again and again."""
    gc.freeze()
    # A list of fifty rows is a thousand objects: by default they would be looked through twice in a request.
    gc.set_threshold(20_000, 20, 20)
