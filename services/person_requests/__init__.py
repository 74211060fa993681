"""How customers ask for a person, one file per language."""
