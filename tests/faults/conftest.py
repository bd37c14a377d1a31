"""Counting what was tried."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Iterator[dict[str, Counter[str]]]:
    """The outcomes by fault; at the end they are shown."""
    outcomes: dict[str, Counter[str]] = {}
    yield outcomes
    terminal = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    assert terminal is not None  # noqa: S101 - pytest's own
    total = sum(counted.total() for counted in outcomes.values())
    lines = [
        f"{way}: {', '.join(f'{count} {word}' for word, count in found.most_common())}"
        for way, found in outcomes.items()
    ]
    terminal.write_line("\n".join(["", f"{total} faults", *lines]))
