"""Plain Python that every layer may import: no framework, no input or output."""
