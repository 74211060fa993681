"""Questions that no knowledge answered: noted, grouped, answered."""
