"""Why a person is called, told to the schema before any type has such a reason."""

import strawberry

from core.events import EscalationReason

__all__ = ["EscalationReason"]

strawberry.enum(EscalationReason, description="Why a person has to take over.")
