from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from wherry.model.project import LazyFiles, ProjectFile, ProjectPage

if TYPE_CHECKING:
    from collections.abc import Sequence

URL = "https://example.org/app-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.123456Z", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))),
        ("last Tuesday", None),
    ],
)
def test_an_upload_time_is_read_if_it_is_valid(text, moment):
    assert ProjectFile("app-1.0.tar.gz", URL, upload_time=text).uploaded == moment


def test_the_metadata_file_lies_beside_the_wheel():
    assert ProjectFile("app-1.0-py3-none-any.whl", URL).metadata_url == f"{URL}.metadata"


@pytest.mark.parametrize(
    ("filename", "expected"), [("app-1.0-py3-none-any.whl", True), ("app-1.0.tar.gz", False), ("whl", False)]
)
def test_a_wheel_is_known_by_its_name(filename, expected):
    assert ProjectFile(filename, URL).is_wheel is expected


def test_files_can_be_kept_in_sets():
    files = [ProjectFile("a.whl", URL, hashes={"sha256": "0"}, metadata_hashes={}) for _ in range(2)]
    assert len(set(files)) == 1


def lazy(*names: str, made: list[int] | None = None) -> LazyFiles:
    def make(positions: Sequence[int]) -> list[ProjectFile]:
        if made is not None:
            made.extend(positions)
        return [ProjectFile(names[position], f"https://example.org/{names[position]}") for position in positions]

    return LazyFiles(names, make)


def test_lazy_files_are_made_only_on_access():
    made: list[int] = []
    files = lazy("a.whl", "b.whl", "c.whl", made=made)
    assert len(files) == 3
    assert files.names == ("a.whl", "b.whl", "c.whl")
    assert made == []
    assert files[-1].filename == "c.whl"
    assert made == [2]
    assert [file.filename for file in files.take([1, 0])] == ["b.whl", "a.whl"]
    assert made == [2, 1, 0]
    assert list(files.take([])) == []


def test_wheels_are_found_by_the_platforms_in_their_names():
    names = (
        "a-1-py3-none-any.whl",
        "a-1.tar.gz",
        "a-1-py3-none-x_1.ANY.whl",
        "a-1-py3-none-win32.whl",
        "any.whl",
        "any",
    )
    files = lazy(*names)
    assert files.wheels(["any", "other"]) == {0: names[0], 2: names[2], 4: names[4]}
    assert ProjectPage(canonicalize_name("a"), URL, files).wheels(["win32"]) == {3: names[3]}
    assert ProjectPage(canonicalize_name("a"), URL, tuple(files)).wheels(["win32"]) == {3: names[3]}


def test_lazy_files_behave_as_a_sequence():
    files = lazy("a.whl", "b.whl", "c.whl")
    assert [file.filename for file in files] == ["a.whl", "b.whl", "c.whl"]
    assert [file.filename for file in files[1:]] == ["b.whl", "c.whl"]
    assert files == tuple(files)
    assert hash(files) == hash(lazy("a.whl", "b.whl", "c.whl"))
    assert files != lazy("a.whl")
    with pytest.raises(IndexError):
        files[3]
