"""Stores of chunk vectors: one port, PostgreSQL with pgvector and Weaviate behind it."""
