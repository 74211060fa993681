"""Ask OSV which locked components have known weaknesses, and whether our time frames for them are over.

    make advisories                                  # or: python -m deploy.advisories [--url https://api.osv.dev]

What is asked about: everything in requirements*.lock, web/package-lock.json and web/vendor/manifest.json, by name and
version, at https://osv.dev (its API: https://google.github.io/osv.dev/api/). Prints a line for each weakness; exits 1
where one is overdue by docs/security.md, 2 where OSV does not answer. For a job that runs daily.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
DAYS = {"CRITICAL": 7, "HIGH": 30}
"""From publication to mending, by severity; ``LATEST_DAYS`` for any other and where none is told."""
LATEST_DAYS = 90
_AT_ONCE = 500
_TIMEOUT_S = 30.0
_PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Component:
    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Weakness:
    """``severity`` is OSV's word in capitals, or empty."""

    component: Component
    id: str
    severity: str
    published: datetime
    summary: str

    @property
    def due(self) -> datetime:
        return self.published + timedelta(days=DAYS.get(self.severity, LATEST_DAYS))


def components(root: Path = ROOT) -> list[Component]:
    """Everything that is locked, once."""
    return sorted({*_of_python(root), *_of_npm(root)})


def _of_python(root: Path) -> Iterator[Component]:
    for lock in root.glob("requirements*.lock"):
        for name, version in _PINNED.findall(lock.read_text("utf-8")):
            yield Component("PyPI", name, version)


def _of_npm(root: Path) -> Iterator[Component]:
    packages = json.loads((root / "web/package-lock.json").read_text("utf-8"))["packages"]
    for path, about in packages.items():
        if path and not about.get("link"):
            yield Component("npm", about.get("name") or path.rpartition("node_modules/")[2], about["version"])
    for about in json.loads((root / "web/vendor/manifest.json").read_text("utf-8"))["packages"]:
        yield Component("npm", about["name"], about["version"])


def weaknesses(asked: Sequence[Component], client: httpx.Client) -> Iterator[Weakness]:
    """What is known of them, withdrawn reports aside. Raises httpx.HTTPError, ValueError, KeyError."""
    for start in range(0, len(asked), _AT_ONCE):
        for component, ids in _known(asked[start : start + _AT_ONCE], client):
            for id_ in ids:
                told = _answer(client.get(f"/v1/vulns/{id_}"))
                if "withdrawn" not in told:
                    yield _weakness(component, told)


def _known(asked: Sequence[Component], client: httpx.Client) -> Iterator[tuple[Component, list[str]]]:
    """The numbers of reports about each; many come in pages."""
    waiting: list[tuple[Component, str | None]] = [(component, None) for component in asked]
    while waiting:
        queries = [_query(component, page) for component, page in waiting]
        results = _answer(client.post("/v1/querybatch", json={"queries": queries}))["results"]
        following: list[tuple[Component, str | None]] = []
        for (component, _), result in zip(waiting, results, strict=True):
            yield component, [each["id"] for each in result.get("vulns", ())]
            if page := result.get("next_page_token"):
                following.append((component, page))
        waiting = following


def _query(component: Component, page: str | None) -> dict[str, Any]:
    named = {"package": {"name": component.name, "ecosystem": component.ecosystem}, "version": component.version}
    return {**named, "page_token": page} if page else named


def _answer(response: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = response.raise_for_status().json()
    return told


def _weakness(component: Component, told: dict[str, Any]) -> Weakness:
    severity = str(told.get("database_specific", {}).get("severity", "")).upper()
    published = datetime.fromisoformat(told["published"])
    return Weakness(component, told["id"], severity, published, told.get("summary", ""))


def report(found: Iterable[Weakness], now: datetime) -> bool:
    """Print them, the most urgent first; whether one is overdue."""
    overdue = False
    for each in sorted(found, key=lambda one: one.due):
        late = now > each.due
        overdue |= late
        when = f"{'OVERDUE since' if late else 'due by'} {each.due:%Y-%m-%d}"
        about = f"{each.component.name} {each.component.version} ({each.component.ecosystem})"
        sys.stdout.write(f"{when}  {each.severity or 'unrated':<9} {about}  {each.id}  {each.summary}\n")
    return overdue


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="https://api.osv.dev")
    options = parser.parse_args(words)
    asked = components()
    try:
        with httpx.Client(base_url=options.url, timeout=_TIMEOUT_S) as client:
            found = list(weaknesses(asked, client))
    except (httpx.HTTPError, ValueError, KeyError) as error:
        sys.stderr.write(f"{options.url} does not answer: {type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write(f"{len(asked)} components, {len(found)} known weaknesses\n")
    return int(report(found, datetime.now(UTC)))


if __name__ == "__main__":
    raise SystemExit(main())
