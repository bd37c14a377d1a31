"""Members of the distribution in a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, package_table, url_of
from wherry.errors import InvalidLock
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile
from wherry.resolution.locks.members import as_member, shared_libraries
from wherry.resolution.locks.selection import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

LIB = make_wheel("lib", "1")
HERE = "file:///pyodide/lib-1-py3-none-any.whl"
ORIGIN = {"wherry": {"origin": "distribution"}}
LIBRARY: dict[str, Any] = {
    "name": "libx",
    "version": "1.0",
    "url": "https://example.org/libx-1.0.zip",
    "size": 9,
    "hashes": {"sha256": "AB"},
}


def distribution(name: str, sha256: str) -> Mapping[NormalizedName, LockedPackage]:
    file = ProjectFile(LIB.filename, HERE, {"sha256": sha256})
    return {canonicalize_name(name): LockedPackage(canonicalize_name(name), Version("1"), file)}


def place(tool: object, *, sha256: str = LIB.sha256, begun: tuple[str, ...] = ()) -> str | None:
    (chosen,) = select(lock_file(package_table(LIB, tool=tool)), PYODIDE_314)
    member = as_member(chosen, distribution("lib", sha256), begun)
    return None if member is None else member.file.url


def test_a_member_comes_from_the_running_distribution_if_that_has_the_same_file() -> None:
    assert place(ORIGIN) == HERE
    assert place(ORIGIN, sha256="00") == url_of(LIB)
    assert place(ORIGIN, begun=(url_of(LIB),)) == url_of(LIB)


@pytest.mark.parametrize("tool", [None, {}, {"wherry": {}}, {"wherry": "distribution"}, {"other": ORIGIN["wherry"]}])
def test_other_packages_are_no_members(tool: object) -> None:
    assert place(tool) is None


@pytest.mark.parametrize("table", ["x", 1, [], [{}], True])
def test_a_table_of_wherry_that_is_none_is_ignored(table: object) -> None:
    lock = lock_file(LIB, tool={"wherry": table})
    assert lock.recorded == {}
    assert list(shared_libraries(lock, {}, lambda url: (url, ""))) == []


def libraries(*entries: object, location: str = "", **options: Any) -> list[LockedPackage]:
    lock = lock_file(LIB, location=location, tool={"wherry": {"shared-libraries": [*entries]}})
    return list(shared_libraries(lock, options.pop("known", {}), lambda url: (f"located:{url}", "absent"), **options))


def test_a_shared_library_has_its_name_version_file_and_hashes() -> None:
    (library,) = libraries({**LIBRARY, "name": "LibX"})
    assert (library.name, library.version, library.is_shared_library) == ("libx", Version("1.0"), True)
    assert library.file == ProjectFile("libx-1.0.zip", LIBRARY["url"], {"sha256": "ab"}, 9)


def test_a_shared_library_may_be_beside_the_lock() -> None:
    beside = {key: value for key, value in LIBRARY.items() if key != "url"} | {"path": "libs/libx-1.0.zip"}
    (library,) = libraries(beside, location="https://example.org/app/pylock.toml")
    assert library.file.url == "https://example.org/app/libs/libx-1.0.zip"
    (library,) = libraries(beside)
    assert (library.file.url, library.file.absent) == ("located:libs/libx-1.0.zip", "absent")


def test_a_shared_library_comes_from_the_running_distribution_if_that_has_the_same_file() -> None:
    entry = {**LIBRARY, "hashes": {"sha256": LIB.sha256}}
    known = distribution("libx", LIB.sha256)
    assert [library.file.url for library in libraries(entry, known=known)] == [HERE]
    assert [library.file.url for library in libraries(entry, known=known, begun=(LIBRARY["url"],))] == [LIBRARY["url"]]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": 1}, "it needs a name, a version, a url and hashes"),
        ({"name": "?"}, "name is invalid: '?'"),
        ({"version": "x"}, "Invalid version: 'x'"),
        ({"hashes": []}, "it needs a name, a version, a url and hashes"),
        ({"hashes": {"sha1": "00"}}, "it has no SHA-256, nor a stronger hash"),
        ({"url": "ftp://example.org/libx.zip"}, "its address 'ftp://example.org/libx.zip' cannot be followed; "),
        ({"url": ""}, "its path '' is not relative to the folder of the lock"),
        ({"url": "https://example.org/"}, "it has no name"),
        ({"url": "https://example.org/a%2Fb"}, "its name is not a valid filename"),
        ({"size": True}, "its size cannot be True"),
        ({"size": "9"}, "its size cannot be '9'"),
        ({"size": 2**53}, "its size cannot be 9007199254740992"),
    ],
)  # fmt: skip
def test_a_bad_shared_library_is_refused_with_its_position(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidLock) as caught:
        libraries(LIBRARY, {**LIBRARY, "name": "liby", **changes})
    assert caught.value.problem.startswith(f"tool.wherry.shared-libraries[1]: {problem}")


def test_a_name_may_be_taken_once() -> None:
    with pytest.raises(InvalidLock, match=r"shared-libraries\[1\]: the lock has another libx"):
        libraries(LIBRARY, {**LIBRARY, "name": "LIBX"})
    with pytest.raises(InvalidLock, match=r"shared-libraries\[0\]: the lock has another libx"):
        libraries(LIBRARY, taken=[canonicalize_name("libx")])
