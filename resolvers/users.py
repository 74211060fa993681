"""The users of a tenant, for its moderators and admins."""

import strawberry

from core.actor import Role
from core.paging import CursorPage
from core.unset import UNSET
from resolvers.lookahead import selected
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import row_id
from schema.types.users import CreateUserInput, UpdateUserInput, User, UserFilter
from services import user_list, users
from services.tokens import Dialect
from services.unit_of_work import unit_of_work

_DEEDS = frozenset({"ticketsCount", "lastActivity"})


@strawberry.type
class UserQuery:
    @query(Requires.USER_READ)
    async def users(
        self, info: Info, first: First = 20, after: After = None, filter: UserFilter | None = None
    ) -> Connection[User]:
        """The users of the tenant, in the order of their ids."""
        page = CursorPage.checked(first, after)
        deeds = not _DEEDS.isdisjoint(selected(info, below=("edges", "node")))
        async with unit_of_work(info.context.actor) as uow:
            rows = await user_list.cursor_page(uow, page, _chosen(filter or UserFilter()), with_deeds=deeds)
        return connection(rows, node=User.of, key=lambda user: user.id, after=after)

    @query(Requires.USER_MANAGE)
    async def user(self, info: Info, id: ID) -> User:
        """One user of the tenant. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            return User.of(await users.get(uow, row_id(id)))


@strawberry.type
class UserMutation:
    @mutation(Requires.USER_MANAGE)
    async def create_user(self, info: Info, input: CreateUserInput) -> User:
        """Add a user to the tenant. Errors: WEAK_PASSWORD, CONFLICT for a known e-mail, FORBIDDEN for SUPERADMIN."""
        user = await users.create(
            info.context.actor,
            email=input.email,
            password=input.password,
            full_name=input.full_name,
            role=input.role,
            dialect=Dialect.GRAPHQL,
        )
        return User.of(user)

    @mutation(Requires.USER_MANAGE)
    async def update_user(self, info: Info, id: ID, input: UpdateUserInput) -> User:
        """Change a user. Errors: NOT_FOUND; FORBIDDEN where an admin shuts out another admin."""
        async with unit_of_work(info.context.actor) as uow:
            user = await users.update(
                uow,
                row_id(id),
                full_name=input.full_name.value if input.full_name else UNSET,
                is_active=input.is_active.value if input.is_active else UNSET,
            )
            return User.of(user)

    @mutation(Requires.USER_MANAGE)
    async def set_user_role(self, info: Info, id: ID, role: Role) -> User:
        """Give a user another role. Errors: FORBIDDEN for one's own role, for SUPERADMIN, for demoting an admin."""
        async with unit_of_work(info.context.actor) as uow:
            return User.of(await users.set_role(uow, row_id(id), role))

    @mutation(Requires.USER_MANAGE)
    async def deactivate_user(self, info: Info, id: ID) -> User:
        """Shut a user out at once; nothing of theirs is removed."""
        async with unit_of_work(info.context.actor) as uow:
            return User.of(await users.deactivate(uow, row_id(id)))


def _chosen(given: UserFilter) -> user_list.UserFilter:
    roles = frozenset(given.role) if given.role else None
    return user_list.UserFilter(roles=roles, is_active=given.is_active, search=given.search)
