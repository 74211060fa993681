"""The lead interview by rules: what a client said, what is still missing, what to ask next."""
