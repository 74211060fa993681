"""Tests of what answers: language, intents, ranking, wording, grounding."""
