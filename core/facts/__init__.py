"""Facts of one noun each, beside those of tickets in :mod:`core.events`."""
