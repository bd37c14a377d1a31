"""Unmet requirements of installed distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness.environments import PYODIDE_314
from tests.harness.plain_installed import plain_installed
from wherry.resolution.graph.installed import find_unmet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def unmet(distributions: Mapping[str, Iterable[str]], *, requires_python: str = "") -> list[str]:
    return [
        str(one) for one in find_unmet(plain_installed(distributions, requires_python=requires_python), PYODIDE_314)
    ]


def test_met_requirements_are_not_reported():
    assert unmet({"a 1": ["B_b>=1", "c; sys_platform == 'win32'", "d; extra == 'x'"], "b-b 1": ["a<2"]}) == []


def test_a_requirement_of_a_missing_project_is_unmet():
    assert unmet({"a 1": ["b>=1"]}) == ["a 1 requires b>=1, which is not installed"]


def test_a_requirement_that_python_meets_is_met():
    assert unmet({"a 1": ["sqlite3", "json>=2", "ssl>=99"]}) == ["a 1 requires ssl>=99, which is not installed"]


def test_a_requirement_of_another_version_is_unmet():
    assert unmet({"a 1": ["b>=2", "b!=3"], "b 1": [], "c 1": ["b==1"]}) == [
        "a 1 requires b>=2, but b 1 is installed",
    ]


def test_an_installed_pre_release_satisfies_a_requirement():
    assert unmet({"a 1": ["b>=2"], "b 2.1rc1": []}) == []
    assert unmet({"a 1": ["b>=2"], "b 2rc1": []}) == ["a 1 requires b>=2, but b 2rc1 is installed"]


def test_extras_count_if_an_installed_project_requires_them():
    distributions = {
        "app 1": ["pkg[all]"],
        "pkg 1": ["pkg[a]; extra == 'all'", "one>=1; extra == 'a'", "two; extra == 'b'"],
    }
    assert unmet(distributions) == ["pkg[a] 1 requires one>=1, which is not installed"]


def test_an_unknown_extra_has_no_requirements():
    assert unmet({"a 1": ["b[nope]"], "b 1": []}) == []


def test_a_requirement_with_extras_is_reported_once():
    assert unmet({"a 1": ["b[x,y]>=2"], "b 1": []}) == ["a 1 requires b[x,y]>=2, but b 1 is installed"]


def test_a_requirement_of_another_python_is_unmet():
    assert unmet({"a 1": []}, requires_python=">=3.15") == ["a 1 requires Python >=3.15; this is 3.14.2"]
