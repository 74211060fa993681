"""What the caller may ask for: the policy's table read for one actor, so that screens show nothing that is refused."""

import strawberry
from strawberry.utils.str_converters import to_camel_case

from resolvers.policy import RULES, Requires, query
from schema.types.context import Info


@strawberry.type
class PermissionQuery:
    @query(Requires.OWN_RIGHTS)
    async def allowed_operations(self, info: Info) -> list[str]:
        """Fields of Query, Mutation and Subscription that the caller may name. Each row they reach is checked again."""
        actor = info.context.actor
        return [to_camel_case(name) for name, requires in RULES.items() if requires.grants(actor)]
