"""The `support` dialect: `/v1`."""
