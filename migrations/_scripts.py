"""The SQL of migrations, in files of its own."""

from pathlib import Path

_SQL = Path(__file__).parent / "sql"


def script(name: str) -> str:
    return (_SQL / name).read_text(encoding="utf-8")
