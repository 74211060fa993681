"""Facts that make a tenant's classifier of tickets out of date."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class TriageCorrected(Event):
    """A person said of a ticket which category it is of."""

    kind = "triage.corrected"
    ticket_id: int


@dataclass(frozen=True)
class CategoriesChanged(Event):
    """A category of the tenant was made, renamed, described anew, switched on or off, or deleted."""

    kind = "categories.changed"
    category_id: int


@dataclass(frozen=True)
class ClassifierOutdated(Event):
    """The tenant's classifier was fitted with another embedding model than the one in use."""

    kind = "triage.outdated"
