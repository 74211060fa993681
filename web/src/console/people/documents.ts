import { graphql, type ResultOf } from "../graphql.ts";

export const PEOPLE = graphql(`
  query People($first: Int!, $after: String, $filter: UserFilter) {
    users(first: $first, after: $after, filter: $filter) {
      edges {
        node {
          id email username fullName firstName lastName telegramUsername role isActive createdAt ticketsCount lastActivity
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export type Person = NonNullable<ResultOf<typeof PEOPLE>["users"]>["edges"][number]["node"];

export const CREATE = graphql(`
  mutation CreateUser($input: CreateUserInput!) { createUser(input: $input) { id fullName email role isActive } }
`);

export const UPDATE = graphql(`
  mutation UpdateUser($id: ID!, $input: UpdateUserInput!) {
    updateUser(id: $id, input: $input) { id fullName firstName lastName isActive }
  }
`);

export const SET_ROLE = graphql(`
  mutation SetUserRole($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { id role } }
`);

export const DEACTIVATE = graphql(`
  mutation DeactivateUser($id: ID!) { deactivateUser(id: $id) { id isActive } }
`);
