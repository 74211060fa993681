"""What `make prove` does with figures."""
