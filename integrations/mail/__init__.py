"""How e-mail leaves: by SMTP, or into files."""
