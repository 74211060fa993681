"""What pages of sites show before anybody writes."""

from typing import Self

import strawberry

from services import sites


@strawberry.type(description="The assistant whom visitors of a site write to.")
class SiteAssistant:
    name: str
    largest_upload: int = strawberry.field(description="Bytes that one file of a visitor may have.")

    @classmethod
    def of_or_none(cls, row: sites.SiteAssistant | None) -> Self | None:
        return None if row is None else cls(name=row.name, largest_upload=row.largest_upload)
