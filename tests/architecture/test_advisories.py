"""`make advisories` asks about what is locked, and a weakness is overdue when our time frame for it is over."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy import advisories
from deploy.advisories import DAYS, LATEST_DAYS, Component, Weakness, components, report, weaknesses
from tests.architecture.source import ROOT

_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_BAD, _GOOD = Component("PyPI", "bad", "1.0"), Component("npm", "good", "2.0")
_REPORTS: dict[str, dict[str, Any]] = {
    "GHSA-1": {"database_specific": {"severity": "CRITICAL"}, "summary": "Everything is open"},
    "PYSEC-2": {},
    "GHSA-3": {"withdrawn": "2026-11-02T00:00:00Z"},
}


class Osv:
    """Answers as the API does: ids by component in pages, and a report each."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/querybatch":
            queries = json.loads(request.content)["queries"]
            self.asked += queries
            return httpx.Response(200, json={"results": [self._about(query) for query in queries]})
        id_ = request.url.path.removeprefix("/v1/vulns/")
        return httpx.Response(200, json={"id": id_, "published": "2026-11-01T10:00:00Z", **_REPORTS[id_]})

    def _about(self, query: dict[str, Any]) -> dict[str, Any]:
        if query["package"]["name"] != _BAD.name:
            return {}
        if "page_token" in query:
            return {"vulns": [{"id": "PYSEC-2"}, {"id": "GHSA-3"}]}
        return {"vulns": [{"id": "GHSA-1"}], "next_page_token": "more"}


def _client(osv: Osv) -> httpx.Client:
    return httpx.Client(base_url="http://osv.test", transport=httpx.MockTransport(osv.answer))


def test_what_is_known_of_each_component_is_found() -> None:
    osv = Osv()
    with _client(osv) as client:
        found = list(weaknesses([_BAD, _GOOD], client))
    assert [(each.component, each.id, each.severity) for each in found] == [
        (_BAD, "GHSA-1", "CRITICAL"),
        (_BAD, "PYSEC-2", ""),
    ]
    assert osv.asked[1] == {"package": {"name": "good", "ecosystem": "npm"}, "version": "2.0"}


@pytest.mark.parametrize(("severity", "days"), [*DAYS.items(), ("MODERATE", LATEST_DAYS), ("", LATEST_DAYS)])
def test_a_weakness_is_overdue_after_its_days(severity: str, days: int, capsys: pytest.CaptureFixture[str]) -> None:
    weakness = Weakness(_BAD, "GHSA-1", severity, _NOW, "Something")
    assert not report([weakness], _NOW + timedelta(days=days))
    assert report([weakness], _NOW + timedelta(days=days, seconds=1))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("due by")
    assert second.startswith("OVERDUE since")


def test_the_days_are_those_of_the_document() -> None:
    text = (ROOT / "docs/security.md").read_text("utf-8")
    told = [int(days) for days in re.findall(r"\b(\d+) days\b", text[text.index("**Components.**") :])]
    assert told[:3] == [DAYS["CRITICAL"], DAYS["HIGH"], LATEST_DAYS]


def test_everything_that_is_locked_is_asked_about() -> None:
    asked = {(each.ecosystem, each.name) for each in components()}
    assert {("PyPI", "starlette"), ("PyPI", "mypy"), ("npm", "react"), ("npm", "vite"), ("npm", "graphiql")} <= asked
    assert all(re.fullmatch(r"\d[\w.+-]*", each.version) for each in components())


def test_no_answer_is_not_taken_for_no_weakness(capsys: pytest.CaptureFixture[str]) -> None:
    assert advisories.main(["--url", "http://127.0.0.1:9"]) == 2
    assert "does not answer" in capsys.readouterr().err
