"""The dependencies, extras and groups of a pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidRequirementsFile
from wherry.formats.pyproject import Pyproject

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = """
[project]
name = "My.App"
dependencies = [
  "a>=1",
  "b ; python_version > '3'",
]
[project.optional-dependencies]
fast = ["c"]
All_Of = ["my-app[fast, more]", "d"]
more = ["e", "my_app[all-of]"]

[dependency-groups]
test = ["p", {include-group = "Shared_Tools"}]
shared-tools = ["q"]
docs = [{include-group = "test"}, {include-group = "shared.tools"}, "my-app[fast]"]
"""


def texts(lines: object) -> list[str]:
    return [line.text for line in lines]  # type: ignore[attr-defined]


def test_dependencies_have_their_lines() -> None:
    lines = list(Pyproject(PROJECT, "p.toml").dependencies())
    assert [tuple(line) for line in lines] == [
        ("a>=1", "p.toml, line 5", (), ""),
        ("b ; python_version > '3'", "p.toml, line 6", (), ""),
    ]


@pytest.mark.parametrize(
    ("extras", "added"),
    [
        (["FAST"], ["c"]),
        (["all.of"], ["c", "e", "d"]),
        (["fast", "more"], ["c", "e", "c", "d"]),
        (["more"], ["e", "c", "d"]),
    ],
)
def test_extras_may_require_other_extras_of_the_project(extras: list[str], added: list[str]) -> None:
    project = Pyproject(PROJECT, "p.toml")
    assert [text for extra in extras for text in texts(project.optional(extra))] == added


@pytest.mark.parametrize(
    ("group", "requirements"),
    [("test", ["p", "q"]), ("Shared.Tools", ["q"]), ("docs", ["p", "q", "my-app[fast]"])],
)
def test_groups_include_others_by_their_normalized_names(group: str, requirements: list[str]) -> None:
    assert texts(Pyproject(PROJECT, "p.toml").group(group)) == requirements


def test_a_long_chain_of_groups_is_followed() -> None:
    chain = "".join(f'g{number} = [{{include-group = "g{number + 1}"}}]\n' for number in range(3000))
    assert texts(Pyproject(f'[dependency-groups]\n{chain}g3000 = ["end"]', "p.toml").group("g0")) == ["end"]


DEPENDENCIES: Callable[[Pyproject], object] = lambda project: list(project.dependencies())  # noqa: E731
EXTRA: Callable[[Pyproject], object] = lambda project: list(project.optional("x"))  # noqa: E731
GROUP: Callable[[Pyproject], object] = lambda project: list(project.group("x"))  # noqa: E731


@pytest.mark.parametrize(
    ("text", "read", "message"),
    [
        ("a = [", DEPENDENCIES, "p.toml: not valid TOML: "),
        ("a = 1\nb", DEPENDENCIES, "p.toml: not valid TOML: Expected '=' after a key in a key/value pair"),
        ("a = 1\n\nb = ?\n", DEPENDENCIES, "p.toml, line 3: not valid TOML: Invalid value"),
        (f"a = {'9' * 5000}", DEPENDENCIES, "p.toml: not valid TOML: Exceeds the limit"),
        (f"a = {'[' * 5000}", DEPENDENCIES, "p.toml: not valid TOML: it nests deeper than 50 levels"),
        ("", DEPENDENCIES, "p.toml: there is no [project] table"),
        ("project = 1", DEPENDENCIES, "p.toml: 'project' must be a table"),
        (
            '[project]\ndynamic = ["dependencies"]',
            DEPENDENCIES,
            "p.toml: its dependencies are dynamic, so only a build",
        ),
        ('[project]\ndynamic = ["optional-dependencies"]', EXTRA, "p.toml: its optional-dependencies are dynamic"),
        ("[project]\ndependencies = 1", DEPENDENCIES, "p.toml: 'dependencies' must be an array"),
        (
            "[project]\ndependencies = [\n'a',\n1]",
            DEPENDENCIES,
            "p.toml, line 3: 'dependencies' must hold requirements, not 1",
        ),
        ("[project]\noptional-dependencies.y = []", EXTRA, "p.toml: there is no extra 'x'; the file defines: y"),
        ("", GROUP, "p.toml: there is no dependency group 'x'; the file defines: none"),
        ("dependency-groups.x = [{include-group = 'z'}]", GROUP, "p.toml: there is no dependency group 'z'"),
        (
            "dependency-groups.x = [{other = 'z'}]",
            GROUP,
            "p.toml, line 1: 'x' must hold requirements, not {'other': 'z'}",
        ),
        ("[dependency-groups]\nX = []\nx = []", GROUP, "p.toml: 'X' and 'x' are the same dependency group"),
        (
            "[dependency-groups]\nx = [{include-group = 'y'}]\ny = [{include-group = 'X'}]",
            GROUP,
            "p.toml: dependency groups include each other: x → y → x",
        ),
    ],
)
def test_an_invalid_file_is_refused(text: str, read: Callable[[Pyproject], object], message: str) -> None:
    with pytest.raises(InvalidRequirementsFile) as caught:
        read(Pyproject(text, "p.toml"))
    assert str(caught.value).startswith(message)


PIECES = [
    "[project]\n",
    "name='x'\n",
    "dependencies=",
    "[",
    "]",
    "'a'",
    ",",
    "\n",
    "{include-group='x'}",
    "[dependency-groups]\n",
]
PIECES += ["x=", "y=", "optional-dependencies.x=", "'x[x]'", "1", "dynamic="]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (DEPENDENCIES, EXTRA, GROUP):
        try:
            read(Pyproject(text, "p.toml"))
        except InvalidRequirementsFile as error:
            assert str(error).startswith("p.toml")  # noqa: PT017 - one of two outcomes
