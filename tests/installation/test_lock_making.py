"""What a new lock takes from an earlier one and from the environment."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, package_table
from wherry.installation.lock_making import locked_versions, without_installed
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.resolution.problem import Problem

LIB_1, LIB_2 = make_wheel("lib", "1"), make_wheel("lib", "2")
OLD, NEW = "python_version < '3.14'", "python_version >= '3.14'"


@pytest.mark.parametrize(("but", "kept"), [((), True), (["other"], True), (["Lib"], False), ("lib", False)])
def test_versions_are_those_of_the_earlier_lock_except_of_some_projects(but: list[str], kept: bool) -> None:  # noqa: FBT001
    found = locked_versions(lock_file(LIB_1), but, PYODIDE_314)
    assert found == ({"lib": Version("1")} if kept else {})


@pytest.mark.parametrize(
    ("first", "second", "version"),
    [
        (OLD, NEW, "2"),
        (NEW, OLD, "1"),
        (OLD, OLD, "2"),
        ("'x' in extras", OLD, "1"),
        ("'t' in dependency_groups", OLD, "1"),
    ],
)
def test_of_several_versions_that_for_this_environment_counts(first: str, second: str, version: str) -> None:
    lock = lock_file(
        package_table(LIB_1, marker=first),
        package_table(LIB_2, marker=second),
        extras=["x"],
        dependency_groups=["T"],
    )
    assert locked_versions(lock, (), PYODIDE_314) == {"lib": Version(version)}


def test_a_package_without_a_version_has_none_to_keep() -> None:
    assert locked_versions(lock_file(package_table(LIB_1, version=None)), (), PYODIDE_314) == {}


def test_only_what_belongs_to_the_runtime_counts_as_installed() -> None:
    def present(name: str, *, location: str | None, from_distribution: bool = False) -> InstalledDistribution:
        metadata = CoreMetadata(canonicalize_name(name), Version("1"))
        return InstalledDistribution(metadata, location=location, from_distribution=from_distribution)

    installed = (
        present("pyodide", location=None),
        present("libx", location=None, from_distribution=True),
        present("lib", location="/site"),
    )
    problem = Problem(PYODIDE_314, (), installed={one.name: one for one in installed})
    assert without_installed(problem).installed.keys() == {"pyodide"}
