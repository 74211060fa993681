"""Documents: reading hostile and honest files, chunking, exact tokens, the demo tenant's knowledge."""
