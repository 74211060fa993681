"""Documents: uploaded bytes become sections, chunks and exact tokens. Pure CPU, no input or output."""
