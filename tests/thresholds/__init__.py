"""What thresholds do."""
