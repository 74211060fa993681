"""What `make prove` says of figures, of proofs that fail, and where it writes its table."""

import importlib.util
from pathlib import Path

import pytest

from benchmarks.proof import Figure, at_least, at_most, exactly, none_of
from benchmarks.prove import PROOFS, Outcome, Proof, run, write_page


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (at_least("jobs", 1234.5, 1000, "a second"), "jobs: 1,234 a second, target at least 1,000 a second: ok"),
        (at_least("share of it", 0.6512, 0.7), "share of it: 0.651, target at least 0.700: short"),
        (at_most("delay", 9.87, 10, "ms"), "delay: 9.87 ms, target at most 10 ms: ok"),
        (at_most("delay", 0, 10, "ms"), "delay: 0 ms, target at most 10 ms: ok"),
        (exactly("lost messages", 1, 0), "lost messages: 1, target 0: short"),
        (none_of("lost messages", 0, 1200), "lost messages: 0 of 1,200, target 0 of at least 1: ok"),
        (none_of("lost messages", 2, 1200), "lost messages: 2 of 1,200, target 0 of at least 1: short"),
    ],
)
def test_a_figure_is_a_line_with_its_target(figure: Figure, line: str) -> None:
    assert figure.line() == line


@pytest.mark.parametrize(
    "figure",
    [
        none_of("lost messages", 0, 0),
        none_of("lost messages", 0, 19, least=20),
        at_most("delay", float("nan"), 10),
        at_least("rate", float("inf"), 10),
    ],
)
def test_what_was_not_measured_meets_no_target(figure: Figure) -> None:
    assert not figure.ok
    assert Figure.decoded(figure.encoded()) == figure


def test_figures_come_out_of_a_process_as_they_went_in() -> None:
    figure = at_most("delay", 9.87, 10, "ms")
    assert Figure.decoded(figure.encoded()) == figure


def test_a_proof_that_fails_is_short(tmp_path: Path) -> None:
    outcome = run("broken", Proof("benchmarks.no_such_module", "nothing", 20), tmp_path / "log")
    assert [figure.value for figure in outcome.figures] == ["exit code 1"]
    assert not outcome.ok
    assert "no_such_module" in (tmp_path / "log").read_text()


def test_the_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "proof.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n")
    write_page([Outcome("jobs", [at_least("rate", 900, 1000)], 3.0, 0.5)], page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| `jobs` | rate | 900 | at least 1,000 | **short** | 0.5 |" in text


def test_all_proofs_together_end_within_a_quarter_of_an_hour() -> None:
    assert sum(proof.seconds for proof in PROOFS.values()) <= 15 * 60


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_names_a_module_that_proves(name: str) -> None:
    # Read and not imported: benchmarks make facts of their own, which the product's table does not know.
    found = importlib.util.find_spec(PROOFS[name].module)
    assert found is not None
    assert found.origin is not None
    assert "\ndef prove() -> Iterator[Figure]:" in Path(found.origin).read_text("utf-8")
