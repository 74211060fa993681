"""Knowledge: versions, isolation, search, import."""
