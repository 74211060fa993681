"""The `replyx` dialect: ReplyX."""
