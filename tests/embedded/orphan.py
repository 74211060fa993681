"""Starts PostgreSQL in the directory of its argument and says its process id; for tests that kill this process."""

import sys
import time
from pathlib import Path

from app.embedded.postgres import EmbeddedPostgres

if __name__ == "__main__":
    server = EmbeddedPostgres(Path(sys.argv[1]))
    server.start()
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    time.sleep(600)
