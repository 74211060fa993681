"""GraphQL: every operation, its rights, its limits, its live events."""
