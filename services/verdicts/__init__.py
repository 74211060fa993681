"""How customers say whether an answer was the right one, a file per language."""
