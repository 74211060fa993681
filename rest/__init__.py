"""The documented REST APIs, a folder per dialect: translation only."""
