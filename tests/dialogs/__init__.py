"""Dialogs: guests, messages, lists and the answering of them."""
