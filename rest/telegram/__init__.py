"""The `telegram` dialect: Telegram Ticket Bot."""
