"""Prompts, one file per language, and how a request to the chat model is put together from them."""
