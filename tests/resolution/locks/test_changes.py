"""The differences between two locks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, package_table
from wherry.resolution.locks.changes import find_changes

A1, A2, B1, C1 = (make_wheel(name, version) for name, version in (("a", "1"), ("a", "2"), ("b", "1"), ("c", "1")))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([], [], []),
        ([A1], [A1], []),
        ([A1, B1], [A2, C1], ["updated a 1 → 2", "removed b 1", "added c 1"]),
        ([A2], [A1], ["updated a 2 → 1"]),
        ([A2, package_table(A1, marker="os_name == 'x'")], [A2], ["updated a 1, 2 → 2"]),
        ([package_table(A1, version=None)], [A1], ["added a 1"]),
    ],
    ids=str,
)
def test_projects_whose_versions_differ_are_told_by_name(before: list[Any], after: list[Any], told: list[str]) -> None:
    found = list(find_changes(lock_file(*before).content, lock_file(*after).content))
    assert list(map(str, found)) == told


def test_without_an_earlier_lock_everything_is_new() -> None:
    (change,) = find_changes(None, lock_file(A1).content)
    assert change.to_dict() == {"name": "a", "before": [], "after": ["1"]}
