"""Chat models: one port, OpenAI-compatible endpoints behind it."""
