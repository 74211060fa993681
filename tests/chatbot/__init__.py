"""The FAQ chatbot: entries, sessions, escalation, log and analytics."""
