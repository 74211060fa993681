"""Tickets of each built-in category, by language: what the classifier knows before anybody has corrected it."""
