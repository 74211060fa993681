"""Files: uploaded, scanned, stored, sent, read, forgotten."""
