"""Measurements of the product: quality of its answers, latency, throughput."""
