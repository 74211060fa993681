"""Frames of real-time events, a file for each dialect."""
