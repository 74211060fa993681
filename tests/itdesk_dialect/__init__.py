"""The `itdesk` dialect."""
