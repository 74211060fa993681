"""GraphQL types, inputs and payload unions, a file per noun."""
