"""GraphQL operations, a file per noun."""
