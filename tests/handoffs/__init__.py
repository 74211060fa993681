"""Handoffs of dialogs to operators."""
