"""Tests of the `leads` dialect."""
