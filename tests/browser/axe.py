"""axe-core's findings on an open page, https://github.com/dequelabs/axe-core."""

from pathlib import Path

from playwright.async_api import Page

_AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = "() => axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations)"
GRAVE = ("serious", "critical")


async def grave_findings(page: Page) -> list[str]:
    """A line for each element with a serious or critical finding."""
    await page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(_RUN)
    return [
        f"{each['impact']} {each['id']}: {' '.join(map(str, node['target']))} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
