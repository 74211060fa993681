"""What looks for viruses in uploaded files."""
