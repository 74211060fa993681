"""A copy of an installation in one file, and an installation out of one."""
