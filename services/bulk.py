"""The same change of many rows: each in its own unit of work, so that one that cannot be changed stops no other."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from core.actor import Actor
from core.errors import DomainError, InvalidInput
from services.unit_of_work import UnitOfWork, unit_of_work

MOST = 100
_OURS = 500

Change = Callable[[UnitOfWork, int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class BulkFailure:
    """Why a row was left as it is; ``code`` and ``message`` are those of the error."""

    id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class BulkResult:
    """Ids in rising order."""

    done: list[int]
    failures: list[BulkFailure]


async def each(actor: Actor, ids: Iterable[int], change: Change) -> BulkResult:
    """Change up to a hundred rows. What is refused for one is told of that one; failures of ours are raised.

    Raises InvalidInput for none or too many.
    """
    wanted = sorted(set(ids))
    if not 1 <= len(wanted) <= MOST:
        raise InvalidInput(f"ids must be 1 to {MOST}", field="ids")
    done, failures = [], []
    for row_id in wanted:
        try:
            async with unit_of_work(actor) as uow:
                await change(uow, row_id)
        except DomainError as error:
            if error.status >= _OURS:
                raise
            failures.append(BulkFailure(row_id, error.code, error.message))
        else:
            done.append(row_id)
    return BulkResult(done, failures)
