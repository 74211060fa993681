"""What the interview knows by heart: cities, objects, phrases, and what it says, in files of data."""
