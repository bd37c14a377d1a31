from __future__ import annotations

import ntpath
import posixpath

import pytest
from hypothesis import given, strategies as st

from wherry.formats.member_paths import count_folders, path_problem, path_problems


@pytest.mark.parametrize(
    "path", ["a", "a/b.py", "a/", "a/b/", "..a/b..", "...", "a b", "ä/日本.py", "a-1.data/purelib/x", ".hidden"]
)
def test_a_path_below_its_folder_is_safe(path):
    assert path_problem(path) is None


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/a", "is absolute"),
        ("//a", "is absolute"),
        ("C:/a", "is absolute"),
        ("C:a", "is absolute"),
        ("\\\\host\\a", "has a backslash or a control character"),
        ("a\\b", "has a backslash or a control character"),
        ("a\0", "has a backslash or a control character"),
        ("a\nb", "has a backslash or a control character"),
        ("a\x7f", "has a backslash or a control character"),
        ("a\x85", "has a backslash or a control character"),
        ("", "does not stay below its folder"),
        (".", "does not stay below its folder"),
        ("./a", "does not stay below its folder"),
        ("..", "does not stay below its folder"),
        ("../site-packages-evil", "does not stay below its folder"),
        ("a/../../b", "does not stay below its folder"),
        ("a-1.data/purelib/../..", "does not stay below its folder"),
        ("a//b", "does not stay below its folder"),
        ("a//", "does not stay below its folder"),
        ("a/" * 30_000 + "b", "is 60001 bytes long, above the limit of 1024"),
        ("a/" * 65 + "b", "is 65 folders deep, above the limit of 64"),
        ("a/" * 65, "is 65 folders deep, above the limit of 64"),
        ("a" * 256, "has a name of 256 bytes, above the limit of 255"),
        ("a/" + "\u65e5" * 86, "has a name of 258 bytes, above the limit of 255"),
    ],
)
def test_a_path_that_may_lead_elsewhere_is_named(path, problem):
    assert path_problem(path) == problem


def stays_below(folder: str, path: str) -> bool:
    return all(
        module.normpath(module.join(folder, path)).startswith(module.normpath(folder) + module.sep)
        for module in (posixpath, ntpath)
    )


@given(st.text(alphabet="a.:/\\ \0", max_size=12))
def test_a_path_without_problem_stays_below_its_folder_on_every_system(path):
    assert path_problem(path) is not None or stays_below("/lib/site-packages", path)


@given(st.lists(st.text(alphabet="ab.", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join))
def test_a_path_with_a_problem_is_not_a_normal_path(path):
    assert (path_problem(path) is None) == (posixpath.normpath(f"/{path}") == f"/{path}")


@pytest.mark.parametrize(
    ("paths", "problems"),
    [
        pytest.param(["a/b", "a/c", "d"], [], id="good"),
        pytest.param(["a/", "a/b", "a/c/"], [], id="folders and their contents"),
        pytest.param(["a", "b", "a"], ["'a' occurs twice"], id="twice"),
        pytest.param(["a/B.py", "a/b.py"], ["'a/b.py' and 'a/B.py' collide"], id="differ in case"),
        pytest.param(["a/\xe9", "a/e\u0301"], ["'a/e\u0301' and 'a/\xe9' collide"], id="differ in normalization"),
        pytest.param(["\xc9", "e\u0301"], ["'e\u0301' and '\xc9' collide"], id="differ in case and normalization"),
        pytest.param(["\xdf", "SS"], ["'SS' and '\xdf' collide"], id="differ in case, of another length"),
        pytest.param(["a/", "A/"], ["'A/' and 'a/' collide"], id="folders that differ in case"),
        pytest.param(["a/", "a/"], ["'a/' occurs twice"], id="folder twice"),
        pytest.param(["\xc9", "e\u0301/a"], ["'\xc9' is a file and a folder"], id="file, then folder of other form"),
        pytest.param(["a", "a/b"], ["'a' is a file and a folder"], id="file, then folder"),
        pytest.param(["a/b/c", "A"], ["'A' is a file and a folder"], id="folder, then file"),
        pytest.param(["a/", "a"], ["'a' is a file and a folder"], id="an empty folder"),
        pytest.param(["a/b/", "a"], ["'a' is a file and a folder"], id="a folder of an empty folder"),
        pytest.param(["../a", "/b", "c"], ["'../a' does not stay below its folder", "'/b' is absolute"], id="all"),
    ],
)
def test_all_problems_of_an_archive_are_listed(paths, problems):
    assert list(path_problems(paths)) == problems


PATHS = st.lists(st.text(alphabet="aAb./:\\\n", min_size=1, max_size=5) | st.sampled_from(["a/b", "a", "a/", "b/c"]))


@given(PATHS)
def test_many_paths_have_the_problems_of_each(paths):
    # If one path is not ASCII, all are checked one by one.
    assert list(path_problems(paths)) == list(path_problems([*paths, "\xe9"]))


def test_paths_up_to_the_limits_are_safe():
    assert path_problem("a/" * 64 + "b" * 255) is None
    assert path_problem("/".join(["a" * 255] * 4)) is None
    assert list(path_problems(["a/" * 64 + "b" * 100, "/".join(["c" * 255] * 4)])) == []


def test_a_long_path_is_shortened_in_the_problem():
    (problem,) = path_problems(["a/" * 30_000 + "b"])
    assert len(problem) < 200


@given(PATHS)
def test_a_file_and_a_folder_are_found_in_any_order(paths):
    assert sorted(path_problems(paths)) == sorted(path_problems([*paths[::-1]])) or any(
        word in problem for word in ("twice", "collide") for problem in path_problems(paths)
    )


@given(st.lists(st.lists(st.text("ab!", min_size=1, max_size=2), min_size=1, max_size=4).map("/".join)))
def test_folders_are_counted_once(paths):
    folders = {str(parent) for path in paths for parent in posixpath_parents(path)}
    assert count_folders(paths) == len(folders)


def posixpath_parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
