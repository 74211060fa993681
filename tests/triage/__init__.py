"""Triage: category, tone and language of new tickets, and what it learns from people."""
