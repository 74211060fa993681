"""What a chat model is told, in files per language."""
