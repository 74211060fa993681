"""What turns speech into text."""
