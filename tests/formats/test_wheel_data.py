from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.formats.wheel_data import find_data_folders, is_data_folder

RELEASE = (canonicalize_name("demo-pkg"), Version("0.4.2"))


@pytest.mark.parametrize(
    "folder",
    [
        "demo_pkg-0.4.2.data",
        "Demo_Pkg-0.4.2.data",
        "demo.pkg-0.4.2.data",
        "demo-pkg-0.4.2.data",
        "demo_pkg-0.4.2.0.data",
        "demo_pkg-0.4.2-1337.data",
        "Demo-Pkg-0.4.2-1337.data",
    ],
)
def test_spellings_of_a_data_folder_are_recognized(folder):
    assert is_data_folder(folder, RELEASE, {"1337"})


@pytest.mark.parametrize(
    "folder",
    [
        "demo_pkg.data",
        "demo-0.4.2.data",
        "demo_pkg-0.4.3.data",
        "demo_pkg-0.4.2-1338.data",
        "demo_pkg-1337.data",
        ".data",
        f"demo_pkg-{'1' * 5000}.data",
    ],
)
def test_a_data_folder_of_another_release_is_not_recognized(folder):
    assert not is_data_folder(folder, RELEASE, {"1337"})


def find(*paths: str) -> tuple[frozenset[str], list[str], list[str]]:
    problems: list[str] = []
    warnings: list[str] = []
    found = find_data_folders(paths, "demo-1.dist-info", {"Demo-1.data"}.__contains__, problems, warnings)
    return found, problems, warnings


def test_folders_in_two_spellings_are_found():
    assert find("a.py", "demo-1.data/purelib/b.py", "Demo-1.data/scripts/c", "pkg/x.data/y") == (
        frozenset({"demo-1.data", "Demo-1.data"}),
        [],
        ["its folder Demo-1.data is read as demo-1.data"],
    )


PARTS = st.sampled_from(
    ["demo-1.data", "Demo-1.data", "other-1.data", "purelib", "data", "share", "lib", "x.dist-info", "a"]
)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), max_size=5))
def test_without_problems_all_folders_are_the_wheels_own_with_known_parts(paths):
    found, problems, _ = find(*paths)
    if not problems:
        tops = {path.partition("/")[0] for path in paths if "/" in path}
        assert {top for top in tops if top.endswith(".data")} == found <= {"demo-1.data", "Demo-1.data"}
        assert all(
            path.split("/")[1] in {"purelib", "data"}
            for path in paths
            if path.partition("/")[0] in found and "/" in path
        )
