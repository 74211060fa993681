"""Sign-in by a company's identity provider."""
