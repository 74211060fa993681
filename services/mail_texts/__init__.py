"""The texts of e-mails: a Jinja template in plain text and one in HTML for each language."""
