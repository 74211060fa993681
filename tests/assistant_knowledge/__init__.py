"""What each assistant knows of its own: scope of search, documents, Q&A entries."""
