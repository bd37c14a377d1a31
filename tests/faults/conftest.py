"""Count the outcomes of faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections import Counter

TALLY = pytest.StashKey[dict[str, "Counter[str]"]]()


@pytest.fixture
def tally(pytestconfig: pytest.Config) -> dict[str, Counter[str]]:
    """The counted outcomes by fault, printed at the end."""
    return pytestconfig.stash.setdefault(TALLY, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the number of faults, and the outcomes of each kind."""
    outcomes = config.stash.get(TALLY, {})
    if not outcomes:
        return
    terminalreporter.section(f"{sum(counted.total() for counted in outcomes.values())} faults")
    for fault, counted in outcomes.items():
        terminalreporter.write_line(f"{fault}: {', '.join(f'{count} {word}' for word, count in counted.most_common())}")
