"""Loading a program without the garbage collector, which would find nothing to collect in it."""

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
