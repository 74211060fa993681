"""The Bot API of Telegram."""
