"""The pool of AI tokens."""
