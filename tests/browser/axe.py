"""axe-core's findings on an open page, https://github.com/dequelabs/axe-core."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_OPTIONS = {"resultTypes": ["violations"], "preload": False}
_RUN = "(options) => axe.run(document, options).then((found) => found.violations)"
_COLOURS = "color-contrast"
GRAVE = ("serious", "critical")


@cache
def _script() -> str:
    return _AXE.read_text(encoding="utf-8")


async def grave_findings(page: Page) -> list[str]:
    """A line for each element with a serious or critical finding."""
    return await _findings(page, {})


async def grave_findings_of_colours(page: Page) -> list[str]:
    """Those that another colour scheme can have, where all is looked at in the first."""
    return await _findings(page, {"runOnly": [_COLOURS]})


async def grave_findings_of_structure(page: Page) -> list[str]:
    """Those that another width can have."""
    return await _findings(page, {"rules": {_COLOURS: {"enabled": False}}})


async def _findings(page: Page, options: dict[str, Any]) -> list[str]:
    if await page.evaluate("typeof axe") == "undefined":
        await page.evaluate(_script())
    found = await page.evaluate(_RUN, _OPTIONS | options)
    return [
        f"{each['impact']} {each['id']}: {' '.join(map(str, node['target']))} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
