"""Banks: T-Bank's acquiring and YooKassa behind one port."""
