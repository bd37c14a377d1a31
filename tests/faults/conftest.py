"""Counting what was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections import Counter

TALLY = pytest.StashKey[dict[str, "Counter[str]"]]()


@pytest.fixture
def tally(pytestconfig: pytest.Config) -> dict[str, Counter[str]]:
    """The outcomes, counted, by fault; they are shown at the end."""
    return pytestconfig.stash.setdefault(TALLY, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show how many faults were tried, and how each kind of them ended."""
    outcomes = config.stash.get(TALLY, {})
    if not outcomes:
        return
    terminalreporter.section(f"{sum(counted.total() for counted in outcomes.values())} faults")
    for fault, counted in outcomes.items():
        terminalreporter.write_line(f"{fault}: {', '.join(f'{count} {word}' for word, count in counted.most_common())}")
