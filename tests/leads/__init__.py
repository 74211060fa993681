"""Lead interviews and leads, below any surface."""
