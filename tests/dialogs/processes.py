"""A worker as a process of its own: ``python -m tests.dialogs.processes``.

It embeds as the tests do, and takes so long to think that it can be killed meanwhile.
"""

import asyncio
from typing import Any
from unittest.mock import patch

THINKS_S = 0.4


def main() -> int:
    from app import composition
    from services import dialog_answering
    from services.drafting import compose
    from tests.doubles.embeddings import DeterministicEmbedder

    async def slowly(*args: Any, **options: Any) -> Any:
        await asyncio.sleep(THINKS_S)
        return await compose(*args, **options)

    patch.object(composition, "make_embedder", lambda _settings: DeterministicEmbedder()).start()
    patch.object(dialog_answering, "compose", slowly).start()
    from app.worker import main as worker

    return worker()


if __name__ == "__main__":
    raise SystemExit(main())
