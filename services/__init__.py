"""Business actions, a file per noun. A service finds, changes, saves and tells."""
