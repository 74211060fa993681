"""The same work on Opora and on two other helpdesks, on one machine and one PostgreSQL, in one run."""
