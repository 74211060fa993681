"""Categories: what tenants sort tickets by."""
