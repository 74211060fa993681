"""Payments, refunds, and what banks tell."""
