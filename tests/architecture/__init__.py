"""The rules of the code, held by machine."""
