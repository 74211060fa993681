"""The `leads` dialect: SaaS platform whose bot interviews clients."""
