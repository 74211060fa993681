"""The GraphQL schema: types and root."""
