"""Tests of what operators rely on: health, readiness, metrics, logs."""
