"""Texts to vectors: one port, an embedded model and OpenAI-compatible endpoints behind it."""
