"""When an alert opens, becomes more severe and closes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.monitoring import Severity
from services.alerts import Rule, severity_after

RULE = Rule(warning=90.0, samples=3)
PERCENT = st.one_of(st.floats(0, 100), st.sampled_from([84.9, 85.0, 89.9, 90.0, 94.9, 95.0, 100.0]))
SERIES = st.lists(PERCENT, max_size=40)
RULES = st.builds(Rule, st.sampled_from([50.0, 90.0, 100.0]), st.integers(1, 4))


def course(values: list[float], rule: Rule = RULE) -> list[Severity | None]:
    """How severe it is after each sample."""
    states: list[Severity | None] = []
    for number in range(1, len(values) + 1):
        present = states[-1] if states else None
        states.append(severity_after(present, values[max(0, number - rule.samples) : number], rule))
    return states


def test_it_opens_after_so_many_samples_in_a_row() -> None:
    assert course([95, 80, 91, 92, 93]) == [None, None, None, None, Severity.WARNING]


def test_it_stays_open_until_the_value_is_well_below() -> None:
    assert course([90, 90, 90, 86, 85, 84.9])[2:] == [Severity.WARNING] * 3 + [None]


def test_it_becomes_critical_half_way_to_full_and_no_less_so() -> None:
    assert course([91, 91, 91, 95, 96, 97, 90]) == [None, None, *[Severity.WARNING] * 3, *[Severity.CRITICAL] * 2]


def test_a_threshold_of_100_can_be_reached() -> None:
    assert course([100.0] * 3, Rule(100.0, 3))[-1] is Severity.CRITICAL


@given(SERIES, RULES)
def test_it_opens_only_where_all_of_the_last_samples_reach_the_threshold(values: list[float], rule: Rule) -> None:
    states = [None, *course(values, rule)]
    for number in range(1, len(states)):
        if states[number - 1] is None and states[number] is not None:
            assert number >= rule.samples
            assert min(values[number - rule.samples : number]) >= rule.warning


@given(SERIES, RULES)
def test_it_closes_exactly_where_a_sample_is_below_the_hysteresis(values: list[float], rule: Rule) -> None:
    states = [None, *course(values, rule)]
    for number in range(1, len(states)):
        if states[number - 1] is not None:
            assert (states[number] is None) == (values[number - 1] < rule.clear)


@given(SERIES, RULES)
def test_an_open_alert_never_becomes_less_severe(values: list[float], rule: Rule) -> None:
    states = course(values, rule)
    assert (Severity.CRITICAL, Severity.WARNING) not in pairwise(states)
