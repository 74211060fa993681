"""E-mail: texts, the outbox, SMTP against a real server, confirmation of addresses."""
