from __future__ import annotations

import pytest

from tests.harness.environments import PYODIDE_314
from wherry.resolution.conflicts.suggestions import describe_files, newest_first

LINUX, MUSL, MACOS, WINDOWS = (
    f"a-1-cp314-cp314-{tag}.whl"
    for tag in ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64", "macosx_11_0_arm64", "win_amd64")
)
SDIST = "a-1.tar.gz"


@pytest.mark.parametrize(
    ("filenames", "phrase"),
    [
        ([LINUX], "no wheel for Pyodide: all that it has is for Linux"),
        ([SDIST], "no wheel for Pyodide: all that it has is sources, which wherry never builds"),
        ([LINUX, MUSL], "no wheel for Pyodide: its 2 files are for Linux"),
        ([LINUX, SDIST], "no wheel for Pyodide: its 2 files are for Linux, and sources"),
        (
            [LINUX, SDIST, MACOS, WINDOWS],
            "no wheel for Pyodide: its 4 files are for Windows, macOS and Linux, and sources",
        ),
        (["a-1-py2-none-any.whl"], "no wheel for Pyodide: all that it has is for other versions of Python"),
        (["a-1-cp39-cp39-aix_7.whl"], "no wheel for Pyodide: all that it has is for other platforms"),
        ([], "no files at all"),
    ],
)
def test_files_are_described_by_their_platforms(filenames: list[str], phrase: str) -> None:
    assert describe_files([(filename, "it does not fit") for filename in filenames], PYODIDE_314) == phrase


def test_files_rejected_for_other_reasons_than_the_platform_are_named() -> None:
    old = [(f"a-{number}-py3-none-any.whl", f"reason {number}") for number in range(5, 0, -1)]
    assert describe_files(old[:1], PYODIDE_314) == "no file that fits: a-5-py3-none-any.whl: reason 5"
    assert describe_files([*old, (SDIST, "it is not a wheel")], PYODIDE_314).splitlines() == [
        "no file that fits:",
        "    a-5-py3-none-any.whl: reason 5",
        "    a-4-py3-none-any.whl: reason 4",
        "    a-3-py3-none-any.whl: reason 3",
        "    … and 3 more",
    ]


def test_files_are_ordered_by_the_versions_in_their_names() -> None:
    filenames = ["a-1-py3-none-any.whl", "a.exe", "a-10.tar.gz", "a-9-py3-none-any.whl"]
    ordered = [filename for filename, _ in newest_first((filename, "") for filename in filenames)]
    assert ordered == ["a-10.tar.gz", "a-9-py3-none-any.whl", "a-1-py3-none-any.whl", "a.exe"]
