"""What the statistics of conversations count."""
