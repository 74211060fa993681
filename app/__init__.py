"""The composition root: processes, command line, embedded servers."""
