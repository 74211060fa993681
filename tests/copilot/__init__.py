"""What helps operators write."""
