"""The live Telegram bot, against a double of the Bot API."""
