"""Languages, told to the schema before any type has one."""

import strawberry

from core.languages import Language

__all__ = ["Language"]

strawberry.enum(Language, description="Languages in which people are answered.")
