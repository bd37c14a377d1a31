"""Which extras and groups of a project need a package."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.model.project import ProjectFile
from wherry.model.requirement_line import RequirementLine
from wherry.resolution.file_requirements import WrittenRequirement
from wherry.resolution.graph.graph import Reason
from wherry.resolution.locks.membership import Membership
from wherry.resolution.releases import Release
from wherry.resolution.resolution import Pin, Resolution


def in_part(text: str, part: str) -> Requirement:
    return WrittenRequirement(Requirement(text), RequirementLine(text, "pyproject.toml", (), part))


def resolution(**required: str) -> Resolution:
    """Return a resolution of projects, with their parents: ``b="a, c[x]"``, where ``[x]`` is an extra of the parent."""
    return Resolution(tuple(pin(name, required[name].split(", ")) for name in sorted(required)), ())


def pin(name: str, parents: list[str]) -> Pin:
    reasons = []
    for parent in map(Requirement, filter(None, parents)):
        (extra,) = parent.extras or {""}
        reasons.append(Reason(name, canonicalize_name(parent.name), extra))
    release = Release(Version("1"), ProjectFile(f"{name}-1-py3-none-any.whl", ""))
    return Pin(canonicalize_name(name), "1", release, not reasons, tuple(filter(None, parents)), tuple(reasons))


# What the caller asks for, and the markers of a, b and c: a requires b, and b requires c.
CHAIN = {"a": "", "b": "a", "c": "b"}
CASES = [
    ([Requirement("a")], [None, None, None]),
    ([in_part("a", "extra:x")], ["'x' in extras"] * 3),
    ([in_part("a", "group:t"), Requirement("c")], ["'t' in dependency_groups"] * 2 + [None]),
    (
        [in_part("a", "extra:x"), in_part("b", "group:t")],
        ["'x' in extras", *["'x' in extras or 't' in dependency_groups"] * 2],
    ),
    ([in_part("a", "extra:x"), Requirement("A")], [None, None, None]),
]


@pytest.mark.parametrize(("requirements", "markers"), CASES)
def test_the_marker_names_the_parts_that_lead_to_a_package(
    requirements: list[Requirement], markers: list[str | None]
) -> None:
    membership = Membership(resolution(**CHAIN), requirements)
    assert [membership.marker(canonicalize_name(name)) for name in CHAIN] == markers


def test_extras_of_requirements_lead_to_what_they_add() -> None:
    found = resolution(a="", b="a[x]", c="a")
    membership = Membership(found, [in_part("a[X]", "group:t"), Requirement("a")])
    assert membership.marker(canonicalize_name("b")) == "'t' in dependency_groups"
    assert membership.marker(canonicalize_name("c")) is None


def test_packages_may_require_each_other() -> None:
    membership = Membership(resolution(a="b", b="a"), [in_part("a", "group:t")])
    assert membership.marker(canonicalize_name("b")) == "'t' in dependency_groups"


def test_the_names_of_parts_are_sorted_by_kind() -> None:
    requirements = [in_part("a", "group:z"), in_part("a", "extra:y"), in_part("a", "group:b"), Requirement("a")]
    membership = Membership(resolution(a=""), requirements)
    assert (membership.names("extra"), membership.names("group")) == (["y"], ["b", "z"])
    assert membership.has_plain
    assert not Membership(resolution(a=""), requirements[:1]).has_plain


def test_a_package_that_nothing_leads_to_always_applies() -> None:
    assert Membership(resolution(a="", z=""), [in_part("a", "extra:x")]).marker(canonicalize_name("z")) is None
