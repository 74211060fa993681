"""Expected failures of single nouns, each a :class:`core.errors.DomainError`; the general ones stand there."""
