"""Samples, alerts and the stored log."""
